//! TCP.

mod listener;
mod socket;
mod stream;

pub use listener::TcpListener;
pub use socket::TcpSocket;
pub use stream::TcpStream;

use super::half;

/// The half of a borrowed [`TcpStream`] that reads.
pub type ReadHalf<'a> = half::ReadHalf<'a, TcpStream>;
/// The half of a borrowed [`TcpStream`] that writes.
pub type WriteHalf<'a> = half::WriteHalf<'a, TcpStream>;
/// The half of a [`TcpStream`] that reads.
pub type OwnedReadHalf = half::OwnedReadHalf<TcpStream>;
/// The half of a [`TcpStream`] that writes. When it is dropped the direction ends.
pub type OwnedWriteHalf = half::OwnedWriteHalf<TcpStream>;
/// Two halves that were to be reunited belong to different streams.
pub type ReuniteError = half::ReuniteError<TcpStream>;

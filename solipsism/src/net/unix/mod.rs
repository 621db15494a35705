//! Unix sockets and pipes. The paths are the network's own: no file is made, and each host has its own.

mod datagram;
mod listener;
pub mod pipe;
mod stream;

pub use datagram::UnixDatagram;
pub use listener::UnixListener;
pub use stream::UnixStream;

pub use crate::core::net::UnixAddr as SocketAddr;

use super::half;

/// The half of a borrowed [`UnixStream`] that reads.
pub type ReadHalf<'a> = half::ReadHalf<'a, UnixStream>;
/// The half of a borrowed [`UnixStream`] that writes.
pub type WriteHalf<'a> = half::WriteHalf<'a, UnixStream>;
/// The half of a [`UnixStream`] that reads.
pub type OwnedReadHalf = half::OwnedReadHalf<UnixStream>;
/// The half of a [`UnixStream`] that writes. When it is dropped the direction ends.
pub type OwnedWriteHalf = half::OwnedWriteHalf<UnixStream>;
/// Two halves that were to be reunited belong to different streams.
pub type ReuniteError = half::ReuniteError<UnixStream>;

/// The address of a unix socket from the network's.
fn unix(addr: super::Addr) -> SocketAddr {
    match addr {
        super::Addr::Unix(addr) => addr,
        super::Addr::Inet(_) => unreachable!("a unix socket has no internet address"),
    }
}

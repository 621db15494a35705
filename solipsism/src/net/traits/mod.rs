//! The traits of other crates on our streams and listeners, each behind its feature. The streams themselves know those of
//! futures-io alone, and the others are made of these.

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(feature = "tonic")]
mod tonic;

/// Writes `$read!` or `$write!`, or both, for every stream: its generics, and its type.
#[cfg(any(feature = "tokio", feature = "hyper"))]
macro_rules! for_every_stream {
    ($read:ident, $write:ident) => {
        $read!([] crate::net::TcpStream);
        $write!([] crate::net::TcpStream);
        $read!([] crate::net::UnixStream);
        $write!([] crate::net::UnixStream);
        $read!([] crate::net::Stream);
        $write!([] crate::net::Stream);
        $read!([] crate::net::unix::pipe::Receiver);
        $write!([] crate::net::unix::pipe::Sender);
        #[cfg(feature = "testing")]
        $read!([] crate::testing::MockStream);
        #[cfg(feature = "testing")]
        $write!([] crate::testing::MockStream);
        #[cfg(feature = "testing")]
        $read!([S: futures_util::AsyncRead + Unpin] crate::testing::Disturbed<S>);
        #[cfg(feature = "testing")]
        $write!([S: futures_util::AsyncWrite + Unpin] crate::testing::Disturbed<S>);
        $read!([S: crate::net::stream::HasSocket] crate::net::half::ReadHalf<'_, S>);
        $write!([S: crate::net::stream::HasSocket] crate::net::half::WriteHalf<'_, S>);
        $read!([S: crate::net::stream::HasSocket] crate::net::half::OwnedReadHalf<S>);
        $write!([S: crate::net::stream::HasSocket] crate::net::half::OwnedWriteHalf<S>);
        $read!([] crate::net::any::ReadHalf<'_>);
        $write!([] crate::net::any::WriteHalf<'_>);
        $read!([] crate::net::any::OwnedReadHalf);
        $write!([] crate::net::any::OwnedWriteHalf);
    };
}
#[cfg(any(feature = "tokio", feature = "hyper"))]
use for_every_stream;

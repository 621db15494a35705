//! The connections of a listener as a stream of values.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;

use super::{TcpListener, TcpStream, UnixListener, UnixStream};

/// The connections that a listener accepts, in the order in which they came: a `futures_core::Stream`, such as servers take
/// that are given their connections.
///
/// It ends after its first error, since a listener whose host has crashed accepts nobody any more.
///
/// # Examples
///
/// ```
/// use futures_util::StreamExt;
/// use solipsism::net::{TcpListener, TcpStream};
///
/// solipsism::EventLoop::new().run(async {
///     let listener = TcpListener::bind("api.internal:80").await.unwrap();
///     let mut incoming = listener.into_incoming();
///     let client = TcpStream::connect("api.internal:80").await.unwrap();
///     let server = incoming.next().await.unwrap().unwrap();
///     assert_eq!(server.peer_addr().unwrap(), client.local_addr().unwrap());
/// }).unwrap();
/// ```
#[derive(Debug)]
pub struct Incoming<L> {
    /// None once it has failed.
    listener: Option<L>,
}

macro_rules! incoming {
    ($listener:ident gives $stream:ident) => {
        impl $listener {
            /// The connections that come, without their addresses, which the streams know.
            ///
            /// # Examples
            ///
            /// See [`Incoming`](crate::net::Incoming).
            pub fn into_incoming(self) -> Incoming<Self> {
                Incoming {
                    listener: Some(self),
                }
            }
        }

        impl Stream for Incoming<$listener> {
            type Item = io::Result<$stream>;

            #[track_caller]
            fn poll_next(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<Option<io::Result<$stream>>> {
                let Some(listener) = &self.listener else {
                    return Poll::Ready(None);
                };
                let accepted = listener.poll_accept(cx);
                if let Poll::Ready(Err(_)) = accepted {
                    self.listener = None;
                }
                accepted.map(|accepted| Some(accepted.map(|(stream, _)| stream)))
            }
        }
    };
}

incoming!(TcpListener gives TcpStream);
incoming!(UnixListener gives UnixStream);

//! axum's `Listener` on our listeners, and where a connection came from.

use std::future::pending;
use std::io;
use std::net::SocketAddr;

use ::axum::extract::connect_info::Connected;
use ::axum::serve::{IncomingStream, Listener};

use crate::net::{Addr, TcpListener, TcpStream, UnixListener, UnixStream, unix};

/// With the feature `axum`: `axum::serve(listener, app)`. That spawns on tokio, and so needs a tokio runtime around it; with
/// the feature `hyper` an app is served without one too, by
/// `hyper::serve_connection(stream, TowerToHyperService::new(app))`.
///
/// The `Date` of its answers is hyper's, and shows real time.
///
/// `ConnectInfo<Addr>` tells a handler where its connection came from, over TCP as over unix sockets. Rust lets nobody but
/// axum implement `ConnectInfo<std::net::SocketAddr>` for a listener; axum itself does so for any whose connections are
/// tapped: `listener.tap_io(|_| ())`, with `axum::serve::ListenerExt` in scope.
impl Listener for TcpListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    /// Once its host has crashed there are no more, and this waits for ever.
    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        match self.accept_unasked().await {
            Ok(accepted) => accepted,
            Err(_) => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Self::local_addr(self)
    }
}

/// With the feature `axum`: as for [`TcpListener`]. `ConnectInfo<unix::SocketAddr>` works too.
impl Listener for UnixListener {
    type Io = UnixStream;
    type Addr = unix::SocketAddr;

    /// Once its host has crashed there are no more, and this waits for ever.
    async fn accept(&mut self) -> (UnixStream, unix::SocketAddr) {
        match self.accept_unasked().await {
            Ok(accepted) => accepted,
            Err(_) => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<unix::SocketAddr> {
        Self::local_addr(self)
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Addr {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        (*stream.remote_addr()).into()
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for Addr {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        stream.remote_addr().clone().into()
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for unix::SocketAddr {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        stream.remote_addr().clone()
    }
}

//! tonic's `Connected` on every stream that a listener gives: what a service is told of the connection of a request.

use ::tonic::transport::server::{Connected, TcpConnectInfo};

use crate::net::{Addr, Stream, TcpStream, UnixStream, unix};

/// With the feature `tonic`: tonic's `serve_with_incoming` takes `listener.into_incoming()`, and a request's `remote_addr()` is
/// where it came from. tonic spawns on tokio, and so needs a tokio runtime around it.
///
/// A client needs the feature `hyper`, and is
/// `Endpoint::from_static("http://api.internal").connect_with_connector(solipsism::hyper::Connector::new())`. With the feature
/// `tls` that shakes hands where the URI says `https`; a server takes what `solipsism::tls::acceptor` has accepted, as a
/// [`Stream::with_addrs`]. tonic's own TLS is not needed.
///
/// Timeouts and pings are on tokio's clock, which is the world's, in whole milliseconds. Two things are in real time: the
/// `date` in the metadata of an answer, which is hyper's, and for how long a stream that was reset is remembered
/// (`http2_reset_stream_duration`), for which the crate h2 asks the system's clock.
impl Connected for TcpStream {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        TcpConnectInfo {
            local_addr: self.local_addr().ok(),
            remote_addr: self.peer_addr().ok(),
        }
    }
}

/// With the feature `tonic`. Where it is no TCP there is no address in it.
impl Connected for Stream {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        TcpConnectInfo {
            local_addr: self.local_addr().ok().as_ref().and_then(Addr::as_inet),
            remote_addr: self.peer_addr().ok().as_ref().and_then(Addr::as_inet),
        }
    }
}

/// With the feature `tonic`. The address of the client is in a request's extensions.
impl Connected for UnixStream {
    type ConnectInfo = unix::SocketAddr;

    fn connect_info(&self) -> unix::SocketAddr {
        self.peer_addr()
            .expect("the peer of a unix stream is known for as long as the stream is there")
    }
}

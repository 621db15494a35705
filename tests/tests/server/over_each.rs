//! The same over every transport.

use std::io;

use solipsism::fixtures::transport::{Tcp, Transport, tcp};
use solipsism::fixtures::{EachTransport, transport};
use solipsism::net::{Addr, Stream, TcpListener};

use super::serves;

#[solipsism::test]
async fn over_tcp(
    #[with(transports = [tcp])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    assert_eq!(server.addr().to_string(), "127.0.0.1:60001");
    serves(server).await
}

#[solipsism::test]
async fn over_unix(
    #[with(transports = [unix])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    assert_eq!(server.addr().to_string(), "/run/solipsism/1.sock");
    serves(server).await
}

#[solipsism::test]
async fn over_memory(
    #[with(transports = [memory])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    assert_eq!(server.addr().to_string(), "(unnamed)");
    serves(server).await
}

#[solipsism::test]
async fn over_a_transport_of_ones_own(
    #[with(transports = [my::transport])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    serves(server).await
}

mod my {
    use super::{Addr, Stream, Tcp, TcpListener, Transport, io, tcp, transport};

    /// TCP, within a stream that is none of this crate's.
    pub(super) struct Wrapped(Tcp);

    pub(super) struct Listener(TcpListener);

    pub(super) fn transport() -> Wrapped {
        Wrapped(tcp())
    }

    fn wrap(stream: Stream) -> Stream {
        let (local, peer) = (stream.local_addr(), stream.peer_addr());
        Stream::with_addrs(
            stream,
            local.expect("it is TCP's"),
            peer.expect("it is connected"),
        )
    }

    impl Transport for Wrapped {
        type Listener = Listener;

        fn addr(&self) -> Addr {
            self.0.addr()
        }

        async fn listen(&self) -> io::Result<Listener> {
            self.0.listen().await.map(Listener)
        }

        async fn connect(&self) -> io::Result<Stream> {
            self.0.connect().await.map(wrap)
        }
    }

    impl transport::Listener for Listener {
        async fn accept(&mut self) -> io::Result<Stream> {
            let (stream, _) = self.0.accept().await?;
            Ok(wrap(stream.into()))
        }
    }
}

#[solipsism::test]
async fn a_port_or_a_path_is_made_for_the_own_transport_alone(
    #[with(transports = [unix])] EachTransport(_one): EachTransport,
    #[with(transports = [tcp])] EachTransport(tcp): EachTransport,
    #[with(transports = [unix])] EachTransport(unix): EachTransport,
) {
    assert_eq!(tcp.addr().to_string(), "127.0.0.1:60001");
    assert_eq!(unix.addr().to_string(), "/run/solipsism/2.sock");
}

//! The side that is under test: the network of a world. Its types have the names of the traits' methods already, so that
//! there is next to nothing here.

mod datagram;
mod stream;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::net::unix::pipe;
use solipsism::net::{
    TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream, unix,
};
use solipsism::time::sleep;

use crate::side::{Arrival, Arrives, Directory, Name, Side};

pub struct World;

/// Nothing is made there: the paths of a world are its own.
pub struct NoDirectory;

impl Side for World {
    type TcpStream = TcpStream;
    type TcpListener = TcpListener;
    type TcpSocket = TcpSocket;
    type UnixStream = UnixStream;
    type UnixListener = UnixListener;
    type UdpSocket = UdpSocket;
    type UnixDatagram = UnixDatagram;
    type Sender = pipe::Sender;
    type Receiver = pipe::Receiver;
    type Directory = NoDirectory;

    fn run(scenario: impl Future<Output = ()> + 'static) {
        if let Err(stopped) = EventLoop::new().run(scenario) {
            panic!("{stopped}");
        }
    }

    async fn tcp_pair(capacity: Option<usize>) -> (TcpStream, TcpStream) {
        let listener = Self::tcp_listen((Ipv4Addr::LOCALHOST, 0).into())
            .await
            .unwrap();
        if let Some(capacity) = capacity {
            listener.set_capacity(capacity).unwrap();
        }
        let client = Self::tcp_connect(listener.local_addr().unwrap()).await;
        let (server, _) = listener.accept().await.unwrap();
        (client.unwrap(), server)
    }

    async fn tcp_listen(address: SocketAddr) -> io::Result<TcpListener> {
        TcpListener::bind(address).await
    }

    async fn tcp_connect(address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }

    fn tcp_socket() -> TcpSocket {
        TcpSocket::new_v4().unwrap()
    }

    async fn unix_pair(capacity: Option<usize>) -> (UnixStream, UnixStream) {
        let name = Self::directory().path("listener");
        let listener = Self::unix_listen(&name).unwrap();
        if let Some(capacity) = capacity {
            listener.set_capacity(capacity).unwrap();
        }
        let client = Self::unix_connect(&name).await;
        let (server, _) = listener.accept().await.unwrap();
        (client.unwrap(), server)
    }

    async fn unnamed_pair(capacity: Option<usize>) -> (UnixStream, UnixStream) {
        match capacity {
            Some(capacity) => UnixStream::pair_with_capacity(capacity).unwrap(),
            None => UnixStream::pair().unwrap(),
        }
    }

    fn unix_listen(name: &Name) -> io::Result<UnixListener> {
        UnixListener::bind(path(name))
    }

    async fn unix_connect(name: &Name) -> io::Result<UnixStream> {
        UnixStream::connect(path(name)).await
    }

    async fn udp_bind(address: SocketAddr) -> io::Result<UdpSocket> {
        UdpSocket::bind(address).await
    }

    fn unix_datagram_bind(name: &Name) -> io::Result<UnixDatagram> {
        UnixDatagram::bind(path(name))
    }

    fn unix_datagram_unbound() -> UnixDatagram {
        UnixDatagram::unbound().unwrap()
    }

    fn unix_datagram_pair() -> (UnixDatagram, UnixDatagram) {
        UnixDatagram::pair().unwrap()
    }

    fn pipe() -> (pipe::Sender, pipe::Receiver) {
        pipe::pipe().unwrap()
    }

    fn directory() -> NoDirectory {
        NoDirectory
    }
}

impl Directory for NoDirectory {
    fn path(&self, name: &str) -> Name {
        Name::Path(PathBuf::from("/directory").join(name))
    }

    fn abstract_name(&self, name: &str) -> Name {
        Name::Abstract(name.as_bytes().to_vec())
    }
}

/// As tokio has it: an abstract name follows a zero byte.
fn path(name: &Name) -> PathBuf {
    match name {
        Name::Unnamed => PathBuf::new(),
        Name::Path(path) => path.clone(),
        Name::Abstract(name) => {
            let name = std::str::from_utf8(name).expect("scenarios use letters");
            PathBuf::from(format!("\0{name}"))
        }
    }
}

fn name(address: &unix::SocketAddr) -> Name {
    if let Some(path) = address.as_pathname() {
        Name::Path(path.to_owned())
    } else if let Some(name) = address.as_abstract_name() {
        Name::Abstract(name.to_owned())
    } else {
        Name::Unnamed
    }
}

macro_rules! arrives {
    ($($socket:ty),+) => {
        $(impl Arrives for $socket {
            /// What is under way takes no virtual time, and whoever is ready runs before time goes on.
            async fn until(&self, _arrival: Arrival) {
                sleep(Duration::from_millis(1)).await;
            }
        })+
    };
}

arrives!(
    TcpStream,
    UnixStream,
    UdpSocket,
    UnixDatagram,
    pipe::Sender,
    pipe::Receiver
);

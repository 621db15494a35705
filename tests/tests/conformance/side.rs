//! What both sides of the comparison offer, under tokio's names: sockets of the kernel's loopback, and ours. Scenarios know
//! these traits alone. Reading, writing and closing are futures-io's; `close` shuts the write half down.

use std::future::Future;
use std::io::{self, IoSlice, IoSliceMut};
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::io::{AsyncRead, AsyncWrite};

/// A whole network: the kernel's or ours.
pub trait Side: Sized + 'static {
    type TcpStream: TcpStream;
    type TcpListener: Listener<Stream = Self::TcpStream, Address = SocketAddr>;
    type TcpSocket: TcpSocket<Stream = Self::TcpStream, Listener = Self::TcpListener>;
    type UnixStream: Stream<Address = Name>;
    type UnixListener: Listener<Stream = Self::UnixStream, Address = Name>;
    type UdpSocket: UdpSocket;
    type UnixDatagram: UnixDatagram;
    type Sender: Writes;
    type Receiver: Reads;
    type Directory: Directory;

    /// Runs a scenario to its end, in a network of its own.
    fn run(scenario: impl Future<Output = ()> + 'static);

    /// Two connected streams whose buffers hold about this much, if it matters.
    async fn tcp_pair(capacity: Option<usize>) -> (Self::TcpStream, Self::TcpStream);
    async fn tcp_listen(address: SocketAddr) -> io::Result<Self::TcpListener>;
    async fn tcp_connect(address: SocketAddr) -> io::Result<Self::TcpStream>;
    fn tcp_socket() -> Self::TcpSocket;

    /// As `tcp_pair`, through a listener that had a path.
    async fn unix_pair(capacity: Option<usize>) -> (Self::UnixStream, Self::UnixStream);
    /// As `unix_pair`, but `UnixStream::pair`: nobody has a name.
    async fn unnamed_pair(capacity: Option<usize>) -> (Self::UnixStream, Self::UnixStream);
    fn unix_listen(name: &Name) -> io::Result<Self::UnixListener>;
    async fn unix_connect(name: &Name) -> io::Result<Self::UnixStream>;

    async fn udp_bind(address: SocketAddr) -> io::Result<Self::UdpSocket>;

    fn unix_datagram_bind(name: &Name) -> io::Result<Self::UnixDatagram>;
    fn unix_datagram_unbound() -> Self::UnixDatagram;
    fn unix_datagram_pair() -> (Self::UnixDatagram, Self::UnixDatagram);

    fn pipe() -> (Self::Sender, Self::Receiver);

    /// A place for the paths of unix sockets.
    fn directory() -> Self::Directory;
}

/// What a scenario waits for when it is about what comes after. On the kernel's side this is seen by polling; where nothing
/// takes time without virtual time, sleeping for a moment is enough.
#[derive(Clone, Copy, Debug)]
pub enum Arrival {
    /// So many bytes can be read.
    Bytes(usize),
    /// The peer writes no more.
    End,
    /// Both directions are over, or the connection was reset.
    HangUp,
    /// A datagram came back as undeliverable.
    Error,
}

pub trait Arrives {
    async fn until(&self, arrival: Arrival);
}

pub trait Reads: AsyncRead + Arrives + Unpin + 'static {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize>;
    async fn readable(&self) -> io::Result<()>;
}

pub trait Writes: AsyncWrite + Arrives + Unpin + 'static {
    fn try_write(&self, data: &[u8]) -> io::Result<usize>;
    fn try_write_vectored(&self, data: &[IoSlice<'_>]) -> io::Result<usize>;
    async fn writable(&self) -> io::Result<()>;
}

pub trait Stream: Reads + Writes {
    type Address: Address;

    fn local_addr(&self) -> io::Result<Self::Address>;
    fn peer_addr(&self) -> io::Result<Self::Address>;
}

pub trait TcpStream: Stream<Address = SocketAddr> {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn set_linger(&self, linger: Option<Duration>) -> io::Result<()>;
    fn linger(&self) -> io::Result<Option<Duration>>;
    fn take_error(&self) -> io::Result<Option<io::Error>>;
}

pub trait Listener: 'static {
    type Stream: Stream;
    type Address: Address;

    async fn accept(&self) -> io::Result<(Self::Stream, Self::Address)>;
    fn local_addr(&self) -> io::Result<Self::Address>;
}

/// A TCP socket of IPv4 that neither listens nor is connected.
pub trait TcpSocket: 'static {
    type Stream;
    type Listener;

    fn set_reuseaddr(&self, reuse: bool) -> io::Result<()>;
    fn bind(&self, address: SocketAddr) -> io::Result<()>;
    fn local_addr(&self) -> io::Result<SocketAddr>;
    fn listen(self, backlog: u32) -> io::Result<Self::Listener>;
    async fn connect(self, address: SocketAddr) -> io::Result<Self::Stream>;
}

pub trait Datagram: Arrives + 'static {
    type Address: Address;

    async fn connect(&self, address: &Self::Address) -> io::Result<()>;
    async fn send(&self, data: &[u8]) -> io::Result<usize>;
    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize>;
    async fn send_to(&self, data: &[u8], to: &Self::Address) -> io::Result<usize>;
    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Self::Address)>;
    fn try_send(&self, data: &[u8]) -> io::Result<usize>;
    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn try_send_to(&self, data: &[u8], to: &Self::Address) -> io::Result<usize>;
    fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Self::Address)>;
    async fn readable(&self) -> io::Result<()>;
    async fn writable(&self) -> io::Result<()>;
    fn local_addr(&self) -> io::Result<Self::Address>;
    fn peer_addr(&self) -> io::Result<Self::Address>;
    fn take_error(&self) -> io::Result<Option<io::Error>>;
}

pub trait UdpSocket: Datagram<Address = SocketAddr> {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize>;
    async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)>;
    fn set_broadcast(&self, broadcast: bool) -> io::Result<()>;
}

pub trait UnixDatagram: Datagram<Address = Name> {
    /// `shutdown(Shutdown::Write)`
    fn shut_down_writing(&self) -> io::Result<()>;
}

/// An address as a transcript tells it apart from others.
pub trait Address: Clone + PartialEq + 'static {
    /// Its words where no scenario gave it a name.
    fn words(&self) -> String;
}

impl Address for SocketAddr {
    /// A port that the system chose differs from run to run.
    fn words(&self) -> String {
        match self.port() {
            0 => self.to_string(),
            _ => format!("{}, some port", self.ip()),
        }
    }
}

/// The address of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Unnamed,
    Path(PathBuf),
    Abstract(Vec<u8>),
}

impl Address for Name {
    fn words(&self) -> String {
        let words = match self {
            Name::Unnamed => "unnamed",
            Name::Path(_) => "a path",
            Name::Abstract(_) => "an abstract name",
        };
        words.to_owned()
    }
}

pub trait Directory {
    fn path(&self, name: &str) -> Name;
    fn abstract_name(&self, name: &str) -> Name;
}

/// A kind of stream, for scenarios that hold for all kinds.
pub trait Transport: 'static {
    type Stream: Stream;

    async fn pair(capacity: Option<usize>) -> (Self::Stream, Self::Stream);
}

pub struct Tcp<S>(PhantomData<S>);
pub struct Unix<S>(PhantomData<S>);
pub struct Unnamed<S>(PhantomData<S>);

impl<S: Side> Transport for Tcp<S> {
    type Stream = S::TcpStream;

    async fn pair(capacity: Option<usize>) -> (S::TcpStream, S::TcpStream) {
        S::tcp_pair(capacity).await
    }
}

impl<S: Side> Transport for Unix<S> {
    type Stream = S::UnixStream;

    async fn pair(capacity: Option<usize>) -> (S::UnixStream, S::UnixStream) {
        S::unix_pair(capacity).await
    }
}

impl<S: Side> Transport for Unnamed<S> {
    type Stream = S::UnixStream;

    async fn pair(capacity: Option<usize>) -> (S::UnixStream, S::UnixStream) {
        S::unnamed_pair(capacity).await
    }
}

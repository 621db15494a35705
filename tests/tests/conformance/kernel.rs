//! The kernel's side: non-blocking sockets on loopback. An operation that would block asks to be polled again at once, so no
//! runtime is needed, and nothing here can miss a wake.

mod address;
mod datagram;
mod directory;
mod stream;

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{self, Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net as unix;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with, socketpair, sockopt};
use rustix::pipe::{PipeFlags, pipe_with};

use self::directory::TemporaryDirectory;
use crate::side::{Arrival, Arrives, Directory, Listener, Name, Side, TcpSocket};

pub struct Kernel;

/// A non-blocking socket or an end of a pipe.
pub struct Socket<T>(T);

const NEW: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// Scenarios run one at a time: ports that one has freed are not taken by another before it takes them again.
static TURN: Mutex<()> = Mutex::new(());

/// Whether this kernel can be compared: many containers have no IPv6, and then the literals stand for it.
pub fn is_whole() -> bool {
    // Once, before the first scenario: it takes a port.
    static WHOLE: OnceLock<bool> = OnceLock::new();
    *WHOLE.get_or_init(|| net::TcpListener::bind((net::Ipv6Addr::LOCALHOST, 0)).is_ok())
}

thread_local! {
    static PENDING: Cell<u64> = const { Cell::new(0) };
}

impl Side for Kernel {
    type TcpStream = Socket<net::TcpStream>;
    type TcpListener = Socket<net::TcpListener>;
    type TcpSocket = Socket<OwnedFd>;
    type UnixStream = Socket<unix::UnixStream>;
    type UnixListener = Socket<unix::UnixListener>;
    type UdpSocket = Socket<net::UdpSocket>;
    type UnixDatagram = Socket<unix::UnixDatagram>;
    type Sender = Socket<std::fs::File>;
    type Receiver = Socket<std::fs::File>;
    type Directory = TemporaryDirectory;

    fn run(scenario: impl Future<Output = ()> + 'static) {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        PENDING.set(0);
        futures_executor::block_on(scenario);
    }

    async fn tcp_pair(capacity: Option<usize>) -> (Self::TcpStream, Self::TcpStream) {
        let listener = Self::tcp_socket();
        if let Some(capacity) = capacity {
            // Accepted sockets inherit both.
            sockopt::set_socket_recv_buffer_size(&listener.0, capacity).unwrap();
            sockopt::set_socket_send_buffer_size(&listener.0, capacity).unwrap();
        }
        listener.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = listener.listen(1).unwrap();
        let client = Self::tcp_socket();
        if let Some(capacity) = capacity {
            sockopt::set_socket_recv_buffer_size(&client.0, capacity).unwrap();
            sockopt::set_socket_send_buffer_size(&client.0, capacity).unwrap();
        }
        let client = client.connect(listener.local_addr().unwrap()).await;
        let (server, _) = listener.accept().await.unwrap();
        (client.unwrap(), server)
    }

    async fn tcp_listen(address: SocketAddr) -> io::Result<Self::TcpListener> {
        let listener = net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Socket(listener))
    }

    async fn tcp_connect(address: SocketAddr) -> io::Result<Self::TcpStream> {
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = socket_with(family, SocketType::STREAM, NEW, None)?;
        Socket(socket).connect(address).await
    }

    fn tcp_socket() -> Self::TcpSocket {
        Socket(socket_with(AddressFamily::INET, SocketType::STREAM, NEW, None).unwrap())
    }

    async fn unix_pair(capacity: Option<usize>) -> (Self::UnixStream, Self::UnixStream) {
        let directory = Self::directory();
        let listener = Self::unix_listen(&directory.path("listener")).unwrap();
        let client = Self::unix_connect(&directory.path("listener")).await;
        let (server, _) = listener.accept().await.unwrap();
        with_capacity(client.unwrap(), server, capacity)
    }

    async fn unnamed_pair(capacity: Option<usize>) -> (Self::UnixStream, Self::UnixStream) {
        let (a, b) = socketpair(AddressFamily::UNIX, SocketType::STREAM, NEW, None).unwrap();
        with_capacity(Socket(a.into()), Socket(b.into()), capacity)
    }

    fn unix_listen(name: &Name) -> io::Result<Self::UnixListener> {
        let listener = unix::UnixListener::bind_addr(&address::of_name(name)?)?;
        listener.set_nonblocking(true)?;
        Ok(Socket(listener))
    }

    async fn unix_connect(name: &Name) -> io::Result<Self::UnixStream> {
        let stream = unix::UnixStream::connect_addr(&address::of_name(name)?)?;
        stream.set_nonblocking(true)?;
        Ok(Socket(stream))
    }

    async fn udp_bind(address: SocketAddr) -> io::Result<Self::UdpSocket> {
        let socket = net::UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(Socket(socket))
    }

    fn unix_datagram_bind(name: &Name) -> io::Result<Self::UnixDatagram> {
        let socket = unix::UnixDatagram::bind_addr(&address::of_name(name)?)?;
        socket.set_nonblocking(true)?;
        Ok(Socket(socket))
    }

    fn unix_datagram_unbound() -> Self::UnixDatagram {
        let socket = unix::UnixDatagram::unbound().unwrap();
        socket.set_nonblocking(true).unwrap();
        Socket(socket)
    }

    fn unix_datagram_pair() -> (Self::UnixDatagram, Self::UnixDatagram) {
        let (a, b) = socketpair(AddressFamily::UNIX, SocketType::DGRAM, NEW, None).unwrap();
        (Socket(a.into()), Socket(b.into()))
    }

    fn pipe() -> (Self::Sender, Self::Receiver) {
        let (receiver, sender) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).unwrap();
        (Socket(sender.into()), Socket(receiver.into()))
    }

    fn directory() -> TemporaryDirectory {
        TemporaryDirectory::default()
    }
}

fn with_capacity<T: AsFd>(
    a: Socket<T>,
    b: Socket<T>,
    capacity: Option<usize>,
) -> (Socket<T>, Socket<T>) {
    if let Some(capacity) = capacity {
        sockopt::set_socket_send_buffer_size(&a.0, capacity).unwrap();
        sockopt::set_socket_send_buffer_size(&b.0, capacity).unwrap();
    }
    (a, b)
}

/// Attempts it until it would no longer block.
async fn spin<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    poll_fn(|context| spun(context, &mut attempt)).await
}

fn spun<T>(
    context: &mut Context<'_>,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> Poll<io::Result<T>> {
    match attempt() {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            PENDING.set(PENDING.get() + 1);
            // Some ten seconds; no scenario needs one.
            assert!(
                PENDING.get() < 10_000_000,
                "what this scenario waits for never comes"
            );
            thread::yield_now();
            context.waker().wake_by_ref();
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}

impl<T: AsFd> Socket<T> {
    /// What of these holds now, and whether there is an error or a hang-up.
    fn events(&self, interest: PollFlags) -> io::Result<PollFlags> {
        let mut polled = [PollFd::new(&self.0, interest)];
        poll(&mut polled, Some(&Timespec::default()))?;
        Ok(polled[0].revents())
    }

    async fn spin_until(&self, is_so: impl Fn(&Self) -> io::Result<bool>) -> io::Result<()> {
        spin(|| {
            if is_so(self)? {
                Ok(())
            } else {
                Err(io::ErrorKind::WouldBlock.into())
            }
        })
        .await
    }

    /// As mio reads epoll's flags.
    async fn until_readable(&self) -> io::Result<()> {
        let flags = PollFlags::IN | PollFlags::HUP;
        self.spin_until(|socket| Ok(socket.events(PollFlags::IN)?.intersects(flags)))
            .await
    }

    /// As mio reads epoll's flags.
    async fn until_writable(&self) -> io::Result<()> {
        let flags = PollFlags::OUT | PollFlags::HUP | PollFlags::ERR;
        self.spin_until(|socket| Ok(socket.events(PollFlags::OUT)?.intersects(flags)))
            .await
    }
}

impl<T: AsFd> Arrives for Socket<T> {
    async fn until(&self, arrival: Arrival) {
        self.spin_until(|socket| match arrival {
            Arrival::Bytes(count) => Ok(rustix::io::ioctl_fionread(&socket.0)? >= count as u64),
            Arrival::End => Ok(socket.events(PollFlags::RDHUP)?.contains(PollFlags::RDHUP)),
            Arrival::HangUp => Ok(socket.events(PollFlags::empty())?.contains(PollFlags::HUP)),
            Arrival::Error => Ok(socket.events(PollFlags::empty())?.contains(PollFlags::ERR)),
        })
        .await
        .unwrap();
    }
}

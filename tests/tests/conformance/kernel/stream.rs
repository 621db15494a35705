//! Streams, listeners and pipes of the kernel.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net as unix;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::io::{AsyncRead, AsyncWrite};
use rustix::event::PollFlags;
use rustix::net::sockopt;

use super::{Socket, address, spin, spun};
use crate::side::{Listener, Name, Reads, Stream, TcpSocket, TcpStream, Writes};

/// What is done to shut the write half down.
pub(super) trait ShutDown: AsFd + Unpin + 'static {
    fn shut_down_writing(&self) -> io::Result<()>;
}

impl ShutDown for net::TcpStream {
    fn shut_down_writing(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl ShutDown for unix::UnixStream {
    fn shut_down_writing(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl ShutDown for std::fs::File {
    fn shut_down_writing(&self) -> io::Result<()> {
        Ok(())
    }
}

impl<T: ShutDown> AsyncRead for Socket<T>
where
    for<'a> &'a T: Read,
{
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        spun(context, || (&self.0).read(buffer))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        spun(context, || (&self.0).read_vectored(buffers))
    }
}

impl<T: ShutDown> AsyncWrite for Socket<T>
where
    for<'a> &'a T: Write,
{
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        spun(context, || (&self.0).write(data))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        spun(context, || (&self.0).write_vectored(data))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready((&self.0).flush())
    }

    /// As tokio does it: of a connection that is over already `shutdown` says that it is not connected, which is no failure
    /// to close it.
    fn poll_close(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(match self.0.shut_down_writing() {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        })
    }
}

impl<T: ShutDown> Reads for Socket<T>
where
    for<'a> &'a T: Read,
{
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buffer)
    }

    fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        (&self.0).read_vectored(buffers)
    }

    async fn readable(&self) -> io::Result<()> {
        self.until_readable().await
    }
}

impl<T: ShutDown> Writes for Socket<T>
where
    for<'a> &'a T: Write,
{
    fn try_write(&self, data: &[u8]) -> io::Result<usize> {
        (&self.0).write(data)
    }

    fn try_write_vectored(&self, data: &[IoSlice<'_>]) -> io::Result<usize> {
        (&self.0).write_vectored(data)
    }

    async fn writable(&self) -> io::Result<()> {
        self.until_writable().await
    }
}

impl Stream for Socket<net::TcpStream> {
    type Address = SocketAddr;

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl Stream for Socket<unix::UnixStream> {
    type Address = Name;

    fn local_addr(&self) -> io::Result<Name> {
        Ok(address::name(&self.0.local_addr()?))
    }

    fn peer_addr(&self) -> io::Result<Name> {
        Ok(address::name(&self.0.peer_addr()?))
    }
}

impl TcpStream for Socket<net::TcpStream> {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        spin(|| self.0.peek(buffer)).await
    }

    fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        Ok(sockopt::set_socket_linger(&self.0, linger)?)
    }

    fn linger(&self) -> io::Result<Option<Duration>> {
        Ok(sockopt::socket_linger(&self.0)?)
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.0.take_error()
    }
}

/// With Nagle's algorithm a small write would wait for the acknowledgement of the one before, which takes real time.
fn without_delay(stream: net::TcpStream) -> io::Result<Socket<net::TcpStream>> {
    stream.set_nonblocking(true)?;
    // Of a connection that was reset in the meantime this fails; that is for the scenario to see.
    drop(stream.set_nodelay(true));
    Ok(Socket(stream))
}

impl Listener for Socket<net::TcpListener> {
    type Stream = Socket<net::TcpStream>;
    type Address = SocketAddr;

    async fn accept(&self) -> io::Result<(Self::Stream, SocketAddr)> {
        let (stream, from) = spin(|| self.0.accept()).await?;
        Ok((without_delay(stream)?, from))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Listener for Socket<unix::UnixListener> {
    type Stream = Socket<unix::UnixStream>;
    type Address = Name;

    async fn accept(&self) -> io::Result<(Self::Stream, Name)> {
        let (stream, from) = spin(|| self.0.accept()).await?;
        stream.set_nonblocking(true)?;
        Ok((Socket(stream), address::name(&from)))
    }

    fn local_addr(&self) -> io::Result<Name> {
        Ok(address::name(&self.0.local_addr()?))
    }
}

impl TcpSocket for Socket<OwnedFd> {
    type Stream = Socket<net::TcpStream>;
    type Listener = Socket<net::TcpListener>;

    fn set_reuseaddr(&self, reuse: bool) -> io::Result<()> {
        Ok(sockopt::set_socket_reuseaddr(&self.0, reuse)?)
    }

    fn bind(&self, address: SocketAddr) -> io::Result<()> {
        Ok(rustix::net::bind(&self.0, &address)?)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(rustix::net::getsockname(&self.0)?.try_into()?)
    }

    fn listen(self, backlog: u32) -> io::Result<Self::Listener> {
        rustix::net::listen(&self.0, backlog.try_into().unwrap_or(i32::MAX))?;
        Ok(Socket(self.0.into()))
    }

    async fn connect(self, address: SocketAddr) -> io::Result<Self::Stream> {
        match rustix::net::connect(&self.0, &address) {
            Ok(()) => {}
            Err(rustix::io::Errno::INPROGRESS) => {
                let finished = |socket: &Self| {
                    let events = socket.events(PollFlags::OUT)?;
                    Ok(events.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP))
                };
                self.spin_until(finished).await?;
                sockopt::socket_error(&self.0)??;
            }
            Err(error) => return Err(error.into()),
        }
        without_delay(self.0.into())
    }
}

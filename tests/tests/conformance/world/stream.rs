//! Streams, listeners and pipes of a world.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::time::Duration;

use solipsism::net::unix::pipe;
use solipsism::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

use super::name;
use crate::side::{self, Listener, Name, Reads, Stream, Writes};

macro_rules! reads {
    ($($socket:ty),+) => {
        $(impl Reads for $socket {
            fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.try_read(buffer)
            }

            fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.try_read_vectored(buffers)
            }

            async fn readable(&self) -> io::Result<()> {
                self.readable().await
            }
        })+
    };
}

macro_rules! writes {
    ($($socket:ty),+) => {
        $(impl Writes for $socket {
            fn try_write(&self, data: &[u8]) -> io::Result<usize> {
                self.try_write(data)
            }

            fn try_write_vectored(&self, data: &[IoSlice<'_>]) -> io::Result<usize> {
                self.try_write_vectored(data)
            }

            async fn writable(&self) -> io::Result<()> {
                self.writable().await
            }
        })+
    };
}

reads!(TcpStream, UnixStream, pipe::Receiver);
writes!(TcpStream, UnixStream, pipe::Sender);

impl Stream for TcpStream {
    type Address = SocketAddr;

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
    }
}

impl Stream for UnixStream {
    type Address = Name;

    fn local_addr(&self) -> io::Result<Name> {
        Ok(name(&self.local_addr()?))
    }

    fn peer_addr(&self) -> io::Result<Name> {
        Ok(name(&self.peer_addr()?))
    }
}

impl side::TcpStream for TcpStream {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.peek(buffer).await
    }

    fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        self.set_linger(linger)
    }

    fn linger(&self) -> io::Result<Option<Duration>> {
        self.linger()
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.take_error()
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;
    type Address = SocketAddr;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

impl Listener for UnixListener {
    type Stream = UnixStream;
    type Address = Name;

    async fn accept(&self) -> io::Result<(UnixStream, Name)> {
        let (stream, from) = self.accept().await?;
        Ok((stream, name(&from)))
    }

    fn local_addr(&self) -> io::Result<Name> {
        Ok(name(&self.local_addr()?))
    }
}

impl side::TcpSocket for TcpSocket {
    type Stream = TcpStream;
    type Listener = TcpListener;

    fn set_reuseaddr(&self, reuse: bool) -> io::Result<()> {
        self.set_reuseaddr(reuse)
    }

    fn bind(&self, address: SocketAddr) -> io::Result<()> {
        self.bind(address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        self.listen(backlog)
    }

    async fn connect(self, address: SocketAddr) -> io::Result<TcpStream> {
        self.connect(address).await
    }
}

//! Datagram sockets of the kernel.

use std::io;
use std::net::{Shutdown, SocketAddr, UdpSocket as StdUdpSocket};
use std::os::unix::net::UnixDatagram as StdUnixDatagram;

use super::{Socket, address, spin};
use crate::side::{Datagram, Name, UdpSocket, UnixDatagram};

impl Datagram for Socket<StdUdpSocket> {
    type Address = SocketAddr;

    async fn connect(&self, address: &SocketAddr) -> io::Result<()> {
        self.0.connect(address)
    }

    async fn send(&self, data: &[u8]) -> io::Result<usize> {
        spin(|| self.0.send(data)).await
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        spin(|| self.0.recv(buffer)).await
    }

    async fn send_to(&self, data: &[u8], to: &SocketAddr) -> io::Result<usize> {
        spin(|| self.0.send_to(data, to)).await
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        spin(|| self.0.recv_from(buffer)).await
    }

    fn try_send(&self, data: &[u8]) -> io::Result<usize> {
        self.0.send(data)
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer)
    }

    fn try_send_to(&self, data: &[u8], to: &SocketAddr) -> io::Result<usize> {
        self.0.send_to(data, to)
    }

    fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buffer)
    }

    async fn readable(&self) -> io::Result<()> {
        self.until_readable().await
    }

    async fn writable(&self) -> io::Result<()> {
        self.until_writable().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.0.take_error()
    }
}

impl UdpSocket for Socket<StdUdpSocket> {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        spin(|| self.0.peek(buffer)).await
    }

    async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        spin(|| self.0.peek_from(buffer)).await
    }

    fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.0.set_broadcast(broadcast)
    }
}

impl Datagram for Socket<StdUnixDatagram> {
    type Address = Name;

    async fn connect(&self, name: &Name) -> io::Result<()> {
        self.0.connect_addr(&address::of_name(name)?)
    }

    async fn send(&self, data: &[u8]) -> io::Result<usize> {
        spin(|| self.0.send(data)).await
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        spin(|| self.0.recv(buffer)).await
    }

    async fn send_to(&self, data: &[u8], to: &Name) -> io::Result<usize> {
        spin(|| self.try_send_to(data, to)).await
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Name)> {
        spin(|| self.try_recv_from(buffer)).await
    }

    fn try_send(&self, data: &[u8]) -> io::Result<usize> {
        self.0.send(data)
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer)
    }

    fn try_send_to(&self, data: &[u8], to: &Name) -> io::Result<usize> {
        self.0.send_to_addr(data, &address::of_name(to)?)
    }

    fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Name)> {
        let (count, from) = self.0.recv_from(buffer)?;
        Ok((count, address::name(&from)))
    }

    async fn readable(&self) -> io::Result<()> {
        self.until_readable().await
    }

    async fn writable(&self) -> io::Result<()> {
        self.until_writable().await
    }

    fn local_addr(&self) -> io::Result<Name> {
        Ok(address::name(&self.0.local_addr()?))
    }

    fn peer_addr(&self) -> io::Result<Name> {
        Ok(address::name(&self.0.peer_addr()?))
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.0.take_error()
    }
}

impl UnixDatagram for Socket<StdUnixDatagram> {
    fn shut_down_writing(&self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }
}

//! Datagram sockets of a world.

use std::io;
use std::net::{Shutdown, SocketAddr};

use solipsism::net::{UdpSocket, UnixDatagram};

use super::{name, path};
use crate::side::{self, Datagram, Name};

impl Datagram for UdpSocket {
    type Address = SocketAddr;

    async fn connect(&self, address: &SocketAddr) -> io::Result<()> {
        self.connect(address).await
    }

    async fn send(&self, data: &[u8]) -> io::Result<usize> {
        self.send(data).await
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv(buffer).await
    }

    async fn send_to(&self, data: &[u8], to: &SocketAddr) -> io::Result<usize> {
        self.send_to(data, *to).await
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.recv_from(buffer).await
    }

    fn try_send(&self, data: &[u8]) -> io::Result<usize> {
        self.try_send(data)
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_recv(buffer)
    }

    fn try_send_to(&self, data: &[u8], to: &SocketAddr) -> io::Result<usize> {
        self.try_send_to(data, *to)
    }

    fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.try_recv_from(buffer)
    }

    async fn readable(&self) -> io::Result<()> {
        self.readable().await
    }

    async fn writable(&self) -> io::Result<()> {
        self.writable().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.take_error()
    }
}

impl side::UdpSocket for UdpSocket {
    async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.peek(buffer).await
    }

    async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.peek_from(buffer).await
    }

    fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.set_broadcast(broadcast)
    }
}

impl Datagram for UnixDatagram {
    type Address = Name;

    async fn connect(&self, address: &Name) -> io::Result<()> {
        self.connect(path(address))
    }

    async fn send(&self, data: &[u8]) -> io::Result<usize> {
        self.send(data).await
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv(buffer).await
    }

    async fn send_to(&self, data: &[u8], to: &Name) -> io::Result<usize> {
        self.send_to(data, path(to)).await
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Name)> {
        let (count, from) = self.recv_from(buffer).await?;
        Ok((count, name(&from)))
    }

    fn try_send(&self, data: &[u8]) -> io::Result<usize> {
        self.try_send(data)
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_recv(buffer)
    }

    fn try_send_to(&self, data: &[u8], to: &Name) -> io::Result<usize> {
        self.try_send_to(data, path(to))
    }

    fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Name)> {
        let (count, from) = self.try_recv_from(buffer)?;
        Ok((count, name(&from)))
    }

    async fn readable(&self) -> io::Result<()> {
        self.readable().await
    }

    async fn writable(&self) -> io::Result<()> {
        self.writable().await
    }

    fn local_addr(&self) -> io::Result<Name> {
        Ok(name(&self.local_addr()?))
    }

    fn peer_addr(&self) -> io::Result<Name> {
        Ok(name(&self.peer_addr()?))
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.take_error()
    }
}

impl side::UnixDatagram for UnixDatagram {
    fn shut_down_writing(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

//! Sockets for datagrams: of UDP, and of unix.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::events::Happening;
use super::listening::{UnixEntry, target};
use super::ports::Holder;
use super::waiters::Waiters;
use super::{Addr, Call, Claim, HostId, Network, Protocol, Side, Ticket, UnixAddr};
use crate::core::Waiter;

/// A datagram socket, as its handle knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DatagramKey {
    serial: u64,
    slot: u32,
}

/// One datagram, with the hosts and addresses of both ends.
#[derive(Clone, Debug)]
pub(crate) struct Datagram {
    pub(super) from: (HostId, Addr),
    pub(super) to: (HostId, Addr),
    pub(super) bytes: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Datagrams {
    serial: u64,
    pub(super) host: HostId,
    pub(super) addr: Addr,
    claim: Option<Claim>,
    /// Where `send` sends to, and the only one from whom it receives.
    pub(super) peer: Option<Addr>,
    /// The other end of a pair.
    pair: Option<DatagramKey>,
    queue: VecDeque<Datagram>,
    pub(super) queued: usize,
    capacity: usize,
    broadcast: bool,
    error: Option<ErrorKind>,
    crashed: bool,
    pub(super) readers: Waiters,
    pub(super) writers: Waiters,
    pub(super) user: u32,
}

/// What fits into an IPv4 packet beside the headers.
const UDP_MAX: usize = 65_507;

/// Linux's `net.core.rmem_default`: what more arrives before somebody reads is lost.
const CAPACITY: usize = 212_992;

/// Linux's `net.unix.max_dgram_qlen`: a sender waits while more are queued.
const UNIX_QUEUE: usize = 10;

impl Datagrams {
    fn new(serial: u64, host: HostId, addr: Addr, user: u32) -> Self {
        Self {
            serial,
            host,
            addr,
            claim: None,
            peer: None,
            pair: None,
            queue: VecDeque::new(),
            queued: 0,
            capacity: CAPACITY,
            broadcast: false,
            error: None,
            crashed: false,
            readers: Waiters::default(),
            writers: Waiters::default(),
            user,
        }
    }

    fn is_full(&self) -> bool {
        self.queue.len() > UNIX_QUEUE
    }
}

impl Network {
    /// A UDP socket at a claimed address.
    ///
    /// # Errors
    ///
    /// `AddrInUse`.
    pub(crate) fn open_udp(&mut self, claim: Claim, call: &Call) -> io::Result<DatagramKey> {
        let slot = u32::try_from(self.datagrams.vacant_key()).expect("fewer than 2^32 sockets");
        self.ports.hold(claim, Holder::Datagrams(slot))?;
        let mut socket = Datagrams::new(self.serial(), claim.host, claim.addr.into(), call.task);
        socket.claim = Some(claim);
        Ok(self.add_datagrams(socket))
    }

    /// A unix socket for datagrams, with this path or name.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, `InvalidInput`.
    pub(crate) fn open_unix(&mut self, addr: &UnixAddr, call: &Call) -> io::Result<DatagramKey> {
        if !addr.is_unnamed() {
            let slot = u32::try_from(self.datagrams.vacant_key()).expect("fewer than 2^32 sockets");
            self.claim_unix(addr, UnixEntry::Datagrams(slot), call)?;
        }
        let socket = Datagrams::new(
            self.serial(),
            HostId(call.host),
            addr.clone().into(),
            call.task,
        );
        Ok(self.add_datagrams(socket))
    }

    /// Two unix sockets that are connected to each other.
    pub(crate) fn open_pair(&mut self, call: &Call) -> [DatagramKey; 2] {
        let [one, other] = [(); 2].map(|()| {
            let addr = UnixAddr::UNNAMED.into();
            let socket = Datagrams::new(self.serial(), HostId(call.host), addr, call.task);
            self.add_datagrams(socket)
        });
        self.datagram(one).pair = Some(other);
        self.datagram(other).pair = Some(one);
        [one, other]
    }

    fn add_datagrams(&mut self, socket: Datagrams) -> DatagramKey {
        let serial = socket.serial;
        let slot = self.datagrams.insert(socket);
        DatagramKey {
            serial,
            slot: u32::try_from(slot).expect("fewer than 2^32 sockets"),
        }
    }

    fn datagram(&mut self, key: DatagramKey) -> &mut Datagrams {
        self.find_datagram(key)
            .expect("a socket lives as long as its handle")
    }

    fn find_datagram(&mut self, key: DatagramKey) -> Option<&mut Datagrams> {
        let socket = self.datagrams.get_mut(key.slot as usize);
        socket.filter(|socket| socket.serial == key.serial)
    }

    pub(crate) fn datagram_addr(&mut self, key: DatagramKey) -> Addr {
        self.datagram(key).addr.clone()
    }

    /// # Errors
    ///
    /// `NotConnected`.
    pub(crate) fn datagram_peer(&mut self, key: DatagramKey) -> io::Result<Addr> {
        let socket = self.datagram(key);
        match (&socket.peer, socket.pair) {
            (Some(peer), _) => Ok(peer.clone()),
            (None, Some(_)) => Ok(UnixAddr::UNNAMED.into()),
            (None, None) => Err(ErrorKind::NotConnected.into()),
        }
    }

    pub(crate) fn is_broadcast(&mut self, key: DatagramKey) -> bool {
        self.datagram(key).broadcast
    }

    pub(crate) fn set_broadcast(&mut self, key: DatagramKey, on: bool) {
        self.datagram(key).broadcast = on;
    }

    pub(crate) fn take_datagram_error(&mut self, key: DatagramKey) -> Option<io::Error> {
        self.datagram(key).error.take().map(io::Error::from)
    }

    /// From now on the socket sends to `peer` and hears nobody else. A wildcard address becomes the one that leads
    /// there.
    ///
    /// # Errors
    ///
    /// Those of `send`; for unix sockets, if nobody is bound there.
    pub(crate) fn connect_datagrams(&mut self, key: DatagramKey, peer: &Addr) -> io::Result<()> {
        let socket = self.datagram(key);
        let host = socket.host;
        let local = socket.addr.as_inet();
        match peer {
            Addr::Inet(peer) => {
                let peer = target(*peer);
                let local = local.expect("an internet address connects a UDP socket");
                check_family(local, peer)?;
                let source = SocketAddr::new(self.hosts.source(host, peer.ip()), local.port());
                let socket = self.datagram(key);
                socket.peer = Some(peer.into());
                if local.ip().is_unspecified() {
                    socket.addr = source.into();
                }
            }
            Addr::Unix(name) => {
                self.unix_target(host, name)?;
                self.datagram(key).peer = Some(peer.clone());
            }
        }
        Ok(())
    }

    fn unix_target(&mut self, host: HostId, name: &UnixAddr) -> io::Result<DatagramKey> {
        match self.unix.get(&(host, name.clone())) {
            Some(UnixEntry::Datagrams(slot)) => Ok(DatagramKey {
                serial: self.datagrams[*slot as usize].serial,
                slot: *slot,
            }),
            None if name.as_pathname().is_some() => Err(io::Error::new(
                ErrorKind::NotFound,
                format!("no such socket: nothing was ever bound to {name}"),
            )),
            _ => Err(io::Error::new(
                ErrorKind::ConnectionRefused,
                format!("connection refused: no socket for datagrams is bound to {name}"),
            )),
        }
    }

    /// Sends one datagram, to `to` or to the connected peer.
    ///
    /// # Errors
    ///
    /// What Linux gives; `WouldBlock` if a unix socket's queue is full.
    pub(crate) fn send(
        &mut self,
        key: DatagramKey,
        to: Option<&Addr>,
        bytes: &[u8],
        call: &mut Call,
    ) -> io::Result<usize> {
        let socket = self.datagram(key);
        socket.user = call.task;
        if let Some(kind) = socket.error.take() {
            return Err(kind.into());
        }
        if socket.crashed {
            return Err(crashed());
        }
        let is_unix = socket.addr.as_unix().is_some();
        if is_unix {
            return self.send_unix(key, to, bytes, call);
        }
        let socket = self.datagram(key);
        let (host, local, broadcast) = (socket.host, socket.addr.clone(), socket.broadcast);
        let Some(to) = to.cloned().or_else(|| socket.peer.clone()) else {
            return Err(io::Error::new(
                ErrorKind::NotConnected,
                "this socket is not connected: use `send_to`, or `connect` it",
            ));
        };
        let local = local.as_inet().expect("it is a UDP socket");
        let to = target(to.as_inet().expect("it is a UDP address"));
        check_family(local, to)?;
        if bytes.len() > UDP_MAX {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "a datagram of {} bytes is too long: UDP carries {UDP_MAX} at most",
                    bytes.len()
                ),
            ));
        }
        if to.port() == 0 {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "no datagram can be sent to port 0",
            ));
        }
        if to.ip().is_multicast() {
            return Err(io::Error::new(
                ErrorKind::Unsupported,
                "multicast is not supported by this network",
            ));
        }
        let is_broadcast = to.ip() == IpAddr::V4(Ipv4Addr::BROADCAST);
        if is_broadcast && !broadcast {
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                "sending to the broadcast address needs `set_broadcast(true)`",
            ));
        }
        let source = if local.ip().is_unspecified() {
            let seen = if is_broadcast {
                self.hosts.v4(host).into()
            } else {
                to.ip()
            };
            SocketAddr::new(self.hosts.source(host, seen), local.port())
        } else {
            local
        };
        let targets = if is_broadcast {
            self.ports
                .on_port(Protocol::Udp, to.port())
                .filter(|(_, ip, _)| ip.is_unspecified())
                .map(|(host, ..)| host)
                .collect()
        } else {
            vec![self.hosts.at(to.ip(), host)]
        };
        for target in targets {
            let datagram = Datagram {
                from: (host, source.into()),
                to: (target, to.into()),
                bytes: bytes.to_vec(),
            };
            self.send_off(datagram, call);
        }
        Ok(bytes.len())
    }

    /// Puts a datagram on its link.
    pub(crate) fn send_off(&mut self, datagram: Datagram, call: &mut Call) {
        for (at, datagram) in self.links.scatter(datagram, call.now, &mut self.random) {
            if at == call.now {
                self.deliver(datagram, call);
            } else {
                self.schedule(at, Happening::Datagram(datagram));
            }
        }
    }

    /// A UDP datagram arrives.
    pub(super) fn deliver(&mut self, mut datagram: Datagram, call: &mut Call) {
        let (host, Addr::Inet(to)) = &datagram.to else {
            return;
        };
        let found = match self.ports.find(*host, Protocol::Udp, *to) {
            Some((Holder::Datagrams(slot), bound)) => Some((slot, bound.is_ipv6() && to.is_ipv4())),
            _ => None,
        };
        if let Some((slot, is_mapped)) = found {
            let socket = &mut self.datagrams[slot as usize];
            let hears = socket
                .peer
                .as_ref()
                .is_none_or(|peer| *peer == datagram.from.1);
            if hears {
                if is_mapped {
                    if let Addr::Inet(from) = &mut datagram.from.1 {
                        *from = super::connection::mapped(*from);
                    }
                }
                // As the kernel: what does not fit is lost.
                if socket.queued + datagram.bytes.len() <= socket.capacity {
                    socket.queued += datagram.bytes.len();
                    socket.queue.push_back(datagram);
                    socket.readers.wake(call);
                }
                return;
            }
        }
        // Nobody is there. A connected sender is told so (ICMP's port unreachable), any other is not.
        let (host, from) = &datagram.from;
        let Some(from) = from.as_inet() else { return };
        if let Some((Holder::Datagrams(slot), _)) = self.ports.find(*host, Protocol::Udp, from) {
            let sender = &mut self.datagrams[slot as usize];
            if sender.peer.as_ref() == Some(&datagram.to.1) {
                sender.error = Some(ErrorKind::ConnectionRefused);
                sender.readers.wake(call);
            }
        }
    }

    fn send_unix(
        &mut self,
        key: DatagramKey,
        to: Option<&Addr>,
        bytes: &[u8],
        call: &mut Call,
    ) -> io::Result<usize> {
        let target = self.unix_peer(key, to)?;
        let socket = self.datagram(key);
        let from = (socket.host, socket.addr.clone());
        let receiver = self.datagram(target);
        if receiver.is_full() {
            return Err(ErrorKind::WouldBlock.into());
        }
        receiver.queued += bytes.len();
        receiver.queue.push_back(Datagram {
            from,
            to: (receiver.host, receiver.addr.clone()),
            bytes: bytes.to_vec(),
        });
        receiver.readers.wake(call);
        Ok(bytes.len())
    }

    /// The socket that a unix socket's datagrams go to.
    fn unix_peer(&mut self, key: DatagramKey, to: Option<&Addr>) -> io::Result<DatagramKey> {
        let socket = self.datagram(key);
        let (host, peer, pair) = (socket.host, socket.peer.clone(), socket.pair);
        if let Some(Addr::Unix(name)) = to.or(peer.as_ref()) {
            return self.unix_target(host, name);
        }
        let Some(pair) = pair else {
            return Err(io::Error::new(
                ErrorKind::NotConnected,
                "this socket is not connected: use `send_to`, or `connect` it",
            ));
        };
        if self.find_datagram(pair).is_some() {
            return Ok(pair);
        }
        // Told once; from then on the socket is not connected.
        self.datagram(key).pair = None;
        Err(ErrorKind::ConnectionRefused.into())
    }

    /// The oldest datagram: how much of it went into `into`, and who sent it. What does not fit is lost with it.
    ///
    /// # Errors
    ///
    /// `WouldBlock`; `ConnectionRefused` once after a connected peer was found to be gone.
    pub(crate) fn recv(
        &mut self,
        key: DatagramKey,
        into: &mut [u8],
        call: &mut Call,
    ) -> io::Result<(usize, Addr)> {
        let received = self.peek_datagram(key, into, call)?;
        let socket = self.datagram(key);
        if let Some(datagram) = socket.queue.pop_front() {
            socket.queued -= datagram.bytes.len();
        }
        socket.writers.wake(call);
        Ok(received)
    }

    /// As `recv`, but leaves the datagram there.
    ///
    /// # Errors
    ///
    /// Those of `recv`.
    pub(crate) fn peek_datagram(
        &mut self,
        key: DatagramKey,
        into: &mut [u8],
        call: &Call,
    ) -> io::Result<(usize, Addr)> {
        let socket = self.datagram(key);
        socket.user = call.task;
        if let Some(kind) = socket.error.take() {
            return Err(kind.into());
        }
        let Some(datagram) = socket.queue.front() else {
            return Err(if socket.crashed {
                crashed()
            } else {
                ErrorKind::WouldBlock.into()
            });
        };
        let count = datagram.bytes.len().min(into.len());
        into[..count].copy_from_slice(&datagram.bytes[..count]);
        Ok((count, datagram.from.1.clone()))
    }

    /// Whether receiving, or sending, gives something else than `WouldBlock`.
    pub(crate) fn is_datagram_ready(&mut self, key: DatagramKey, side: Side) -> bool {
        let socket = self.datagram(key);
        match side {
            Side::Read => !socket.queue.is_empty() || socket.error.is_some() || socket.crashed,
            Side::Write => {
                let is_unix = socket.addr.as_unix().is_some();
                let connected = socket.peer.is_some() || socket.pair.is_some();
                !is_unix || !connected || self.blocking(key, None).is_none()
            }
        }
    }

    /// The socket whose queue has no room for what is sent to `to`.
    fn blocking(&mut self, key: DatagramKey, to: Option<&Addr>) -> Option<DatagramKey> {
        let socket = self.datagram(key);
        let (host, peer, pair) = (socket.host, socket.peer.clone(), socket.pair);
        let target = match to.or(peer.as_ref()) {
            Some(Addr::Unix(name)) => self.unix_target(host, name).ok(),
            Some(Addr::Inet(_)) => None,
            None => pair,
        }?;
        self.find_datagram(target)?.is_full().then_some(target)
    }

    /// Waits until something happens: with this socket, or for a sender with that whose queue is full.
    pub(crate) fn wait_datagram(
        &mut self,
        key: DatagramKey,
        side: Side,
        to: Option<&Addr>,
        ticket: Ticket,
        waiter: Waiter,
        call: &mut Call,
    ) {
        match side {
            Side::Read => self.datagram(key).readers.wait(ticket, waiter, call),
            Side::Write => {
                let target = self.blocking(key, to).unwrap_or(key);
                self.datagram(target).writers.wait(ticket, waiter, call);
            }
        }
    }

    /// Takes back what was asked for with this ticket.
    pub(crate) fn forget_datagram(
        &mut self,
        key: DatagramKey,
        side: Side,
        to: Option<&Addr>,
        ticket: Ticket,
        call: &mut Call,
    ) {
        if self.find_datagram(key).is_none() {
            return;
        }
        match side {
            Side::Read => self.datagram(key).readers.forget(ticket, call),
            Side::Write => {
                let target = self.blocking(key, to).unwrap_or(key);
                self.datagram(target).writers.forget(ticket, call);
            }
        }
    }

    /// The handle was dropped.
    pub(crate) fn close_datagrams(&mut self, key: DatagramKey, call: &mut Call) {
        if self.find_datagram(key).is_none() {
            return;
        }
        let mut socket = self.datagrams.remove(key.slot as usize);
        // Who waits for room in its queue learns that nobody is there.
        socket.writers.wake(call);
        socket.readers.clear(call);
        if !socket.crashed {
            self.vacate_datagrams(socket.host, socket.claim, &socket.addr);
        }
    }

    /// Nobody receives there any more.
    fn vacate_datagrams(&mut self, host: HostId, claim: Option<Claim>, addr: &Addr) {
        if let Some(claim) = claim {
            self.ports.release(claim);
        }
        if let Some(name) = addr.as_unix().filter(|name| !name.is_unnamed()) {
            self.release_unix(host, name.clone());
        }
    }

    pub(super) fn crash_datagrams(&mut self, host: HostId, call: &mut Call) {
        for slot in 0..self.datagrams.capacity() {
            let Some(socket) = self.datagrams.get_mut(slot) else {
                continue;
            };
            if socket.host != host || socket.crashed {
                continue;
            }
            socket.crashed = true;
            socket.readers.wake(call);
            socket.writers.wake(call);
            let (claim, addr) = (socket.claim, socket.addr.clone());
            self.vacate_datagrams(host, claim, &addr);
        }
    }
}

fn crashed() -> io::Error {
    io::Error::new(
        ErrorKind::ConnectionAborted,
        "the host of this socket crashed: bind a new one",
    )
}

fn check_family(local: SocketAddr, to: SocketAddr) -> io::Result<()> {
    let takes_both = local.is_ipv6() && local.ip().is_unspecified();
    if local.is_ipv4() == to.is_ipv4() || takes_both {
        return Ok(());
    }
    Err(io::Error::new(
        ErrorKind::InvalidInput,
        format!("a socket that is bound to {local} cannot reach {to}: one is IPv4, the other IPv6"),
    ))
}

//! Sockets for datagrams: what those of UDP and of unix have in common. How they send is in `udp` and `unix`.

mod udp;
mod unix;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};

use super::nesting::Gone;
use super::waiters::Waiters;
use super::{Addr, Birth, Call, HostId, Network, Side, Ticket};
use crate::core::{LoopId, Waiter};

pub(crate) use udp::Datagram;

/// A datagram socket, as its handle knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DatagramKey {
    serial: u64,
    slot: u32,
}

impl DatagramKey {
    pub(super) fn serial(self) -> u64 {
        self.serial
    }
}

#[derive(Debug)]
pub(super) struct Datagrams {
    serial: u64,
    pub(super) host: HostId,
    transport: Transport,
    queue: VecDeque<Unread>,
    /// What is unread takes this much: of what a UDP socket received, of what a unix socket sent.
    buffered: usize,
    /// Told to the next operation, and then no more.
    error: Option<ErrorKind>,
    gone: Option<Gone>,
    pub(super) owner: LoopId,
    pub(super) birth: Birth,
    pub(super) readers: Waiters,
    /// Only unix sockets wait to send.
    pub(super) writers: Waiters,
}

#[derive(Debug)]
enum Transport {
    Udp(udp::Port),
    Unix(unix::Mailbox),
}

/// A datagram that has arrived.
#[derive(Debug)]
struct Unread {
    bytes: Vec<u8>,
    from: Addr,
    /// The unix socket whose buffer it takes until it is read.
    sender: Option<DatagramKey>,
}

impl Unread {
    fn charge(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

/// Linux's `net.core.rmem_default` and `wmem_default`: a UDP socket loses what arrives beyond it, a unix socket waits
/// before it sends more.
const BUFFER: usize = 212_992;

/// What Linux charges beside the bytes of a small datagram on 64-bit machines. Without it, empty ones would never fill
/// a buffer.
const OVERHEAD: usize = 768;

impl Network {
    fn add_datagrams(&mut self, host: HostId, transport: Transport, call: &Call) -> DatagramKey {
        let serial = self.serial();
        let slot = self.vacant_datagrams();
        self.datagrams.insert(Datagrams {
            serial,
            host,
            transport,
            queue: VecDeque::new(),
            buffered: 0,
            error: None,
            gone: None,
            owner: call.owner,
            birth: call.birth(),
            readers: Waiters::default(),
            writers: Waiters::default(),
        });
        DatagramKey { serial, slot }
    }

    /// The slot of the socket that is added next.
    fn vacant_datagrams(&self) -> u32 {
        u32::try_from(self.datagrams.vacant_key()).expect("fewer than 2^32 sockets")
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
        self.datagram(key).addr()
    }

    /// # Errors
    ///
    /// `NotConnected`.
    pub(crate) fn datagram_peer(&mut self, key: DatagramKey) -> io::Result<Addr> {
        let peer = match &self.datagram(key).transport {
            Transport::Udp(port) => port.peer().map(Addr::from),
            Transport::Unix(mailbox) => mailbox.peer().cloned().map(Addr::from),
        };
        peer.ok_or_else(|| ErrorKind::NotConnected.into())
    }

    pub(crate) fn take_datagram_error(&mut self, key: DatagramKey) -> Option<io::Error> {
        self.datagram(key).error.take().map(io::Error::from)
    }

    /// From now on the socket sends to `peer` and hears nobody else.
    ///
    /// # Errors
    ///
    /// Those of `send`, but for what is still pending.
    pub(crate) fn connect_datagrams(
        &mut self,
        key: DatagramKey,
        peer: &Addr,
        call: &mut Call,
    ) -> io::Result<()> {
        if let Some(gone) = self.datagram(key).gone {
            return Err(gone.error("socket"));
        }
        match peer {
            Addr::Inet(peer) => self.connect_udp(key, *peer),
            Addr::Unix(peer) => self.connect_mailbox(key, peer, call),
        }
    }

    /// Sends one datagram, to `to` or to the connected peer.
    ///
    /// # Errors
    ///
    /// What Linux gives; `WouldBlock` while a unix socket must wait for a receiver.
    pub(crate) fn send(
        &mut self,
        key: DatagramKey,
        to: Option<&Addr>,
        bytes: &[u8],
        call: &mut Call,
    ) -> io::Result<usize> {
        let before = call.deeds.as_ref().map(Vec::len);
        match &self.datagram(key).transport {
            Transport::Udp(_) => {
                let to = to.map(|to| to.as_inet().expect("a UDP socket sends to its own kind"));
                self.send_udp(key, to, bytes, call)?;
            }
            Transport::Unix(_) => {
                let to = to.map(|to| to.as_unix().expect("a unix socket sends to its own kind"));
                self.send_unix(key, to, bytes, call)?;
            }
        }
        if let Some(before) = before {
            let to = to.cloned().or_else(|| self.datagram_peer(key).ok());
            self.note_sent(to, bytes, before, call);
        }
        Ok(bytes.len())
    }

    /// The oldest datagram: how much of it went into `into`, and who sent it. What does not fit is lost with it.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, what is pending, and `ConnectionAborted` once the host has crashed.
    pub(crate) fn recv(
        &mut self,
        key: DatagramKey,
        into: &mut [u8],
        call: &mut Call,
    ) -> io::Result<(usize, Addr)> {
        let received = self.peek_datagram(key, into)?;
        if call.deeds.is_some() {
            self.note_taken(&received.1, &into[..received.0], call);
        }
        if let Some(read) = self.datagram(key).queue.pop_front() {
            self.give_back(key, &read, call);
        }
        self.admit_senders(key, call);
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
    ) -> io::Result<(usize, Addr)> {
        let socket = self.datagram(key);
        socket.fail()?;
        let Some(unread) = socket.queue.front() else {
            return Err(ErrorKind::WouldBlock.into());
        };
        let count = unread.bytes.len().min(into.len());
        into[..count].copy_from_slice(&unread.bytes[..count]);
        Ok((count, unread.from.clone()))
    }

    /// Gives the room of a datagram back that `receiver` has read or lost.
    fn give_back(&mut self, receiver: DatagramKey, read: &Unread, call: &mut Call) {
        if let Some(payer) = self.find_datagram(read.sender.unwrap_or(receiver)) {
            payer.buffered -= read.charge();
            payer.writers.wake(call);
        }
    }

    /// Loses everything that was not read.
    fn purge(&mut self, key: DatagramKey, call: &mut Call) {
        for lost in std::mem::take(&mut self.datagram(key).queue) {
            self.give_back(key, &lost, call);
        }
        self.admit_senders(key, call);
    }

    /// As on Linux, where an error alone makes nothing readable.
    pub(crate) fn is_datagram_ready(&mut self, key: DatagramKey, side: Side) -> bool {
        let socket = self.datagram(key);
        match (side, &socket.transport) {
            (_, _) if socket.gone.is_some() => true,
            (Side::Read, _) => !socket.queue.is_empty(),
            (Side::Write, Transport::Udp(_)) => true,
            (Side::Write, Transport::Unix(_)) => self.is_mailbox_writable(key),
        }
    }

    /// Waits until something happens that may let `recv` or `send` go on.
    pub(crate) fn wait_datagram(
        &mut self,
        key: DatagramKey,
        side: Side,
        ticket: Ticket,
        waiter: Waiter,
        call: &mut Call,
    ) {
        self.datagram(key).waiters(side).wait(ticket, waiter, call);
    }

    /// Takes back what was asked for with this ticket.
    pub(crate) fn forget_datagram(
        &mut self,
        key: DatagramKey,
        side: Side,
        ticket: Ticket,
        call: &mut Call,
    ) {
        if let Some(socket) = self.find_datagram(key) {
            socket.waiters(side).forget(ticket, call);
        }
    }

    /// The handle was dropped.
    pub(crate) fn close_datagrams(&mut self, key: DatagramKey, call: &mut Call) {
        if self.find_datagram(key).is_none() {
            return;
        }
        self.purge(key, call);
        self.vacate_datagrams(key, call);
        let mut socket = self.datagrams.remove(key.slot as usize);
        socket.readers.clear(call);
        socket.writers.clear(call);
    }

    /// Nobody receives there any more.
    fn vacate_datagrams(&mut self, key: DatagramKey, call: &mut Call) {
        let socket = self.datagram(key);
        let (host, owner) = (socket.host, socket.owner);
        if call.deeds.is_some() && socket.has_place() {
            let addr = socket.addr();
            self.note_end_of_binding(host, &addr, call);
        }
        let socket = self.datagram(key);
        match &mut socket.transport {
            Transport::Udp(port) => {
                if let Some(claim) = port.claim.take() {
                    self.ports.release(claim);
                }
            }
            Transport::Unix(mailbox) => {
                if let Some(name) = mailbox.place.take() {
                    self.release_unix(host, name, owner);
                }
            }
        }
    }

    /// What these sockets were to receive is lost, and whoever uses one is told why.
    pub(super) fn end_datagrams(
        &mut self,
        why: Gone,
        which: impl Fn(&Datagrams) -> bool,
        call: &mut Call,
    ) {
        let sockets = self.datagrams.iter();
        let ending = sockets.filter(|(_, socket)| which(socket) && socket.gone.is_none());
        let keys: Vec<_> = ending.map(|(slot, socket)| socket.key(slot)).collect();
        for key in keys {
            self.vacate_datagrams(key, call);
            let socket = self.datagram(key);
            socket.gone = Some(why);
            socket.readers.wake(call);
            socket.writers.wake(call);
            self.purge(key, call);
        }
    }
}

impl Datagrams {
    fn key(&self, slot: usize) -> DatagramKey {
        DatagramKey {
            serial: self.serial,
            slot: u32::try_from(slot).expect("fewer than 2^32 sockets"),
        }
    }

    pub(super) fn addr(&self) -> Addr {
        match &self.transport {
            Transport::Udp(port) => port.addr().into(),
            Transport::Unix(mailbox) => mailbox.addr.clone().into(),
        }
    }

    /// Whether others can send to it by its address.
    fn has_place(&self) -> bool {
        match &self.transport {
            Transport::Udp(port) => port.claim.is_some(),
            Transport::Unix(mailbox) => mailbox.place.is_some(),
        }
    }

    /// How many datagrams nobody has read.
    pub(super) fn unread(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone.is_some()
    }

    /// Tells what is pending.
    fn fail(&mut self) -> io::Result<()> {
        if let Some(gone) = self.gone {
            return Err(gone.error("socket"));
        }
        self.error.take().map_or(Ok(()), |kind| Err(kind.into()))
    }

    fn waiters(&mut self, side: Side) -> &mut Waiters {
        match side {
            Side::Read => &mut self.readers,
            Side::Write => &mut self.writers,
        }
    }
}

fn not_connected() -> io::Error {
    io::Error::new(
        ErrorKind::NotConnected,
        "this socket is not connected: use `send_to`, or `connect` it",
    )
}

fn too_long(bytes: &[u8], most: usize) -> io::Error {
    let count = bytes.len();
    io::Error::new(
        ErrorKind::InvalidInput,
        format!("a datagram of {count} bytes is too long: {most} fit at most"),
    )
}

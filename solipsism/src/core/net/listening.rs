//! How streams come about: sockets that listen, and those that connect to them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::nesting::Gone;
use super::options::check_capacity;
use super::pipe::Payload;
use super::ports::Holder;
use super::waiters::{AskedAt, Waiters};
use super::{
    Addr, Birth, Call, Claim, EndKey, HostId, Network, Options, Protocol, Sharing, Ticket, UnixAddr,
};
use crate::core::{LoopId, Waiter};

/// A listener, as its handle knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListenerKey {
    pub(super) serial: u64,
    pub(super) slot: u32,
}

/// How many connections may wait to be accepted; Linux lets one more in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backlog(pub(crate) u32);

#[derive(Debug)]
pub(super) struct Listener {
    pub(super) serial: u64,
    pub(super) host: HostId,
    pub(super) owner: LoopId,
    pub(super) addr: Addr,
    /// Until it is `gone`.
    place: Option<Place>,
    /// Why nobody listens there any more, though its handle is there.
    pub(super) gone: Option<Gone>,
    pub(super) backlog: usize,
    /// The servers' ends that wait to be accepted.
    pub(super) queue: VecDeque<EndKey>,
    /// The clients' ends for which the backlog has no room.
    pub(super) waiting: VecDeque<EndKey>,
    pub(super) acceptors: Waiters,
    /// Of the streams that it accepts.
    pub(super) options: Options,
    /// Whoever accepts a connection says when its client is connected.
    pub(super) answers_late: bool,
    pub(super) birth: Birth,
}

/// What a listener occupies.
#[derive(Debug)]
enum Place {
    Port(Claim),
    Unix(UnixAddr),
}

/// What is known of the path or name of a unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnixEntry {
    Listener(u32),
    Datagrams(u32),
    /// The socket is closed, and its path still there, until this loop ends.
    Stale {
        owner: LoopId,
    },
}

/// As `sockaddr_un` has room for, but for the terminating zero.
const UNIX_PATH_MAX: usize = 107;

impl Network {
    /// Binds an address of whichever host it belongs to; wildcards and loopback addresses are the caller's own.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, and `AddrNotAvailable` for what no single host can have.
    pub(crate) fn claim(
        &mut self,
        protocol: Protocol,
        addr: SocketAddr,
        sharing: Sharing,
        call: &Call,
    ) -> io::Result<Claim> {
        let ip = addr.ip();
        if ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
            return Err(io::Error::new(
                ErrorKind::AddrNotAvailable,
                format!("address not available: {ip} is not one host's"),
            ));
        }
        let host = self.hosts.at(ip, HostId(call.host));
        self.ports.claim(host, protocol, addr, sharing, call.owner)
    }

    pub(crate) fn share(&mut self, claim: Claim, sharing: Sharing) {
        self.ports.share(claim, sharing);
    }

    pub(crate) fn release(&mut self, claim: Claim) {
        self.ports.release(claim);
    }

    /// A port that nobody has bound, never the same twice; see [`Ports::unused`](super::ports::Ports).
    pub(crate) fn unused_port(&mut self) -> Option<u16> {
        self.ports.unused()
    }

    /// Listens at a claimed address.
    ///
    /// # Errors
    ///
    /// `AddrInUse` if another that shares the address listens already.
    pub(crate) fn listen(
        &mut self,
        claim: Claim,
        backlog: Backlog,
        options: Options,
        call: &mut Call,
    ) -> io::Result<ListenerKey> {
        let slot = self.vacant_listener();
        self.ports.hold(claim, Holder::Listener(slot))?;
        let addr = claim.addr.into();
        Ok(self.add_listener(claim.host, addr, Place::Port(claim), backlog, options, call))
    }

    /// Listens at the path or name of a unix socket. The path of a socket that is closed can be taken anew, since
    /// there is no file that somebody could remove.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, `InvalidInput`.
    pub(crate) fn listen_unix(
        &mut self,
        addr: &UnixAddr,
        backlog: Backlog,
        call: &mut Call,
    ) -> io::Result<ListenerKey> {
        let slot = self.vacant_listener();
        self.claim_unix(addr, UnixEntry::Listener(slot), call)?;
        let place = Place::Unix(addr.clone());
        let host = HostId(call.host);
        Ok(self.add_listener(
            host,
            addr.clone().into(),
            place,
            backlog,
            Options::default(),
            call,
        ))
    }

    pub(super) fn claim_unix(
        &mut self,
        addr: &UnixAddr,
        entry: UnixEntry,
        call: &Call,
    ) -> io::Result<()> {
        check_unix(addr)?;
        let key = (HostId(call.host), addr.clone());
        if self
            .unix
            .get(&key)
            .is_some_and(|entry| !matches!(entry, UnixEntry::Stale { .. }))
        {
            return Err(io::Error::new(
                ErrorKind::AddrInUse,
                format!("address in use: another socket is bound to {addr}"),
            ));
        }
        self.unix.insert(key, entry);
        Ok(())
    }

    pub(super) fn release_unix(&mut self, host: HostId, addr: UnixAddr, owner: LoopId) {
        if addr.as_pathname().is_some() {
            self.unix.insert((host, addr), UnixEntry::Stale { owner });
        } else {
            self.unix.remove(&(host, addr));
        }
    }

    fn vacant_listener(&self) -> u32 {
        u32::try_from(self.listeners.vacant_key()).expect("fewer than 2^32 listeners")
    }

    fn add_listener(
        &mut self,
        host: HostId,
        addr: Addr,
        place: Place,
        backlog: Backlog,
        options: Options,
        call: &mut Call,
    ) -> ListenerKey {
        if call.deeds.is_some() {
            self.note_listening(host, &addr, call);
        }
        let serial = self.serial();
        let slot = self.listeners.insert(Listener {
            serial,
            host,
            owner: call.owner,
            addr,
            place: Some(place),
            gone: None,
            backlog: backlog.0 as usize + 1,
            queue: VecDeque::new(),
            waiting: VecDeque::new(),
            acceptors: Waiters::default(),
            options,
            answers_late: false,
            birth: call.birth(),
        });
        // Whoever was there first is answered first.
        for end in std::mem::take(&mut self.unanswered) {
            self.admit(end, call);
        }
        ListenerKey {
            serial,
            slot: u32::try_from(slot).expect("`vacant_listener` has seen it"),
        }
    }

    pub(super) fn find_listener(&mut self, key: ListenerKey) -> Option<&mut Listener> {
        let listener = self.listeners.get_mut(key.slot as usize);
        listener.filter(|listener| listener.serial == key.serial)
    }

    pub(super) fn listener(&mut self, key: ListenerKey) -> &mut Listener {
        self.find_listener(key)
            .expect("a listener lives as long as its handle")
    }

    pub(crate) fn listener_addr(&mut self, key: ListenerKey) -> Addr {
        self.listener(key).addr.clone()
    }

    /// # Errors
    ///
    /// `InvalidInput` for a capacity of 0.
    pub(crate) fn set_listener_capacity(
        &mut self,
        key: ListenerKey,
        capacity: usize,
    ) -> io::Result<()> {
        check_capacity(capacity)?;
        let options = &mut self.listener(key).options;
        options.send_buffer = Some(capacity);
        options.recv_buffer = Some(capacity);
        Ok(())
    }

    pub(crate) fn listener_options(&mut self, key: ListenerKey) -> &mut Options {
        &mut self.listener(key).options
    }

    /// From now on a client is connected when [`answer`](Self::answer) says so of the end that was accepted; it is refused
    /// if that is closed before.
    pub(crate) fn answer_late(&mut self, key: ListenerKey) {
        self.listener(key).answers_late = true;
    }

    /// Connects the client at the other end of what was accepted.
    pub(crate) fn answer(&mut self, key: EndKey, call: &mut Call) {
        self.connections[key.slot()].is_answered = true;
        self.transmit(key.peer(), Payload::Opened, call);
    }

    /// The next connection that waits, and the address of its other end.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, and `ConnectionAborted` once the host has crashed.
    pub(crate) fn accept(
        &mut self,
        key: ListenerKey,
        call: &mut Call,
    ) -> io::Result<(EndKey, Addr)> {
        let listener = self.listener(key);
        if let Some(gone) = listener.gone {
            return Err(gone.error("listener"));
        }
        let Some(end) = listener.queue.pop_front() else {
            return Err(ErrorKind::WouldBlock.into());
        };
        let birth = Birth {
            since: call.now(),
            site: call.site.or(listener.birth.site),
        };
        self.refill(key, call);
        let connection = &mut self.connections[end.slot()];
        connection.ends[1].birth = birth;
        connection.ends[1].user = call.task;
        connection.ends[1].owner = call.owner;
        let from = connection.addr(0, 1);
        if call.deeds.is_some() {
            self.note_accept(end, call);
        }
        Ok((end, from))
    }

    /// Waits for a connection.
    pub(crate) fn wait_accept(
        &mut self,
        key: ListenerKey,
        ticket: Ticket,
        waiter: Waiter,
        call: &mut Call,
    ) {
        if ticket == Ticket::POLL {
            self.asked.note(&waiter, AskedAt::Listener(key));
        }
        self.listener(key).acceptors.wait(ticket, waiter, call);
    }

    pub(crate) fn forget_accept(&mut self, key: ListenerKey, ticket: Ticket, call: &mut Call) {
        self.listener(key).acceptors.forget(ticket, call);
    }

    /// The handle of a listener was dropped: who waits to be accepted is reset, who waits to get in there is refused.
    pub(crate) fn close_listener(&mut self, key: ListenerKey, call: &mut Call) {
        let listener = self.listeners.get_mut(key.slot as usize);
        if listener.is_none_or(|listener| listener.serial != key.serial) {
            return;
        }
        self.vacate_listener(key, call);
        let mut listener = self.listeners.remove(key.slot as usize);
        listener.acceptors.clear(call);
    }

    /// Nobody listens there any more, and whoever accepts is told why.
    pub(super) fn end_listeners(
        &mut self,
        why: Gone,
        which: impl Fn(&Listener) -> bool,
        call: &mut Call,
    ) {
        let ending = self
            .listeners
            .iter()
            .filter(|(_, listener)| which(listener) && listener.gone.is_none());
        let keys: Vec<_> = ending.map(|(slot, listener)| listener.key(slot)).collect();
        for key in keys {
            self.vacate_listener(key, call);
            let listener = self.listener(key);
            listener.gone = Some(why);
            listener.acceptors.wake(call);
        }
    }

    /// Nobody listens there any more.
    fn vacate_listener(&mut self, key: ListenerKey, call: &mut Call) {
        if call.deeds.is_some() {
            self.note_end_of_listening(key, call);
        }
        let listener = self.listener(key);
        let (host, owner) = (listener.host, listener.owner);
        let place = listener.place.take();
        let queue = std::mem::take(&mut listener.queue);
        let waiting = std::mem::take(&mut listener.waiting);
        match place {
            Some(Place::Port(claim)) => self.ports.release(claim),
            Some(Place::Unix(addr)) => self.release_unix(host, addr, owner),
            None => {}
        }
        for end in queue {
            self.abort(end, call);
        }
        for end in waiting {
            self.admit(end, call);
        }
    }
}

impl ListenerKey {
    pub(super) fn slot(self) -> usize {
        self.slot as usize
    }
}

impl Listener {
    /// Whether its address is still its own.
    pub(super) fn is_somewhere(&self) -> bool {
        self.place.is_some()
    }

    fn key(&self, slot: usize) -> ListenerKey {
        ListenerKey {
            serial: self.serial,
            slot: u32::try_from(slot).expect("fewer than 2^32 listeners"),
        }
    }
}

pub(super) fn check_unix(addr: &UnixAddr) -> io::Result<()> {
    let refuse = |text: &str| Err(io::Error::new(ErrorKind::InvalidInput, text));
    if addr.is_unnamed() {
        return refuse("a unix socket needs a path or an abstract name, and this one is empty");
    }
    let bytes = addr
        .as_pathname()
        .map(|path| path.as_os_str().as_encoded_bytes());
    if bytes.is_some_and(|bytes| bytes.contains(&0)) {
        return refuse("the path of a unix socket must not contain zero bytes");
    }
    let name = bytes.or(addr.as_abstract_name()).unwrap_or_default();
    if name.len() > UNIX_PATH_MAX {
        return refuse("the path of a unix socket must be shorter than 108 bytes (`SUN_LEN`)");
    }
    Ok(())
}

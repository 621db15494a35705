//! How streams come about: sockets that listen, and those that connect to them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::connection::{End, Stage, check_capacity, connect_error};
use super::pipe::Payload;
use super::ports::Holder;
use super::waiters::{AskedAt, Waiters};
use super::{
    Addr, Call, Claim, EndKey, HostId, Kind, Network, Options, Protocol, Sharing, Ticket, UnixAddr,
};
use crate::core::Waiter;

/// A listener, as its handle knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListenerKey {
    serial: u64,
    slot: u32,
}

/// How many connections may wait to be accepted; Linux lets one more in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backlog(pub(crate) u32);

#[derive(Debug)]
pub(super) struct Listener {
    serial: u64,
    pub(super) host: HostId,
    pub(super) addr: Addr,
    /// Until its host crashes.
    place: Option<Place>,
    backlog: usize,
    /// The servers' ends that wait to be accepted.
    queue: VecDeque<EndKey>,
    /// The clients' ends for which the backlog has no room.
    waiting: VecDeque<EndKey>,
    pub(super) acceptors: Waiters,
    /// Of the streams that it accepts.
    options: Options,
    pub(super) user: u32,
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
    /// The socket is closed, and its path still there.
    Stale,
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
        self.ports.claim(host, protocol, addr, sharing)
    }

    pub(crate) fn share(&mut self, claim: Claim, sharing: Sharing) {
        self.ports.share(claim, sharing);
    }

    pub(crate) fn release(&mut self, claim: Claim) {
        self.ports.release(claim);
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
            .is_some_and(|entry| *entry != UnixEntry::Stale)
        {
            return Err(io::Error::new(
                ErrorKind::AddrInUse,
                format!("address in use: another socket is bound to {addr}"),
            ));
        }
        self.unix.insert(key, entry);
        Ok(())
    }

    pub(super) fn release_unix(&mut self, host: HostId, addr: UnixAddr) {
        if addr.as_pathname().is_some() {
            self.unix.insert((host, addr), UnixEntry::Stale);
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
        let serial = self.serial();
        let slot = self.listeners.insert(Listener {
            serial,
            host,
            addr,
            place: Some(place),
            backlog: backlog.0 as usize + 1,
            queue: VecDeque::new(),
            waiting: VecDeque::new(),
            acceptors: Waiters::default(),
            options,
            user: call.task,
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

    fn listener(&mut self, key: ListenerKey) -> &mut Listener {
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
        listener.user = call.task;
        if listener.place.is_none() {
            return Err(io::Error::new(
                ErrorKind::ConnectionAborted,
                "the host of this listener crashed: bind a new one",
            ));
        }
        let Some(end) = listener.queue.pop_front() else {
            return Err(ErrorKind::WouldBlock.into());
        };
        self.refill(key, call);
        let connection = &mut self.connections[end.slot()];
        connection.ends[1].user = call.task;
        Ok((end, connection.addr(0, 1)))
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

    /// Nobody listens there any more.
    fn vacate_listener(&mut self, key: ListenerKey, call: &mut Call) {
        let listener = self.listener(key);
        let host = listener.host;
        let place = listener.place.take();
        let queue = std::mem::take(&mut listener.queue);
        let waiting = std::mem::take(&mut listener.waiting);
        match place {
            Some(Place::Port(claim)) => self.ports.release(claim),
            Some(Place::Unix(addr)) => self.release_unix(host, addr),
            None => {}
        }
        for end in queue {
            self.abort(end, call);
        }
        for end in waiting {
            self.admit(end, call);
        }
    }

    /// Begins to connect to an address; [`connected`](Self::connected) says how that goes.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if a bound address is of the other family; the claim is released then.
    pub(crate) fn connect(
        &mut self,
        dest: SocketAddr,
        claim: Option<Claim>,
        options: Options,
        call: &mut Call,
    ) -> io::Result<EndKey> {
        let sees_mapped = dest.is_ipv6() && dest.ip().to_canonical().is_ipv4();
        let claimed = claim.map(|claim| claim.addr.ip().to_canonical());
        let dest = target(dest, claimed.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let from = claim.map_or(HostId(call.host), |claim| claim.host);
        let host = self.hosts.at(dest.ip(), from);
        let own = match (claim, claimed) {
            (Some(claim), Some(ip)) if !ip.is_unspecified() && ip.is_ipv4() != dest.is_ipv4() => {
                self.ports.release(claim);
                return Err(io::Error::new(
                    ErrorKind::InvalidInput,
                    format!(
                        "a socket that is bound to {} cannot connect to {dest}: one is IPv4, the other IPv6",
                        claim.addr
                    ),
                ));
            }
            (_, Some(ip)) if !ip.is_unspecified() => ip,
            _ => self.hosts.source(from, dest.ip()),
        };
        let source = SocketAddr::new(own, claim.map_or(0, |claim| claim.addr.port()));
        let mut client = End::new(from, source.into(), options, call.task);
        client.sees_mapped = sees_mapped;
        client.claim = claim;
        let mut server = End::new(host, dest.into(), Options::default(), u32::MAX);
        server.held = false;
        let end = self.insert(
            Kind::Tcp,
            Stage::Connecting,
            [client, server],
            self.capacity,
        );
        self.transmit(end.peer(), Payload::Open, call);
        // Where nobody answers, the end of the instant does.
        if self.is_connecting(end) && self.unanswered.last() != Some(&end) {
            self.schedule_give_up(end, call);
        }
        Ok(end)
    }

    /// Begins to connect to a unix socket of the caller's host.
    ///
    /// # Errors
    ///
    /// `InvalidInput`.
    pub(crate) fn connect_unix(&mut self, dest: &UnixAddr, call: &mut Call) -> io::Result<EndKey> {
        check_unix(dest)?;
        let host = HostId(call.host);
        let client = End::new(
            host,
            UnixAddr::UNNAMED.into(),
            Options::default(),
            call.task,
        );
        let mut server = End::new(host, dest.clone().into(), Options::default(), u32::MAX);
        server.held = false;
        let end = self.insert(
            Kind::Unix,
            Stage::Connecting,
            [client, server],
            self.capacity,
        );
        self.transmit(end.peer(), Payload::Open, call);
        Ok(end)
    }

    fn is_connecting(&self, end: EndKey) -> bool {
        self.connection(end)
            .is_some_and(|connection| connection.stage == Stage::Connecting)
    }

    /// How connecting went, once that is known.
    pub(crate) fn connected(&self, end: EndKey) -> Option<io::Result<()>> {
        let connection = self.connection(end)?;
        match connection.stage {
            Stage::Connecting => None,
            Stage::Open => Some(Ok(())),
            Stage::Failed(kind) => {
                let dest = &connection.ends[1].addr;
                let name = dest
                    .as_inet()
                    .and_then(|dest| self.hosts.reverse(dest.ip()));
                Some(Err(connect_error(kind, dest, name)))
            }
        }
    }

    /// Why nobody took a connection.
    pub(super) fn refusal(&self, end: EndKey) -> ErrorKind {
        let server = &self.connections[end.slot()].ends[1];
        let Some(addr) = server.addr.as_unix() else {
            return ErrorKind::ConnectionRefused;
        };
        match self.unix.get(&(server.host, addr.clone())) {
            None if addr.as_pathname().is_some() => ErrorKind::NotFound,
            // Linux's `EPROTOTYPE`, which has no kind.
            Some(UnixEntry::Datagrams(_)) => ErrorKind::InvalidInput,
            _ => ErrorKind::ConnectionRefused,
        }
    }

    /// A client knocks at the address that it wants to connect to.
    pub(super) fn admit(&mut self, client: EndKey, call: &mut Call) {
        if !self.is_connecting(client) {
            return;
        }
        let Some(slot) = self.listener_for(client) else {
            self.unanswered.push(client);
            return;
        };
        let listener = &mut self.listeners[slot as usize];
        if listener.queue.len() >= listener.backlog {
            listener.waiting.push_back(client);
            return;
        }
        let options = listener.options;
        let is_v6 = listener.addr.as_inet().is_some_and(|addr| addr.is_ipv6());
        let key = ListenerKey {
            serial: listener.serial,
            slot,
        };
        if let Err(kind) = self.name_client(client) {
            self.fail(client, kind, call);
            return;
        }
        let connection = &mut self.connections[client.slot()];
        let server = &mut connection.ends[1];
        server.sees_mapped = is_v6 && server.addr.as_inet().is_some_and(|addr| addr.is_ipv4());
        server.held = true;
        server.options = options;
        connection.size_pipes(self.capacity);
        let listener = self.listener(key);
        listener.queue.push_back(client.peer());
        listener.acceptors.wake(call);
        self.transmit(client, Payload::Opened, call);
    }

    /// The slot of the listener that answers a client.
    fn listener_for(&self, client: EndKey) -> Option<u32> {
        let server = &self.connections[client.slot()].ends[1];
        match &server.addr {
            Addr::Inet(dest) => match self.ports.find(server.host, Protocol::Tcp, *dest) {
                Some((Holder::Listener(slot), _)) => Some(slot),
                _ => None,
            },
            Addr::Unix(addr) => match self.unix.get(&(server.host, addr.clone())) {
                Some(UnixEntry::Listener(slot)) => Some(*slot),
                _ => None,
            },
        }
    }

    /// Those who wait for room in a backlog get it.
    fn refill(&mut self, key: ListenerKey, call: &mut Call) {
        loop {
            let listener = self.listener(key);
            if listener.queue.len() >= listener.backlog {
                return;
            }
            let Some(next) = listener.waiting.pop_front() else {
                return;
            };
            self.admit(next, call);
        }
    }

    /// A client that has given up waits for no room in a backlog any more.
    pub(super) fn withdraw(&mut self, client: EndKey) {
        if let Some(slot) = self.listener_for(client) {
            let waiting = &mut self.listeners[slot as usize].waiting;
            waiting.retain(|other| *other != client);
        }
    }

    /// A client's port is taken when somebody takes the connection, so that a refused one takes none.
    fn name_client(&mut self, client: EndKey) -> Result<(), ErrorKind> {
        let end = &mut self.connections[client.slot()].ends[0];
        if let Addr::Inet(addr) = &mut end.addr {
            if addr.port() == 0 {
                let port = self.ports.take_client(end.host, addr.ip());
                addr.set_port(port.ok_or(ErrorKind::AddrNotAvailable)?);
            }
        }
        Ok(())
    }

    /// Resets the connections of a host and closes what listens there.
    pub(crate) fn crash(&mut self, host: HostId, call: &mut Call) {
        let ends: Vec<EndKey> = self
            .connections
            .iter()
            .flat_map(|(slot, connection)| {
                [0, 1].map(|side| {
                    (
                        EndKey::new(slot, connection.serial, side),
                        &connection.ends[side],
                    )
                })
            })
            .filter(|(_, end)| end.host == host && end.held)
            .map(|(key, _)| key)
            .collect();
        for end in ends {
            let Some(connection) = self.connection(end) else {
                continue;
            };
            if connection.stage == Stage::Connecting && end.side() == 0 {
                self.fail(end, ErrorKind::ConnectionAborted, call);
                continue;
            }
            let is_tcp = connection.kind.is_tcp();
            let own = &connection.ends[end.side()];
            let is_cut = self
                .links
                .is_cut(host, connection.ends[end.peer().side()].host);
            // The address can be bound anew at once, however long the other end takes to close.
            if let Some(claim) = own.claim {
                self.ports.release(claim);
            }
            let connection = &mut self.connections[end.slot()];
            connection.reset(end.side(), call);
            if is_tcp {
                if is_cut {
                    // Whoever was to send them again is gone.
                    connection.pipes[end.peer().side()].recall();
                }
                self.transmit(end.peer(), Payload::Reset, call);
            }
        }
        let listeners: Vec<ListenerKey> = self
            .listeners
            .iter()
            .filter(|(_, listener)| listener.host == host)
            .map(|(slot, listener)| ListenerKey {
                serial: listener.serial,
                slot: u32::try_from(slot).expect("fewer than 2^32 listeners"),
            })
            .collect();
        for key in listeners {
            self.vacate_listener(key, call);
            self.listener(key).acceptors.wake(call);
        }
        self.crash_datagrams(host, call);
    }
}

/// Where Linux goes from `own`, the bound address or a wildcard, to connect to these: "this host" is that address, or else
/// the loopback.
pub(super) fn target(dest: SocketAddr, own: IpAddr) -> SocketAddr {
    let ip = match (dest.ip().to_canonical(), own) {
        (IpAddr::V4(ip), IpAddr::V4(own)) if ip.is_unspecified() && !own.is_unspecified() => {
            own.into()
        }
        (IpAddr::V4(ip), _) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        (IpAddr::V6(ip), _) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        (ip, _) => ip,
    };
    SocketAddr::new(ip, dest.port())
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

//! How a stream comes about: a client knocks at an address, and a listener's backlog takes it in, or nobody does.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::connection::{End, Stage};
use super::events::Happening;
use super::explain::What;
use super::listening::{ListenerKey, UnixEntry, check_unix};
use super::nesting::Gone;
use super::pipe::Payload;
use super::ports::Holder;
use super::{Addr, Call, Claim, EndKey, HostId, Kind, Network, Options, Protocol, UnixAddr};

impl Network {
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
        if let Some(claim) = claim.filter(|_| self.is_connected(source, dest)) {
            self.ports.release(claim);
            return Err(io::Error::new(
                ErrorKind::AddrNotAvailable,
                format!("{source} is connected to {dest} already: bind another port"),
            ));
        }
        let mut client = End::new(from, source.into(), options, call);
        client.sees_mapped = sees_mapped;
        client.claim = claim;
        let server = End::wanted(host, dest.into());
        let end = self.insert(
            Kind::Tcp,
            Stage::Connecting,
            [client, server],
            *self.capacity,
        );
        if call.deeds.is_some() {
            self.note_connect(end, call);
        }
        self.transmit(end.peer(), Payload::Open, call);
        // Where nobody answers, the end of the instant does.
        if self.is_connecting(end) && self.unanswered.last() != Some(&end) {
            self.schedule_give_up(end, call);
        }
        Ok(end)
    }

    /// Whether there is a stream between these two addresses. Looked through, since it is only asked of bound clients.
    fn is_connected(&self, client: SocketAddr, server: SocketAddr) -> bool {
        let (client, server) = (client.into(), server.into());
        self.connections.iter().any(|(_, connection)| {
            let [one, other] = &connection.ends;
            one.addr == client && other.addr == server && one.held && !one.broken
        })
    }

    /// Begins to connect to a unix socket of the caller's host.
    ///
    /// # Errors
    ///
    /// `InvalidInput`.
    pub(crate) fn connect_unix(&mut self, dest: &UnixAddr, call: &mut Call) -> io::Result<EndKey> {
        check_unix(dest)?;
        let host = HostId(call.host);
        let client = End::new(host, UnixAddr::UNNAMED.into(), Options::default(), call);
        let server = End::wanted(host, dest.clone().into());
        let end = self.insert(
            Kind::Unix,
            Stage::Connecting,
            [client, server],
            *self.capacity,
        );
        if call.deeds.is_some() {
            self.note_connect(end, call);
        }
        self.transmit(end.peer(), Payload::Open, call);
        Ok(end)
    }

    pub(super) fn is_connecting(&self, end: EndKey) -> bool {
        self.connection(end)
            .is_some_and(|connection| connection.stage == Stage::Connecting)
    }

    /// How connecting went, once that is known.
    pub(crate) fn connected(&self, end: EndKey) -> Option<io::Result<()>> {
        let connection = self.connection(end)?;
        match connection.stage {
            Stage::Connecting => None,
            Stage::Open => Some(Ok(())),
            Stage::Over => Some(Err(Gone::Loop.error("stream"))),
            Stage::Failed(kind) => {
                let dest = &connection.ends[1].addr;
                let name = dest
                    .as_inet()
                    .and_then(|dest| self.hosts.reverse(dest.ip()));
                let error = connect_error(kind, dest, name);
                if kind != ErrorKind::TimedOut {
                    return Some(Err(error));
                }
                let why = match self.connecting(connection) {
                    What::Connect { is_full: true, .. } => {
                        ": the backlog of the listener is full".to_owned()
                    }
                    What::Connect {
                        keeper: Some(keeper),
                        ..
                    } => format!(": held back by {keeper}"),
                    _ => String::new(),
                };
                Some(Err(io::Error::new(kind, format!("{error}{why}"))))
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
        let answers_late = listener.answers_late;
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
        connection.size_pipes(*self.capacity);
        let listener = self.listener(key);
        listener.queue.push_back(client.peer());
        listener.acceptors.wake(call);
        if !answers_late {
            self.answer(client.peer(), call);
        }
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
    pub(super) fn refill(&mut self, key: ListenerKey, call: &mut Call) {
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

    /// Ends an attempt to connect.
    pub(super) fn fail(&mut self, end: EndKey, kind: ErrorKind, call: &mut Call) {
        if call.deeds.is_some() && self.is_connecting(end) {
            self.note_connect_failure(end, kind, call);
        }
        let connection = &mut self.connections[end.slot()];
        if connection.stage == Stage::Connecting {
            connection.stage = Stage::Failed(kind);
            connection.wake_end(end.side(), call);
        }
    }

    /// Gives up after the time that Linux takes for it.
    pub(super) fn schedule_give_up(&mut self, end: EndKey, call: &Call) {
        let at = call.now().saturating_add(CONNECT_TIMEOUT);
        self.schedule(at, Happening::GiveUp(end));
    }

    pub(super) fn give_up(&mut self, end: EndKey, call: &mut Call) {
        self.fail(end, ErrorKind::TimedOut, call);
    }
}

/// Six retransmissions of the first packet, as Linux makes them: 1 + 2 + 4 + … + 64 seconds.
const CONNECT_TIMEOUT: u64 = 127_000_000_000;

/// The text for a connection that nobody took.
fn connect_error(kind: ErrorKind, dest: &Addr, name: Option<&str>) -> io::Error {
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    let text = match kind {
        ErrorKind::ConnectionRefused => {
            format!("connection refused: nobody listens on {dest}{name}")
        }
        ErrorKind::NotFound => format!("no such socket: nothing was ever bound to {dest}"),
        ErrorKind::InvalidInput => {
            format!("the socket at {dest} is for datagrams, and takes no connections")
        }
        ErrorKind::TimedOut => format!("connecting to {dest}{name} timed out"),
        ErrorKind::AddrNotAvailable => {
            format!("connecting to {dest}{name}: all client ports are taken")
        }
        _ => format!("connecting to {dest}{name}: {kind}"),
    };
    io::Error::new(kind, text)
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

//! What everybody waits for at a socket, for reports.

use std::panic::Location;

use super::connection::{Connection, Stage};
use super::datagrams::Datagrams;
use super::links::Fault;
use super::{Addr, HostId, Kind, Network};
use crate::core::Waiter;

/// A task that waits at a socket.
#[derive(Clone, Debug)]
pub(crate) struct NetWait {
    pub(crate) task: u32,
    /// In nanoseconds since the loop began.
    pub(crate) since: u64,
    pub(crate) what: What,
}

/// What it waits for.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Read(Stream),
    Write(Stream),
    Connect {
        to: String,
        /// Whether a listener is there, whose backlog is full.
        is_full: bool,
        keeper: Option<Keeper>,
    },
    Accept {
        at: String,
    },
    Receive {
        at: String,
        keeper: Option<Keeper>,
    },
    /// To sockets whose queues are full.
    Send {
        to: String,
    },
}

impl What {
    /// The word that tools know it by.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Write(_) => "write",
            Self::Connect { .. } => "connect",
            Self::Accept { .. } => "accept",
            Self::Receive { .. } => "datagram",
            Self::Send { .. } => "room",
        }
    }

    /// The task that used the other end of the stream last.
    pub(crate) fn peer_task(&self) -> Option<u32> {
        match self {
            Self::Read(stream) | Self::Write(stream) => stream.peer_task,
            _ => None,
        }
    }

    /// The faults that keep it.
    pub(crate) fn keepers(&self) -> [Option<Keeper>; 2] {
        match self {
            Self::Read(stream) | Self::Write(stream) => {
                [stream.keeper, stream.unheard.map(|(_, keeper)| keeper)]
            }
            Self::Connect { keeper, .. } => [*keeper, None],
            Self::Accept { .. } | Self::Receive { .. } | Self::Send { .. } => [None, None],
        }
    }
}

/// A stream as one of its ends sees it.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// Unless it has no name.
    pub(crate) local: Option<String>,
    pub(crate) peer: String,
    /// Bytes that were read there, in all.
    pub(crate) read: u64,
    /// Bytes that have arrived where they are read.
    pub(crate) unread: usize,
    /// Bytes that have not.
    pub(crate) flying: usize,
    /// The fault that holds these back.
    pub(crate) keeper: Option<Keeper>,
    /// Of a reader: bytes of its own that are held back, so that they cannot be answered, and the fault.
    pub(crate) unheard: Option<(usize, Keeper)>,
    pub(crate) peer_is_open: bool,
    /// Nobody has accepted the connection.
    pub(crate) peer_is_in_backlog: bool,
    /// The task that used the other end last.
    pub(crate) peer_task: Option<u32>,
}

impl Stream {
    /// Whether nothing was ever sent to whoever reads here.
    pub(crate) fn is_silent(&self) -> bool {
        self.read == 0 && self.unread == 0 && self.flying == 0
    }
}

/// A fault that holds something back, or has lost something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keeper {
    pub(crate) what: &'static str,
    pub(crate) site: &'static Location<'static>,
}

impl Keeper {
    fn of(fault: &Fault) -> Self {
        Self {
            what: fault.what,
            site: fault.site,
        }
    }
}

/// What the network does next by itself.
#[derive(Clone, Debug)]
pub(crate) enum Upcoming {
    Packet {
        from: String,
        to: String,
    },
    /// Somebody gives up connecting.
    TimeOut {
        to: String,
    },
}

impl Network {
    /// Everybody who waits, in the order of the sockets. A wait by a `poll_` function may have been given up.
    pub(crate) fn waits(&self, is_given_up: &dyn Fn(&Waiter) -> bool) -> Vec<NetWait> {
        let mut waits = Vec::new();
        for (_, connection) in &self.connections {
            for side in 0..2 {
                for (task, since) in connection.pipes[side].readers.iter(is_given_up) {
                    let what = What::Read(self.stream(connection, side, side));
                    waits.push(NetWait { task, since, what });
                }
                for (task, since) in connection.pipes[1 - side].writers.iter(is_given_up) {
                    let what = if connection.stage == Stage::Connecting {
                        self.connecting(connection)
                    } else {
                        What::Write(self.stream(connection, side, 1 - side))
                    };
                    waits.push(NetWait { task, since, what });
                }
            }
        }
        for (_, listener) in &self.listeners {
            for (task, since) in listener.acceptors.iter(is_given_up) {
                let at = self.named(listener.host, &listener.addr);
                let what = What::Accept { at };
                waits.push(NetWait { task, since, what });
            }
        }
        for (slot, socket) in &self.datagrams {
            for (task, since) in socket.readers.iter(is_given_up) {
                let at = self.named(socket.host, &socket.addr());
                let keeper = self.holder(socket);
                let what = What::Receive { at, keeper };
                waits.push(NetWait { task, since, what });
            }
            for (task, since) in socket.writers.iter(is_given_up) {
                let awaited = self.awaited_by(socket, slot);
                let to: Vec<_> = awaited
                    .map(|other| self.named(other.host, &other.addr()))
                    .collect();
                let to = to.join(" and ");
                let what = What::Send { to };
                waits.push(NetWait { task, since, what });
            }
        }
        waits
    }

    /// All who wait at a socket.
    #[cfg(feature = "tokio")]
    pub(crate) fn askers(&self) -> impl Iterator<Item = &Waiter> {
        let pipes = self.connections.iter();
        let pipes = pipes.flat_map(|(_, connection)| &connection.pipes);
        let streams = pipes.flat_map(|pipe| pipe.readers.all().chain(pipe.writers.all()));
        let listeners = self.listeners.iter();
        let listeners = listeners.flat_map(|(_, listener)| listener.acceptors.all());
        let datagrams = self.datagrams.iter();
        let datagrams =
            datagrams.flat_map(|(_, socket)| socket.readers.all().chain(socket.writers.all()));
        streams.chain(listeners).chain(datagrams)
    }

    fn stream(&self, connection: &Connection, side: usize, pipe: usize) -> Stream {
        let (own, peer) = (&connection.ends[side], &connection.ends[1 - side]);
        let unheard = (pipe == side).then(|| self.pipe_keeper(connection, 1 - side));
        Stream {
            local: is_named(&own.addr).then(|| self.named(own.host, &own.addr)),
            peer: match connection.kind {
                Kind::Pipe => "a pipe".to_owned(),
                _ if is_named(&peer.addr) => self.named(peer.host, &peer.addr),
                _ => "an unnamed unix socket".to_owned(),
            },
            read: connection.pipes[pipe].read(),
            unread: connection.pipes[pipe].unread(),
            flying: connection.pipes[pipe].flying(),
            keeper: self.pipe_keeper(connection, pipe),
            unheard: unheard
                .flatten()
                .map(|keeper| (connection.pipes[1 - side].flying(), keeper)),
            peer_is_open: peer.held && !own.ended,
            peer_is_in_backlog: peer.held
                && side == 0
                && peer.user == u32::MAX
                && connection.kind != Kind::Pipe
                && is_named(&peer.addr),
            peer_task: (peer.user != u32::MAX).then_some(peer.user),
        }
    }

    /// What holds back the things that this end would receive, if something does.
    fn pipe_keeper(&self, connection: &Connection, to: usize) -> Option<Keeper> {
        if !connection.pipes[to].is_held() {
            return None;
        }
        let (from, to) = (connection.ends[1 - to].host, connection.ends[to].host);
        self.links.keeper(from, to).map(Keeper::of)
    }

    pub(super) fn connecting(&self, connection: &Connection) -> What {
        let [client, server] = &connection.ends;
        let ways = [(client.host, server.host), (server.host, client.host)];
        let keeper = ways
            .into_iter()
            .find_map(|(from, to)| self.links.keeper(from, to));
        What::Connect {
            to: self.named(server.host, &server.addr),
            // Unless somebody has accepted it who answers late.
            is_full: !server.held
                && server.user == u32::MAX
                && connection.pipes.iter().all(super::pipe::Pipe::is_still),
            keeper: keeper.map(Keeper::of),
        }
    }

    /// The hold that keeps a datagram which was sent to this socket.
    fn holder(&self, socket: &Datagrams) -> Option<Keeper> {
        let port = socket.addr().as_inet()?.port();
        let held = self.links.held().find(|datagram| {
            let (host, addr) = datagram.to;
            host == socket.host && addr.port() == port
        })?;
        self.links.keeper(held.from.0, held.to.0).map(Keeper::of)
    }

    /// The faults that did something, each once, in the order in which they were ordered.
    pub(crate) fn fired(&self) -> Vec<Keeper> {
        let faults = self.links.faults().filter(|fault| fault.fired);
        let mut fired: Vec<Keeper> = Vec::new();
        for keeper in faults.map(Keeper::of) {
            if !fired.contains(&keeper) {
                fired.push(keeper);
            }
        }
        fired
    }

    /// `10.0.0.7:80 (api.internal)`; of an address that each host has for itself, the host.
    pub(super) fn named(&self, host: HostId, addr: &Addr) -> String {
        let own = self.hosts.name(host);
        let Some(inet) = addr.as_inet() else {
            return if host == HostId::LOCAL {
                addr.to_string()
            } else {
                format!("{addr} (of {own})")
            };
        };
        let (ip, port) = (inet.ip(), inet.port());
        let name = match self.hosts.reverse(ip) {
            _ if ip.to_canonical().is_unspecified() => own,
            Some(name) if ip.is_loopback() && host != HostId::LOCAL => {
                return format!("{addr} ({name} of {own})");
            }
            Some(name) => name,
            None => "",
        };
        // A client has no port yet while its connection is on its way.
        match (name, port) {
            ("", 0) => ip.to_string(),
            ("", _) => addr.to_string(),
            (name, 0) => format!("{ip} ({name})"),
            (name, _) => format!("{addr} ({name})"),
        }
    }
}

fn is_named(addr: &Addr) -> bool {
    addr.as_unix().is_none_or(|addr| !addr.is_unnamed())
}

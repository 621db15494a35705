//! A stream: two ends, and a pipe for each direction.
//!
//! What an end sees of the other's end follows Linux: TCP on loopback, and a unix socketpair.

use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;

use slab::Slab;

use super::options::check_capacity;
use super::pipe::{Payload, Pipe};
use super::transfer::whole;
use super::waiters::{AskedAt, Waiters};
use super::{Addr, Birth, Call, Claim, HostId, Network, Options, Side, Ticket};
use crate::core::{LoopId, OUTERMOST, Waiter};

/// One end of a connection, as its handle knows it. A key outlives its connection harmlessly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndKey {
    serial: u64,
    slot: u32,
    side: u32,
}

impl EndKey {
    pub(super) fn new(slot: usize, serial: u64, side: usize) -> Self {
        let small = |index| u32::try_from(index).expect("fewer than 2^32 connections");
        Self {
            serial,
            slot: small(slot),
            side: small(side),
        }
    }

    pub(super) fn slot(self) -> usize {
        self.slot as usize
    }

    pub(super) fn side(self) -> usize {
        self.side as usize
    }

    pub(super) fn serial(self) -> u64 {
        self.serial
    }

    pub(super) fn peer(self) -> Self {
        Self {
            side: 1 - self.side,
            ..self
        }
    }
}

/// What a connection is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tcp,
    Unix,
    /// One way: the first end writes, the second reads.
    Pipe,
}

impl Kind {
    pub(super) fn is_tcp(self) -> bool {
        self == Self::Tcp
    }
}

/// Connecting, until the listener's answer is here. A unix connection is answered at once or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    Open,
    /// Its client is told so once.
    Failed(ErrorKind),
    /// Nothing is left of it; a handle that outlives its loop is still there.
    Over,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub(super) struct End {
    pub(super) host: HostId,
    pub(super) addr: Addr,
    /// Its socket is of IPv6 and talks to one of IPv4: it sees their addresses mapped.
    pub(super) sees_mapped: bool,
    pub(super) options: Options,
    /// A bound address that is its own.
    pub(super) claim: Option<Claim>,
    /// Whether a handle or a backlog holds it. Once it is closed nobody looks at what arrives.
    pub(super) held: bool,
    /// It has said that it sends no more.
    pub(super) shut: bool,
    /// The other end has said so.
    pub(super) ended: bool,
    /// It was reset.
    pub(super) broken: bool,
    /// To be told once.
    pub(super) error: Option<ErrorKind>,
    /// The task that used it last.
    pub(super) user: u32,
    /// The loop with which it ends: that of whoever connected, or has accepted it.
    pub(super) owner: LoopId,
    /// It ended with its loop, and its handle is still there.
    pub(super) is_orphan: bool,
    pub(super) birth: Birth,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serial: u64,
    pub(super) kind: Kind,
    pub(super) stage: Stage,
    /// The server has sent its answer: for it the stream is open, though the client may not have heard yet.
    pub(super) is_answered: bool,
    pub(super) ends: [End; 2],
    /// Each is read by the end with its index.
    pub(super) pipes: [Pipe; 2],
}

impl End {
    pub(super) fn new(host: HostId, addr: Addr, options: Options, call: &Call) -> Self {
        Self {
            host,
            addr,
            sees_mapped: false,
            options,
            claim: None,
            held: true,
            shut: false,
            ended: false,
            broken: false,
            error: None,
            user: call.task,
            owner: call.owner,
            is_orphan: false,
            birth: call.birth(),
        }
    }

    /// That of a server, which nobody holds until a backlog does.
    pub(super) fn wanted(host: HostId, addr: Addr) -> Self {
        Self {
            host,
            addr,
            sees_mapped: false,
            options: Options::default(),
            claim: None,
            held: false,
            shut: false,
            ended: false,
            broken: false,
            error: None,
            user: u32::MAX,
            owner: OUTERMOST,
            is_orphan: false,
            birth: Birth::default(),
        }
    }
}

impl Connection {
    /// The capacity of a direction is the smaller of what its ends ask for.
    pub(super) fn size_pipes(&mut self, default: usize) {
        for side in 0..2 {
            let sizes = [
                self.ends[side].options.recv_buffer,
                self.ends[1 - side].options.send_buffer,
            ];
            let least = sizes.into_iter().flatten().min();
            self.pipes[side].capacity = least.unwrap_or(default);
        }
    }

    pub(super) fn is_over(&self, side: usize) -> bool {
        let end = &self.ends[side];
        end.ended || end.broken
    }

    /// The address of an end, as one of the ends sees it.
    pub(super) fn addr(&self, of: usize, seen_by: usize) -> Addr {
        match &self.ends[of].addr {
            Addr::Inet(addr) if self.ends[seen_by].sees_mapped => mapped(*addr).into(),
            addr => addr.clone(),
        }
    }

    /// Whether it knows that nobody will read what it writes. TCP learns that from a reset alone.
    pub(super) fn is_cut_off(&self, side: usize) -> bool {
        self.ends[side].broken || !(self.kind.is_tcp() || self.ends[1 - side].held)
    }

    /// Wakes whoever uses this end.
    pub(super) fn wake_end(&mut self, side: usize, call: &mut Call) {
        self.pipes[side].readers.wake(call);
        self.pipes[1 - side].writers.wake(call);
    }
}

impl Network {
    pub(super) fn connection(&self, end: EndKey) -> Option<&Connection> {
        let connection = self.connections.get(end.slot());
        connection.filter(|connection| connection.serial == end.serial)
    }

    /// That of a handle.
    pub(super) fn held(&mut self, end: EndKey) -> &mut Connection {
        held(&mut self.connections, end)
    }

    /// Two ends that are connected to each other.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a capacity of 0.
    pub(crate) fn pair(
        &mut self,
        kind: Kind,
        capacity: Option<usize>,
        call: &Call,
    ) -> io::Result<[EndKey; 2]> {
        let capacity = capacity.unwrap_or(*self.capacity);
        check_capacity(capacity)?;
        let end = || {
            End::new(
                HostId(call.host),
                super::UnixAddr::UNNAMED.into(),
                Options::default(),
                call,
            )
        };
        let key = self.insert(kind, Stage::Open, [end(), end()], capacity);
        Ok([key, key.peer()])
    }

    /// Gives the key of the first end.
    pub(super) fn insert(
        &mut self,
        kind: Kind,
        stage: Stage,
        ends: [End; 2],
        capacity: usize,
    ) -> EndKey {
        let serial = self.serial();
        let slot = self.connections.insert(Connection {
            serial,
            kind,
            stage,
            is_answered: false,
            ends,
            pipes: [Pipe::new(capacity), Pipe::new(capacity)],
        });
        EndKey::new(slot, serial, 0)
    }

    /// Something arrives at an end.
    pub(super) fn receive(&mut self, to: EndKey, payload: Payload, call: &mut Call) {
        if call.deeds.is_some() {
            self.note_received(to, &payload, call);
        }
        let connection = &mut self.connections[to.slot()];
        let side = to.side();
        let end = &mut connection.ends[side];
        match payload {
            Payload::Open => self.admit(to.peer(), call),
            Payload::Opened => {
                if connection.stage == Stage::Connecting {
                    connection.stage = Stage::Open;
                    connection.wake_end(side, call);
                }
            }
            Payload::Refused => {
                let kind = self.refusal(to);
                self.fail(to, kind, call);
            }
            // The host of this end has crashed: the other end has been told.
            Payload::Data(_) if end.held && end.broken => {}
            Payload::Data(data) if end.held => {
                let pipe = &mut connection.pipes[side];
                pipe.fill(&[IoSlice::new(&data)], data.len(), &mut self.spare);
                pipe.readers.wake(call);
            }
            // Linux answers data for a socket that was closed with a reset.
            Payload::Data(_) => self.transmit(to.peer(), Payload::Reset, call),
            Payload::Finish => {
                end.ended = true;
                if connection.kind.is_tcp() {
                    connection.pipes[side].readers.wake(call);
                } else {
                    connection.wake_end(side, call);
                }
            }
            Payload::Reset => connection.reset(side, call),
        }
    }

    /// Waits until something happens at this side of an end.
    pub(crate) fn wait(
        &mut self,
        key: EndKey,
        side: Side,
        ticket: Ticket,
        waiter: Waiter,
        call: &mut Call,
    ) {
        if ticket == Ticket::POLL {
            self.asked.note(&waiter, AskedAt::End(key, side));
        }
        self.waiters(key, side).wait(ticket, waiter, call);
    }

    /// Takes back what was asked for with this ticket.
    pub(crate) fn forget(&mut self, key: EndKey, side: Side, ticket: Ticket, call: &mut Call) {
        if self.connection(key).is_some() {
            self.waiters(key, side).forget(ticket, call);
        }
    }

    pub(super) fn waiters(&mut self, key: EndKey, side: Side) -> &mut Waiters {
        let connection = self.held(key);
        match side {
            Side::Read => &mut connection.pipes[key.side()].readers,
            Side::Write => &mut connection.pipes[1 - key.side()].writers,
        }
    }

    /// Whether reading, or writing, gives something else than `WouldBlock`.
    pub(crate) fn is_ready(&mut self, key: EndKey, side: Side) -> bool {
        let connection = self.held(key);
        let own = key.side();
        match side {
            Side::Read => {
                connection.pipes[own].unread() > 0
                    || connection.is_over(own)
                    || connection.ends[own].error.is_some()
            }
            Side::Write => {
                let end = &connection.ends[own];
                let pipe = &connection.pipes[1 - own];
                // POSIX: what a pipe takes whole must fit, or else whoever waits for it would wait in vain.
                let least = match connection.kind {
                    Kind::Pipe => whole(pipe),
                    Kind::Tcp | Kind::Unix => 1,
                };
                pipe.room() >= least || end.shut || connection.is_cut_off(own)
            }
        }
    }

    /// Whether the other end has ended its direction, and whether this one's is closed.
    pub(crate) fn is_closed(&mut self, key: EndKey, side: Side) -> bool {
        let connection = self.held(key);
        let own = key.side();
        match side {
            Side::Read => connection.is_over(own),
            Side::Write => connection.ends[own].shut || connection.is_cut_off(own),
        }
    }

    /// Whether it was reset.
    pub(crate) fn is_broken(&mut self, key: EndKey) -> bool {
        self.held(key).ends[key.side()].broken
    }

    pub(crate) fn local_addr(&mut self, key: EndKey) -> Addr {
        self.held(key).addr(key.side(), key.side())
    }

    /// # Errors
    ///
    /// `NotConnected` once a TCP connection is over: after a reset, and when both directions have ended.
    pub(crate) fn peer_addr(&mut self, key: EndKey) -> io::Result<Addr> {
        let connection = self.held(key);
        let end = &connection.ends[key.side()];
        if connection.kind.is_tcp() && (end.broken || (end.shut && end.ended)) {
            return Err(ErrorKind::NotConnected.into());
        }
        Ok(connection.addr(1 - key.side(), key.side()))
    }

    /// The error that the next operation would get, which it then does not.
    pub(crate) fn take_error(&mut self, key: EndKey) -> Option<io::Error> {
        let error = self.held(key).ends[key.side()].error.take();
        error.map(io::Error::from)
    }
}

/// The connection of a handle.
pub(super) fn held(connections: &mut Slab<Connection>, end: EndKey) -> &mut Connection {
    let connection = connections.get_mut(end.slot());
    connection
        .filter(|connection| connection.serial == end.serial)
        .expect("a connection lives as long as the handles of its ends")
}

/// The address as the other family would write it, where a wildcard of IPv6 has taken a connection of IPv4.
pub(super) fn mapped(addr: SocketAddr) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) => SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()),
        SocketAddr::V6(_) => addr,
    }
}

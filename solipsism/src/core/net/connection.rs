//! A stream: two ends, and a pipe for each direction.
//!
//! What an end sees of the other's end follows Linux: TCP on loopback, and a unix socketpair.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::time::Duration;

use super::events::Happening;
use super::pipe::{Payload, Pipe};
use super::waiters::{AskedAt, Waiters};
use super::{Addr, Call, Claim, HostId, Network, Side, Ticket};
use crate::core::Waiter;

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

/// What the other end learns when one is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Farewell {
    /// The end of the stream, unless bytes were left unread.
    Finish,
    Reset,
}

/// Connecting, until the listener's answer is here. A unix connection is answered at once or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    Open,
    /// Its client is told so once.
    Failed(ErrorKind),
}

/// What can be set on an end, and does nothing but be told again; but for `linger` and the buffers' sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) nodelay: bool,
    pub(crate) keepalive: bool,
    pub(crate) ttl: u32,
    pub(crate) linger: Option<Duration>,
    /// The capacity of what it sends, if it was set.
    pub(crate) send_buffer: Option<usize>,
    /// And of what it receives.
    pub(crate) recv_buffer: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodelay: false,
            keepalive: false,
            // Linux's.
            ttl: 64,
            linger: None,
            send_buffer: None,
            recv_buffer: None,
        }
    }
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
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serial: u64,
    pub(super) kind: Kind,
    pub(super) stage: Stage,
    pub(super) ends: [End; 2],
    /// Each is read by the end with its index.
    pub(super) pipes: [Pipe; 2],
}

impl End {
    pub(super) fn new(host: HostId, addr: Addr, options: Options, user: u32) -> Self {
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
            user,
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

    fn is_over(&self, side: usize) -> bool {
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
    fn is_cut_off(&self, side: usize) -> bool {
        self.ends[side].broken || !(self.kind.is_tcp() || self.ends[1 - side].held)
    }

    /// Wakes whoever uses this end.
    fn wake_end(&mut self, side: usize, call: &mut Call) {
        self.pipes[side].readers.wake(call);
        self.pipes[1 - side].writers.wake(call);
    }

    /// What a reader is told that finds no bytes.
    fn read_nothing(&mut self, side: usize) -> io::Result<usize> {
        let (is_tcp, end) = (self.kind.is_tcp(), &mut self.ends[side]);
        // After the end of a TCP stream a reset concerns writing alone.
        if !(is_tcp && end.ended) {
            if let Some(kind) = end.error.take() {
                return Err(kind.into());
            }
        }
        if self.is_over(side) {
            Ok(0)
        } else {
            Err(ErrorKind::WouldBlock.into())
        }
    }

    /// Why nothing can be written, if so.
    fn check_writable(&mut self, side: usize) -> io::Result<()> {
        let is_cut_off = self.is_cut_off(side);
        let end = &mut self.ends[side];
        if self.kind.is_tcp() {
            if let Some(kind) = end.error.take() {
                return Err(kind.into());
            }
        }
        if end.shut || is_cut_off {
            return Err(ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

impl Network {
    pub(super) fn connection(&self, end: EndKey) -> Option<&Connection> {
        let connection = self.connections.get(end.slot());
        connection.filter(|connection| connection.serial == end.serial)
    }

    /// That of a handle.
    fn held(&mut self, end: EndKey) -> &mut Connection {
        let connection = self.connections.get_mut(end.slot());
        connection
            .filter(|connection| connection.serial == end.serial)
            .expect("a connection lives as long as the handles of its ends")
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
        let capacity = capacity.unwrap_or(self.capacity);
        check_capacity(capacity)?;
        let end = || {
            End::new(
                HostId(call.host),
                super::UnixAddr::UNNAMED.into(),
                Options::default(),
                call.task,
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
            ends,
            pipes: [Pipe::new(capacity), Pipe::new(capacity)],
        });
        EndKey::new(slot, serial, 0)
    }

    /// Reading nothing from an empty socket would block as well; from a pipe it never does.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, and what Linux gives after a reset.
    pub(crate) fn read(
        &mut self,
        key: EndKey,
        slices: &mut [IoSliceMut<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let mut spare = std::mem::take(&mut self.spare);
        let connection = self.held(key);
        let side = key.side();
        connection.ends[side].user = call.task;
        let pipe = &mut connection.pipes[side];
        let result = if pipe.unread() == 0 {
            if connection.kind == Kind::Pipe && slices.iter().all(|slice| slice.is_empty()) {
                Ok(0)
            } else {
                connection.read_nothing(side)
            }
        } else {
            let count = pipe.drain(slices, &mut spare);
            pipe.writers.wake(call);
            Ok(count)
        };
        self.spare = spare;
        result
    }

    /// # Errors
    ///
    /// As `read`.
    pub(crate) fn peek(&mut self, key: EndKey, into: &mut [u8], call: &Call) -> io::Result<usize> {
        let connection = self.held(key);
        let side = key.side();
        connection.ends[side].user = call.task;
        if connection.pipes[side].unread() == 0 {
            connection.read_nothing(side)
        } else {
            Ok(connection.pipes[side].peek(into))
        }
    }

    /// Writing nothing fails where writing would, but for a pipe.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, and what Linux gives after the other end was closed.
    pub(crate) fn write(
        &mut self,
        key: EndKey,
        slices: &[IoSlice<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let mut spare = std::mem::take(&mut self.spare);
        let is_plain = self.links.are_plain();
        let connection = self.held(key);
        let (side, to) = (key.side(), 1 - key.side());
        connection.ends[side].user = call.task;
        let wanted: usize = slices.iter().map(|slice| slice.len()).sum();
        if wanted == 0 && connection.kind == Kind::Pipe {
            self.spare = spare;
            return Ok(0);
        }
        let result = connection.check_writable(side).and_then(|()| {
            let pipe = &mut connection.pipes[to];
            let count = match connection.kind {
                // POSIX: as much as this or less goes into a pipe whole, or not at all.
                Kind::Pipe if wanted <= whole(pipe) && wanted > pipe.room() => 0,
                _ => wanted.min(pipe.room()),
            };
            if count == 0 && wanted > 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            if (is_plain || !connection.kind.is_tcp())
                && connection.ends[to].held
                && pipe.is_still()
            {
                let pipe = &mut connection.pipes[to];
                pipe.fill(slices, count, &mut spare);
                pipe.readers.wake(call);
                return Ok((count, true));
            }
            Ok((count, false))
        });
        self.spare = spare;
        let (count, has_arrived) = result?;
        if !has_arrived && count > 0 {
            let mut data: Vec<u8> = slices
                .iter()
                .flat_map(|slice| slice.iter().copied())
                .collect();
            data.truncate(count);
            self.transmit(key.peer(), Payload::Data(data), call);
        }
        Ok(count)
    }

    /// Says that this end sends no more.
    ///
    /// # Errors
    ///
    /// `NotConnected` where both directions have ended already.
    pub(crate) fn shut_down(&mut self, key: EndKey, call: &mut Call) -> io::Result<()> {
        let connection = self.held(key);
        let side = key.side();
        let end = &mut connection.ends[side];
        end.user = call.task;
        if connection.kind.is_tcp() && (end.broken || (end.shut && end.ended)) {
            return Err(ErrorKind::NotConnected.into());
        }
        if std::mem::replace(&mut end.shut, true) {
            return Ok(());
        }
        connection.pipes[1 - side].writers.wake(call);
        self.transmit(key.peer(), Payload::Finish, call);
        Ok(())
    }

    /// The handle of an end was dropped.
    pub(crate) fn close(&mut self, key: EndKey, call: &mut Call) {
        self.leave(key, Farewell::Finish, call);
    }

    /// As `close`, and the other end is reset whatever was read.
    pub(super) fn abort(&mut self, key: EndKey, call: &mut Call) {
        self.leave(key, Farewell::Reset, call);
    }

    fn leave(&mut self, key: EndKey, farewell: Farewell, call: &mut Call) {
        let Some(connection) = self.connections.get_mut(key.slot()) else {
            return;
        };
        if connection.serial != key.serial {
            return;
        }
        let side = key.side();
        let was_open = connection.stage == Stage::Open;
        let end = &mut connection.ends[side];
        end.held = false;
        let was_shut = std::mem::replace(&mut end.shut, true);
        let is_broken = end.broken;
        let lingers_zero = end.options.linger == Some(Duration::ZERO);
        let resets = farewell == Farewell::Reset || connection.pipes[side].unread() > 0;
        connection.pipes[side].discard();
        let peer = &mut connection.ends[1 - side];
        if !peer.held {
            if !was_open {
                self.withdraw(key);
            }
            self.free(key, call);
            return;
        }
        match connection.kind {
            Kind::Tcp if is_broken => {}
            Kind::Tcp if resets || lingers_zero || !was_open => {
                self.transmit(key.peer(), Payload::Reset, call);
            }
            Kind::Tcp if !was_shut => self.transmit(key.peer(), Payload::Finish, call),
            Kind::Tcp => {}
            Kind::Unix | Kind::Pipe => {
                peer.ended = true;
                if resets && connection.kind == Kind::Unix {
                    peer.error = Some(ErrorKind::ConnectionReset);
                }
                connection.wake_end(1 - side, call);
            }
        }
        // Whoever is blocked in a write finds room now: nobody minds what is written.
        if let Some(connection) = self.connections.get_mut(key.slot()) {
            if connection.serial == key.serial {
                connection.pipes[side].writers.wake(call);
            }
        }
    }

    /// Both ends are closed.
    fn free(&mut self, key: EndKey, call: &mut Call) {
        let mut connection = self.connections.remove(key.slot());
        for pipe in &mut connection.pipes {
            pipe.readers.clear(call);
            pipe.writers.clear(call);
        }
        let [client, server] = connection.ends;
        match (client.claim, client.addr.as_inet()) {
            (Some(claim), _) => self.ports.release(claim),
            (None, Some(addr)) if addr.port() != 0 => self.ports.free_client(client.host, addr),
            _ => {}
        }
        if let Some(claim) = server.claim {
            self.ports.release(claim);
        }
    }

    /// Something arrives at an end.
    pub(super) fn receive(&mut self, to: EndKey, payload: Payload, call: &mut Call) {
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

    /// Ends an attempt to connect.
    pub(super) fn fail(&mut self, end: EndKey, kind: ErrorKind, call: &mut Call) {
        let connection = &mut self.connections[end.slot()];
        if connection.stage == Stage::Connecting {
            connection.stage = Stage::Failed(kind);
            connection.wake_end(end.side(), call);
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

    pub(crate) fn options(&mut self, key: EndKey) -> Options {
        self.held(key).ends[key.side()].options
    }

    /// Changes what can be set; the capacities follow.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a capacity of 0.
    pub(crate) fn set_options(
        &mut self,
        key: EndKey,
        change: impl FnOnce(&mut Options),
        call: &mut Call,
    ) -> io::Result<()> {
        let default = self.capacity;
        let connection = self.held(key);
        let mut options = connection.ends[key.side()].options;
        change(&mut options);
        for size in [options.send_buffer, options.recv_buffer]
            .into_iter()
            .flatten()
        {
            check_capacity(size)?;
        }
        let is_sized = (options.send_buffer, options.recv_buffer)
            != (
                connection.ends[key.side()].options.send_buffer,
                connection.ends[key.side()].options.recv_buffer,
            );
        connection.ends[key.side()].options = options;
        if is_sized {
            connection.size_pipes(default);
            // There may be more room now.
            connection.pipes[0].writers.wake(call);
            connection.pipes[1].writers.wake(call);
        }
        Ok(())
    }

    /// Gives up after the time that Linux takes for it.
    pub(super) fn schedule_give_up(&mut self, end: EndKey, call: &Call) {
        let at = call.now.saturating_add(CONNECT_TIMEOUT);
        self.schedule(at, Happening::GiveUp(end));
    }

    pub(super) fn give_up(&mut self, end: EndKey, call: &mut Call) {
        self.fail(end, ErrorKind::TimedOut, call);
    }
}

impl Connection {
    /// A reset arrives at this end.
    pub(super) fn reset(&mut self, side: usize, call: &mut Call) {
        let end = &mut self.ends[side];
        // When both directions have ended there is nothing left to reset.
        if !end.held || end.broken || (end.shut && end.ended) {
            return;
        }
        end.broken = true;
        end.error = Some(if end.ended {
            ErrorKind::BrokenPipe
        } else {
            ErrorKind::ConnectionReset
        });
        self.wake_end(side, call);
    }
}

/// Six retransmissions of the first packet, as Linux makes them: 1 + 2 + 4 + … + 64 seconds.
const CONNECT_TIMEOUT: u64 = 127_000_000_000;

/// That of Linux.
const PIPE_BUF: usize = 4096;

/// How much goes into a pipe whole, or not at all.
fn whole(pipe: &Pipe) -> usize {
    PIPE_BUF.min(pipe.capacity)
}

pub(super) fn check_capacity(capacity: usize) -> io::Result<()> {
    if capacity == 0 {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "a capacity of 0 would let nothing through: it must be at least 1",
        ));
    }
    Ok(())
}

/// The text for a connection that nobody took.
pub(crate) fn connect_error(kind: ErrorKind, dest: &Addr, name: Option<&str>) -> io::Error {
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

/// The address as the other family would write it, where a wildcard of IPv6 has taken a connection of IPv4.
pub(super) fn mapped(addr: SocketAddr) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) => SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()),
        SocketAddr::V6(_) => addr,
    }
}

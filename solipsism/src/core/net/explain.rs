//! What everybody waits for at a socket, for reports.

use std::panic::Location;

use super::connection::{Connection, Stage};
use super::datagrams::Datagrams;
use super::{Addr, Network};

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

/// A stream as one of its ends sees it.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) local: String,
    pub(crate) peer: String,
    /// Bytes that have arrived where they are read.
    pub(crate) unread: usize,
    /// Bytes that have not.
    pub(crate) flying: usize,
    pub(crate) peer_is_open: bool,
    /// The task that used the other end last.
    pub(crate) peer_task: Option<u32>,
    pub(crate) keeper: Option<Keeper>,
}

/// The fault that holds something back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeper {
    pub(crate) what: &'static str,
    pub(crate) site: &'static Location<'static>,
}

impl Network {
    /// Everybody who waits, in the order of the sockets.
    pub(crate) fn waits(&self) -> Vec<NetWait> {
        let mut waits = Vec::new();
        for (_, connection) in &self.connections {
            for side in 0..2 {
                for (task, since) in connection.pipes[side].readers.iter() {
                    let what = What::Read(self.stream(connection, side, side));
                    waits.push(NetWait { task, since, what });
                }
                for (task, since) in connection.pipes[1 - side].writers.iter() {
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
            for (task, since) in listener.acceptors.iter() {
                let at = self.named(&listener.addr);
                let what = What::Accept { at };
                waits.push(NetWait { task, since, what });
            }
        }
        for (slot, socket) in &self.datagrams {
            for (task, since) in socket.readers.iter() {
                let at = self.named(&socket.addr());
                let keeper = self.holder(socket);
                let what = What::Receive { at, keeper };
                waits.push(NetWait { task, since, what });
            }
            for (task, since) in socket.writers.iter() {
                let awaited = self.awaited_by(socket, slot);
                let to: Vec<_> = awaited.map(|other| self.named(&other.addr())).collect();
                let to = to.join(" and ");
                let what = What::Send { to };
                waits.push(NetWait { task, since, what });
            }
        }
        waits
    }

    fn stream(&self, connection: &Connection, side: usize, pipe: usize) -> Stream {
        let (own, peer) = (&connection.ends[side], &connection.ends[1 - side]);
        let (from, to) = if pipe == side {
            (peer.host, own.host)
        } else {
            (own.host, peer.host)
        };
        let keeper = connection.pipes[pipe]
            .is_held()
            .then(|| self.links.keeper(from, to))
            .flatten();
        Stream {
            local: self.named(&own.addr),
            peer: self.named(&peer.addr),
            unread: connection.pipes[pipe].unread(),
            flying: connection.pipes[pipe].flying(),
            peer_is_open: peer.held && !own.ended,
            peer_task: (peer.user != u32::MAX).then_some(peer.user),
            keeper: keeper.map(|fault| Keeper {
                what: fault.what,
                site: fault.site,
            }),
        }
    }

    fn connecting(&self, connection: &Connection) -> What {
        let [client, server] = &connection.ends;
        let keeper = self.links.keeper(client.host, server.host);
        What::Connect {
            to: self.named(&server.addr),
            is_full: connection.pipes.iter().all(super::pipe::Pipe::is_still),
            keeper: keeper.map(|fault| Keeper {
                what: fault.what,
                site: fault.site,
            }),
        }
    }

    /// The hold that keeps a datagram which was sent to this socket.
    fn holder(&self, socket: &Datagrams) -> Option<Keeper> {
        let port = socket.addr().as_inet()?.port();
        let held = self.links.held().find(|datagram| {
            let (host, addr) = datagram.to;
            host == socket.host && addr.port() == port
        })?;
        let fault = self.links.keeper(held.from.0, held.to.0)?;
        Some(Keeper {
            what: fault.what,
            site: fault.site,
        })
    }

    /// `10.0.0.7:80 (api.internal)`.
    fn named(&self, addr: &Addr) -> String {
        let name = addr
            .as_inet()
            .and_then(|inet| self.hosts.reverse(inet.ip()));
        match name {
            Some(name) => format!("{addr} ({name})"),
            None => addr.to_string(),
        }
    }
}

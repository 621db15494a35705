//! What nobody has closed: every end, listener and socket that a handle still holds, and the faults that never did anything.

use std::panic::Location;

use solipsism_harness::ordered::sort_by_key;

use super::connection::{Connection, Stage};
use super::datagrams::DatagramKey;
use super::listening::ListenerKey;
use super::{Addr, Birth, EndKey, Kind, Network};
use crate::core::EndingLoops;

/// A socket that is open.
#[derive(Clone, Debug)]
pub(crate) struct OpenSocket {
    pub(crate) key: SocketKey,
    pub(crate) what: OpenKind,
    /// The address that tells it from others of its kind, as reports name it: a stream is told by its server's.
    pub(crate) at: Option<String>,
    /// Bytes, datagrams, or connections that nobody has taken.
    pub(crate) untaken: usize,
    /// The task that used it last, if one ever did.
    pub(crate) user: Option<u32>,
    pub(crate) birth: Birth,
}

/// As a handle knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SocketKey {
    End(u64, usize),
    Listener(u64),
    Datagrams(u64),
}

/// What kind of socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OpenKind {
    TcpListener,
    UnixListener,
    /// Not connected yet.
    Connecting,
    TcpClient,
    TcpAccepted,
    UnixClient,
    UnixAccepted,
    /// One of a pair.
    UnixPaired,
    PipeWriter,
    PipeReader,
    Udp,
    UnixDatagrams,
}

/// A fault that never did anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfired {
    pub(crate) what: &'static str,
    pub(crate) site: &'static Location<'static>,
}

impl From<EndKey> for SocketKey {
    fn from(key: EndKey) -> Self {
        Self::End(key.serial(), key.side())
    }
}

impl From<ListenerKey> for SocketKey {
    fn from(key: ListenerKey) -> Self {
        Self::Listener(key.serial)
    }
}

impl From<DatagramKey> for SocketKey {
    fn from(key: DatagramKey) -> Self {
        Self::Datagrams(key.serial())
    }
}

impl Network {
    /// Whether nothing was ever left open, and no fault ordered; cheap to ask.
    pub(crate) fn is_clean(&self) -> bool {
        self.connections.is_empty()
            && self.listeners.is_empty()
            && self.datagrams.is_empty()
            && self.links.faults().all(|fault| fault.fired)
    }

    /// The sockets of this loop, and of those inside of it, that are open, in the order in which they were made.
    pub(crate) fn open_sockets(&self, of: &EndingLoops) -> Vec<OpenSocket> {
        let mut open = Vec::new();
        for (slot, connection) in &self.connections {
            for side in 0..2 {
                let end = &connection.ends[side];
                let is_in_backlog = side == 1 && end.user == u32::MAX;
                if of.has(end.owner) && end.held && !end.is_orphan && !is_in_backlog {
                    let key = EndKey::new(slot, connection.serial, side);
                    open.push(self.open_end(key, connection));
                }
            }
        }
        for (_, listener) in &self.listeners {
            if of.has(listener.owner) && listener.gone.is_none() {
                let is_tcp = listener.addr.as_inet().is_some();
                open.push(OpenSocket {
                    key: SocketKey::Listener(listener.serial),
                    what: if is_tcp {
                        OpenKind::TcpListener
                    } else {
                        OpenKind::UnixListener
                    },
                    at: Some(self.named(listener.host, &listener.addr)),
                    untaken: listener.queue.len() + listener.waiting.len(),
                    user: None,
                    birth: listener.birth,
                });
            }
        }
        for (_, socket) in &self.datagrams {
            if of.has(socket.owner) && !socket.is_gone() {
                let addr = socket.addr();
                open.push(OpenSocket {
                    key: SocketKey::Datagrams(socket.serial()),
                    what: if addr.as_inet().is_some() {
                        OpenKind::Udp
                    } else {
                        OpenKind::UnixDatagrams
                    },
                    at: is_named(&addr).then(|| self.named(socket.host, &addr)),
                    untaken: socket.unread(),
                    user: None,
                    birth: socket.birth,
                });
            }
        }
        sort_by_key(&mut open, |socket| match socket.key {
            SocketKey::End(serial, side) => (serial, side),
            SocketKey::Listener(serial) | SocketKey::Datagrams(serial) => (serial, 0),
        });
        open
    }

    fn open_end(&self, key: EndKey, connection: &Connection) -> OpenSocket {
        let side = key.side();
        let [client, server] = &connection.ends;
        let is_served = is_named(&server.addr);
        let what = match (connection.kind, side) {
            (_, 0) if connection.stage == Stage::Connecting => OpenKind::Connecting,
            (Kind::Tcp, 0) => OpenKind::TcpClient,
            (Kind::Tcp, _) => OpenKind::TcpAccepted,
            (Kind::Unix, _) if !is_served => OpenKind::UnixPaired,
            (Kind::Unix, 0) => OpenKind::UnixClient,
            (Kind::Unix, _) => OpenKind::UnixAccepted,
            (Kind::Pipe, 0) => OpenKind::PipeWriter,
            (Kind::Pipe, _) => OpenKind::PipeReader,
        };
        let is_a_way = connection.kind != Kind::Pipe || side == 1;
        let user = [client.user, server.user][side];
        OpenSocket {
            key: key.into(),
            what,
            at: is_served.then(|| self.named(server.host, &server.addr)),
            untaken: if is_a_way {
                connection.pipes[side].unread()
            } else {
                0
            },
            user: (user != u32::MAX).then_some(user),
            birth: connection.ends[side].birth,
        }
    }

    /// The faults that this loop, or one inside of it, ordered and that never did anything.
    pub(crate) fn unfired(&self, of: &EndingLoops) -> Vec<Unfired> {
        let faults = self.links.faults();
        let unfired = faults.filter(|fault| !fault.fired && of.has(fault.owner));
        unfired
            .map(|fault| Unfired {
                what: fault.what,
                site: fault.site,
            })
            .collect()
    }
}

fn is_named(addr: &Addr) -> bool {
    addr.as_unix().is_none_or(|addr| !addr.is_unnamed())
}

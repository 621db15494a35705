//! What is there on the network: sockets that nobody has closed, and faults that hit nothing.

use super::Thing;
use crate::core::EndingLoops;
use crate::core::net::{OpenKind, OpenSocket};
use crate::executor::World;
use crate::leaks::{Kind, Kinds, Leak};

impl World {
    pub(super) fn sockets(&self, of: &EndingLoops, kinds: Kinds) -> Vec<(Thing, Leak)> {
        let network = self.network.borrow();
        let Some(state) = &*network else {
            return Vec::new();
        };
        // What listens for something announced is a part of that.
        let announced = self.announced.borrow();
        let is_part = |leak: &Leak| {
            leak.kind == Kind::Listeners
                && announced
                    .iter()
                    .any(|(_, _, whole)| whole.created == leak.created)
        };
        let sockets = state.0.open_sockets(of).into_iter();
        sockets
            .map(|it| (Thing::Socket(it.key), Leak::from(it)))
            .filter(|(_, leak)| kinds.contains(leak.kind) && !is_part(leak))
            .collect()
    }

    /// Faults that were ordered and never did anything.
    pub(super) fn unfired_faults(&self, of: &EndingLoops) -> Vec<(Thing, Leak)> {
        let network = self.network.borrow();
        let Some(state) = &*network else {
            return Vec::new();
        };
        let unfired = state.0.unfired(of).into_iter();
        unfired
            .map(|fault| {
                let mut leak = Leak::new(Kind::Faults, fault.what, String::new(), self.last_now());
                leak.created = Some(fault.site);
                (Thing::Other(u64::MAX), leak)
            })
            .collect()
    }
}

impl From<OpenSocket> for Leak {
    fn from(socket: OpenSocket) -> Self {
        let (kind, noun, preposition, type_name) = match socket.what {
            OpenKind::TcpListener => (Kind::Listeners, "TCP listener", "at", "TcpListener"),
            OpenKind::UnixListener => (Kind::Listeners, "unix listener", "at", "UnixListener"),
            OpenKind::Connecting => (Kind::Streams, "connecting stream", "to", "Stream"),
            OpenKind::TcpClient => (Kind::Streams, "TCP stream", "to", "TcpStream"),
            OpenKind::TcpAccepted => (Kind::Streams, "accepted TCP stream", "at", "TcpStream"),
            OpenKind::UnixClient => (Kind::Streams, "unix stream", "to", "UnixStream"),
            OpenKind::UnixAccepted => (Kind::Streams, "accepted unix stream", "at", "UnixStream"),
            OpenKind::UnixPaired => (Kind::Streams, "unix stream", "of a pair, at", "UnixStream"),
            OpenKind::PipeWriter => (Kind::Streams, "sender of a pipe", "", "pipe::Sender"),
            OpenKind::PipeReader => (Kind::Streams, "receiver of a pipe", "", "pipe::Receiver"),
            OpenKind::Udp => (Kind::Datagrams, "UDP socket", "at", "UdpSocket"),
            OpenKind::UnixDatagrams => (
                Kind::Datagrams,
                "unix datagram socket",
                "at",
                "UnixDatagram",
            ),
        };
        let about = match (socket.at, socket.what) {
            (_, OpenKind::PipeReader | OpenKind::PipeWriter) => String::new(),
            (_, OpenKind::UnixPaired) => "of a pair".to_owned(),
            (Some(at), _) => format!("{preposition} {at}"),
            (None, _) => String::new(),
        };
        let mut leak = Self::new(kind, noun, about, socket.birth.since);
        leak.type_name = type_name;
        leak.created = socket.birth.site;
        leak.untaken = socket.untaken;
        leak.user = socket.user;
        leak
    }
}

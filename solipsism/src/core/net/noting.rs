//! Notes down what happens on the network, as `deeds`, and asks for the names in them. Nothing is noted unless somebody listens.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::SocketAddr;

use super::connection::{Connection, Kind, Stage};
use super::datagrams::Datagram;
use super::deeds::{NetEvent, Preview, count};
use super::pipe::Payload;
use super::{Addr, Call, EndKey, HostId, ListenerKey, Network};

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Arrived,
    Lost,
}

impl Call {
    /// Notes it down, if anybody wants to know.
    pub(super) fn note(&mut self, deed: impl FnOnce() -> NetEvent) {
        if let Some(deeds) = &mut self.deeds {
            deeds.push(deed());
        }
    }
}

// Each is asked for only where somebody listens, and so is out of the way of everybody else.
impl Network {
    /// What the other end of a stream is called.
    fn peer_name(&self, key: EndKey) -> String {
        self.end_name(key.peer())
    }

    fn end_name(&self, key: EndKey) -> String {
        let Some(connection) = self.connection(key) else {
            return "a stream that is gone".to_owned();
        };
        let end = &connection.ends[key.side()];
        match connection.kind {
            Kind::Pipe => "a pipe".to_owned(),
            _ if end.addr.as_unix().is_some_and(super::UnixAddr::is_unnamed) => {
                "an unnamed unix socket".to_owned()
            }
            _ => self.named(end.host, &end.addr),
        }
    }

    #[cold]
    pub(super) fn note_listening(&self, host: HostId, addr: &Addr, call: &mut Call) {
        let at = self.named(host, addr);
        call.note(|| NetEvent::Listens { at });
    }

    /// Nobody is going to listen there any more, if somebody does.
    #[cold]
    pub(super) fn note_end_of_listening(&self, key: ListenerKey, call: &mut Call) {
        let listener = &self.listeners[key.slot()];
        if listener.is_somewhere() {
            let at = self.named(listener.host, &listener.addr);
            call.note(|| NetEvent::StopsListening { at });
        }
    }

    /// A socket for datagrams is made.
    #[cold]
    pub(super) fn note_binding(&self, host: HostId, addr: &Addr, call: &mut Call) {
        let at = self.named(host, addr);
        call.note(|| NetEvent::Binds { at });
    }

    /// A socket for datagrams is about to give its address back.
    #[cold]
    pub(super) fn note_end_of_binding(&self, host: HostId, addr: &Addr, call: &mut Call) {
        let at = self.named(host, addr);
        call.note(|| NetEvent::Unbinds { at });
    }

    #[cold]
    pub(super) fn note_connect(&self, key: EndKey, call: &mut Call) {
        let to = self.peer_name(key);
        call.note(|| NetEvent::Connects { to });
    }

    /// What arrives tells the end of a connect, and a reset.
    #[cold]
    pub(super) fn note_received(&self, to: EndKey, payload: &Payload, call: &mut Call) {
        let Some(connection) = self.connection(to) else {
            return;
        };
        let end = &connection.ends[to.side()];
        match payload {
            Payload::Opened if connection.stage == Stage::Connecting => {
                self.note_connected(to, call);
            }
            Payload::Reset if connection.stage == Stage::Connecting && end.held => {
                self.note_connect_failure(to, ErrorKind::ConnectionRefused, call);
            }
            // As `Connection::reset` has it.
            Payload::Reset
                if connection.stage == Stage::Open
                    && end.held
                    && !end.broken
                    && !(end.shut && end.ended) =>
            {
                self.note_reset(to, call);
            }
            _ => {}
        }
    }

    fn note_connected(&self, key: EndKey, call: &mut Call) {
        let (from, to) = (self.end_name(key), self.peer_name(key));
        call.note(|| NetEvent::Connected { from, to });
    }

    #[cold]
    pub(super) fn note_connect_failure(&self, key: EndKey, kind: ErrorKind, call: &mut Call) {
        let to = self.peer_name(key);
        call.note(|| NetEvent::ConnectFails { to, kind });
    }

    #[cold]
    pub(super) fn note_accept(&self, key: EndKey, call: &mut Call) {
        let (from, at) = (self.peer_name(key), self.end_name(key));
        call.note(|| NetEvent::Accepts { from, at });
    }

    /// Something was written, after so much else had happened: what became of it came after that.
    pub(super) fn note_write(
        &self,
        key: EndKey,
        slices: &[IoSlice<'_>],
        written: &io::Result<usize>,
        before: usize,
        call: &mut Call,
    ) {
        match (written, &mut call.deeds) {
            (Err(error), _) => self.note_failure(key, error.kind(), call),
            (Ok(length @ 1..), Some(deeds)) => {
                let to = self.peer_name(key);
                let bytes = Preview::of(slices, *length);
                deeds.insert(before, NetEvent::Sends { to, bytes });
            }
            _ => {}
        }
    }

    pub(super) fn note_read(
        &self,
        key: EndKey,
        slices: &[IoSliceMut<'_>],
        read: &io::Result<usize>,
        call: &mut Call,
    ) {
        match read {
            Err(error) => self.note_failure(key, error.kind(), call),
            Ok(0) if slices.iter().all(|slice| slice.is_empty()) => {}
            Ok(0) => {
                let from = self.peer_name(key);
                call.note(|| NetEvent::ReadsEnd { from });
            }
            Ok(length) => {
                let from = self.peer_name(key);
                let bytes = Preview::of(slices, *length);
                call.note(|| NetEvent::Receives { from, bytes });
            }
        }
    }

    fn note_failure(&self, key: EndKey, kind: ErrorKind, call: &mut Call) {
        if kind != ErrorKind::WouldBlock {
            let peer = self.peer_name(key);
            call.note(|| NetEvent::Fails { peer, kind });
        }
    }

    #[cold]
    pub(super) fn note_shut_down(&self, key: EndKey, call: &mut Call) {
        let is_news = |connection: &Connection| {
            let end = &connection.ends[key.side()];
            let is_over = connection.kind.is_tcp() && (end.broken || (end.shut && end.ended));
            !end.shut && !is_over
        };
        if self.connection(key).is_some_and(is_news) {
            let to = self.peer_name(key);
            call.note(|| NetEvent::ShutsDown { to });
        }
    }

    /// The handle of an end is about to be closed, if it is there and has not been.
    #[cold]
    pub(super) fn note_close(&self, key: EndKey, call: &mut Call) {
        let Some(connection) = self.connection(key) else {
            return;
        };
        let side = key.side();
        let was_open = connection.stage == Stage::Open || (side == 1 && connection.is_answered);
        if connection.ends[side].held && was_open {
            let unread = connection.pipes[side].unread();
            let peer = self.peer_name(key);
            call.note(|| NetEvent::Closes { peer, unread });
        }
    }

    fn note_reset(&self, key: EndKey, call: &mut Call) {
        let (at, by) = (self.end_name(key), self.peer_name(key));
        call.note(|| NetEvent::Reset { at, by });
    }

    #[cold]
    pub(super) fn note_arrival(&self, key: EndKey, payload: &Payload, call: &mut Call) {
        let what = match payload {
            Payload::Open => "the request to connect".to_owned(),
            Payload::Opened => "the answer to a connect".to_owned(),
            Payload::Refused => "the refusal of a connect".to_owned(),
            Payload::Data(data) => count(data.len()),
            Payload::Finish => "the end of the stream".to_owned(),
            Payload::Reset => "a reset".to_owned(),
        };
        let (from, to) = (self.peer_name(key), self.end_name(key));
        call.note(|| NetEvent::Arrives { from, to, what });
    }

    /// A datagram was sent, after so much else had happened: what became of it came after that.
    #[cold]
    pub(super) fn note_sent(&self, to: Option<Addr>, bytes: &[u8], before: usize, call: &mut Call) {
        let to = to.map_or("nobody".to_owned(), |to| self.named_of(&to, call));
        let bytes = Preview::of(&[bytes], bytes.len());
        if let Some(deeds) = &mut call.deeds {
            deeds.insert(before, NetEvent::Sends { to, bytes });
        }
    }

    #[cold]
    pub(super) fn note_taken(&self, from: &Addr, bytes: &[u8], call: &mut Call) {
        let from = self.named_of(from, call);
        call.note(|| NetEvent::Receives {
            from,
            bytes: Preview::of(&[bytes], bytes.len()),
        });
    }

    /// An address as whoever asks sees it.
    fn named_of(&self, addr: &Addr, call: &Call) -> String {
        match addr.as_unix() {
            Some(unix) if unix.is_unnamed() => "an unnamed unix socket".to_owned(),
            _ => self.named(HostId(call.host), addr),
        }
    }

    #[cold]
    pub(super) fn note_datagram(&self, way: Way, datagram: &Datagram, call: &mut Call) {
        let Datagram {
            from, to, bytes, ..
        } = datagram;
        match way {
            Way::Lost => self.note_lost(*from, *to, bytes.len(), call),
            Way::Arrived => {
                let (from, to) = (self.at(*from), self.at(*to));
                let what = format!("a datagram of {}", count(bytes.len()));
                call.note(|| NetEvent::Arrives { from, to, what });
            }
        }
    }

    #[cold]
    pub(super) fn note_lost(
        &self,
        from: (HostId, SocketAddr),
        to: (HostId, SocketAddr),
        length: usize,
        call: &mut Call,
    ) {
        let (from, to) = (self.at(from), self.at(to));
        call.note(|| NetEvent::Lost { from, to, length });
    }

    fn at(&self, (host, addr): (HostId, SocketAddr)) -> String {
        self.named(host, &addr.into())
    }
}

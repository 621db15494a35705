//! What happens on the network, for a trace: who did it is the front end's to say. Nothing is noted unless somebody listens.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::ops::Deref;

use super::connection::{Connection, Kind, Stage};
use super::datagrams::Datagram;
use super::pipe::Payload;
use super::{Addr, Call, EndKey, HostId, ListenerKey, Network};

/// Something that happened on the network of a world. Its `Display` is a clause whose subject is the task that did it.
///
/// Addresses are as reports have them, `10.0.0.7:80 (api.internal)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetEvent {
    /// A listener was bound.
    #[non_exhaustive]
    Listens {
        /// Its address.
        at: String,
    },
    /// A listener was closed.
    #[non_exhaustive]
    StopsListening {
        /// What its address was.
        at: String,
    },
    /// A socket for datagrams was bound.
    #[non_exhaustive]
    Binds {
        /// Its address.
        at: String,
    },
    /// A socket for datagrams was closed that had an address.
    #[non_exhaustive]
    Unbinds {
        /// What its address was.
        at: String,
    },
    /// A connect began.
    #[non_exhaustive]
    Connects {
        /// The address that was asked for.
        to: String,
    },
    /// A connect has succeeded, as its client sees it.
    #[non_exhaustive]
    Connected {
        /// The client's address.
        from: String,
        /// The server's.
        to: String,
    },
    /// A connect has failed.
    #[non_exhaustive]
    ConnectFails {
        /// The address that was asked for.
        to: String,
        /// With which error.
        kind: ErrorKind,
    },
    /// A connection was taken from a listener.
    #[non_exhaustive]
    Accepts {
        /// The client's address.
        from: String,
        /// The listener's.
        at: String,
    },
    /// Bytes were written to a stream, or a datagram was sent.
    #[non_exhaustive]
    Sends {
        /// The address of the other end.
        to: String,
        /// What was sent.
        bytes: Preview,
    },
    /// Something that was on its way has arrived at a socket. Only where a link takes time: without, it arrives as it is sent.
    #[non_exhaustive]
    Arrives {
        /// The sender's address.
        from: String,
        /// The receiver's.
        to: String,
        /// What has: "4 bytes", "the end of the stream".
        what: String,
    },
    /// Bytes, or a datagram, were read.
    #[non_exhaustive]
    Receives {
        /// The address of the other end.
        from: String,
        /// What was read.
        bytes: Preview,
    },
    /// A read found the end of the stream.
    #[non_exhaustive]
    ReadsEnd {
        /// The address of the other end.
        from: String,
    },
    /// A read or a write failed.
    #[non_exhaustive]
    Fails {
        /// The address of the other end.
        peer: String,
        /// With which error.
        kind: ErrorKind,
    },
    /// A datagram was lost: by its link, or since nobody was there, or had room for it.
    #[non_exhaustive]
    Lost {
        /// The sender's address.
        from: String,
        /// The receiver's.
        to: String,
        /// How long it was.
        length: usize,
    },
    /// An end of a stream has said that it sends no more.
    #[non_exhaustive]
    ShutsDown {
        /// The address of the other end.
        to: String,
    },
    /// An end of a stream was closed.
    #[non_exhaustive]
    Closes {
        /// The address of the other end.
        peer: String,
        /// How many bytes were left unread: of TCP and unix sockets that resets the other end.
        unread: usize,
    },
    /// A reset arrived at an end of a stream.
    #[non_exhaustive]
    Reset {
        /// The address of that end.
        at: String,
        /// That of the other.
        by: String,
    },
}

/// The beginning of some bytes, and how many there were.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preview {
    /// How many.
    pub length: usize,
    /// The first of them: printable ASCII as it is, the rest escaped as in a Rust literal.
    pub text: String,
    /// Whether these are all.
    pub is_whole: bool,
}

/// So long is what is shown of bytes, about: a line of a protocol, and half a line of a trace.
const SHOWN: usize = 40;

impl Preview {
    fn of<S: Deref<Target = [u8]>>(slices: &[S], length: usize) -> Self {
        let mut text = String::new();
        let mut seen = 0;
        for byte in slices.iter().flat_map(|slice| slice.iter()).take(length) {
            let escaped = byte.escape_ascii();
            if text.len() + escaped.len() > SHOWN {
                break;
            }
            text.extend(escaped.map(char::from));
            seen += 1;
        }
        Self {
            length,
            text,
            is_whole: seen == length,
        }
    }

    /// `sends 4 bytes to 10.0.0.7:80: "ping"`
    fn write(&self, f: &mut fmt::Formatter<'_>, does: &str, way: &str, whom: &str) -> fmt::Result {
        let rest = if self.is_whole { "" } else { "…" };
        let length = count(self.length);
        write!(f, "{does} {length} {way} {whom}: \"{}\"{rest}", self.text)
    }
}

/// `4 bytes: "ping"`
impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = if self.is_whole { "" } else { "…" };
        write!(f, "{}: \"{}\"{rest}", count(self.length), self.text)
    }
}

fn count(bytes: usize) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {unit}")
}

/// `sends 4 bytes to 10.0.0.7:80 (api.internal): "ping"`
impl fmt::Display for NetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listens { at } => write!(f, "listens at {at}"),
            Self::StopsListening { at } => write!(f, "nobody listens at {at} any more"),
            Self::Binds { at } => write!(f, "binds {at}"),
            Self::Unbinds { at } => write!(f, "nobody is bound to {at} any more"),
            Self::Connects { to } => write!(f, "connects to {to}"),
            Self::Connected { from, to } => write!(f, "{from} is connected to {to}"),
            Self::ConnectFails { to, kind } => write!(f, "connecting to {to} fails: {kind}"),
            Self::Accepts { from, at } => write!(f, "accepts {from} at {at}"),
            Self::Sends { to, bytes } => bytes.write(f, "sends", "to", to),
            Self::Arrives { from, to, what } => write!(f, "{to} gets {what} from {from}"),
            Self::Receives { from, bytes } => bytes.write(f, "reads", "from", from),
            Self::ReadsEnd { from } => write!(f, "reads the end of the stream from {from}"),
            Self::Fails { peer, kind } => write!(f, "fails to use the stream to {peer}: {kind}"),
            Self::Lost { from, to, length } => {
                write!(
                    f,
                    "a datagram of {} from {from} to {to} is lost",
                    count(*length)
                )
            }
            Self::ShutsDown { to } => write!(f, "sends no more to {to}"),
            Self::Closes { peer, unread: 0 } => write!(f, "closes the stream to {peer}"),
            Self::Closes { peer, unread } => {
                write!(
                    f,
                    "closes the stream to {peer}, with {} unread",
                    count(*unread)
                )
            }
            Self::Reset { at, by } => write!(f, "the stream of {at} is reset by {by}"),
        }
    }
}

impl NetEvent {
    /// Whether the task did it; else it happened.
    pub(crate) fn has_subject(&self) -> bool {
        !matches!(
            self,
            Self::StopsListening { .. }
                | Self::Unbinds { .. }
                | Self::Connected { .. }
                | Self::ConnectFails { .. }
                | Self::Arrives { .. }
                | Self::Lost { .. }
                | Self::Reset { .. }
        )
    }
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

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Arrived,
    Lost,
}

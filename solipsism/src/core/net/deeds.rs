//! What happens on the network, for a trace, as plain data with its words: who did it is the front end's to say. `noting` makes it.

use std::fmt;
use std::io::ErrorKind;
use std::ops::Deref;

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
    pub(super) fn of<S: Deref<Target = [u8]>>(slices: &[S], length: usize) -> Self {
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

pub(super) fn count(bytes: usize) -> String {
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

//! The addresses of sockets.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The address of one end of whatever connects two: an internet address or that of a unix socket.
///
/// # Examples
///
/// ```
/// use solipsism::net::Addr;
///
/// let addr: Addr = "10.0.0.7:80".parse::<std::net::SocketAddr>().unwrap().into();
/// assert_eq!(addr.to_string(), "10.0.0.7:80");
/// assert!(addr.as_inet().is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Addr {
    /// Of TCP or UDP.
    Inet(SocketAddr),
    /// Of a unix socket.
    Unix(UnixAddr),
}

/// The address of a unix socket: a path, an abstract name, or none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixAddr(Name);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    Unnamed,
    Path(PathBuf),
    Abstract(Vec<u8>),
}

impl Addr {
    /// The internet address, if it is one.
    pub fn as_inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(addr) => Some(*addr),
            Self::Unix(_) => None,
        }
    }

    /// The address of a unix socket, if it is one.
    pub fn as_unix(&self) -> Option<&UnixAddr> {
        match self {
            Self::Inet(_) => None,
            Self::Unix(addr) => Some(addr),
        }
    }
}

impl UnixAddr {
    pub(crate) const UNNAMED: Self = Self(Name::Unnamed);

    /// A path, or an abstract name if it begins with a zero byte, as tokio has it.
    pub(crate) fn new(path: &Path) -> Self {
        let bytes = path.as_os_str().as_encoded_bytes();
        Self(match bytes.split_first() {
            None => Name::Unnamed,
            Some((0, name)) => Name::Abstract(name.to_vec()),
            Some(_) => Name::Path(path.to_owned()),
        })
    }

    /// The path, if the socket has one.
    pub fn as_pathname(&self) -> Option<&Path> {
        match &self.0 {
            Name::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The abstract name without its leading zero byte, if the socket has one.
    pub fn as_abstract_name(&self) -> Option<&[u8]> {
        match &self.0 {
            Name::Abstract(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the socket has no address: it was never bound.
    pub fn is_unnamed(&self) -> bool {
        self.0 == Name::Unnamed
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        Self::Inet(addr)
    }
}

impl From<UnixAddr> for Addr {
    fn from(addr: UnixAddr) -> Self {
        Self::Unix(addr)
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(addr) => addr.fmt(f),
            Self::Unix(addr) => addr.fmt(f),
        }
    }
}

/// `/path`, `@abstract`, or `(unnamed)`.
impl fmt::Display for UnixAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Name::Unnamed => f.write_str("(unnamed)"),
            Name::Path(path) => path.display().fmt(f),
            Name::Abstract(name) => write!(f, "@{}", name.escape_ascii()),
        }
    }
}

impl fmt::Debug for UnixAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

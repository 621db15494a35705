//! The network of a world: every host name and every port exists, and nothing leaves it.
//!
//! The types have tokio's names and behave as Linux's sockets do on loopback, with the traits of futures-io (see
//! [`io`](crate::io)). Connecting and sending cost no virtual time unless a link says so, and what is written can be
//! read in the same instant. A connect is refused only when its instant has come to rest, so that a server that was
//! just spawned gets to bind its port.
//!
//! # Traits
//!
//! Every stream reads and writes by the traits of futures-io. With the feature `tokio` by tokio's too, with `hyper` by
//! hyper's, with `axum` listeners can be given to `axum::serve`, and with `tonic` what they accept to tonic's server. The
//! traits themselves do not meet, but their extension traits have methods of the same names: see [`io`](crate::io).
//!
//! # Hosts
//!
//! A name is a host, with one IPv4 and one IPv6 address that are the same in every run; it resolves to the former. An
//! address that no name has is a host as well: a cluster may be written as 10.0.0.1, 10.0.0.2 and so on. A task runs on
//! the host of the task that spawned it, and the test's body on `localhost`, which is 10.255.255.254 to others;
//! [`Host::spawn`] and [`Host::run`] start tasks elsewhere. Any task may bind or connect to any
//! name: a socket belongs to the host whose address it has, and what lies between two hosts is told to their
//! [`Link`]. Loopback and wildcard addresses, unix sockets and `localhost` are each host's own.
//!
//! A task of tokio's runs on `localhost` whoever spawned it, since tokio tells nobody: no crash ends it, and no link delays
//! what it sends to the test. What is to run on its host is started by [`spawn`](crate::spawn), which hosted code can use beside
//! `tokio::spawn`.
//!
//! # Other threads
//!
//! A socket is used where its world runs, and may be dropped anywhere: its world closes it before it does anything
//! else. A thread that is no blocking job is to be announced, with
//! [`EventLoop::external`](crate::EventLoop::external).
//!
//! # What differs from Linux
//!
//! - The capacity of a direction is exact to the byte, is one number for both ends together, and what Linux doubles is
//!   taken as it is.
//! - Every address exists, and can be bound. The socket belongs to the host that has it then; `AddrNotAvailable` is left
//!   for what is no single host's.
//! - The path of a unix socket is no file, and there are no directories that could be missing. It can be bound anew when
//!   its socket is closed, since nobody could remove it.
//! - An abstract name is that of one socket, for streams or for datagrams, as a path is. Linux has names of each.
//! - An acknowledgement takes no time: what was read makes room at once. So does ICMP's message that a port is closed.
//! - There is no `TIME_WAIT`: a closed connection's port is free as soon as both ends are closed.
//! - The port of a listener that was closed is free for all, also for a socket that does not ask for `SO_REUSEADDR`, though
//!   connections that were accepted there go on.
//! - A host has 27,233 ports to connect from at each of its addresses, wherever it connects to; Linux has as many for each
//!   destination. A bound socket that connects to itself is refused.
//! - An open connection never times out: what a link loses is sent again, at least every two minutes, and the sixteenth
//!   time it gets through.
//! - Connecting to a unix listener whose backlog is full waits for room, as a `connect` that may block does; one that may
//!   not would fail.
//! - A pipe's room is counted in bytes, not in pages.
//! - Where an error has no [`ErrorKind`](std::io::ErrorKind) of its own, ours is the nearest: `NotConnected` for a datagram
//!   without a destination, and `InvalidInput` for one that is too long, for an address of the other family, and where a
//!   unix socket for streams meets one for datagrams.
//! - A datagram is one packet, however long it is, and takes 768 bytes of its buffer beside its own; Linux rounds up.
//! - There is no multicast. A broadcast is to 255.255.255.255 and reaches every host, or to 127.255.255.255; all other
//!   addresses are hosts.
//! - A unix socket for datagrams can be written to as soon as one more fits, and not only when most of its buffer is
//!   free.
//!
//! # Real sockets
//!
//! Nothing keeps a test from using those of `std` or of another crate, and they reach the real network. A wake by them
//! is told in the report ("something real is in here"). This `clippy.toml` forbids them:
//!
//! ```toml
//! # Paths of crates that are not used do no harm. `allow-invalid` (an older clippy does not know it: leave it out) is
//! # for a crate that is used without the feature: there clippy would warn.
//! disallowed-types = [
//!     { path = "std::net::TcpStream", replacement = "solipsism::net::TcpStream" },
//!     { path = "std::net::TcpListener", replacement = "solipsism::net::TcpListener" },
//!     { path = "std::net::UdpSocket", replacement = "solipsism::net::UdpSocket" },
//!     { path = "std::os::unix::net::UnixStream", replacement = "solipsism::net::UnixStream" },
//!     { path = "std::os::unix::net::UnixListener", replacement = "solipsism::net::UnixListener" },
//!     { path = "std::os::unix::net::UnixDatagram", replacement = "solipsism::net::UnixDatagram" },
//!     { path = "tokio::net::TcpStream", replacement = "solipsism::net::TcpStream", allow-invalid = true },
//!     { path = "tokio::net::TcpListener", replacement = "solipsism::net::TcpListener", allow-invalid = true },
//!     { path = "tokio::net::TcpSocket", replacement = "solipsism::net::TcpSocket", allow-invalid = true },
//!     { path = "tokio::net::UdpSocket", replacement = "solipsism::net::UdpSocket", allow-invalid = true },
//!     { path = "tokio::net::UnixStream", replacement = "solipsism::net::UnixStream", allow-invalid = true },
//!     { path = "tokio::net::UnixListener", replacement = "solipsism::net::UnixListener", allow-invalid = true },
//!     { path = "tokio::net::UnixDatagram", replacement = "solipsism::net::UnixDatagram", allow-invalid = true },
//!     { path = "async_io::Async", reason = "a real socket: use those of solipsism::net", allow-invalid = true },
//! ]
//! disallowed-methods = [
//!     { path = "std::net::ToSocketAddrs::to_socket_addrs", replacement = "solipsism::net::lookup_host" },
//!     { path = "tokio::net::lookup_host", replacement = "solipsism::net::lookup_host", allow-invalid = true },
//! ]
//! ```

pub mod any;
pub mod tcp;
mod udp;
pub mod unix;

mod host;
mod link;
mod lookup;
mod network;

mod acceptor;
mod asked_at;
mod attempt;
mod datagrams;
mod half;
mod home;
mod incoming;
mod readiness;
mod socket;
mod stream;
mod traits;

pub use any::Stream;
pub(crate) use asked_at::AskedAt;
pub use host::Host;
pub use incoming::Incoming;
pub use link::Link;
pub(crate) use lookup::sealed::Target;
pub use lookup::{ToSocketAddrs, lookup_host};
pub use network::Network;
pub use readiness::{Interest, Ready};
pub use tcp::{TcpListener, TcpSocket, TcpStream};
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixStream};

pub use crate::core::net::{Addr, Latency};

//! quinn's runtime traits over the virtual network and clock, of nothing but the public API. To use quinn in tests of your
//! own, copy this file.

use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::panic::Location;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant as StdInstant;

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncTimer, AsyncUdpSocket, UdpPoller};
use solipsism::net::UdpSocket;
use solipsism::task::Builder;
use solipsism::time::{Instant, Sleep, sleep_until};

/// The world in which it was made, as quinn wants it.
///
/// quinn tells instants by `std::time::Instant`. Those that this gives are virtual time counted from one real instant; what
/// lies between two of them is exact, and nothing else of them is ever looked at.
#[derive(Clone, Copy, Debug)]
pub struct Runtime {
    since: Instant,
    stands_for: StdInstant,
}

impl Runtime {
    /// That of the world that runs here.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[must_use]
    pub fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "std has no other way to an `Instant`; it is only ever subtracted"
        )]
        let stands_for = StdInstant::now();
        Self {
            since: Instant::now(),
            stands_for,
        }
    }

    fn virtual_instant(&self, at: StdInstant) -> Instant {
        self.since + at.saturating_duration_since(self.stands_for)
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self::new()
    }
}

impl quinn::Runtime for Runtime {
    fn new_timer(&self, at: StdInstant) -> Pin<Box<dyn AsyncTimer>> {
        Box::pin(Timer {
            runtime: *self,
            sleep: sleep_until(self.virtual_instant(at)),
        })
    }

    /// Reports name the task for the file of quinn's that spawned it: `endpoint` or `connection`.
    #[track_caller]
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let file = Path::new(Location::caller().file()).file_stem();
        let what = file.unwrap_or_default().to_string_lossy();
        start(format!("quinn's {what}"), future);
    }

    /// A real socket has no place in a world.
    fn wrap_udp_socket(&self, _: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this socket is real: bind one of solipsism's, and use `Endpoint::new_with_abstract_socket`",
        ))
    }

    fn now(&self) -> StdInstant {
        self.stands_for + self.since.elapsed()
    }
}

/// A panic of quinn's fails the test. It is a function of its own since the line of a spawn is told in reports, and that of
/// quinn's would lead to where this machine keeps its sources.
fn start(name: String, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
    Builder::new().name(name).spawn(future).background();
}

#[derive(Debug)]
struct Timer {
    runtime: Runtime,
    sleep: Sleep,
}

impl AsyncTimer for Timer {
    fn reset(mut self: Pin<&mut Self>, at: StdInstant) {
        let at = self.runtime.virtual_instant(at);
        Pin::new(&mut self.sleep).reset(at);
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.sleep).poll(cx)
    }
}

/// A UDP socket of the virtual network. It carries no congestion marks (ECN), as many real paths do not.
pub struct Socket(UdpSocket);

impl Socket {
    /// Takes one that is not connected.
    #[must_use]
    pub fn new(socket: UdpSocket) -> Self {
        Self(socket)
    }
}

impl AsyncUdpSocket for Socket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysWritable)
    }

    /// What cannot be sent is lost, as with quinn's own sockets: its timeouts tell.
    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        drop(self.0.try_send_to(transmit.contents, transmit.destination));
        Ok(())
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (len, addr) = ready!(self.0.poll_recv_from(cx, &mut bufs[0]))?;
        meta[0] = RecvMeta {
            addr,
            len,
            stride: len,
            ..RecvMeta::default()
        };
        Poll::Ready(Ok(1))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn may_fragment(&self) -> bool {
        false
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Sending a datagram never waits.
#[derive(Debug)]
struct AlwaysWritable;

impl UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

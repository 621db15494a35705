//! Listening for signals by their kind, and raising them.

use std::fmt;
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::core::{DefaultAction, ListenerKey, SignalNumber};
use crate::executor::{Thing, World};

pub use super::kind::SignalKind;

/// Listens for a signal, from now on.
///
/// Listening, even once, replaces what the signal does by default for as long as the world is there, as tokio's does
/// for the whole process: raised after the last [`Signal`] was dropped, it does nothing.
///
/// # Errors
///
/// If there is no such signal, or it cannot be listened to: SIGKILL, SIGSTOP, SIGILL, SIGFPE and SIGSEGV. The kind is
/// tokio's, [`io::ErrorKind::Other`].
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, signal::unix::{SignalKind, raise, signal}};
///
/// EventLoop::new().run(async {
///     let mut hangups = signal(SignalKind::hangup())?;
///     raise(SignalKind::hangup());
///     assert_eq!(hangups.recv().await, Some(()));
///
///     let error = signal(SignalKind::from_raw(9)).unwrap_err();
///     assert_eq!(error.to_string(), "SIGKILL cannot be listened to");
///     std::io::Result::Ok(())
/// }).unwrap().unwrap();
/// ```
#[track_caller]
pub fn signal(kind: SignalKind) -> io::Result<Signal> {
    Signal::listen(kind, "signal", Location::caller())
}

/// Raises a signal: every listener of this world is told, in the order in which they were made.
///
/// A task that listens goes on when its turn comes, not before this returns. What is raised is not kept for listeners
/// that are made later.
///
/// # Panics
///
/// If nobody has listened for it and it would end or stop a real process, as most do. SIGCHLD, SIGCONT, SIGURG and
/// SIGWINCH would not, nor SIGPIPE, which `std` ignores before `main`: those do nothing then. Also if there is no such
/// signal, and outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, signal::unix::{SignalKind, raise}};
///
/// EventLoop::new().run(async {
///     raise(SignalKind::window_change());
///     let raised = solipsism::spawn(async { raise(SignalKind::terminate()) }).await;
///     let report = raised.unwrap_err().to_string();
///     assert!(report.contains("nobody listens for SIGTERM, which would end a real process"));
/// }).unwrap();
/// ```
#[track_caller]
pub fn raise(kind: SignalKind) {
    let world = World::with("raise", Rc::clone);
    let Some(number) = SignalNumber::new(kind.as_raw_value()) else {
        panic!(
            "there is no signal {}: they are 1 to 31 and, for real time, 34 to 64",
            kind.as_raw_value()
        );
    };
    let fate = match world.signals(|signals| signals.raise(number)) {
        Ok(woken) => {
            // Outside of `signals`, since a waker may raise one too.
            for waker in woken {
                world.wake(waker);
            }
            return;
        }
        Err(DefaultAction::Nothing) => return,
        Err(DefaultAction::End) => "end",
        Err(DefaultAction::Stop) => "stop",
    };
    assert!(
        number.can_be_listened_to(),
        "nobody can listen for {number}, which would {fate} a real process: to end a task on the spot, `abort` it"
    );
    panic!(
        "nobody listens for {number}, which would {fate} a real process: make the listener first; \
         `event_loop.settle().await` lets a spawned task get there"
    );
}

/// A listener for one kind of signal, made by [`signal`].
///
/// What is raised several times before it is received is received once.
#[must_use = "a listener does nothing unless it is asked with `recv`"]
pub struct Signal {
    key: ListenerKey,
    /// Where the key means something.
    world: u32,
}

impl Signal {
    #[track_caller]
    pub(super) fn listen(
        kind: SignalKind,
        what: &str,
        site: &'static Location<'static>,
    ) -> io::Result<Self> {
        World::with(what, |world| {
            let Some(number) = SignalNumber::new(kind.as_raw_value()) else {
                return Err(io::Error::other(format!(
                    "there is no signal {}",
                    kind.as_raw_value()
                )));
            };
            if !number.can_be_listened_to() {
                return Err(io::Error::other(format!("{number} cannot be listened to")));
            }
            let now = world.now();
            Ok(Self {
                key: world.signals(|signals| signals.listen(number, world.owner(), now, site)),
                world: world.id(),
            })
        })
    }

    /// Waits until the signal is raised, if it has not been since it was received last, or since the listener was made.
    ///
    /// It never gives `None`; the type is tokio's.
    ///
    /// # Panics
    ///
    /// Outside of the world in which the listener was made.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what is raised meanwhile is received by the next call.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, signal::unix::{SignalKind, raise, signal}};
    /// use solipsism::time::{self, Duration};
    ///
    /// EventLoop::new().run(async {
    ///     let mut alarms = signal(SignalKind::alarm()).unwrap();
    ///     raise(SignalKind::alarm());
    ///     raise(SignalKind::alarm());
    ///     assert_eq!(alarms.recv().await, Some(()));
    ///     let again = time::timeout(Duration::from_secs(1), alarms.recv()).await;
    ///     assert!(again.is_err(), "the two were one");
    /// }).unwrap();
    /// ```
    pub async fn recv(&mut self) -> Option<()> {
        Receiving(self).await
    }

    /// As [`recv`](Self::recv), for use in a hand-written future. Who polled last is woken, and only they.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let (polled, replaced) = World::with("Signal::recv", |world| {
            assert!(
                self.world == world.id(),
                "a `Signal` was polled in another world than the one it was made in: make a new one there"
            );
            if world.signals(|signals| signals.take(self.key)) {
                // Nobody waits: whoever did was woken.
                (Poll::Ready(Some(())), None)
            } else {
                let waiter = world.waiter(cx);
                let replaced = world.signals(|signals| signals.wait(self.key, waiter));
                (Poll::Pending, replaced)
            }
        });
        // Outside of the closure, since what a waker drops may use the world.
        drop(replaced);
        polled
    }

    /// The listener's world, if that is the one that runs on this thread.
    fn try_with<R>(&self, f: impl FnOnce(&World) -> R) -> Option<R> {
        World::try_with(|world| (self.world == world.id()).then(|| f(world))).flatten()
    }
}

/// What it holds differs from run to run.
impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").finish_non_exhaustive()
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        let waiter = self.try_with(|world| {
            world.leave(|| Thing::Signal(self.key));
            world.signals(|signals| signals.remove(self.key))
        });
        drop(waiter);
    }
}

/// A call of `recv`; when it is given up nobody waits any more.
struct Receiving<'a>(&'a mut Signal);

impl Future for Receiving<'_> {
    type Output = Option<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        self.0.poll_recv(cx)
    }
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        let signal = &*self.0;
        let waiter =
            signal.try_with(|world| world.signals(|signals| signals.stop_waiting(signal.key)));
        drop(waiter);
    }
}

//! The handle on a world: makes one, runs it, moves its clock.

mod builder;
mod child_loop;
mod clock_control;
mod external;

pub use builder::{Builder, ClockKind};
pub use child_loop::ChildLoop;
pub use clock_control::Freeze;
pub use external::External;

use std::fmt;
use std::num::NonZero;
use std::panic::{self, Location};
use std::pin::pin;
use std::rc::Rc;

use crate::core::{LoopId, OUTERMOST};
use crate::executor::{Stage, World};
use crate::leaks::{Kinds, Leaks};
use crate::panics::Print;
use crate::stopped::Stopped;
use crate::time::{Instant, SystemTime};
use crate::trace::Event;

/// A world's event loop: one thread, a clock of its own, and nothing else.
///
/// A test is given one by type. Elsewhere [`new`](Self::new) makes one and [`run`](Self::run) runs a future in it.
/// The loop belongs to the value that `new` or `build` returned: when this is dropped, so are its tasks, in the order
/// in which they were spawned. Clones, and what a test is given, are handles to the same loop.
///
/// # Examples
///
/// ```
/// use solipsism::EventLoop;
///
/// let event_loop = EventLoop::new();
/// let stopped = event_loop.run(std::future::pending::<()>()).unwrap_err();
/// assert!(stopped.is_sleep_forever());
/// assert!(event_loop.run(async {}).is_ok()); // it can be used again
/// ```
pub struct EventLoop {
    world: Rc<World>,
    /// Which of its loops this is.
    of: LoopId,
    owner: bool,
}

impl EventLoop {
    /// A loop with a virtual clock and no limits but the budgets of [`Builder`].
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = solipsism::EventLoop::new();
    /// assert_eq!(event_loop.run(async { 42 }).unwrap(), 42);
    /// ```
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Makes a loop with settings.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The loop that is running on this thread.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn current() -> Self {
        let world = World::with("EventLoop::current", Rc::clone);
        let of = world.owner();
        Self::handle(world, of)
    }

    fn handle(world: Rc<World>, of: LoopId) -> Self {
        Self {
            world,
            of,
            owner: false,
        }
    }

    pub(super) fn own(world: World) -> Self {
        Self {
            world: Rc::new(world),
            of: OUTERMOST,
            owner: true,
        }
    }

    /// Runs `future`, and whatever it spawns, until it is finished. Tasks that are left go on at the next run.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the future cannot finish, or a limit was reached, or a task panicked that nobody awaits. The
    /// future is dropped then, and the loop can be used again.
    ///
    /// # Panics
    ///
    /// If the future panics, with its panic. Inside of a running event loop or another executor.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::{self, Duration}};
    ///
    /// let event_loop = EventLoop::new();
    /// event_loop.run(async { time::sleep(Duration::from_secs(86_400)).await }).unwrap();
    /// assert_eq!(format!("{:?}", event_loop.now()), "86400s");
    /// ```
    #[track_caller]
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stopped> {
        self.run_for("EventLoop::run", future)
    }

    #[track_caller]
    fn run_for<F: Future>(&self, what: &str, future: F) -> Result<F::Output, Stopped> {
        let site = Location::caller();
        let entered = self.world.enter(what);
        assert!(
            !self.world.is_closed(),
            "`{what}` was called after the loop's owner was dropped: keep what `EventLoop::new` returned"
        );
        #[cfg(feature = "tokio")]
        let _context = self.world.context();
        let manual = self.world.clock_kind() == ClockKind::Manual;
        let _frozen = manual.then(|| Freeze::new(Rc::clone(&self.world)));
        let mut body = pin!(Stage::new(future));
        match self.world.run(Print::Now, site, body.as_mut()) {
            Ok(()) => {
                let failures = self.world.take_unheld_failures();
                Stopped::after(failures, self.now(), self.world.inbox())?;
                let output = body.output().expect("the run ends when the body does");
                Ok(output.expect("a body is never aborted"))
            }
            Err(mut ended) => match ended.payload {
                None => Err(ended.stopped),
                Some(payload) => {
                    drop(entered);
                    // One that was carried here from a task has not met the panic hook.
                    if ended.printed {
                        for failure in ended.stopped.failures() {
                            eprintln!("and {failure}");
                        }
                        if let Some(events) = ended.stopped.take_trace() {
                            eprintln!("{events}");
                        }
                    } else {
                        let thread = std::thread::current();
                        let name = thread.name().unwrap_or("<unnamed>");
                        eprintln!("thread '{name}' {}", ended.stopped);
                    }
                    panic::resume_unwind(payload)
                }
            },
        }
    }

    /// As [`run`](Self::run), for a future that is expected to finish.
    ///
    /// # Panics
    ///
    /// With the report, if it does not.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self.run_for("EventLoop::block_on", future) {
            Ok(output) => output,
            Err(stopped) => panic!("{stopped}"),
        }
    }

    /// The loop's current instant, also after a run.
    pub fn now(&self) -> Instant {
        Instant::from_nanos(self.world.now_of(self.of))
    }

    /// What the loop's wall clock shows.
    pub fn wall_clock(&self) -> SystemTime {
        self.world.wall_of(self.of).into()
    }

    /// Steps the wall clock, forwards or back. Deadlines are not touched.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::{Duration, Instant, SystemTime}};
    ///
    /// let event_loop = EventLoop::new();
    /// event_loop.set_wall_clock(event_loop.wall_clock() - Duration::from_secs(1));
    /// assert_eq!(format!("{:?}", event_loop.wall_clock()), "1999-12-31T23:59:59Z");
    /// assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    /// ```
    pub fn set_wall_clock(&self, time: SystemTime) {
        self.world.set_wall_of(time.into(), self.of);
    }

    /// The seed of this world's random choices.
    pub fn seed(&self) -> u64 {
        self.world.seed()
    }

    /// The last events, oldest first, as many as are kept. In a test that runs in a child of a wider fixture's loop these are the
    /// events since the test began, the fixture's own among them.
    ///
    /// # Panics
    ///
    /// If none are kept: see [`trace`](crate::trace) for how to ask for them.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::EventLoop;
    /// use solipsism::trace::Kind;
    ///
    /// let event_loop = EventLoop::builder().trace(10).build();
    /// event_loop.run(async { solipsism::spawn(async {}).await.unwrap() }).unwrap();
    /// let finished = event_loop.trace().into_iter().find(|event| event.kind == Kind::Finishes);
    /// assert_eq!(finished.unwrap().task.unwrap().to_string(), "task 1");
    /// ```
    #[track_caller]
    pub fn trace(&self) -> Vec<Event> {
        match self.world.trace_events() {
            Some(events) => events,
            None => panic!(
                "`trace` was called on a loop of which no events are kept: call `start_trace` before what is to be looked at, make \
                 the loop with `EventLoop::builder().trace(…)`, or run the tests with `--trace`"
            ),
        }
    }

    /// From here on keeps the last events, so many of them or as many as are kept already. There is no way to stop that.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::EventLoop;
    /// use solipsism::time::{Duration, sleep};
    ///
    /// #[solipsism::test]
    /// async fn backs_off(event_loop: EventLoop) {
    ///     event_loop.start_trace(100);
    ///     sleep(Duration::from_secs(2)).await;
    ///     assert!(event_loop.trace()[0].to_string().contains("sets a deadline for 2s"));
    /// }
    /// # let event_loop = EventLoop::new();
    /// # event_loop.run(async { backs_off_(EventLoop::current()).await }).unwrap();
    /// # async fn backs_off_(event_loop: EventLoop) {
    /// #     event_loop.start_trace(100);
    /// #     sleep(Duration::from_secs(2)).await;
    /// #     assert!(event_loop.trace()[0].to_string().contains("sets a deadline for 2s"));
    /// # }
    /// ```
    #[track_caller]
    pub fn start_trace(&self, events: usize) {
        self.world.start_trace(some_events(events));
    }

    /// Announces that something outside of this world will wake one of its tasks: a thread, a real socket.
    ///
    /// While the guard lives the clock stands still as soon as every task waits, and no hang is reported.
    ///
    /// Timers of other reactors, such as those of futures-timer and async-io, are outside too: they count real time, and
    /// virtual time goes on without them. Who waits for them alone, and did not announce it, sleeps for ever, and that is
    /// reported at once. Better than a guard is to give such code [`time::sleep`](crate::time::sleep) from outside.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::EventLoop;
    ///
    /// let event_loop = EventLoop::new();
    /// let (sender, receiver) = futures_channel::oneshot::channel();
    /// let external = event_loop.external();
    /// let thread = std::thread::spawn(move || {
    ///     sender.send("from outside").unwrap();
    ///     drop(external);
    /// });
    /// assert_eq!(event_loop.run(receiver).unwrap().unwrap(), "from outside");
    /// thread.join().unwrap();
    /// ```
    #[track_caller]
    pub fn external(&self) -> External {
        External::new(&self.world, Location::caller())
    }

    /// Looks at what is there now of these kinds, as the end of a test does, and leaves it there: the tasks, timers and
    /// sockets of this loop and of those inside of it, but for the task that asks and what is [in the
    /// background](crate::task::JoinHandle::background).
    ///
    /// Before the end nobody can tell who holds a socket or a timer: what the caller itself still needs is told as well,
    /// unless its kind is left out. Of the background are sockets that a task of it used last. To let tasks end that were
    /// told to, [`settle`](Self::settle) first.
    ///
    /// # Errors
    ///
    /// What there is: an error that fails a test, and plain data.
    ///
    /// # Panics
    ///
    /// Where the loop is not running, or if it is a child and has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "net")] {
    /// use solipsism::EventLoop;
    /// use solipsism::leaks::{Kind, Kinds};
    /// use solipsism::net::TcpListener;
    ///
    /// let event_loop = EventLoop::new();
    /// event_loop.run(async {
    ///     let listener = TcpListener::bind("api.internal:80").await.unwrap();
    ///     let event_loop = EventLoop::current();
    ///     assert!(event_loop.check(Kind::Tasks | Kind::Timers).is_ok());
    ///     let leaks = event_loop.check(Kinds::ALL).unwrap_err();
    ///     assert!(leaks.to_string().contains("(api.internal) is still open: bound at "));
    ///     drop(listener);
    ///     assert!(event_loop.check(Kinds::ALL).is_ok());
    /// }).unwrap();
    /// # }
    /// ```
    #[track_caller]
    pub fn check(&self, kinds: impl Into<Kinds>) -> Result<(), Leaks> {
        let current = World::with("EventLoop::check", Rc::clone);
        assert!(
            Rc::ptr_eq(&current, &self.world),
            "`EventLoop::check` was called on the loop of another world: ask `EventLoop::current()`"
        );
        self.assert_there("EventLoop::check");
        let leaks = current.left_now(self.of, kinds.into());
        if leaks.is_empty() { Ok(()) } else { Err(leaks) }
    }

    /// Drops the loop's tasks, as dropping the loop does, but tells what went wrong meanwhile.
    ///
    /// # Errors
    ///
    /// [`Stopped`] if a task's panic was never told to anybody, or a destructor panicked.
    ///
    /// # Panics
    ///
    /// If this is a handle to a loop that another value owns.
    #[track_caller]
    pub fn close(self) -> Result<(), Stopped> {
        assert!(
            self.owner,
            "`EventLoop::close` was called on a handle: call it on what `EventLoop::new` returned"
        );
        self.end()
    }

    fn end(&self) -> Result<(), Stopped> {
        if self.world.is_closed() {
            return Ok(());
        }
        let _entered = self.world.enter_to_close();
        #[cfg(feature = "tokio")]
        let _context = self.world.context();
        Stopped::after(self.world.close(), self.now(), self.world.inbox())
    }
}

impl Default for EventLoop {
    fn default() -> Self {
        Self::new()
    }
}

/// A handle to the same loop, which does not own it.
impl Clone for EventLoop {
    fn clone(&self) -> Self {
        Self::handle(Rc::clone(&self.world), self.of)
    }
}

/// Drops the loop's tasks if this is its owner. What went wrong meanwhile is printed; [`close`](EventLoop::close)
/// tells it as a value.
impl Drop for EventLoop {
    fn drop(&mut self) {
        if self.owner {
            if let Err(stopped) = self.end() {
                eprintln!("{stopped}");
            }
        }
    }
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLoop")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

#[track_caller]
fn some_events(count: usize) -> NonZero<usize> {
    NonZero::new(count).expect("a trace of no events tells nothing: keep 1 or more")
}

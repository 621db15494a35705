//! A loop inside of another one, begun and ended by hand.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::EventLoop;
use crate::core::{LoopId, OUTERMOST};
use crate::executor::{Ended, World};
use crate::leaks::{Kinds, Leaks};
use crate::panics;
use crate::task::{self, JoinHandle};
use crate::time::Instant;
use crate::trace::Kind;

impl EventLoop {
    /// Begins a child of this loop: a part of the test with a beginning and an end of its own.
    ///
    /// It has this loop's network, and this loop's clock, but for what [`ChildLoop::advance_local`] puts it ahead. Tasks,
    /// deadlines and sockets are its own: what its code makes is its, and ends with it. What was made on this loop stays this
    /// loop's: a child that reads from a stream of it, or joins a task, has no more than borrowed it. A sleep is of the loop
    /// that is the first to wait for it. This loop goes on all the while, and any number of children run at once. They nest:
    /// [`EventLoop::current`] is inside of a child the child.
    ///
    /// Budgets, the seed and the verdicts are those of the test: a panic in the background of a child fails it.
    ///
    /// # Panics
    ///
    /// If this loop has ended, and in a hosted world: tokio's tasks and timers cannot be told apart.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::{self, Duration, Instant}};
    ///
    /// EventLoop::new().run(async {
    ///     let event_loop = EventLoop::current();
    ///     let child = event_loop.child();
    ///     let session = child.spawn(async {
    ///         time::sleep(Duration::from_secs(15 * 60)).await;
    ///         "expired"
    ///     });
    ///     event_loop.settle().await; // it sleeps now
    ///     let start = Instant::now();
    ///     child.advance_local(Duration::from_secs(15 * 60));
    ///     assert_eq!(session.await.unwrap(), "expired");
    ///     assert_eq!(start.elapsed(), Duration::ZERO); // for everybody else no time has passed
    ///     child.end().await;
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn child(&self) -> ChildLoop {
        #[cfg(feature = "tokio")]
        assert!(
            !self.world.is_hosted(),
            "`EventLoop::child` was called in a world that a tokio runtime hosts, whose tasks and timers no child could \
             have for its own: put what needs a child into a test without `tokio`"
        );
        self.assert_there("EventLoop::child");
        let of = self.world.begin_by_hand(self.of);
        ChildLoop {
            event_loop: Self::handle(Rc::clone(&self.world), of),
            is_over: false,
        }
    }

    /// Puts the clock of this child loop ahead, and of those inside of it; see [`ChildLoop::advance_local`]. The loop of a
    /// test is a child where the test shares the loop of a fixture.
    ///
    /// # Panics
    ///
    /// If this loop is no child, for then there is no clock that it could be ahead of; use [`advance`](Self::advance).
    /// If it has ended, and past the end of time.
    #[track_caller]
    pub fn advance_local(&self, duration: Duration) {
        assert!(
            self.of != OUTERMOST,
            "`advance_local` puts the clock of a child loop ahead of that of the loop around it, and there is none around \
             this one: call it on what `EventLoop::child` returned, or move everybody's clock with `advance`"
        );
        self.assert_there("advance_local");
        let is_done = match u64::try_from(duration.as_nanos()).ok() {
            Some(0) => true,
            Some(nanos) => {
                self.world.note(|| Kind::Shifts { by: duration });
                self.world.shift(self.of, nanos)
            }
            None => false,
        };
        assert!(
            is_done,
            "`advance_local` ends within 584 years of the loop's beginning"
        );
    }

    #[track_caller]
    pub(super) fn assert_there(&self, what: &str) {
        if let Some(how) = self.world.ended(self.of) {
            panic!(
                "`{what}` was called on a loop that {}: begin a child that lasts as long as it is used, on the loop around \
                 this one",
                told(how)
            );
        }
    }
}

fn told(how: Ended) -> String {
    match how {
        Ended::At(site) => format!("was ended at {site}"),
        Ended::Dropped => {
            "ended when its `ChildLoop`, or that of a loop around it, was dropped".to_owned()
        }
        Ended::WithItsTest => "ended with its test".to_owned(),
    }
}

/// A loop inside of another one. See [`EventLoop::child`].
///
/// It ends with [`end`](Self::end), or when it is dropped, or else with its test, and children of it end with it. Then its
/// tasks are dropped, in the order in which they were spawned; its sockets are closed, wherever their handles are, and using
/// one is an error that says so; its deadlines never come; and what it ordered of the network, the wall clock and signals is
/// undone. Where two children beside each other have both changed the links, or both the resolver, and the one that began
/// first ends first, its changes are undone with those of the other.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "net")] {
/// use solipsism::{EventLoop, net::{TcpListener, TcpStream}};
///
/// EventLoop::new().run(async {
///     let child = EventLoop::current().child();
///     child.run(async {
///         let listener = TcpListener::bind("api.internal:80").await.unwrap();
///         solipsism::spawn(async move { while listener.accept().await.is_ok() {} });
///     }).await;
///     TcpStream::connect("api.internal:80").await.unwrap();
///     child.end().await;
///     TcpStream::connect("api.internal:80").await.unwrap_err();
/// }).unwrap();
/// # }
/// ```
#[must_use = "a child loop ends when it is dropped"]
pub struct ChildLoop {
    event_loop: EventLoop,
    is_over: bool,
}

impl ChildLoop {
    /// Has a future run as code of the child: what it makes is the child's, and its clock is the child's.
    ///
    /// It is polled by whoever awaits this, and so may borrow, and panics where it is awaited. It may be called any number of
    /// times, also several at once.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future` is. What it spawned goes on until the child ends.
    ///
    /// # Panics
    ///
    /// If the child has ended, or ends before the future is finished: whoever awaits it would wait for ever.
    #[track_caller]
    pub fn run<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.event_loop.assert_there("ChildLoop::run");
        let EventLoop { world, of, .. } = &self.event_loop;
        Inside {
            ticket: world.ticket(),
            world: Rc::clone(world),
            of: *of,
            site: Location::caller(),
            future: Some(future),
        }
    }

    /// Starts a task of the child; see [`solipsism::spawn`](crate::spawn). Its handle may be awaited anywhere; at the end of
    /// the child an unfinished task is cancelled.
    ///
    /// # Panics
    ///
    /// If the child has ended, and outside of its world.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.event_loop.assert_there("ChildLoop::spawn");
        let EventLoop { world, of, .. } = &self.event_loop;
        super::clock_control::assert_inside(world, "ChildLoop::spawn");
        let site = Location::caller();
        world.inside(*of, || task::spawn_at(future, site))
    }

    /// Puts the child's clock ahead of that of the loop around it, by this much more.
    ///
    /// A shift, not a stepping: nothing happens in between. Deadlines of the child, and of children inside of it, that are
    /// over by then fire once each, in their order, and whom they wake runs at the next turn: a task that sleeps for 10 s
    /// again and again wakes once, whether this is 10 s or 100. The others come sooner by `duration`; a task that has not run
    /// yet has set none, so [settle](EventLoop::settle) before. Packets that are under way, deadlines of the loop around it and
    /// its clock are untouched, also where the clock is manual, frozen or real. Reports tell the time of the world.
    ///
    /// Instants are no more comparable between the two from here on: what the one calls now is past or to come for the other.
    ///
    /// # Panics
    ///
    /// If the child has ended, and past the end of time.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::{self, Duration, Instant}};
    ///
    /// EventLoop::new().run(async {
    ///     let child = EventLoop::current().child();
    ///     child.run(async {
    ///         let before = Instant::now();
    ///         let late = time::sleep(Duration::from_secs(90));
    ///         EventLoop::current().advance_local(Duration::from_secs(60));
    ///         assert_eq!(before.elapsed(), Duration::from_secs(60));
    ///         late.await;
    ///         assert_eq!(before.elapsed(), Duration::from_secs(90));
    ///     }).await;
    ///     assert_eq!(EventLoop::current().now() + Duration::from_secs(60), child.now());
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn advance_local(&self, duration: Duration) {
        self.event_loop.advance_local(duration);
    }

    /// What the child's clock shows, also after its end.
    pub fn now(&self) -> Instant {
        self.event_loop.now()
    }

    /// Looks at what the child has now of these kinds, as the end of a test does; see [`EventLoop::check`]. What the loops
    /// around it have is no concern of it.
    ///
    /// # Errors
    ///
    /// What there is.
    ///
    /// # Panics
    ///
    /// If this child has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::pending;
    ///
    /// use solipsism::EventLoop;
    /// use solipsism::leaks::Kinds;
    ///
    /// EventLoop::new().run(async {
    ///     let child = EventLoop::current().child();
    ///     let _beside = solipsism::spawn(pending::<()>());
    ///     assert!(child.check(Kinds::ALL).is_ok());
    ///     let task = child.spawn(pending::<()>());
    ///     assert!(child.check(Kinds::ALL).unwrap_err().to_string().contains("1 task is still alive"));
    ///     task.abort();
    ///     EventLoop::current().settle().await;
    ///     assert!(child.check(Kinds::ALL).is_ok());
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn check(&self, kinds: impl Into<Kinds>) -> Result<(), Leaks> {
        self.event_loop.check(kinds)
    }

    /// Begins a child of this child; see [`EventLoop::child`].
    ///
    /// # Panics
    ///
    /// If this child has ended.
    #[track_caller]
    pub fn child(&self) -> Self {
        self.event_loop.child()
    }

    /// A handle to the child, as [`EventLoop::current`] gives one inside of it.
    pub fn handle(&self) -> EventLoop {
        self.event_loop.clone()
    }

    /// Ends the child, and those inside of it, and [settles](EventLoop::settle): when this returns, whoever waited at the
    /// other side of its sockets has seen them closed. A child that has ended with the loop around it is not ended again.
    ///
    /// A panic that a handle of the child's tasks kept, and nobody has read, fails the test.
    ///
    /// # Cancel safety
    ///
    /// It has ended when this was polled for the first time, and is ended if this is dropped before.
    ///
    /// # Panics
    ///
    /// If code of the child itself calls it, which would cut off its own branch.
    #[track_caller]
    pub fn end(mut self) -> impl Future<Output = ()> + use<> {
        let site = Location::caller();
        async move {
            let EventLoop { world, of, .. } = &self.event_loop;
            super::clock_control::assert_inside(world, "ChildLoop::end");
            if world.ended(*of).is_none() {
                if world.is_within(*of) {
                    panics::panic_at(
                        site,
                        "a child loop was ended by code of its own, which would end with it: end it from the loop around it"
                            .to_owned(),
                    );
                }
                world.end_by_hand(*of, Ended::At(site));
            }
            self.is_over = true;
            self.event_loop.settle().await;
        }
    }
}

/// Ends the child, as [`end`](ChildLoop::end) does, but waits for nobody. Where code of the child itself drops it, it goes on
/// until the loop around it ends.
impl Drop for ChildLoop {
    fn drop(&mut self) {
        let EventLoop { world, of, .. } = &self.event_loop;
        if self.is_over || world.is_closed() || world.ended(*of).is_some() || world.is_within(*of) {
            return;
        }
        let here = World::try_with(|current| Rc::ptr_eq(current, world)) == Some(true);
        let _entered = (!here).then(|| world.enter_to_close());
        world.end_by_hand(*of, Ended::Dropped);
    }
}

impl fmt::Debug for ChildLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildLoop")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// A future that is a child's, and whoever polls it is not. There until it is finished.
    struct Inside<F> {
        world: Rc<World>,
        of: LoopId,
        site: &'static Location<'static>,
        ticket: u64,
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Inside<F> {
        fn drop(this: Pin<&mut Self>) {
            this.leave();
        }
    }
}

impl<F> Inside<F> {
    /// Drops the future, as code of the child while that is there.
    fn leave(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.world.ran_by_hand(*this.of, *this.ticket);
        if this.world.ended(*this.of).is_none() {
            this.world.inside(*this.of, || this.future.set(None));
        } else {
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.as_mut().project();
        super::clock_control::assert_inside(this.world, "ChildLoop::run");
        if let Some(how) = this.world.ended(*this.of) {
            this.future.set(None);
            panics::panic_at(
                this.site,
                format!(
                    "what `ChildLoop::run` was given at {} had not finished when its loop {}: await it before",
                    this.site,
                    told(how)
                ),
            );
        }
        let future = this.future.as_pin_mut();
        let future = future.expect("a future is not polled after it has finished");
        let polled = this.world.inside(*this.of, || future.poll(cx));
        if polled.is_ready() {
            self.leave();
        } else {
            let Inside {
                world, of, ticket, ..
            } = &*self;
            world.runs_by_hand(*of, *ticket, cx.waker());
        }
        polled
    }
}

//! [`check_future`]: whether a future keeps the rules of polling.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::journal::Journal;
use super::settle;
use super::watch::{PATIENCE, ROUNDS, Watch};
use crate::panics::{self, Print};
use crate::time::{Duration, Instant, sleep};

/// Checks that futures of a type of one's own keep the rules of polling; `make` makes one after the other, which become ready
/// without any help but of time and of tasks.
///
/// Each of the rules is tried on a new future:
///
/// - it becomes ready, and wakes the waker of its latest poll when it is;
/// - it wakes only that one: an earlier poll's waker is no longer wanted;
/// - polls that nothing called for do no harm, however many: it does not panic, is not ready earlier or later (that is held
///   against how long it took, if this was twice the same);
/// - a poll that comes late, and by another task, loses no wake-up;
/// - two of them at once leave each other alone;
/// - a future that was dropped, before its first poll, in the middle or at the end, wakes nobody and does not panic.
///
/// Returned is what is no mistake, but good to know.
///
/// # Panics
///
/// If a rule is broken: with the rule, what was found, and what was done before. Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, testing::check_future, time::{self, Duration}};
///
/// EventLoop::new().run(async {
///     let checked = check_future(|| time::sleep(Duration::from_secs(3))).await;
///     assert_eq!(checked.needless_wakes, 0);
/// }).unwrap();
/// ```
#[track_caller]
pub fn check_future<F, M>(make: M) -> impl Future<Output = CheckedFuture>
where
    F: Future,
    M: FnMut() -> F,
{
    let journal = Journal::new("check_future", Location::caller());
    Checker {
        make,
        journal,
        is_steady: false,
    }
    .check()
}

/// What [`check_future`] saw of a future that keeps the rules.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct CheckedFuture {
    /// How often it was polled until it was ready.
    pub polls: usize,
    /// How often it was woken and then not ready. That is allowed, and costs.
    pub needless_wakes: usize,
    /// How long it took, in virtual time.
    pub took: Duration,
}

struct Checker<M> {
    make: M,
    journal: Journal,
    /// It takes as long each time.
    is_steady: bool,
}

/// So many polls that nothing calls for are no few.
const MANY: usize = 40;

/// So many wakes without an end are endless.
const MOST: usize = 10_000;

/// A future that is checked.
struct Case<'a, F> {
    future: Pin<Box<F>>,
    journal: &'a Journal,
    began: Instant,
}

impl<F: Future> Case<'_, F> {
    fn try_poll(&mut self, watch: &Watch) -> Result<bool, Box<panics::Panic>> {
        watch.reset();
        let waker = watch.waker();
        let mut cx = Context::from_waker(&waker);
        let polled = panics::catch(Print::Later, || self.future.as_mut().poll(&mut cx))?;
        let came = match polled {
            Poll::Ready(_) => "ready",
            Poll::Pending => "pending",
        };
        self.journal
            .note(format!("polled with waker {}: {came}", watch.name));
        Ok(polled.is_ready())
    }

    /// Polls it; whether it is ready.
    fn poll(&mut self, watch: &Watch) -> bool {
        self.try_poll(watch).unwrap_or_else(|panic| {
            let name = &watch.name;
            self.journal.note(format!("polled with waker {name}"));
            self.journal.broke(&format!("it {}", panic.text))
        })
    }

    /// Waits until it may be ready. Whether it is, since a wake was missing and this had to be asked.
    async fn wait(&mut self, watch: &Watch) {
        for round in 0..ROUNDS {
            if watch.woken().await {
                self.journal.note(format!("waker {} is woken", watch.name));
                return;
            }
            if self.poll(watch) {
                self.journal.broke(&format!(
                    "it was ready, and waker {}, of its latest poll, had not been woken",
                    watch.name
                ));
            }
            if round + 1 == ROUNDS {
                let waited = Instant::now() - self.began;
                self.journal.broke(&format!(
                    "it is not ready after {waited:?}, and its latest waker was not woken for {PATIENCE:?}"
                ));
            }
        }
    }

    /// It is ready. It must have taken as long as before.
    fn must_have_taken(&self, took: Option<Duration>) {
        let now = Instant::now() - self.began;
        match took {
            Some(took) if took != now => self.journal.broke(&format!(
                "it took {now:?} when it was polled more often, and {took:?} before"
            )),
            _ => {}
        }
    }

    fn drop_it(self) {
        let Self {
            future, journal, ..
        } = self;
        journal.note("dropped");
        if let Err(panic) = panics::catch(Print::Later, || drop(future)) {
            journal.broke(&format!("it {}", panic.text));
        }
    }

    /// Goes on to the end.
    async fn finish(&mut self, watch: &Watch) -> usize {
        let mut wakes = 0;
        loop {
            self.wait(watch).await;
            wakes += 1;
            if self.poll(watch) {
                return wakes;
            }
            if wakes == MOST {
                self.journal
                    .broke(&format!("it is not ready when it was woken {wakes} times"));
            }
        }
    }
}

impl<F: Future, M: FnMut() -> F> Checker<M> {
    async fn check(mut self) -> CheckedFuture {
        let Some(checked) = self.becomes_ready().await else {
            return CheckedFuture {
                polls: 1,
                ..CheckedFuture::default()
            };
        };
        self.wakes_the_newest().await;
        // Nobody promises that it takes as long each time.
        let again = self.becomes_ready().await;
        self.is_steady = again.is_some_and(|again| again.took == checked.took);
        self.takes_more_polls(checked.took).await;
        self.is_polled_in_between(checked.took).await;
        self.is_polled_late().await;
        self.is_not_alone().await;
        self.is_dropped(checked.took).await;
        checked
    }

    fn begin(&mut self, rule: &'static str) -> Case<'_, F> {
        self.journal.begin(rule, "a new future".to_owned());
        Case {
            future: Box::pin((self.make)()),
            journal: &self.journal,
            began: Instant::now(),
        }
    }

    /// `None` if it is so at once.
    async fn becomes_ready(&mut self) -> Option<CheckedFuture> {
        let mut case =
            self.begin("a future becomes ready, and wakes the waker of its latest poll when it is");
        let watch = Watch::new(case.journal);
        // A panic is the future's own affair here.
        if case
            .try_poll(&watch)
            .unwrap_or_else(|panic| panics::resume(*panic))
        {
            return None;
        }
        let wakes = case.finish(&watch).await;
        Some(CheckedFuture {
            polls: wakes + 1,
            needless_wakes: wakes - 1,
            took: Instant::now() - case.began,
        })
    }

    async fn wakes_the_newest(&mut self) {
        let mut case = self.begin("only the waker of the latest poll is woken");
        let mut older = Watch::new(case.journal);
        if case.poll(&older) {
            return;
        }
        loop {
            let newer = older.beside(case.journal);
            if case.poll(&newer) {
                return;
            }
            older.reset();
            let is_woken = newer.woken_or(&older).await;
            // Whichever is first, the other has the rest of the instant.
            settle().await;
            let both = (older.is_woken(), newer.is_woken());
            let (old, new) = (&older.name, &newer.name);
            match both {
                (false, true) => case.journal.note(format!("waker {new} is woken")),
                (true, false) => {
                    case.journal.note(format!("waker {old} is woken"));
                    case.journal.broke(&format!(
                        "it woke waker {old}, of an earlier poll, and not {new}, of the latest"
                    ));
                }
                (true, true) => {
                    case.journal
                        .note(format!("wakers {old} and {new} are woken"));
                    case.journal.broke(&format!(
                        "it woke waker {old}, of an earlier poll, beside {new}, of the latest"
                    ));
                }
                (false, false) => {
                    debug_assert!(!is_woken, "nothing takes a wake back");
                    case.wait(&newer).await;
                }
            }
            if case.poll(&newer) {
                return;
            }
            older = newer;
        }
    }

    async fn takes_more_polls(&mut self, took: Duration) {
        let steady = self.is_steady.then_some(took);
        let mut case = self.begin("polls that nothing called for do no harm");
        let watch = Watch::new(case.journal);
        for number in 0..MANY {
            if case.poll(&watch) {
                if number > 0 && !took.is_zero() {
                    case.journal.broke(&format!(
                        "it was ready at once when it was polled more often, and took {took:?} before"
                    ));
                }
                return;
            }
        }
        loop {
            case.wait(&watch).await;
            for _ in 0..3 {
                if case.poll(&watch) {
                    return case.must_have_taken(steady);
                }
            }
        }
    }

    async fn is_polled_in_between(&mut self, took: Duration) {
        let steady = self.is_steady.then_some(took);
        let quarter = took / 4;
        let mut case = self.begin("a poll in between does not make it take longer, nor shorter");
        let watch = Watch::new(case.journal);
        if quarter.is_zero() || case.poll(&watch) {
            return;
        }
        for _ in 0..3 {
            sleep(quarter).await;
            settle().await;
            let was_woken = watch.is_woken();
            if case.poll(&watch) {
                if !was_woken {
                    let waker = &watch.name;
                    case.journal.broke(&format!(
                        "it was ready, and waker {waker}, of its latest poll, had not been woken"
                    ));
                }
                return case.must_have_taken(steady);
            }
        }
        case.finish(&watch).await;
        case.must_have_taken(steady);
    }

    async fn is_polled_late(&mut self) {
        let mut case = self.begin("a poll that comes late, with another waker, loses no wake-up");
        let mut watch = Watch::new(case.journal);
        while !case.poll(&watch) {
            case.wait(&watch).await;
            sleep(Duration::from_secs(1)).await;
            watch = Watch::new(case.journal);
        }
    }

    async fn is_not_alone(&mut self) {
        let rule = "two futures at once leave each other alone";
        let other = Box::pin((self.make)());
        let mut case = self.begin(rule);
        let mut other = Case {
            future: other,
            journal: case.journal,
            began: case.began,
        };
        let [watch, others] = [(); 2].map(|()| Watch::new(case.journal));
        let is_ready = case.poll(&watch);
        // Either may have been what the other waits for.
        let is_other_ready = other.poll(&others);
        if !is_ready {
            case.finish(&watch).await;
        }
        if !is_other_ready {
            other.finish(&others).await;
        }
    }

    async fn is_dropped(&mut self, took: Duration) {
        let rule = "a future that was dropped wakes nobody, and does not panic";
        self.begin(rule).drop_it();
        for part in [Some(Duration::ZERO), Some(took / 2), None] {
            let mut case = self.begin(rule);
            let watch = Watch::new(case.journal);
            if case.poll(&watch) {
                return;
            }
            match part {
                None => {
                    case.finish(&watch).await;
                }
                Some(part) if !part.is_zero() => sleep(part).await,
                Some(_) => {}
            }
            let journal = case.journal;
            case.drop_it();
            watch.reset();
            sleep(took * 2 + PATIENCE).await;
            settle().await;
            if watch.is_woken() {
                let name = &watch.name;
                journal.broke(&format!("waker {name} was woken after that"));
            }
        }
    }
}

//! [`Sequencer`]: numbered steps across tasks.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::party::{Awaiting, Party, now_waits_for};
use crate::executor::World;
use crate::panics::panic_at;

/// Makes parts of several tasks run in the order of their numbers.
///
/// Step 0 begins at once, and each other one when the [`StepGuard`] of the one before is dropped. A clone is a handle to the
/// same steps, which any task may take. A test that hangs over a step says which one is missing, and who holds the one
/// before.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, testing::Sequencer};
/// use std::{cell::RefCell, rc::Rc};
///
/// EventLoop::new().run(async {
///     let sequencer = Sequencer::new();
///     let order = Rc::new(RefCell::new(Vec::new()));
///     let other = solipsism::spawn({
///         let (sequencer, order) = (sequencer.clone(), Rc::clone(&order));
///         async move {
///             let _step = sequencer.step(1).await;
///             order.borrow_mut().push("the task");
///         }
///     });
///     {
///         let _step = sequencer.step(0).await;
///         order.borrow_mut().push("the body");
///     }
///     let _step = sequencer.step(2).await;
///     order.borrow_mut().push("the body again");
///     assert_eq!(*order.borrow(), ["the body", "the task", "the body again"]);
///     other.await.unwrap();
/// }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Sequencer(Arc<Mutex<Steps>>);

#[derive(Default)]
struct Steps {
    /// Those that were asked for.
    asked: BTreeMap<u32, Asked>,
    /// The first that is not done.
    next: u32,
    /// The step whose turn will never come, and where it was given up.
    broken: Option<(u32, Party)>,
}

struct Asked {
    by: Party,
    state: State,
}

/// A step waits until those before it are done, then it is under way until its guard is dropped.
enum State {
    Waiting { waker: Waker, ticket: Option<u64> },
    UnderWay,
    Done,
}

impl Sequencer {
    /// No step is taken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until every step before this one is done. It lasts until the guard is dropped.
    ///
    /// The step is asked for when the future is first polled.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: a step that is given up before its turn came breaks the sequence, and whoever takes part in it
    /// panics.
    ///
    /// # Panics
    ///
    /// When it is awaited: if somebody else asked for the same step; the message names both. If the sequence is broken;
    /// the message names who gave up. Outside of a world.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, testing::Sequencer};
    ///
    /// let stopped = EventLoop::new().run(async {
    ///     let sequencer = Sequencer::new();
    ///     sequencer.step(0).await;
    ///     sequencer.step(2).await; // whose is 1?
    /// });
    /// let report = stopped.unwrap_err().to_string();
    /// assert!(report.contains("step 2 of the sequencer (nobody has asked for step 1)"), "{report}");
    /// ```
    #[track_caller]
    pub fn step(&self, number: u32) -> Step {
        let site = Location::caller();
        Step {
            sequencer: self.clone(),
            number,
            site,
            has_asked: false,
            awaiting: Awaiting::new(site),
        }
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Steps {
    /// What a step that waits is told to wait for.
    fn wanted(&self, number: u32) -> String {
        let next = self.next;
        let why = match self.asked.get(&next) {
            None => format!("nobody has asked for step {next}"),
            Some(asked) => format!("step {next} is not done, begun {}", asked.by),
        };
        format!("step {number} of the sequencer ({why})")
    }

    /// Those who wait learn who comes before them now.
    fn tell_all(&self) {
        for (number, asked) in &self.asked {
            if let State::Waiting {
                ticket: Some(ticket),
                ..
            } = &asked.state
            {
                now_waits_for(*ticket, &self.wanted(*number));
            }
        }
    }

    fn wakers(&self) -> Vec<Waker> {
        let all = self.asked.values();
        all.filter_map(|asked| match &asked.state {
            State::Waiting { waker, .. } => Some(waker.clone()),
            _ => None,
        })
        .collect()
    }
}

/// Waits for its turn; see [`Sequencer::step`].
#[must_use = "a step is not asked for until it is awaited"]
pub struct Step {
    sequencer: Sequencer,
    number: u32,
    site: &'static Location<'static>,
    /// It stands in the list, and it has not become a guard.
    has_asked: bool,
    awaiting: Awaiting,
}

impl Future for Step {
    type Output = StepGuard;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<StepGuard> {
        World::with("Sequencer::step", |_| ());
        let this = &mut *self;
        let number = this.number;
        let sequencer = this.sequencer.clone();
        let mut steps = sequencer.steps();
        if let Some((given_up, party)) = &steps.broken {
            let asked = steps.asked.get(given_up);
            let by = asked.map_or_else(String::new, |asked| asked.by.to_string());
            let message = format!(
                "step {number} of the sequencer cannot come: step {given_up} was given up before its turn came: it was \
                 asked for {by}, and dropped by {}: keep its future until it is done",
                Dropped(party)
            );
            drop(steps);
            this.has_asked = false;
            panic_at(this.site, message);
        }
        if !this.has_asked {
            let by = Party::new(this.site);
            if let Some(other) = steps.asked.get(&number) {
                let message = format!(
                    "step {number} of the sequencer was asked for twice, {}, and {by}: each step belongs to one place; give \
                     one of them another number",
                    other.by
                );
                drop(steps);
                panic_at(this.site, message);
            }
            let state = State::Waiting {
                waker: cx.waker().clone(),
                ticket: None,
            };
            steps.asked.insert(number, Asked { by, state });
            this.has_asked = true;
        }
        if steps.next == number {
            let asked = steps.asked.get_mut(&number);
            let asked = asked.expect("a step that was asked for stays in the list");
            asked.by.at = Party::new(this.site).at;
            let former = std::mem::replace(&mut asked.state, State::UnderWay);
            this.has_asked = false;
            this.awaiting.end();
            steps.tell_all();
            drop(steps);
            drop(former);
            return Poll::Ready(StepGuard { sequencer, number });
        }
        this.awaiting.wait_for(steps.wanted(number));
        let state = State::Waiting {
            waker: cx.waker().clone(),
            ticket: this.awaiting.ticket(),
        };
        let asked = steps.asked.get_mut(&number);
        let asked = asked.expect("a step that was asked for stays in the list");
        let former = std::mem::replace(&mut asked.state, state);
        drop(steps);
        drop(former);
        Poll::Pending
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.has_asked {
            return;
        }
        let mut steps = self.sequencer.steps();
        if steps.broken.is_none() {
            steps.broken = Some((self.number, Party::new(self.site)));
        }
        let wakers = steps.wakers();
        drop(steps);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Who dropped it, and when.
struct Dropped<'a>(&'a Party);

impl fmt::Display for Dropped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.who())?;
        self.0.at.map_or(Ok(()), |at| write!(f, ", at {at:?}"))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Step").field(&self.number).finish()
    }
}

/// A step is under way until this is dropped.
#[must_use = "the step is done when its guard is dropped: `let _step = …` keeps it to the end of the block"]
pub struct StepGuard {
    sequencer: Sequencer,
    number: u32,
}

impl Drop for StepGuard {
    fn drop(&mut self) {
        let mut steps = self.sequencer.steps();
        steps.next = self.number + 1;
        if let Some(asked) = steps.asked.get_mut(&self.number) {
            asked.state = State::Done;
        }
        steps.tell_all();
        let next = steps.asked.get(&steps.next);
        let waker = next.and_then(|asked| match &asked.state {
            State::Waiting { waker, .. } => Some(waker.clone()),
            _ => None,
        });
        drop(steps);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for StepGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StepGuard").field(&self.number).finish()
    }
}

/// The first step that is not done.
impl fmt::Debug for Sequencer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequencer")
            .field("next", &self.steps().next)
            .finish_non_exhaustive()
    }
}

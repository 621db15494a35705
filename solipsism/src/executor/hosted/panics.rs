//! Panics of tokio's tasks. Tokio catches them, and keeps each for whoever has the handle; nothing tells whether somebody
//! still has.
//!
//! What is seen: whether a waiting task of ours is woken by the end of a task that panicked. Tokio wakes it in the course of the
//! poll that panicked, but as no task. To know such a wake from one of the next poll, the panicking task's budget of cooperation is used
//! up on the spot: the next poll has one of its own.
//!
//! Whether the task itself catches its panic stands on the stack at the time. Where the stack has no names, a task that is
//! there no longer did not.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::pin::pin;
use std::task::{Context, Waker};

use tokio::task::coop;

use super::Hosted;
use super::judge::Bench;
use crate::core::OUTERMOST;
use crate::executor::world::{NOBODY, World};
use crate::executor::{Failure, Lost};
use crate::frames::{self, Frame};
use crate::panics::PanicText;
use crate::time::Instant;

#[derive(Default)]
pub(super) struct Panics {
    noted: RefCell<Vec<Noted>>,
    /// Whether the last one was raised in a poll that may not be over.
    is_new: Cell<bool>,
    bench: Bench,
}

#[derive(Clone)]
struct Noted {
    task: u32,
    text: PanicText,
    /// How many tasks there were when it was raised, until that is judged.
    alive: Option<usize>,
    /// It left its task.
    is_fatal: bool,
    was_told: bool,
}

/// More than any budget of tokio's.
const BUDGET: u32 = 1_000;

impl Panics {
    fn note(&self, task: u32, text: PanicText, alive: usize) {
        self.noted.borrow_mut().push(Noted {
            task,
            text,
            alive: Some(alive),
            is_fatal: is_caught() == Some(false),
            was_told: false,
        });
        self.is_new.set(true);
        // A task that is not bound to a budget has none to be used up.
        for _ in 0..BUDGET {
            if !coop::has_budget_remaining() {
                break;
            }
            let mut context = Context::from_waker(Waker::noop());
            let _ready = pin!(coop::consume_budget()).poll(&mut context);
        }
    }

    /// A task of ours is woken.
    #[inline]
    pub(super) fn hear(&self, by: u32) {
        if self.is_new.get() && by == NOBODY && !coop::has_budget_remaining() && current().is_none()
        {
            if let Some(last) = self.noted.borrow_mut().last_mut() {
                last.was_told = true;
            }
        }
    }

    /// The poll is over: forgets a panic that the task itself caught, or that somebody is told of.
    #[inline]
    pub(super) fn judge(&self, alive: impl FnOnce() -> usize) {
        if self.is_new.take() {
            let alive = alive();
            self.noted.borrow_mut().retain_mut(|noted| {
                let is_gone = noted.alive.take().is_none_or(|before| alive < before);
                (is_gone || noted.is_fatal) && !noted.was_told
            });
        }
    }

    /// How many there were.
    pub(super) fn count(&self) -> usize {
        self.noted.borrow().len()
    }

    /// Forgets those that came after so many.
    pub(super) fn forget_after(&self, count: usize) {
        self.is_new.set(false);
        self.noted.borrow_mut().truncate(count);
    }

    /// How many of tokio's tasks are there for this alone.
    pub(super) fn judges(&self) -> usize {
        self.bench.occupied()
    }

    fn failures(noted: Vec<Noted>, what: Lost) -> impl Iterator<Item = Failure> {
        noted
            .into_iter()
            .map(move |noted| failure("a tokio task", noted.task, what, noted.text))
    }
}

pub(super) fn failure(who: &str, task: u32, what: Lost, text: PanicText) -> Failure {
    Failure {
        task: super::FOREIGN | task,
        owner: OUTERMOST,
        who: who.to_owned(),
        site: Location::caller(),
        what,
        text,
    }
}

impl Hosted {
    #[inline]
    pub(super) fn judge(&self) {
        self.panics.judge(|| self.alive());
    }

    /// Panics that nobody was seen to be told of.
    pub(in crate::executor) fn held_failures(&self) -> Vec<Failure> {
        let noted = self.panics.noted.borrow().clone();
        let mut failures: Vec<_> = Panics::failures(noted, Lost::Foreign).collect();
        failures.extend(self.pool.failures());
        failures
    }

    /// The same, and forgets them.
    pub(in crate::executor) fn take_failures(&self) -> Vec<Failure> {
        let mut failures: Vec<_> =
            Panics::failures(self.panics.noted.take(), Lost::Foreign).collect();
        failures.extend(self.pool.take_failures());
        failures
    }

    /// What panicked while the runtime was shut down.
    pub(in crate::executor) fn take_destructors(&self) -> Vec<Failure> {
        let mut failures: Vec<_> =
            Panics::failures(self.panics.noted.take(), Lost::Destructor).collect();
        failures.extend(self.pool.take_failures());
        failures
    }
}

impl Hosted {
    /// The panics of blocking jobs, of which nobody sees who is told.
    pub(in crate::executor) fn jobs_failures(&self) -> Vec<Failure> {
        self.pool.failures()
    }
}

impl World {
    /// Takes note of a panic that has just been raised in a task of tokio's. False if it was not.
    pub(crate) fn note_foreign_panic(&self, text: &PanicText) -> bool {
        let (Some(hosted), Some(task)) = (&self.hosted, current()) else {
            return false;
        };
        let mut text = text.clone();
        text.at = Some(Instant::from_nanos(self.now()));
        let cause = failure("a tokio task", task, Lost::Foreign, text.clone());
        self.note_cause(cause);
        hosted.panics.note(task, text, hosted.alive());
        if hosted.root.borrow().is_some() {
            hosted.panics.bench.summon(&hosted.handle);
            hosted.wake_root();
        }
        true
    }

    /// Somebody was told how this task of tokio's panicked.
    pub(crate) fn forgive_foreign(&self, task: tokio::task::Id) {
        if let Some(hosted) = &self.hosted {
            let task = number(task);
            let mut noted = hosted.panics.noted.borrow_mut();
            noted.retain(|noted| noted.task != task);
            hosted.pool.forgive(task);
        }
    }
}

/// The task of tokio's that is being polled or dropped, or the job.
pub(super) fn current() -> Option<u32> {
    tokio::task::try_id().map(number)
}

/// Whether the panic that is being raised is caught within its task: whether a frame that catches is nearer than tokio's. Unknown
/// where the frames have no names, or were inlined.
pub(super) fn is_caught() -> Option<bool> {
    let stack = frames::parse(&Backtrace::force_capture().to_string());
    let is_hosts = |frame: &Frame| {
        let polls = "tokio::runtime::task::harness::poll_future";
        frame.symbol.contains(polls)
    };
    let (task, host) = stack.split_at(stack.iter().position(is_hosts)?);
    let catches = |frame: &Frame| {
        [
            "std::panic::catch_unwind",
            "std::panicking::catch_unwind",
            "std::panicking::try",
        ]
        .iter()
        .any(|name| frame.symbol.contains(name))
    };
    // Where tokio's own cannot be seen, nobody's can.
    host.iter().any(catches).then(|| task.iter().any(catches))
}

/// Tokio tells no number, but what it hashes is one.
fn number(id: tokio::task::Id) -> u32 {
    struct Written(u64);
    impl Hasher for Written {
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = self.0 << 8 | u64::from(*byte);
            }
        }
        fn write_u64(&mut self, number: u64) {
            self.0 = number;
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut written = Written(0);
    id.hash(&mut written);
    short(written.finish())
}

/// A number of tokio's as numbers of tasks are.
pub(super) fn short(number: u64) -> u32 {
    u32::try_from(number % u64::from(super::FOREIGN - 1)).expect("less than 2^31")
}

//! The core of a world: plain state machines that a front end drives.
//!
//! Their methods take `&mut self`, instants and waiters, and give back results and wakers to wake. They know no
//! executor, no thread and no thread-local, so that the native executor, a hosted runtime or several threads (one at
//! a time) can drive the very same ones. Waking is the front end's business: nothing in here calls a waker.

mod clock;
mod deadlines;
mod nested;
#[cfg_attr(not(feature = "net"), path = "without_net.rs")]
pub(crate) mod net;
mod random;
mod signal_number;
mod signals;

pub(crate) use clock::Clock;
pub(crate) use deadlines::{Deadlines, FiredTimer, Key, NEVER, Pending};
#[cfg(feature = "net")]
pub(crate) use nested::Left;
pub(crate) use nested::{EndingLoops, LoopId, Nested, OUTERMOST};
pub(crate) use random::Random;
pub(crate) use signal_number::{DefaultAction, SignalNumber};
pub(crate) use signals::{ListenerKey, Signals};

use std::task::Waker;

/// Who waits: the waker to call, and the task that asked, so that a report can name it.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) waker: Waker,
    pub(crate) task: u32,
    /// In which of the task's polls it asked. These are counted, and begin anew after `u32::MAX`.
    pub(crate) poll: u32,
}

impl Waiter {
    /// Whether the body itself waits: what it waits for fires last at its instant.
    pub(crate) fn is_body(&self) -> bool {
        self.task == 0
    }
}

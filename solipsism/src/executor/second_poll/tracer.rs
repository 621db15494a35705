//! A waker that tells where it is cloned.
//!
//! `unsafe`, since std makes wakers of a type of one's own from a table of functions alone. What a clone gives is a clone of
//! the *real* waker: so nothing of the tracer outlives the poll, whoever keeps a waker keeps one that works, and none is ever
//! taken for the one that was kept before, so that everybody clones anew.

use std::backtrace::Backtrace;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

/// Stacks beyond these are not kept: a `join!` of as many says enough.
const KEPT: usize = 64;

struct Tracer {
    real: Waker,
    /// Whether to tell as well where it is woken by.
    tells_wakes: bool,
    stacks: Mutex<Vec<Backtrace>>,
}

impl Tracer {
    fn keep_stack(&self) {
        let mut stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        if stacks.len() < KEPT {
            stacks.push(Backtrace::force_capture());
        }
    }
}

/// Calls `poll` with a context whose waker wakes as `real` does. Gives also the stacks on which that was cloned, and if it
/// `tells_wakes` those on which it was called, unresolved.
pub(super) fn trace<R>(
    real: &Waker,
    tells_wakes: bool,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> (R, Vec<Backtrace>) {
    let tracer = Tracer {
        real: real.clone(),
        tells_wakes,
        stacks: Mutex::default(),
    };
    let data = (&raw const tracer).cast();
    // SAFETY: The functions of the table uphold the contract of a waker: they may be called from any thread, as all they touch
    // is a `Waker` and a `Mutex`. The waker is lent for the time of the poll; what is cloned of it does not refer to `tracer`,
    // which hence outlives every use of `data`.
    let waker = unsafe { Waker::new(data, &TABLE) };
    let came = poll(&mut Context::from_waker(&waker));
    drop(waker);
    let stacks = tracer.stacks.into_inner();
    (came, stacks.unwrap_or_else(PoisonError::into_inner))
}

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake_by_ref, wake_by_ref, |_| {});

/// # Safety
///
/// `data` is a live `Tracer`'s address.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: It is what `trace` made the waker of, and lives for as long.
    let tracer = unsafe { &*data.cast::<Tracer>() };
    tracer.keep_stack();
    // What is given away owns what the clone did.
    let real = ManuallyDrop::new(tracer.real.clone());
    RawWaker::new(real.data(), real.vtable())
}

/// # Safety
///
/// `data` is a live `Tracer`'s address.
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: It is what `trace` made the waker of, and lives for as long.
    let tracer = unsafe { &*data.cast::<Tracer>() };
    if tracer.tells_wakes {
        tracer.keep_stack();
    }
    tracer.real.wake_by_ref();
}

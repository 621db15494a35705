//! Instruments for tests of asynchronous code.
//!
//! | to | there is |
//! |---|---|
//! | run parts of several tasks in a given order | [`Sequencer`] |
//! | see what happened inside, all of it | [`Probe`] |
//! | wait until nothing moves | [`settle`] |
//! | assert how long something takes, or that nothing comes | [`assert_elapsed!`], [`expect_silence`] |
//! | be the other side of a stream, by a script | [`MockStream`] |
//! | cut, hold up and fail what is done with a stream | [`Disturbed`] |
//! | poll a future once | [`assert_ready!`], [`assert_pending!`] |
//! | check a future of one's own | [`check_future`] |
//! | check a stream of one's own | [`check_stream`] |
//!
//! Each fails by a panic at the place where the test used it.

mod asserting;
mod check_future;
#[cfg(feature = "net")]
mod check_stream;
#[cfg(feature = "net")]
mod disturbed;
mod journal;
#[cfg(feature = "net")]
mod mock_stream;
mod party;
mod probe;
mod sequencer;
mod watch;

#[doc(inline)]
pub use crate::{
    __assert_elapsed as assert_elapsed, __assert_pending as assert_pending,
    __assert_ready as assert_ready,
};
pub use asserting::expect_silence;
pub use check_future::{CheckedFuture, check_future};
pub use probe::{Next, Probe, Recorder};
pub use sequencer::{Sequencer, Step, StepGuard};
#[cfg(feature = "net")]
pub use {
    check_stream::{check_one_way_stream, check_stream, check_two_way_stream},
    disturbed::{Disturbance, Disturbed, Operation},
    mock_stream::{MockStream, Script, ScriptHandle},
};

/// What expansions of the macros mention.
#[doc(hidden)]
pub mod private {
    pub use super::asserting::{
        Once, Output, PollFuture, ShowNothing, elapsed, not_pending, ready,
    };
}

use crate::EventLoop;

/// Waits until every other task is blocked; time does not move. [`EventLoop::settle`] of the loop that runs.
///
/// # Cancel safety
///
/// Cancel safe.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// solipsism::EventLoop::new().run(async {
///     let task = solipsism::spawn(async { solipsism::task::yield_now().await });
///     solipsism::testing::settle().await;
///     assert!(task.is_finished());
/// }).unwrap();
/// ```
#[track_caller]
pub fn settle() -> impl Future<Output = ()> {
    EventLoop::current().settle()
}

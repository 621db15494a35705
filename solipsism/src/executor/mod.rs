//! The native executor: one thread that drives the core of a world.
//!
//! `world` is what a world consists of, `pace` how its clock goes, `current` how code on its thread finds it, `calls` how it asks the network,
//! `spawn` how tasks come to be and to their turns, `drive` the loop that runs it within its `budget`, `idle` what happens there when nobody is ready, and `close` how it ends; `causes` is what handles told of panics before, `errors` errors that nobody reads, `finished` what is known of tasks that are gone, and `passed_on` where one went on. A `child` is a part of a run that ends
//! before its world does, `by_hand` one that runs beside it. `hosts` is what each host of the network runs. `tasks` holds the tasks, `header` is what their wakers know, `ready` the order in which they
//! run, `signs` what is out of the ordinary, `inbox` what other threads may touch, `dropped` what they dropped, `jobs` the blocking work that is out. `stuck`
//! looks at a world that stands still, `heartbeats` at one that does nothing else, `second_poll` polls who is stuck in it once more, `leaks` looks at what is left at the end, and who had it, `recording` looks at whom `tracing` tells what, and `trace` keeps what
//! happened last, where it is asked for. What `stuck` sees is a `standstill`, with the `waits` of each task. `hosted` is a second driver: it has the world run inside of a tokio runtime.

mod budget;
mod by_hand;
mod calls;
mod causes;
mod child;
mod close;
mod current;
mod drive;
mod dropped;
mod errors;
mod finished;
mod header;
mod heartbeats;
#[cfg(feature = "tokio")]
mod hosted;
#[cfg(feature = "net")]
mod hosts;
mod idle;
mod inbox;
mod jobs;
mod leaks;
mod pace;
mod passed_on;
mod ready;
#[cfg(feature = "tracing")]
mod recording;
mod second_poll;
mod signs;
mod spawn;
mod standstill;
mod stuck;
mod tasks;
mod trace;
mod waits;
#[cfg(not(feature = "blocking"))]
mod without_futures_executor;
mod world;

#[cfg(feature = "blocking")]
use ::futures_executor;
#[cfg(not(feature = "blocking"))]
use without_futures_executor as futures_executor;

pub(crate) use budget::Busy;
pub(crate) use by_hand::Ended;
pub(crate) use child::ChildSettings;
pub(crate) use close::{Failure, Lost, output};
pub(crate) use dropped::Dropped;
pub(crate) use finished::{Doer, Finished};
pub(crate) use header::{Header, Name, TaskKey};
pub(crate) use heartbeats::Heartbeats;
#[cfg(feature = "tokio")]
pub(crate) use hosted::{FOREIGN, note_panic_in_job};
pub(crate) use inbox::{Announced, Inbox, Stranger};
#[cfg(feature = "net")]
pub(crate) use leaks::Presence;
pub(crate) use leaks::{Thing, Watched};
#[cfg(test)]
pub(crate) use second_poll::Stacks;
pub(crate) use second_poll::{Again, Progress, Sight};
pub(crate) use standstill::{HeldBy, Standing, Standstill, StuckTask, Wait};
pub(crate) use tasks::{Stage, Unread};
pub(crate) use trace::ToldTrace;
pub(crate) use world::{Advance, AwaitedValue, Limits, World, WorldSettings};

//! `tracing` in a test: records with virtual time stamps that belong to the test that made them. Feature `tracing`.
//!
//! [`Logs`] is a fixture: a test that asks for it has a subscriber of its own, on its own thread and never the process's, so that
//! no test sees what another one records, however many run side by side. Records are printed among the test's own output, in
//! the order in which both came, and kept, so that the test can look at them.
//!
//! One fixture at the root of a test target asks on behalf of all tests in it:
//!
//! ```
//! use solipsism::tracing::Logs;
//!
//! struct Recorded;
//!
//! #[solipsism::fixture(autouse)]
//! fn recorded(_logs: &Logs) -> Recorded {
//!     Recorded
//! }
//! ```
//!
//! [`VirtualTime`] is for a subscriber of one's own, made with tracing-subscriber.
//!
//! # What is recorded
//!
//! What runs in the world: the body, its tasks, those of hosted tokio, fixtures and their teardowns, from when `Logs` is set up on;
//! and the jobs of [`spawn_blocking`](crate::task::spawn_blocking), which tell the instant at which they were submitted, since
//! time stands still for them. Where a test runs in a child of a wider fixture's loop, what the fixture's own tasks record meanwhile
//! is the test's. Threads of one's own and `tokio::task::spawn_blocking` have the subscriber of the process, if there is one: hand
//! them `tracing::dispatcher::get_default(Clone::clone)`.
//!
//! What happens inside of a world, such as a connection or a timer, is not recorded: a report tells it where it matters, and a
//! [trace](crate::trace), of which records are a part: those of `Logs`, and of a test without it those of the level `INFO` and above.
//!
//! ```
//! let event_loop = solipsism::EventLoop::builder().trace(10).build();
//! event_loop.run(async {
//!     tracing::info!(target: "app", attempt = 2, "once more");
//!     tracing::debug!(target: "app", "which nobody asked for");
//! }).unwrap();
//! let told: Vec<_> = event_loop.trace().iter().map(ToString::to_string).collect();
//! assert_eq!(told, ["0ns the body logs: INFO app: once more attempt=2"]);
//! ```
//!
//! Records of the crate `log` come along where `tracing_log::LogTracer::init()` was called, once in the process.

mod logs;
mod noted;
mod virtual_time;

pub use logs::{Logs, LogsSettings};
pub(crate) use noted::Noted;
pub use virtual_time::VirtualTime;

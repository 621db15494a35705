//! Event loops inside of a tokio runtime: timers against an oracle, verdicts, and what becomes of panics. Under libtest, since a
//! loop does not run inside of a test's own.

mod oracle;
mod order;
mod panics;
mod timers;
mod verdicts;

//! The harness of `solipsism`: from registrations to a report. Users name that crate, never this one.
//!
//! A run, in the order in which [`main`] tells it: what `#[solipsism::test]` registered is collected (`test`), sorted into a plan of
//! cases (`plan`, `case`), chosen by the command line and the environment (`arguments`, `options`), run by worker threads through the
//! [`Runner`] that `solipsism` handed in (`run`), judged (`ended`), and told by libtest-mimic in the plan's order (`report`).
//! Under the ordinary libtest harness none of that happens: libtest calls [`run_under_libtest`] once per test (`libtest`).
//!
//! The harness knows tests, cases, outcomes, arguments and stdout. It knows no clock and no socket: what a case does is the runner's.

#![forbid(unsafe_code)]

#[cfg(feature = "libtest-mimic")]
mod arguments;
mod axis;
mod case;
mod duration;
mod ended;
mod instance;
mod libtest;
mod options;
#[cfg(feature = "libtest-mimic")]
mod plan;
mod provider;
mod refusal;
#[cfg(feature = "libtest-mimic")]
mod report;
#[cfg(feature = "libtest-mimic")]
mod run;
mod test;

#[doc(no_inline)]
pub use inventory::submit;

pub use crate::axis::{Axis, AxisValue};
pub use crate::case::{Case, Runner};
pub use crate::duration::{duration, parse_duration};
pub use crate::ended::{Ended, Failure, FailureKind, Outcome, Postscript};
pub use crate::instance::{Chosen, FixtureFailure, Group, Instance, Keeper, Place};
pub use crate::libtest::run_under_libtest;
pub use crate::options::{Options, parse_seed};
pub use crate::provider::{How, Provider, Scope, Use};
pub use crate::test::{ShouldPanic, Test};

/// Runs every registered test that the command line and the environment ask for, and reports on stdout as libtest does.
///
/// The exit code is libtest's: 0 when all passed, 101 when one failed, and 101, with one error on stderr, when nothing could be
/// run at all: a bad flag or variable, two tests of one name, no test.
#[cfg(feature = "libtest-mimic")]
pub fn main() -> std::process::ExitCode {
    run().unwrap_or_else(|refusal| refusal.exit_code())
}

#[cfg(feature = "libtest-mimic")]
fn run() -> Result<std::process::ExitCode, refusal::Refusal> {
    let arguments = arguments::Arguments::of_this_process()?;
    let plan = plan::Plan::new(test::collect(), arguments.options)?;
    let results = run::start(&plan, arguments.selection(&plan), arguments.threads)?;
    let report = report::Report::new(results);
    let conclusion = libtest_mimic::run(&arguments.mimic, report.trials(&plan));
    report.print_postscripts(&arguments);
    Ok(conclusion.exit_code())
}

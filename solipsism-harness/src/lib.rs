//! The harness of `solipsism`: from registrations to a report. Users name that crate, never this one.
//!
//! A run, in the order in which [`main`] tells it: what `#[solipsism::test]` registered is collected (`test`, `provider`) and made into a
//! plan (`plan`) of cases (`product`, `case`), with all that is said of each (`markers`, `defaults`), and of the wider fixtures that
//! they share (`catalog`, `draft`, `groups`). The command line and the environment choose among the cases (`arguments`, `selection`,
//! `tags`, `options`, `shuffle`) or ask to see the plan (`show`). Workers run them (`schedule`, `run`), once or several times
//! (`repetition`, `retries`, `audience`), each after the set-up of what it shares and before the teardown of what nobody needs any more (`demand`,
//! `scopes`, `stage`), through the [`Runner`]s and [`Keeper`]s that `solipsism` handed in. What came of it is judged (`ended`), and told
//! by libtest-mimic in the plan's order (`report`, `errors`, `flaky`, `logfile`, `traces`).
//! Under the ordinary libtest harness libtest calls [`run_under_libtest`] once per test, and does the rest itself (`libtest`).
//!
//! Sorting and maps of all of them, and of `solipsism`, are `ordered`'s.
//!
//! The harness knows tests, cases, fixtures, outcomes, arguments and stdout. It knows no clock and no socket: what a case does is the
//! runner's.

#![forbid(unsafe_code)]

#[cfg(feature = "libtest-mimic")]
mod arguments;
mod audience;
mod axis;
mod case;
mod catalog;
mod configuration;
mod connected;
mod data;
mod defaults;
mod demand;
mod draft;
mod duration;
mod ended;
mod errors;
#[cfg(test)]
#[cfg(feature = "libtest-mimic")]
mod fakes;
#[cfg(feature = "files")]
mod files;
#[cfg(feature = "libtest-mimic")]
mod flaky;
mod groups;
mod instance;
mod libtest;
#[cfg(feature = "libtest-mimic")]
mod logfile;
mod markers;
mod options;
pub mod ordered;
mod plan;
mod printed_here;
mod product;
mod provider;
mod refusal;
mod repetition;
#[cfg(feature = "libtest-mimic")]
mod report;
mod retries;
#[cfg(feature = "libtest-mimic")]
mod run;
#[cfg(feature = "libtest-mimic")]
mod schedule;
mod scopes;
mod selection;
#[cfg(feature = "libtest-mimic")]
mod show;
mod shuffle;
mod stage;
#[cfg(feature = "libtest-mimic")]
mod stopwatch;
#[cfg(feature = "libtest-mimic")]
mod tags;
mod target;
mod test;
mod traced;
#[cfg(feature = "libtest-mimic")]
mod traces;

#[cfg(feature = "libtest-mimic")]
use std::sync::Arc;

#[doc(no_inline)]
pub use inventory::submit;

pub use crate::axis::{Axis, AxisValue};
pub use crate::case::{Case, Ran, Runner};
pub use crate::configuration::{Configuration, configure};
pub use crate::data::{Data, Object};
pub use crate::defaults::{Defaults, of_module as defaults_of};
pub use crate::duration::{duration, parse_duration};
pub use crate::ended::{Ended, Failure, FailureKind, Outcome, Postscript};
#[cfg(feature = "files")]
pub use crate::files::Files;
pub use crate::instance::{Chosen, FixtureFailure, Group, Instance, Keeper, Place};
pub use crate::libtest::run_under_libtest;
pub use crate::markers::{IgnoreIf, Markers};
pub use crate::options::{Options, parse_seed};
pub use crate::printed_here::PrintedHere;
pub use crate::provider::{Autouse, How, Provider, Scope, Use};
pub use crate::repetition::Repetition;
pub use crate::target::Target;
pub use crate::test::{ShouldPanic, Test};

/// Runs every registered test that the command line and the environment ask for, and reports on stdout as libtest does.
///
/// The exit code is libtest's: 0 when all passed, 101 when one failed, and 101, with one error on stderr, when nothing could be
/// run at all: a bad flag or variable, two tests of one name, no test.
#[cfg(feature = "libtest-mimic")]
pub fn main(target: Target) -> std::process::ExitCode {
    target.is_this_process();
    run().unwrap_or_else(|refusal| refusal.exit_code())
}

#[cfg(feature = "libtest-mimic")]
fn run() -> Result<std::process::ExitCode, refusal::Refusal> {
    let arguments = arguments::Arguments::of_this_process()?;
    let (tests, autouse) = (test::collect(), provider::collect_autouse());
    let plan = Arc::new(match arguments.exact_names() {
        Some(names) => plan::Plan::of_named(tests, &autouse, arguments.options, names)?,
        None => plan::Plan::new(tests, &autouse, arguments.options)?,
    });
    #[cfg(unix)]
    if let Some(address) = &arguments.worker {
        return run::worker::work(&plan, address, arguments.fail_fast);
    }
    arguments.check_tags(&plan)?;
    if let Some(shown) = arguments.shown {
        return Ok(show::print(shown, &plan, &arguments));
    }
    let schedule = arguments.schedule(&plan);
    let files = arguments.report_files(&schedule)?;
    let logfile = arguments.logfile.as_deref().map(logfile::Logfile::open);
    let logfile = logfile.transpose()?;
    if let Some(seed) = arguments.shuffle_seed {
        report::print(&arguments, &format!("shuffle seed: {seed}"));
    }
    let place = arguments.place_of(&schedule);
    let threads = arguments.threads(&schedule);
    let results = run::start(&plan, &Arc::new(schedule), place, threads)?;
    let report = report::Report::new(results, files, logfile, &plan, &arguments);
    let conclusion = libtest_mimic::run(&arguments.mimic, report.trials(&plan, &arguments));
    let is_broken = report.print_rest(&plan, &arguments);
    Ok(if is_broken {
        std::process::ExitCode::from(101)
    } else {
        conclusion.exit_code()
    })
}

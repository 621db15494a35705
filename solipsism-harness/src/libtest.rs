//! The way in from the ordinary libtest harness: it collects, filters and reports by itself, and calls [`run_under_libtest`] for
//! each test. Of our command line only the variables are left; from libtest's own it is worked out which tests it will run, and so
//! after which of them a wider fixture is done with.

use std::env;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::audience::Audience;
use crate::errors::{Errors, count};
use crate::ordered::Map;
use crate::plan::Plan;
use crate::provider::collect_autouse;
use crate::refusal::Refusal;
use crate::scopes::{CameTo, Scopes};
use crate::selection::Selection;
use crate::stage::ForReal;
use crate::test::collect;
use crate::{Case, Ended, FailureKind, Options, Provider, Ran, ShouldPanic, Target, Test};

/// Runs the test registered under this name, all its cases one after another, as the body of the `#[test]` that libtest knows it by.
///
/// That `#[test]` carries the test's `#[ignore]` and `#[should_panic]`, so it is libtest that judges: a panic is passed on to it, and
/// what is no panic is passed on only if it could not be mistaken for the one that libtest waits for. A test of several cases, or with
/// a `#[should_panic]` on its one, is judged here, and libtest is given what it waits for if all is well.
///
/// # Panics
///
/// When the test fails, after its report went to stderr, and without a word from the panic hook.
///
/// The process ends with 101 if no such test is registered, if a variable cannot be read, or if there is no plan of all tests, as where
/// two are of one name.
pub fn run_under_libtest(module: &'static str, name: &'static str, target: Target) {
    /// The one of this process.
    static RUN: OnceLock<Run> = OnceLock::new();
    target.is_this_process();
    // Whoever comes first ends the process if there is no plan, while all others wait here.
    let run = RUN.get_or_init(|| Run::of_this_process(module).unwrap_or_else(|it| it.exit()));
    match run.cases_of(module, name) {
        Ok(cases) => run.test(cases),
        Err(refusal) => refusal.exit(),
    }
}

/// What all tests of a process have in common.
struct Run {
    scopes: Scopes<ForReal>,
    selection: Selection,
    errors: Mutex<Errors>,
    /// One for each group of tests of which no two run at a time.
    serial: Map<&'static str, Mutex<()>>,
}

impl Run {
    /// Of the crate that this module is in. Tests of others may be linked in, but libtest does not know them.
    fn of_this_process(module: &str) -> Result<Self, Refusal> {
        let mut tests = collect();
        tests.retain(|test| crate_of(test.module) == crate_of(module));
        if tests.is_empty() {
            return Err(not_registered(module));
        }
        // A name that is no Unicode selects no test of ours.
        let arguments = env::args_os().skip(1);
        let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
        let selection = Selection::of_libtest(arguments);
        Self::new(
            tests,
            &collect_autouse(),
            selection,
            Options::from_environment()?,
        )
    }

    fn new(
        tests: Vec<&'static Test>,
        autouse: &[&'static Provider],
        selection: Selection,
        options: Options,
    ) -> Result<Self, Refusal> {
        let options = Options {
            runs_ignored: selection.wants_ignored(),
            ..options
        };
        let plan = Arc::new(Plan::new(tests, autouse, options)?);
        let mut serial = Map::default();
        for group in plan.iter().filter_map(|case| case.marked.serial) {
            serial.or_insert(group, Mutex::default());
        }
        let is_run = |case: &Case| selection.runs_under_libtest(&case.test.libtest_name(), case);
        let selected: Vec<usize> = (0..plan.len())
            .filter(|&place| is_run(&plan[place]))
            .collect();
        Ok(Self {
            scopes: Scopes::new(&plan, &selected, ForReal::new(Audience::default())),
            selection,
            errors: Mutex::default(),
            serial,
        })
    }

    fn plan(&self) -> &Plan {
        self.scopes.plan()
    }

    fn cases_of(&self, module: &str, name: &str) -> Result<Range<usize>, Refusal> {
        let path = match module.split_once("::") {
            Some((_, module)) => format!("{module}::{name}"),
            None => name.to_owned(),
        };
        let cases = self.plan().cases_of(&path);
        cases.ok_or_else(|| not_registered(&format!("{module}::{name}")))
    }

    fn test(&self, cases: Range<usize>) {
        let first = &self.plan()[cases.start];
        if cases.len() == 1 && first.should_panic == first.test.should_panic {
            self.one(cases.start);
        } else {
            self.each(cases);
        }
    }

    /// Runs a case, and gives the reports of the teardowns that failed after it.
    fn case(&self, place: usize) -> (Ran, Vec<String>) {
        let case = &self.plan()[place];
        // Before the thread of any fixture, and never after it: so nobody waits in a circle.
        let serial = case.marked.serial.and_then(|group| self.serial.get(group));
        let one_at_a_time = serial.map(Mutex::lock);
        let came = self.scopes.run(place);
        drop(one_at_a_time);
        if let CameTo::Ran(ran) = &came.to {
            for (attempt, report) in (1..).zip(&ran.failed_before) {
                eprintln!("attempt {attempt} failed, and it is run again:\n{report}");
            }
        }
        let teardowns = came.broken();
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let ran = errors.tell(self.plan(), place, came);
        let case = &self.plan()[place];
        if let (true, Some(trace)) = (case.options.debug, ran.trace(None)) {
            eprintln!("{}: {trace}", case.name);
        }
        for line in &ran.left_behind {
            eprintln!("{}: left behind: {line}", case.name);
        }
        (ran, teardowns)
    }

    /// The one case of a test: libtest judges.
    fn one(&self, place: usize) {
        let case = &self.plan()[place];
        let should_panic = case.should_panic;
        let (ran, teardowns) = self.case(place);
        let ended = ran.ended;
        match &ended {
            Ended::Failed(failure) if !ended.meets(should_panic) => {
                let events = ran.events.iter().map(|events| format!("{events}\n"));
                let events: String = events.collect();
                let again = case.again(ran.repetition);
                eprintln!("{}\n{events}{again}", failure.report);
            }
            // libtest has no word for it.
            Ended::Skipped(why) => eprintln!("skipped: {why}"),
            Ended::Failed(_) | Ended::Passed => {}
        }
        for report in &teardowns {
            eprintln!("{report}");
        }
        if !teardowns.is_empty() {
            // The panic that libtest waits for would cover it up: without one libtest fails the test.
            if should_panic == ShouldPanic::No {
                resume_unwind(Box::new(TEARDOWN_FAILED.to_owned()));
            }
            return;
        }
        let failure = match ended {
            Ended::Passed => return,
            Ended::Skipped(_) if should_panic == ShouldPanic::No => return,
            Ended::Skipped(_) => resume_unwind(Box::new(should_panic.wanted().to_owned())),
            Ended::Failed(failure) => failure,
        };
        match (failure.kind, should_panic) {
            // As above.
            (
                FailureKind::Panicked {
                    message,
                    alone: false,
                },
                wanted,
            ) if wanted.is_met_by(&message) => {}
            (FailureKind::Panicked { message, .. }, _) => resume_unwind(Box::new(message)),
            (FailureKind::Failed | FailureKind::Fixture, ShouldPanic::No) => {
                resume_unwind(Box::new(failure.report))
            }
            (
                FailureKind::Failed | FailureKind::Fixture,
                ShouldPanic::Yes | ShouldPanic::With(_),
            ) => {}
        }
    }

    /// Each case of a test, judged by itself. In the end libtest gets the panic that it waits for if all is well, and none if not.
    fn each(&self, cases: Range<usize>) {
        let test = self.plan()[cases.start].test;
        let is_asked_for = test.ignore.is_some() || self.selection.wants_ignored();
        let (mut run, mut failed) = (0, 0);
        for place in cases {
            let case = &self.plan()[place];
            if case.is_ignored() && !is_asked_for {
                continue;
            }
            run += 1;
            let (ran, teardowns) = self.case(place);
            if let Ended::Skipped(why) = &ran.ended {
                eprintln!("{}: skipped: {why}", case.name);
            }
            let again = || case.again_as(&[], &test.libtest_name(), ran.repetition);
            let verdict = ran.ended.judge(case, ran.events, again);
            failed += usize::from(verdict.is_err() || !teardowns.is_empty());
            let reports = verdict.err().map(|failure| failure.report);
            for report in reports.into_iter().chain(teardowns) {
                eprintln!("---- {} ----\n{report}\n", case.name);
            }
        }
        let told = format!("{failed} of {} failed", count(run, "case"));
        match (failed, test.should_panic) {
            (0, ShouldPanic::No) => {}
            (0, wanted) => resume_unwind(Box::new(wanted.wanted().to_owned())),
            (_, ShouldPanic::No) => {
                eprintln!("{told}");
                resume_unwind(Box::new(told));
            }
            _ => eprintln!("{told}"),
        }
    }
}

const TEARDOWN_FAILED: &str = "a fixture that is torn down after this test failed to be";

fn crate_of(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

fn not_registered(path: &str) -> Refusal {
    Refusal::misuse(format!(
        "the test `{path}` is not registered: the crate `inventory`, which registers tests, does not support this target; \
         run them on one it supports"
    ))
}

#[cfg(test)]
#[cfg(feature = "libtest-mimic")]
mod tests;

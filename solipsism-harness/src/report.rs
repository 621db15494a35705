//! [`Report`]: what is told of a run, in the plan's order: the trials, which libtest-mimic asks for and prints, and after its
//! summary the rest.

use std::sync::{Arc, Mutex, MutexGuard};

use libtest_mimic::{Completion, Failed, Trial};

use crate::arguments::{Arguments, FILTERED_OUT};
use crate::errors::{Errors, count};
use crate::logfile::Logfile;
use crate::plan::Plan;
use crate::run::{Brought, Results};
use crate::scopes::CameTo;
use crate::traces::Traces;
use crate::{Case, Ended, Postscript};

/// The telling of a run, shared with its trials.
pub(crate) struct Report {
    told: Arc<Mutex<Told>>,
}

struct Told {
    results: Results,
    errors: Errors,
    logfile: Option<Logfile>,
    traces: Traces,
    /// Those of the trials told so far, with the places of their cases.
    postscripts: Vec<(usize, Option<Postscript>)>,
}

impl Report {
    pub(crate) fn new(results: Results, logfile: Option<Logfile>) -> Self {
        Self {
            told: Arc::new(Mutex::new(Told {
                results,
                errors: Errors::default(),
                logfile,
                traces: Traces::default(),
                postscripts: Vec::new(),
            })),
        }
    }

    /// A trial for each case. It runs nothing: it waits for the outcome that a worker brings, and tells the verdict.
    pub(crate) fn trials(&self, plan: &Arc<Plan>, arguments: &Arguments) -> Vec<Trial> {
        let trial = |(place, case): (usize, &Case)| {
            if !arguments.names(case) {
                return Trial::test(FILTERED_OUT, || Ok(()));
            }
            let told = Arc::clone(&self.told);
            let plan = Arc::clone(plan);
            let is_run = arguments.runs(case);
            Trial::ignorable_test(&case.name, move || {
                lock(&told).completion(&plan, place, is_run)
            })
        };
        plan.iter().enumerate().map(trial).collect()
    }

    /// Tells what is left to be told after the summary: what came after a verdict, and what went wrong with fixtures or workers and
    /// not with tests. Gives back whether any of that fails the run by itself.
    pub(crate) fn print_rest(&self, plan: &Plan, arguments: &Arguments) -> bool {
        let told = &mut *lock(&self.told);
        let mut broken = told.results.finish();
        broken.extend(told.logfile.as_ref().and_then(Logfile::broken));
        if let Some(text) = told.traces.text() {
            print(arguments, &text);
        }
        for (place, postscript) in &told.postscripts {
            let late = match postscript {
                Some(postscript) => postscript(),
                None => told.results.late(*place),
            };
            if let Some(text) = late {
                let name = &plan[*place].name;
                print(arguments, &format!("after the verdict on {name}: {text}"));
            }
        }
        let teardowns = told.errors.teardowns();
        let is_broken = !teardowns.is_empty() || !broken.is_empty();
        for text in teardowns.iter().chain(&broken) {
            print(arguments, &format!("{text}\n"));
        }
        if told.errors.left_out() > 0 {
            let tests = count(told.errors.left_out(), "test");
            let text =
                format!("not run, since another failed before them (`--fail-fast`): {tests}\n");
            print(arguments, &text);
        }
        if let Some(line) = told.errors.line() {
            print(arguments, &line);
        }
        is_broken
    }
}

/// Where it does not get between JSON lines.
pub(crate) fn print(arguments: &Arguments, text: &str) {
    if arguments.is_json() {
        eprintln!("{text}");
    } else {
        println!("{text}");
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().expect("nothing panics while it is told")
}

impl Told {
    fn completion(
        &mut self,
        plan: &Plan,
        place: usize,
        is_run: bool,
    ) -> Result<Completion, Failed> {
        let case = &plan[place];
        let completion = if is_run {
            self.verdict(plan, place)
        } else {
            Ok(ignored(case.ignore.unwrap_or_default()))
        };
        if let Some(logfile) = &mut self.logfile {
            logfile.add(&case.name, &completion);
        }
        completion
    }

    fn verdict(&mut self, plan: &Plan, place: usize) -> Result<Completion, Failed> {
        let Brought {
            came,
            printed,
            took,
        } = self.results.take(place);
        let case = &plan[place];
        let is_left_out = matches!(came.to, CameTo::LeftOut);
        let ran = self.errors.tell(plan, place, came);
        let printed = what_was_printed(&printed);
        if !is_left_out {
            self.traces.add(case, &ran, took, &printed);
        }
        if let Ended::Skipped(why) = ran.ended {
            return Ok(ignored(&why));
        }
        let along = self.results.along(place);
        let again = || case.again_as(&along, &case.name, ran.repetition);
        let judged = ran.ended.judge(case, again);
        judged.map(|()| Completion::Completed).map_err(|failure| {
            self.postscripts.push((place, failure.postscript));
            Failed::from(failure.report + &printed)
        })
    }
}

/// For this reason, if there is one.
fn ignored(why: &str) -> Completion {
    match why {
        "" => Completion::ignored(),
        _ => Completion::ignored_with(why),
    }
}

/// A part of what is told of a case, after the rest.
fn what_was_printed(printed: &str) -> String {
    match printed.trim_end_matches('\n') {
        "" => String::new(),
        text => format!("\nit printed:\n{text}"),
    }
}

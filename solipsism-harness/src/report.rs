//! [`Report`]: what is told of a run, in the plan's order: the trials, which libtest-mimic asks for and prints, and after its
//! summary the postscripts.

use std::sync::{Arc, Mutex, MutexGuard};

use libtest_mimic::{Completion, Failed, Trial};

use crate::arguments::Arguments;
use crate::plan::Plan;
use crate::run::Results;
use crate::{Case, Ended, Postscript};

/// The telling of a run, shared with its trials.
pub(crate) struct Report {
    told: Arc<Mutex<Told>>,
}

struct Told {
    results: Results,
    /// Those of the trials told so far, with the names of their cases.
    postscripts: Vec<(String, Postscript)>,
}

impl Report {
    pub(crate) fn new(results: Results) -> Self {
        Self {
            told: Arc::new(Mutex::new(Told {
                results,
                postscripts: Vec::new(),
            })),
        }
    }

    /// A trial for each case. It runs nothing: it waits for the outcome that a worker brings, and tells the verdict.
    pub(crate) fn trials(&self, plan: &Plan) -> Vec<Trial> {
        let trial = |(place, case): (usize, &Case)| {
            let told = Arc::clone(&self.told);
            let plan = plan.clone();
            Trial::ignorable_test(&case.name, move || lock(&told).verdict(place, &plan[place]))
                .with_ignored_flag(case.is_ignored())
        };
        plan.iter().enumerate().map(trial).collect()
    }

    /// Asks every failed case what came after its verdict, and prints it.
    pub(crate) fn print_postscripts(&self, arguments: &Arguments) {
        for (name, postscript) in &lock(&self.told).postscripts {
            if let Some(text) = postscript() {
                let line = format!("after the verdict on {name}: {text}");
                if arguments.is_json() {
                    eprintln!("{line}");
                } else {
                    println!("{line}");
                }
            }
        }
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().expect("nothing panics while it is told")
}

impl Told {
    fn verdict(&mut self, place: usize, case: &Case) -> Result<Completion, Failed> {
        let outcome = self.results.take(place);
        if let Ended::Skipped(why) = outcome {
            return Ok(Completion::ignored_with(why));
        }
        let judged = outcome.judge(case);
        judged.map(|()| Completion::Completed).map_err(|failure| {
            if let Some(postscript) = failure.postscript {
                self.postscripts.push((case.name.clone(), postscript));
            }
            Failed::from(failure.report)
        })
    }
}

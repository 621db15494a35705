//! [`Told`]: what was told of a run so far, case by case, and the rest of it.

use std::iter::Peekable;
use std::time::Duration;
use std::vec;

use libtest_mimic::{Completion, Failed};

use super::printed::{plain, shown};
use super::record::{Counts, Record, Verdict};
use super::{Files, ReportArguments, annotations, ignored, leftovers, summary};
use crate::arguments::Arguments;
use crate::errors::{Errors, count};
use crate::flaky::Flaky;
use crate::logfile::Logfile;
use crate::plan::Plan;
use crate::run::{Brought, Results};
use crate::scopes::CameTo;
use crate::stopwatch::Stopwatch;
use crate::traces::Traces;
use crate::{Ended, FailureKind, Postscript};

/// The telling of a run.
pub(super) struct Told {
    results: Results,
    errors: Errors,
    flaky: Flaky,
    traces: Traces,
    /// Those of the trials told so far, with the places of their cases.
    postscripts: Vec<(usize, Option<Postscript>)>,
    /// All that was told so far.
    records: Vec<Record>,
    /// The places of the cases that are going to be told as ignored.
    ignored: Peekable<vec::IntoIter<usize>>,
    files: Files,
    logfile: Option<Logfile>,
    /// Whether what passing cases printed is going to be shown.
    shows_output: bool,
    began: Stopwatch,
}

impl Told {
    pub(super) fn new(
        results: Results,
        files: Files,
        logfile: Option<Logfile>,
        plan: &Plan,
        arguments: &Arguments,
    ) -> Self {
        let is_ignored = |&place: &usize| arguments.ignores(&plan[place]);
        let ignored: Vec<_> = (0..plan.len()).filter(is_ignored).collect();
        Self {
            results,
            errors: Errors::default(),
            flaky: Flaky::default(),
            traces: Traces::default(),
            postscripts: Vec::new(),
            records: Vec::new(),
            ignored: ignored.into_iter().peekable(),
            files,
            logfile,
            shows_output: arguments.show_output,
            began: Stopwatch::start(),
        }
    }

    /// Waits for what became of the case at this place, and tells it.
    pub(super) fn verdict(&mut self, plan: &Plan, place: usize) -> Result<Completion, Failed> {
        self.ignore_before(plan, place);
        let Brought {
            came,
            printed,
            beside,
            took,
        } = self.results.take(place);
        let case = &plan[place];
        let is_taken_along = self.errors.has_told(&came.to);
        // One that did not live to tell was run all the same; of several times nobody knows which.
        let is_gone = matches!(&came.to, CameTo::Ran(ran) if matches!(ran.ended, Ended::Failed(_)))
            && !case.is_repeated();
        let teardowns = came.broken();
        self.flaky.look_at(case, &came);
        let mut ran = self.errors.tell(plan, place, came);
        if is_gone {
            ran.seed = ran.seed.or_else(|| case.test.runner.seed(case));
        }
        let lost = beside.map(|place| plan[place].name.as_str());
        let what_was_printed = what_was_printed(&printed, lost);
        self.traces.add(case, &ran, took, &what_was_printed);
        let mut record = Record {
            place,
            verdict: Verdict::Passed,
            printed,
            took,
            virtual_time: ran.virtual_time,
            seed: ran.seed,
            replay: None,
            failed_before: ran.failed_before,
            left_behind: std::mem::take(&mut ran.left_behind),
            teardowns,
        };
        if let Ended::Skipped(why) = ran.ended {
            record.verdict = Verdict::Skipped(why.clone());
            self.keep(plan, record);
            return Ok(ignored(&why));
        }
        let again = || case.again_as(&self.results.along(place), &case.name, ran.repetition);
        let judged = ran.ended.judge(case, ran.events, again);
        let told = judged.map_err(|failure| {
            self.postscripts.push((place, failure.postscript));
            let report = failure.report;
            let told = format!("{report}{what_was_printed}");
            record.verdict = match failure.kind {
                FailureKind::Fixture => Verdict::Error {
                    report,
                    is_taken_along,
                    data: failure.verdict,
                },
                _ => Verdict::Failed {
                    report,
                    outcome: failure.outcome,
                    data: failure.verdict,
                },
            };
            record.replay =
                Some(case.command(&self.results.along(place), &case.name, ran.repetition));
            Failed::from(told)
        });
        self.keep(plan, record);
        told.map(|()| Completion::Completed)
    }

    /// Tells what is left to be told after the summary: what came after a verdict or between tests, what went wrong with fixtures or
    /// workers and not with tests, and what was asked for about all tests. Gives back whether any of that fails the run by itself.
    pub(super) fn print_rest(&mut self, plan: &Plan, arguments: &Arguments) -> bool {
        let mut broken = self.results.finish();
        self.ignore_before(plan, plan.len());
        for (place, reports) in self.results.untold_teardowns() {
            self.errors.add_teardowns(&reports);
            self.files.teardowns(plan, place, &reports);
            let record = self.records.iter_mut().find(|it| it.place == place);
            if let Some(record) = record {
                record.teardowns.extend(reports);
            }
        }
        broken.extend(self.logfile.as_ref().and_then(Logfile::broken));
        if self.shows_output {
            let successes = summary::successes(plan, &self.records);
            print_section(arguments, successes);
        }
        print_section(arguments, self.traces.text());
        self.print_late(plan, arguments);
        let teardowns = self.errors.teardowns();
        for text in teardowns.iter().chain(&broken) {
            print(arguments, &format!("{text}\n"));
        }
        for text in &broken {
            self.files.worker_failed(text);
        }
        print_section(arguments, self.flaky.text());
        print_section(arguments, leftovers::text(plan, &self.records));
        if self.errors.left_out() > 0 {
            let tests = count(self.errors.left_out(), "test");
            let text =
                format!("not run, since another failed before them (`--fail-fast`): {tests}\n");
            print(arguments, &text);
        }
        if let Some(line) = self.errors.line() {
            print(arguments, &line);
        }
        let took = self.began.elapsed();
        self.print_times(plan, arguments, took);
        if annotations::are_wanted() {
            for annotation in annotations::annotations(plan, &self.records, &broken) {
                print(arguments, &annotation);
            }
        }
        let unwritten = self.files.finish(plan, &self.records, took);
        for why in &unwritten {
            print(arguments, &format!("error: the report {why}"));
        }
        !(teardowns.is_empty() && broken.is_empty() && unwritten.is_empty())
    }

    /// Tells of those that stand before this place in the plan and are not run.
    fn ignore_before(&mut self, plan: &Plan, place: usize) {
        while let Some(ignored) = self.ignored.next_if(|&ignored| ignored < place) {
            self.keep(
                plan,
                Record {
                    place: ignored,
                    verdict: Verdict::Ignored(plan[ignored].ignore.unwrap_or_default()),
                    printed: String::new(),
                    took: Duration::ZERO,
                    virtual_time: None,
                    seed: None,
                    replay: None,
                    failed_before: Vec::new(),
                    left_behind: Vec::new(),
                    teardowns: Vec::new(),
                },
            );
        }
    }

    fn keep(&mut self, plan: &Plan, mut record: Record) {
        self.files.case(plan, &record);
        record.verdict.forget_data();
        if let Some(logfile) = &mut self.logfile {
            logfile.add(&plan[record.place].name, &record.verdict);
        }
        let is_shown = self.shows_output && record.verdict == Verdict::Passed;
        if !is_shown && !self.files.wants_printed() {
            record.printed = String::new();
        }
        self.records.push(record);
    }

    fn print_late(&mut self, plan: &Plan, arguments: &Arguments) {
        for (place, postscript) in &self.postscripts {
            let late = match postscript {
                Some(postscript) => postscript(),
                None => self.results.late(*place),
            };
            if let Some(text) = late {
                let name = &plan[*place].name;
                print(arguments, &format!("after the verdict on {name}: {text}"));
                self.files.late(name, &text);
            }
        }
        for (after, printed) in self.results.strays() {
            let name = &plan[after].name;
            let text = shown(&printed);
            let text = format!(
                "printed after {name}, between tests, by a thread or a process that a test left behind:\n{text}\n"
            );
            print_section(arguments, Some(text));
            self.files.stray(name, &printed);
        }
    }

    fn print_times(&self, plan: &Plan, arguments: &Arguments, took: Duration) {
        let ReportArguments {
            report_time,
            durations,
            ..
        } = arguments.report;
        if report_time {
            print_section(arguments, summary::times(plan, &self.records));
        }
        if let Some(how_many) = durations {
            let slowest = summary::slowest(plan, &self.records, how_many);
            print_section(arguments, slowest);
        }
        let counts = Counts::of(&self.records);
        let line = summary::virtual_time(counts.run(), counts.virtual_time, took);
        // Who reads JSON lines has this from a file of ours, if at all.
        if let (Some(line), false) = (line, arguments.is_json()) {
            println!("{line}");
        }
    }
}

/// A part of a failure's report, after it. What was `lost` may have printed it.
fn what_was_printed(printed: &str, lost: Option<&str>) -> String {
    let printed = shown(printed);
    match lost {
        _ if printed.is_empty() => String::new(),
        None => format!("\n  it printed:\n{printed}"),
        Some(lost) => {
            format!(
                "\n  it printed, unless {lost} did, a thread of which goes on beside it:\n{printed}"
            )
        }
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

fn print_section(arguments: &Arguments, section: Option<String>) {
    if let Some(section) = section {
        let is_coloured = arguments.is_coloured();
        print(
            arguments,
            &if is_coloured {
                section
            } else {
                plain(&section)
            },
        );
    }
}

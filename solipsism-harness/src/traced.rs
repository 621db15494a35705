//! A case that failed is run once more for its events, where that is asked for. What came of the first time stays the verdict.

use std::io::{self, Write as _};

use crate::options::{TRACED, parse_trace};
use crate::{Case, Ended, Options, Place, Ran};

/// Gives what came of it, with its events if it failed.
pub(crate) fn run(case: &Case, ran: Ran, attempt: impl Fn(&Case) -> Ran) -> Ran {
    let is_wanted = case.options.trace_failures && case.options.trace.is_none();
    if !is_wanted || ran.ended.meets(case.should_panic) {
        return ran;
    }
    let (events, is_lost) = match why_not(case, &ran) {
        Some(why) => (
            format!("  it was not run again for its events, since {why}"),
            false,
        ),
        None => again(case, &ran, attempt),
    };
    Ran {
        events: Some(events),
        is_lost: ran.is_lost || is_lost,
        ..ran
    }
}

/// Why another run would tell nothing of this one.
fn why_not(case: &Case, ran: &Ran) -> Option<&'static str> {
    if ran.is_lost {
        Some("its thread did not come back")
    } else if !matches!(case.place, Place::Anywhere) || !case.uses.is_empty() {
        Some(
            "what it shares with others is not as it was: the line below runs it with all it needs",
        )
    } else if case.marked.is_unrepeatable {
        Some("it is marked `unrepeatable`")
    } else {
        None
    }
}

/// What is told of the second run, and whether its thread was left behind.
fn again(case: &Case, ran: &Ran, attempt: impl Fn(&Case) -> Ran) -> (String, bool) {
    // What it prints from here on, it has printed before.
    _ = io::stdout().flush();
    _ = writeln!(
        io::stderr(),
        "run again for its events, {} begins",
        case.name
    );
    let options = Options {
        trace: parse_trace(TRACED).ok(),
        // The very same run, also where it failed in a repetition.
        ..case.options
    };
    let second = attempt(&case.with_options(options));
    let (events, is_lost) = (second.events.unwrap_or_default(), second.is_lost);
    let (first, second) = (report(&ran.ended), report(&second.ended));
    if first == second {
        let told = format!("  it was run again for its events, and failed alike\n{events}");
        return (told, is_lost);
    }
    let second = match second {
        Some(report) => format!("it failed otherwise:\n{}", indented(report)),
        None => "it did not fail".to_owned(),
    };
    let told = format!(
        "  it was run again for its events, and came to something else, so that not its seed alone decides: {second}\n{events}"
    );
    (told, is_lost)
}

fn report(ended: &Ended) -> Option<&str> {
    match ended {
        Ended::Failed(failure) => Some(&failure.report),
        Ended::Passed | Ended::Skipped(_) => None,
    }
}

fn indented(report: &str) -> String {
    let lines: Vec<_> = report.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;
    use crate::{Failure, FailureKind, Object, Outcome, Runner, Test, Use};

    struct Unasked;

    impl Runner for Unasked {
        fn uses(&self) -> Vec<Use> {
            Vec::new()
        }

        fn run(&self, _: &Case) -> Ran {
            unreachable!("each attempt is given")
        }
    }

    fn failed(report: &str) -> Ended {
        Ended::Failed(Failure {
            kind: FailureKind::Failed,
            outcome: Outcome::Failed,
            report: report.to_owned(),
            verdict: Object::default(),
            postscript: None,
        })
    }

    #[test]
    fn a_thread_that_the_second_run_leaves_behind_is_not_forgotten() {
        static TEST: Test = Test::plain("it", "a", Location::caller(), &Unasked);
        let options = Options {
            trace_failures: true,
            ..Options::default()
        };
        let case = Case::new(&TEST, options);
        let second = |_: &Case| Ran {
            is_lost: true,
            ..Ran::from(failed("it hung"))
        };
        let ran = run(&case, failed("it broke").into(), second);
        assert!(ran.is_lost);
        let events = ran.events.expect("it was run again");
        assert!(events.contains("came to something else"), "{events}");
        assert!(events.contains("it hung"), "{events}");
    }
}

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
    let events = match why_not(case, &ran) {
        Some(why) => format!("  it was not run again for its events, since {why}"),
        None => again(case, &ran, attempt),
    };
    Ran {
        events: Some(events),
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

fn again(case: &Case, ran: &Ran, attempt: impl Fn(&Case) -> Ran) -> String {
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
    let events = second.events.unwrap_or_default();
    let (first, second) = (report(&ran.ended), report(&second.ended));
    if first == second {
        return format!("  it was run again for its events, and failed alike\n{events}");
    }
    let second = match second {
        Some(report) => format!("it failed otherwise:\n{}", indented(report)),
        None => "it did not fail".to_owned(),
    };
    format!(
        "  it was run again for its events, and came to something else, so that not its seed alone decides: {second}\n{events}"
    )
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

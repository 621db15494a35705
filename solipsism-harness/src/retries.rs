//! Retries: a case that failed is run again, where it is said of it that another run may come to something else.

use crate::audience::Audience;
use crate::{Case, Ended, Place, Ran};

/// Runs the case by `attempt` until it passes, or has been retried as often as it may be.
pub(crate) fn run(case: &Case, audience: &Audience, attempt: impl Fn() -> Ran) -> Ran {
    let mut failed_before = Vec::new();
    let mut is_lost = false;
    loop {
        let mut ran = attempt();
        is_lost |= ran.is_lost;
        ran.is_lost = is_lost;
        // Where a thread is shared and did not come back nothing can be run again.
        let is_stuck = is_lost && !matches!(case.place, Place::Anywhere);
        let failed = audience.failed_before() + failed_before.len() as u64;
        let is_last = failed >= case.marked.retries || is_stuck;
        if ran.ended.meets(case.should_panic) || is_last {
            if let Ended::Failed(failure) = &mut ran.ended {
                failure.report += &at_each(failed + 1);
            }
            ran.failed_before = failed_before;
            return ran;
        }
        let report = match ran.ended {
            Ended::Failed(failure) => failure.report,
            Ended::Passed | Ended::Skipped(_) => "it did not panic as expected".to_owned(),
        };
        audience.failed(&report);
        failed_before.push(report);
    }
}

/// What is to be said of a case that failed at its last attempt.
pub(crate) fn at_each(attempts: u64) -> String {
    match attempts {
        0 | 1 => String::new(),
        _ => format!("\n  it failed at each of {attempts} attempts"),
    }
}

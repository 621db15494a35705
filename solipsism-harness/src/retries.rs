//! Retries: a case that failed is run again, where it is said of it that another run may come to something else.

use crate::{Case, Ended, Place, Ran};

/// Runs the case by `attempt` until it passes, or has been retried as often as it may be.
pub(crate) fn run(case: &Case, attempt: impl Fn() -> Ran) -> Ran {
    let mut failed_before = Vec::new();
    let mut is_lost = false;
    loop {
        let mut ran = attempt();
        is_lost |= ran.is_lost;
        ran.is_lost = is_lost;
        // Where a thread is shared and did not come back nothing can be run again.
        let is_stuck = is_lost && !matches!(case.place, Place::Anywhere);
        let is_last = failed_before.len() as u64 >= case.marked.retries || is_stuck;
        if ran.ended.meets(case.should_panic) || is_last {
            if let (Ended::Failed(failure), 1..) = (&mut ran.ended, failed_before.len()) {
                let attempts = failed_before.len() + 1;
                let remark = format!("\n  it failed at each of {attempts} attempts");
                failure.report.push_str(&remark);
            }
            ran.failed_before = failed_before;
            return ran;
        }
        failed_before.push(match ran.ended {
            Ended::Failed(failure) => failure.report,
            Ended::Passed | Ended::Skipped(_) => "it did not panic as expected".to_owned(),
        });
    }
}

//! A worker that is a thread of this process.

use std::sync::Arc;
use std::time::Instant;

use super::{Brought, Sending, Shared};
use crate::Ran;
use crate::plan::Plan;
use crate::repetition::Marks;
use crate::scopes::{Came, CameTo, Scopes};
use crate::stage::{ForReal, Stage as _};

/// Runs parts of the schedule until there are none left.
pub(super) fn work(shared: &Shared, results: &Sending) {
    while let Some(parts) = shared.next_parts(1) {
        for part in parts {
            run(shared, part, results);
        }
    }
}

/// Runs a part of the schedule here.
pub(super) fn run(shared: &Shared, part: &[usize], results: &Sending) {
    let scopes = scopes(&shared.plan, part, Marks::Unwanted);
    for &place in part {
        if shared.is_left_out(place) {
            if let Some(scopes) = &scopes {
                scopes.leave_out(place);
            }
            continue;
        }
        // Sent when all that ended with the case is torn down, so that nothing is when the last is taken.
        let brought = bring(&shared.plan, scopes.as_ref(), place, Marks::Unwanted);
        shared.bring(place, brought, results);
    }
}

/// What the cases of this part share; most share nothing.
pub(super) fn scopes(plan: &Arc<Plan>, part: &[usize], marks: Marks) -> Option<Scopes<ForReal>> {
    let shares = part.iter().any(|&place| !plan.needs(place).is_empty());
    shares.then(|| Scopes::new(plan, part, ForReal::new(marks)))
}

/// Runs a case, and what is to be done before and after it.
pub(super) fn bring(
    plan: &Plan,
    scopes: Option<&Scopes<ForReal>>,
    place: usize,
    marks: Marks,
) -> Brought {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is told how much real time a case took"
    )]
    let began = Instant::now();
    let came = if let Some(scopes) = scopes {
        scopes.run(place)
    } else {
        let (stage, case) = (ForReal::new(marks), &plan[place]);
        let ignored = stage.ignored(case);
        Came {
            to: CameTo::Ran(ignored.map_or_else(|| stage.run(case), Ran::from)),
            teardowns: Vec::new(),
        }
    };
    Brought {
        came,
        printed: String::new(),
        beside: None,
        took: began.elapsed(),
    }
}

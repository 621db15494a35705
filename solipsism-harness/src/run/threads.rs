//! A worker that is a thread of this process.

use std::sync::Arc;

use super::attempts::Attempts;
use super::{Brought, Sending, Shared};
use crate::Ran;
use crate::audience::Audience;
use crate::plan::Plan;
use crate::scopes::{Came, CameTo, Scopes};
use crate::stage::{ForReal, Stage as _};
use crate::stopwatch::Stopwatch;

/// Runs parts of the schedule until there are none left.
pub(super) fn work(shared: &Shared, results: &Sending) {
    while let Some(parts) = shared.next_parts(1) {
        for part in parts {
            run(shared, part, Attempts::default(), results);
        }
    }
}

/// Runs a part of the schedule here, at the first case of which these attempts were made before.
pub(super) fn run(shared: &Shared, part: &[usize], mut attempts: Attempts, results: &Sending) {
    let audience = Audience::default();
    let scopes = scopes(&shared.plan, part, &audience);
    for &place in part {
        if shared.is_left_out(place) {
            if let Some(scopes) = &scopes {
                shared.bring(place, Brought::of(scopes.leave_out(place)), results);
            }
            continue;
        }
        // Sent when all that ended with the case is torn down, so that nothing is when the last is taken.
        let brought = bring(&shared.plan, scopes.as_ref(), place, &audience);
        shared.bring(place, attempts.complete(brought), results);
    }
}

/// What the cases of this part share; most share nothing.
pub(super) fn scopes(
    plan: &Arc<Plan>,
    part: &[usize],
    audience: &Audience,
) -> Option<Scopes<ForReal>> {
    let shares = part.iter().any(|&place| !plan.needs(place).is_empty());
    shares.then(|| Scopes::new(plan, part, ForReal::new(audience.clone())))
}

/// Runs a case, and what is to be done before and after it.
pub(super) fn bring(
    plan: &Plan,
    scopes: Option<&Scopes<ForReal>>,
    place: usize,
    audience: &Audience,
) -> Brought {
    let began = Stopwatch::start();
    let came = if let Some(scopes) = scopes {
        scopes.run(place)
    } else {
        let (stage, case) = (ForReal::new(audience.clone()), &plan[place]);
        let ignored = stage.ignored(case);
        Came {
            to: CameTo::Ran(ignored.map_or_else(|| stage.run(case), Ran::from)),
            teardowns: Vec::new(),
        }
    };
    Brought {
        took: began.elapsed(),
        ..Brought::of(came)
    }
}

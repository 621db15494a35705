//! A worker that is a thread of this process.

use std::sync::Arc;
use std::time::Instant;

use super::{Brought, Sending, Shared};
use crate::plan::Plan;
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
    let scopes = scopes(&shared.plan, part);
    for &place in part {
        // Sent when all that ended with the case is torn down, so that nothing is when the last is taken.
        let brought = bring(&shared.plan, scopes.as_ref(), place);
        // Nobody takes it if the one who tells has panicked.
        _ = results.send((place, brought));
    }
}

/// What the cases of this part share; most share nothing.
pub(super) fn scopes(plan: &Arc<Plan>, part: &[usize]) -> Option<Scopes<ForReal>> {
    let shares = part.iter().any(|&place| !plan.needs(place).is_empty());
    shares.then(|| Scopes::new(plan, part, ForReal))
}

/// Runs a case, and what is to be done before and after it.
pub(super) fn bring(plan: &Plan, scopes: Option<&Scopes<ForReal>>, place: usize) -> Brought {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is told how much real time a case took"
    )]
    let began = Instant::now();
    let came = match scopes {
        Some(scopes) => scopes.run(place),
        None => Came {
            to: CameTo::Ran(ForReal.run(&plan[place])),
            teardowns: Vec::new(),
        },
    };
    Brought {
        came,
        printed: String::new(),
        beside: None,
        took: began.elapsed(),
    }
}

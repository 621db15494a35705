//! A worker that is a thread of this process.

use std::time::Instant;

use super::{Brought, Sending, Shared};
use crate::repetition::Marks;
use crate::scopes::Scopes;
use crate::stage::ForReal;

/// Runs parts of the schedule until there are none left.
pub(super) fn work(shared: &Shared, results: &Sending) {
    while let Some(part) = shared.next_part() {
        let scopes = Scopes::new(&shared.plan, part, ForReal(Marks::Unwanted));
        for &place in part {
            if shared.is_left_out(place) {
                scopes.leave_out(place);
                continue;
            }
            // Sent when all that ended with the case is torn down, so that nothing is when the last is taken.
            shared.bring(place, bring(&scopes, place), results);
        }
    }
}

/// Runs a case, and what is to be done before and after it.
pub(super) fn bring(scopes: &Scopes<ForReal>, place: usize) -> Brought {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is told how much real time a case took"
    )]
    let began = Instant::now();
    let came = scopes.run(place);
    Brought {
        came,
        printed: String::new(),
        took: began.elapsed(),
    }
}

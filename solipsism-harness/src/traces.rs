//! [`Traces`]: what `--debug` tells of the cases that ran, when all have, those that passed too.

use std::time::Duration;

use crate::{Case, Ran};

/// What was noted down so far, in the order in which it is told.
#[derive(Default)]
pub(crate) struct Traces(Vec<String>);

impl Traces {
    /// Notes it down if that is asked for. What a case printed that failed is told with its failure.
    pub(crate) fn add(&mut self, case: &Case, ran: &Ran, took: Duration, printed: &str) {
        if !case.options.debug {
            return;
        }
        let Some(trace) = ran.trace(Some(took)) else {
            return;
        };
        let has_failed = !ran.ended.meets(case.should_panic);
        let mut text = format!("---- {} ----\n{trace}", case.name);
        if !has_failed {
            text += printed;
            text.extend(ran.events.iter().map(|events| format!("\n{events}")));
        }
        self.0.push(text);
    }

    /// All, one after another.
    pub(crate) fn text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("traces:\n\n{}\n", self.0.join("\n\n")))
    }
}

//! [`Watch`]: waits for what runs on another thread, for a limit of real time, and notes down polls that take long where that is of
//! interest.

use std::time::Duration;

use super::alive::Gone;
use crate::executor::Inbox;

/// Far shorter than what is long.
const LOOK: Duration = Duration::from_millis(10);

/// Who is polled for this much of real time keeps all others waiting, and a person notices.
const LONG: Duration = Duration::from_millis(100);

/// How long is waited, and what is seen meanwhile.
pub(crate) struct Watch {
    pub(crate) limit: Duration,
    /// Whether the limit came before the end.
    pub(crate) is_late: bool,
    /// What was seen, if anybody looks.
    seen: Option<Vec<String>>,
}

impl Watch {
    /// Nobody looks.
    pub(crate) fn of(limit: Duration) -> Self {
        Self {
            limit,
            is_late: false,
            seen: None,
        }
    }

    /// Polls that take long are noted down.
    pub(crate) fn of_long_polls(limit: Duration) -> Self {
        Self {
            seen: Some(Vec::new()),
            ..Self::of(limit)
        }
    }

    /// Whether it is gone before the limit.
    pub(crate) fn wait(&mut self, gone: &Gone, inbox: &Inbox) -> bool {
        let is_gone = self.look_on(gone, inbox);
        self.is_late = !is_gone;
        is_gone
    }

    fn look_on(&mut self, gone: &Gone, inbox: &Inbox) -> bool {
        let Some(seen) = &mut self.seen else {
            return gone.wait(self.limit);
        };
        // Looks are counted and no clock is read: each takes at least its time.
        let (mut left, mut now) = (self.limit, Look::at(inbox));
        loop {
            let look = LOOK.min(left);
            let is_gone = gone.wait(look);
            left -= look;
            let next = Look::at(inbox);
            if is_gone || next.polls != now.polls || next.polled.is_none() {
                seen.extend(now.told());
                now = next;
            } else {
                now.took += look;
            }
            if is_gone || left.is_zero() {
                return is_gone;
            }
        }
    }

    /// What was seen.
    pub(crate) fn into_seen(self) -> Vec<String> {
        self.seen.unwrap_or_default()
    }
}

/// What is polled at a time.
struct Look {
    polls: u64,
    polled: Option<String>,
    at: Duration,
    /// For how long it was seen since.
    took: Duration,
}

impl Look {
    fn at(inbox: &Inbox) -> Self {
        Self {
            polls: inbox.polls(),
            polled: inbox.polled(),
            at: Duration::from_nanos(inbox.now()),
            took: Duration::ZERO,
        }
    }

    /// "one poll of task 1 `worker` took 300ms of real time or a little more, at 1s"
    fn told(&self) -> Option<String> {
        let polled = self.polled.as_ref().filter(|_| self.took >= LONG)?;
        let (took, at) = (self.took, self.at);
        Some(format!(
            "one poll of {polled} took {took:?} of real time or a little more, at {at:?}"
        ))
    }
}

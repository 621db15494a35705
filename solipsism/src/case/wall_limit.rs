//! What is done when a case takes more real time than it has: its world is asked to end itself, and where it does not, is told of as far
//! as it can be seen from another thread. The waiting until then is a `watch`'s.

use std::sync::Arc;
use std::time::Duration;

use super::alive::Gone;
use super::course::Course;
use crate::executor::{Inbox, Standstill};
use crate::stopped::{Doing, Stopped, Verdict};
use crate::time::Instant;

/// Far longer than a poll takes, and far shorter than anybody minds.
const LOOK: Duration = Duration::from_millis(20);

/// A world that has begun no poll over as many looks is stuck inside of one; a second, so that it is not taken for that where
/// the machine has much to do.
const STILL: u32 = 50;

/// A world that polls on over as many, and never comes to rest, does not hear.
const LOOKS: u32 = 150;

/// As long may one take to end that has heard.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many looks are a second.
#[cfg(feature = "tokio")]
const KNOCKS: usize = 50;

/// The wall limit has come. Asks the world to end itself, which knows best what it is doing; whether it does.
pub(crate) fn ends_by_itself(inbox: &Inbox, gone: &Gone, limit: Duration) -> bool {
    inbox.ask_to_end(limit);
    let mut polls = inbox.polls();
    let mut still = 0;
    for look in 0.. {
        if gone.wait(LOOK) {
            return true;
        }
        if inbox.is_ending() {
            // It looks at what it does, and tears down what there is.
            return gone.wait(PATIENCE) || ends_without_rest(inbox, gone, limit);
        }
        let before = std::mem::replace(&mut polls, inbox.polls());
        still = if before == polls { still + 1 } else { 0 };
        // On a machine with much to do a thread may go for long without its turn.
        if still >= STILL || look >= LOOKS {
            return false;
        }
    }
    false
}

/// A world that has heard looks when its instant has come to rest. Whether one ends where it is, in which tokio's tasks go on for ever.
#[cfg(feature = "tokio")]
fn ends_without_rest(inbox: &Inbox, gone: &Gone, limit: Duration) -> bool {
    if !matches!(doing(inbox, gone), Doing::Spinning) {
        return false;
    }
    inbox.insist(limit);
    gone.wait(PATIENCE)
}

#[cfg(not(feature = "tokio"))]
fn ends_without_rest(_: &Inbox, _: &Gone, _: Duration) -> bool {
    false
}

/// What is to be said of a world that was not done in time.
pub(crate) fn wall_limit(inbox: &Arc<Inbox>, gone: &Gone, limit: Duration) -> Stopped {
    let doing = doing(inbox, gone);
    inbox.judge();
    let verdict = Verdict::WallLimit {
        limit,
        doing,
        panics: inbox.panics(),
        by_itself: false,
    };
    let now = Instant::from_nanos(inbox.now());
    Stopped::new(verdict, now, Standstill::default(), Vec::new(), inbox)
}

/// What is well but comes after the wall limit is not.
pub(super) fn in_time(
    ended: Course,
    was_in_time: bool,
    inbox: &Arc<Inbox>,
    limit: Duration,
) -> Course {
    if was_in_time || !ended.is_well() {
        return ended;
    }
    let verdict = Verdict::WallLimit {
        limit,
        doing: Doing::Running {
            polls: inbox.polls(),
        },
        panics: inbox.panics(),
        by_itself: false,
    };
    let now = Instant::from_nanos(inbox.now());
    let late = Stopped::new(verdict, now, Standstill::default(), Vec::new(), inbox);
    let mut course = Course::of_body(late);
    course.virtual_time = ended.virtual_time;
    course
}

/// Who is stuck is found out by a second look.
fn doing(inbox: &Inbox, gone: &Gone) -> Doing {
    let (polls, now) = (inbox.polls(), inbox.now());
    let polling = inbox.polling();
    gone.wait(LOOK);
    match polling {
        _ if (inbox.polls(), inbox.now()) != (polls, now) => Doing::Running { polls },
        #[cfg(feature = "tokio")]
        Some(task) if task.is_host() && is_spinning(inbox, gone) => Doing::Spinning,
        Some(task) => Doing::Polling(task),
        None => Doing::Waiting,
    }
}

/// Whether tokio gets from one poll to the next. The machine may be busy: where it does, it has some time to show it.
#[cfg(feature = "tokio")]
fn is_spinning(inbox: &Inbox, gone: &Gone) -> bool {
    inbox.knock();
    (0..KNOCKS).any(|_| {
        gone.wait(LOOK);
        inbox.is_knock_answered()
    })
}

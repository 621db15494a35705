//! Who holds what stuck tasks wait for: in words, and as edges of who waits for whom.

use std::fmt;

use super::is_foreign;
use crate::executor::{Again, Sight, Standing, StuckTask, Wait};
use crate::frames::{Chain, Held, Leaf, Thing};

/// Of one chain more holders than this are counted, not listed.
const LISTED: usize = 3;

/// What leads from a task to the one that it waits for.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    /// To finish, or to do something to a socket.
    Waits(&'a Wait),
    Held(&'a Held),
}

impl Link<'_> {
    /// Whether nothing but the other task can end the wait, and by that alone.
    fn is_deadly(self) -> bool {
        match self {
            Self::Waits(wait) => matches!(wait, Wait::Task { .. }),
            Self::Held(held) => held.thing == Thing::Guard,
        }
    }

    /// Whether this is no more than that the other task was the last to use the other end of a socket: one that waits there itself
    /// has it, but else it may have given it away.
    fn is_by_use(self, task: &StuckTask, other: &StuckTask) -> bool {
        let is_network = matches!(self, Self::Waits(Wait::Network { .. }));
        let is_mutual =
            |wait: &Wait| matches!(wait, Wait::Network { .. }) && wait.whom() == Some(task.task);
        is_network && !other.waits.iter().any(is_mutual)
    }
}

/// The task that this one waits for, if it waits for nothing else.
pub(super) fn only_link(task: &StuckTask) -> Option<(u32, Link<'_>)> {
    // What was not polled may wait for more than could be read.
    if is_foreign(task.task) {
        return None;
    }
    match (&task.waits[..], task.stacks.chains()) {
        ([wait], []) => Some((wait.whom()?, Link::Waits(wait))),
        // Another chain leads to something else, and a combinator may have more in it.
        ([wait], [chain]) if leads_to(&chain.leaf, wait) => Some((wait.whom()?, Link::Waits(wait))),
        // Where it stands now is not known.
        _ if matches!(task.again, Again::WentOn(_)) => None,
        ([], [chain]) if !chain.is_held_variously => {
            let (first, rest) = chain.held.split_first()?;
            let is_sole = rest.iter().all(|held| held.task == first.task);
            is_sole.then_some((first.task, Link::Held(first)))
        }
        _ => None,
    }
}

/// Whether what is awaited in the end can be this. What else we have, as a server's shutdown, waits by means of it.
fn leads_to(leaf: &Leaf, wait: &Wait) -> bool {
    match leaf {
        Leaf::Ours(primitive) => *primitive == wait.primitive(),
        Leaf::Library(name) => name.starts_with("solipsism::"),
        Leaf::Combinator(_) | Leaf::Users => false,
    }
}

/// All tasks that this one waits for, as far as they are known.
pub(super) fn whom(task: &StuckTask) -> impl Iterator<Item = u32> {
    let chains = task.stacks.chains().iter();
    let holders = chains.clone().flat_map(|chain| &chain.held);
    let holders = holders.map(|held| held.task);
    let awaited = chains.filter_map(|chain| Some(chain.awaits.as_ref()?.0));
    let waits = task.waits.iter().filter_map(Wait::whom);
    waits.chain(holders).chain(awaited)
}

/// Of a circle, what leads from each task to the next.
fn links<'a>(cycle: &[&'a StuckTask]) -> Vec<Link<'a>> {
    let links = cycle.iter().filter_map(|task| Some(only_link(task)?.1));
    links.collect()
}

fn is_deadlock(links: &[Link<'_>]) -> bool {
    let is_held = |link: &Link<'_>| matches!(link, Link::Held(_));
    links.iter().any(is_held) && links.iter().all(|link| link.is_deadly())
}

/// Whether nobody outside of the circle could have ended it.
pub(in crate::stopped) fn is_deadly(cycle: &[&StuckTask]) -> bool {
    is_deadlock(&links(cycle))
}

/// Whether it is one only if who used a socket last still has it.
pub(in crate::stopped) fn is_by_use(cycle: &[&StuckTask]) -> bool {
    let others = cycle.iter().cycle().skip(1);
    let mut edges = cycle.iter().zip(links(cycle)).zip(others);
    edges.any(|((task, link), other)| link.is_by_use(task, other))
}

/// Tasks of which each waits for the next one and for nothing else.
pub(super) fn write_cycle(f: &mut fmt::Formatter<'_>, cycle: &[&StuckTask]) -> fmt::Result {
    let links = links(cycle);
    let title = if is_deadlock(&links) {
        "deadlock"
    } else {
        "they wait for each other"
    };
    write!(f, "\n  {title}")?;
    if is_by_use(cycle) {
        f.write_str(", if who used a socket last still has it")?;
    }
    f.write_str(": ")?;
    for (task, link) in cycle.iter().zip(&links) {
        write!(f, "{} → ", task.who)?;
        if let Link::Held(held) = link {
            write!(f, "{} → ", of_what(held))?;
        }
    }
    f.write_str(&cycle[0].who)
}

/// What it is that is held.
fn of_what(held: &Held) -> &'static str {
    let path = held.of.split('<').next().unwrap_or_default();
    match held.thing {
        Thing::Guard if path.contains("RwLock") => "RwLock",
        Thing::Guard => "Mutex",
        Thing::Permit => "Semaphore",
        Thing::Sender | Thing::Receiver => "channel",
    }
}

impl Thing {
    fn of_it(self) -> &'static str {
        match self {
            Self::Guard => "its guard",
            Self::Permit => "a permit of it",
            Self::Sender => "a sender of it",
            Self::Receiver => "its receiver",
        }
    }
}

/// That nobody was found who holds what this chain waits for.
pub(super) fn write_unknown(f: &mut fmt::Formatter<'_>, chain: &Chain) -> fmt::Result {
    match chain.wanted {
        // What is within another future of a library is that library's own.
        Some(thing) if chain.held.is_empty() && is_held(&chain.leaf) => {
            write!(f, "; nobody is known to hold {}", thing.of_it())
        }
        _ => Ok(()),
    }
}

/// Who holds what this chain of the task's waits for.
pub(super) fn write(f: &mut fmt::Formatter<'_>, task: &StuckTask, chain: &Chain) -> fmt::Result {
    for held in chain.held.iter().take(LISTED) {
        let is_own = held.task == task.task;
        let who = if is_own {
            "this task itself"
        } else {
            &held.who
        };
        let (function, place) = task.stacks.place(held);
        write!(f, "\n    {} is ", held.thing.of_it())?;
        match &held.variable {
            Some(variable) => write!(f, "`{variable}`")?,
            None => write!(f, "a `{}` without a name", held.type_name())?,
        }
        write!(f, ", which {who} keeps in {function}")?;
        let is_elsewhere = !is_own || held.variable.is_none() || held.within.is_some();
        if let Some(place) = place.filter(|_| is_elsewhere) {
            write!(f, ", at {place}")?;
        }
        if let Some(variable) = &held.within {
            write!(
                f,
                ", a future in its `{variable}`, which is not seen to be polled meanwhile"
            )?;
            continue;
        }
        match held.thing {
            Thing::Guard if is_own && held.variable.is_none() => f.write_str(
                ": it lives as long as the statement that it was taken in, or, borrowed by a `let`, as its block; take what is \
                 needed of it before this await",
            )?,
            Thing::Guard if is_own => f.write_str(": drop it before this await")?,
            Thing::Sender if is_own => {
                f.write_str(
                    ": as long as it lives the channel stays open; drop it before this await",
                )?;
            }
            _ => {}
        }
    }
    match chain.held.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => write!(f, "\n    and {more} more hold such a thing"),
    }
}

/// What might be known and is not.
pub(super) fn write_notes(
    f: &mut fmt::Formatter<'_>,
    tasks: &[StuckTask],
    are_some_unseen: bool,
) -> fmt::Result {
    let sight = tasks.iter().map(|task| task.stacks.sight);
    if sight.clone().any(|sight| sight == Sight::TooMuch) {
        f.write_str(
            "\n  who holds what, and what waits in combinators, is not known of all: the program has more debug information than can \
             be read in a second",
        )?;
    }
    let is_off = sight.clone().any(|sight| sight == Sight::Off);
    if is_off && (are_some_unseen || tasks.iter().any(hides)) {
        f.write_str("\n  solipsism's feature `dwarf` looks further: into combinators, ")?;
        if are_some_unseen {
            f.write_str("at tokio's tasks, ")?;
        }
        f.write_str("at futures without a waker, and for who holds what")?;
    }
    Ok(())
}

/// Whether more of this task could be read.
fn hides(task: &StuckTask) -> bool {
    let chains = task.stacks.chains();
    if chains.is_empty() {
        return task.waits.is_empty() && task.standing != Standing::Ready;
    }
    // Without lines there are no types either; and without steps, no coroutine.
    let mut chains = chains.iter().filter(|chain| {
        chain
            .steps
            .first()
            .is_some_and(|step| !step.file.is_empty())
    });
    chains.any(|chain| matches!(chain.leaf, Leaf::Combinator(_)) || is_held(&chain.leaf))
}

/// Whether this is awaited until somebody lets go of something.
fn is_held(leaf: &Leaf) -> bool {
    matches!(leaf, Leaf::Library(name) if HELD.iter().any(|held| name.starts_with(held)))
}

/// What somebody holds, of which it can be read.
const HELD: [&str; 18] = [
    "async_channel::",
    "async_lock::mutex::",
    "async_lock::rwlock::",
    "async_lock::semaphore::",
    "flume::",
    "futures::channel::mpsc::Receiver",
    "futures::channel::mpsc::Sender",
    "futures::channel::mpsc::UnboundedReceiver",
    "futures::channel::oneshot::Receiver",
    "futures::lock::Mutex",
    "futures::lock::OwnedMutex",
    "tokio::sync::Mutex::",
    "tokio::sync::RwLock::",
    "tokio::sync::Semaphore::",
    "tokio::sync::broadcast::Receiver",
    "tokio::sync::mpsc::",
    "tokio::sync::oneshot::Receiver",
    "tokio::sync::watch::Receiver",
];

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::panic::Location;

    use super::{Sight, Standing, StuckTask, write_notes};
    use crate::executor::Again;

    struct Notes([StuckTask; 1]);

    impl fmt::Display for Notes {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_notes(f, &self.0, false)
        }
    }

    fn notes(sight: Sight, standing: Standing) -> String {
        let mut task = StuckTask {
            who: "the body".to_owned(),
            task: 0,
            site: Location::caller(),
            is_background: false,
            since: None,
            waits: Vec::new(),
            standing,
            woken_by: None,
            stacks: crate::executor::Stacks::default(),
            again: Again::Waits,
        };
        task.stacks.sight = sight;
        Notes([task]).to_string()
    }

    #[test]
    fn what_is_not_known_is_told() {
        let notes = |sight| notes(sight, Standing::Waiting);
        assert_eq!(notes(Sight::Whole), "");
        assert!(notes(Sight::Off).contains("feature `dwarf` looks further"));
        assert!(notes(Sight::TooMuch).contains("more debug information than can be read"));
    }

    #[test]
    fn a_feature_that_could_not_help_is_not_named() {
        assert_eq!(notes(Sight::Off, Standing::Ready), "");
    }
}

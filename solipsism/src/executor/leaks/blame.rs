//! Who had what: of what was there, by what went when, what was left behind on purpose, what by itself, and what with something
//! else.

use solipsism_harness::ordered::{Map, Set};

use super::{Birth, Leaving, Thing, Watched};
use crate::leaks::{Check, Leak, State};

impl Watched {
    pub(super) fn leaks(self, leaving: Leaving, check: &Check) -> Vec<Leak> {
        let Self {
            mut things,
            waits,
            beside: mut allowed,
        } = self;
        things.retain(|(thing, leak)| match thing {
            Thing::Task(task) if allowed.contains(task) => false,
            Thing::Task(task) if check.allows(leak) => {
                allowed.insert(*task);
                false
            }
            _ => !check.allows(leak),
        });
        excuse_awaited(&mut allowed, &waits);
        // The first note counts: what is dropped twice was taken back in between, by nobody who is left.
        let gone = leaving.gone.into_iter();
        let gone: Vec<_> = gone.map(|(thing, by)| (thing, known(by))).collect();
        let holders = Map::from(gone);
        let mut tasks: Map<u32, usize> = Map::default();
        let mut causes: Vec<Leak> = Vec::new();
        let mut held: Vec<(usize, Leak)> = Vec::new();
        // Tasks come first. One that waits for another comes after that, and so does one that a dropped set had aborted.
        let (own, others): (Vec<_>, Vec<_>) = things
            .into_iter()
            .partition(|(thing, _)| matches!(thing, Thing::Task(_)));
        let mut alive = Set::default();
        for (thing, _) in &own {
            if let Some(task) = thing.task() {
                alive.insert(task);
            }
        }
        let awaited = waits.iter().rev();
        let awaited = awaited.filter(|(task, _)| alive.contains(task) && !allowed.contains(task));
        let awaited: Vec<_> = awaited.map(|(task, joiner)| (*joiner, *task)).collect();
        let awaited = Map::from(awaited);
        let mut waiting = Vec::new();
        for (thing, mut leak) in own {
            let Thing::Task(task) = thing else { continue };
            let holder = holders.get(&thing);
            if allowed.contains(&task) || holder.is_some_and(|holder| allowed.contains(holder)) {
                allowed.insert(task);
            } else if let Some(cause) = holder.and_then(|holder| tasks.get(holder)).copied() {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else if awaited.contains_key(&task) {
                leak.state = State::Waits;
                waiting.push((task, leak));
            } else {
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (task, mut leak) in waiting {
            if let Some(cause) = cause_of(task, &awaited, &tasks) {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else {
                // They wait for one another.
                leak.state = State::Plain;
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (thing, leak) in others {
            match holders.get(&thing) {
                Some(holder) if allowed.contains(holder) => {}
                holder => match holder.and_then(|holder| tasks.get(holder)) {
                    Some(cause) => held.push((*cause, leak)),
                    None => causes.push(leak),
                },
            }
        }
        for Birth { task, by, leak } in leaving.born {
            let is_undying = leak.state == State::Undying;
            if (allowed.contains(&by) || check.allows(&leak)) && !is_undying {
                allowed.insert(task);
            } else if let Some(&cause) = tasks.get(&by) {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else {
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (cause, leak) in held {
            causes[cause].holds.push(leak);
        }
        causes
    }
}

/// Whom one waits for that may outlive a test may do so as well: it works for that one.
fn excuse_awaited(allowed: &mut Set<u32>, waits: &[(u32, u32)]) {
    loop {
        let before = allowed.len();
        for (task, joiner) in waits {
            if allowed.contains(joiner) {
                allowed.insert(*task);
            }
        }
        if allowed.len() == before {
            return;
        }
    }
}

/// Where it is told whom a task waits for, or whom that one waits for, and so on.
fn cause_of(mut task: u32, awaited: &Map<u32, u32>, tasks: &Map<u32, usize>) -> Option<usize> {
    // A circle is no longer than this.
    for _ in 0..=awaited.len() {
        task = *awaited.get(&task)?;
        if let Some(cause) = tasks.get(&task) {
            return Some(*cause);
        }
    }
    None
}

/// Tokio's tasks are one.
fn known(task: u32) -> u32 {
    #[cfg(feature = "tokio")]
    if task >= crate::executor::FOREIGN && task != crate::executor::world::NOBODY {
        return crate::executor::FOREIGN;
    }
    task
}

//! Who did something, where and when; and who waits for it.

use std::fmt;
use std::panic::Location;

use crate::executor::{AwaitedValue, World};
use crate::time::Instant;

/// The task that runs, at this place of its code, now.
#[derive(Clone, Debug)]
pub(super) struct Party {
    task: Option<u32>,
    pub(super) at: Option<Instant>,
    pub(super) site: &'static Location<'static>,
}

impl Party {
    pub(super) fn new(site: &'static Location<'static>) -> Self {
        let found = World::try_with(|world| {
            let at = Instant::from_nanos(world.now());
            (world.current(), at)
        });
        let (task, at) = found.unzip();
        Self { task, at, site }
    }

    /// The task as messages name it by now.
    pub(super) fn who(&self) -> String {
        let name = |task| World::try_with(|world| world.task_name(task));
        let name = self.task.and_then(name);
        name.unwrap_or_else(|| "code outside of the world".to_owned())
    }
}

/// `at src/lib.rs:3:5 by task 1, at 2s`
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {} by {}", self.site, self.who())?;
        match self.at {
            Some(at) => write!(f, ", at {at:?}"),
            None => Ok(()),
        }
    }
}

/// Tells reports of hangs what a future of ours waits for, until it is dropped.
#[derive(Debug)]
pub(super) struct Awaiting {
    site: &'static Location<'static>,
    ticket: Option<u64>,
}

impl Awaiting {
    pub(super) fn new(site: &'static Location<'static>) -> Self {
        Self { site, ticket: None }
    }

    /// The current task waits for this.
    pub(super) fn wait_for(&mut self, what: String) {
        World::try_with(|world| {
            let ticket = *self.ticket.get_or_insert_with(|| world.ticket());
            let task = world.current();
            let mut awaited = world.awaited();
            if let Some((_, value)) = awaited.iter_mut().find(|(other, _)| *other == ticket) {
                (value.task, value.what) = (task, what);
            } else {
                let value = AwaitedValue {
                    task,
                    what,
                    since: world.now(),
                    site: self.site,
                };
                awaited.push((ticket, value));
            }
        });
    }

    /// Which wait it is, for `now_waits_for`.
    pub(super) fn ticket(&self) -> Option<u64> {
        self.ticket
    }

    /// It waits no longer.
    pub(super) fn end(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            World::try_with(|world| world.awaited().retain(|(other, _)| *other != ticket));
        }
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a wait is for has changed while its task slept.
pub(super) fn now_waits_for(ticket: u64, what: &str) {
    World::try_with(|world| {
        let mut awaited = world.awaited();
        if let Some((_, value)) = awaited.iter_mut().find(|(other, _)| *other == ticket) {
            what.clone_into(&mut value.what);
        }
    });
}

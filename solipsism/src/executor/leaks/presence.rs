//! [`Presence`]: what a part of this crate made of tasks and sockets, and is one thing to its user.

use std::panic::Location;

use super::Thing;
use crate::executor::{Header, World};
use crate::leaks::{Kind, Leak};

/// That something is there which a part of this crate made of tasks and sockets, until it ends.
pub(crate) struct Presence {
    world: u32,
    number: u64,
}

impl Presence {
    /// # Panics
    ///
    /// Outside of a world.
    pub(crate) fn new(
        kind: Kind,
        noun: &'static str,
        about: String,
        site: &'static Location<'static>,
    ) -> Self {
        World::with(noun, |world| Self {
            world: world.id(),
            number: world.announce(kind, noun, about, site),
        })
    }

    pub(crate) fn end(&self) {
        World::try_with(|world| {
            if world.id() == self.world {
                world.retract(self.number);
            }
        });
    }
}

impl World {
    /// Something that a part of this crate made of tasks and sockets is there now. Gives its number.
    fn announce(
        &self,
        kind: Kind,
        noun: &'static str,
        about: String,
        site: &'static Location<'static>,
    ) -> u64 {
        let number = self.ticket();
        let mut leak = Leak::new(kind, noun, about, self.last_now());
        leak.created = Some(site);
        let announced = (number, self.owner(), leak);
        self.announced.borrow_mut().push(announced);
        number
    }

    /// It is no longer there.
    fn retract(&self, number: u64) {
        self.leave(|| Thing::Other(number));
        self.announced
            .borrow_mut()
            .retain(|(other, _, _)| *other != number);
    }

    /// What is made from here on was asked for there, unless that is part of what was asked for elsewhere. Gives what the
    /// case was.
    pub(crate) fn made_for(
        &self,
        site: Option<&'static Location<'static>>,
    ) -> Option<&'static Location<'static>> {
        let outer = self.maker.get();
        self.maker.set(outer.or(site));
        outer
    }

    /// The task may outlive a test on purpose, and so may what it spawns.
    pub(crate) fn excuse(&self, task: &Header) {
        self.tasks.borrow_mut().excuse(task.key);
    }
}

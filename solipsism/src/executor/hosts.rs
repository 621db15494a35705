//! What the hosts of a world run, and what becomes of that when one of them crashes.

use std::rc::Rc;

use super::signs::Signs;
use super::tasks::Place;
use super::world::{Program, World};

impl World {
    /// Cancels all tasks of a host, in the order in which they were spawned; the one that asks for it at its next
    /// `.await`.
    pub(crate) fn drop_tasks_of(&self, host: u32) {
        self.crashed.borrow_mut().push(host);
        self.signs.raise(Signs::CRASHED);
        let keys: Vec<_> = {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            sorted
                .filter(|task| task.place.host() == host && !task.header.is_finished())
                .map(|task| task.header.key)
                .collect()
        };
        for key in keys {
            self.drop_task(key);
        }
    }

    /// What a host runs, from now on also when it is restarted.
    pub(crate) fn add_program(&self, host: u32, program: Program) {
        let place = self.place.get().on(host);
        self.programs.borrow_mut().push((place, program));
    }

    /// What a host runs.
    pub(crate) fn programs(&self, host: u32) -> Vec<Program> {
        let programs = self.programs.borrow();
        let own = programs.iter().filter(|(place, _)| place.host() == host);
        own.map(|(place, program)| {
            let (place, program) = (*place, Rc::clone(program));
            // Whoever starts it again, it belongs to the loop that ran it first.
            Rc::new(move |world: &Self| world.run_at(place, || program(world))) as Program
        })
        .collect()
    }

    /// Calls this as if it were called there.
    fn run_at(&self, place: Place, call: impl FnOnce()) {
        let current = self.place.get();
        self.place.set(current.in_loop(place.owner));
        // Not restored where it unwinds: the end of the poll does that.
        call();
        self.place.set(current);
    }
}

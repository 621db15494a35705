//! What is out of the ordinary in a world, one bit each, so that what is gone through at every poll asks for all of it at once; and
//! what is done about it there, apart from that.

use std::cell::Cell;
use std::sync::Arc;

use super::budget::Budget;
use super::header::Header;
use super::tasks::Place;
use super::world::World;
use crate::panics::Panic;
use crate::stopped::Verdict;

/// The signs that are up.
#[derive(Debug, Default)]
pub(super) struct Signs(Cell<u8>);

impl Signs {
    /// Somebody watches over the wall limit.
    pub(super) const WATCHED: u8 = 1;
    /// Somebody wants to know what happens.
    pub(super) const TRACED: u8 = 1 << 1;
    /// A host has crashed since the last poll began.
    pub(super) const CRASHED: u8 = 1 << 2;
    /// There may be failures that nobody will be told of.
    pub(super) const FAILED: u8 = 1 << 3;
    /// What fires is counted.
    pub(super) const HEARTBEATS: u8 = 1 << 4;
    /// The clock of a child may be ahead of the world's.
    pub(super) const AHEAD: u8 = 1 << 5;

    /// Whether any of these is up.
    #[inline]
    pub(super) fn any(&self, of: u8) -> bool {
        self.0.get() & of != 0
    }

    pub(super) fn raise(&self, signs: u8) {
        self.0.set(self.0.get() | signs);
    }

    pub(super) fn lower(&self, signs: u8) {
        self.0.set(self.0.get() & !signs);
    }
}

impl World {
    /// What goes before a poll that is out of the ordinary.
    #[inline(never)]
    pub(super) fn begin_poll(&self, header: &Arc<Header>) {
        if self.signs.any(Signs::CRASHED) {
            self.crashed.borrow_mut().clear();
            self.signs.lower(Signs::CRASHED);
        }
        if self.watched {
            self.inbox.watch(Some(header));
            self.inbox.count_poll();
        }
    }

    /// What comes after a poll of the body that is out of the ordinary.
    #[cold]
    pub(super) fn end_poll_of_body(
        &self,
        header: &Header,
        polled: &Result<bool, Box<Panic>>,
    ) -> Result<(), Verdict> {
        if self.is_traced() {
            self.note_poll(header);
        }
        match polled {
            Ok(false) => self.check_failures(),
            // What a finished body returned counts too: whoever asked for the run looks at the failures then.
            _ => Ok(()),
        }
    }

    /// What comes after a poll that is out of the ordinary. Whether the task's host has crashed in it.
    #[cold]
    pub(super) fn end_poll(&self, header: &Header, place: Place) -> bool {
        if self.is_traced() {
            self.note_poll(header);
        }
        self.crashed.borrow().contains(&place.host())
    }

    /// What goes before the look at what comes next, where that is out of the ordinary.
    #[inline(never)]
    pub(super) fn begin_to_idle(&self, budget: &Budget) -> Result<(), Verdict> {
        if self.watched {
            self.inbox.watch(None);
        }
        if self.signs.any(Signs::HEARTBEATS) {
            self.look_at_heartbeats(budget)?;
        }
        Ok(())
    }

    #[cold]
    pub(super) fn look_at_failures(&self) -> Result<(), Verdict> {
        if self.failures.borrow().is_empty() {
            // They were told of elsewhere.
            self.signs.lower(Signs::FAILED);
        } else if !self.lenient.get() {
            return Err(Verdict::BackgroundTaskFailed);
        }
        Ok(())
    }
}

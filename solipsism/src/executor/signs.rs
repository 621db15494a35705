//! What is out of the ordinary in a world, one bit each: what is gone through at every poll asks for all of it at once.

use std::cell::Cell;

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

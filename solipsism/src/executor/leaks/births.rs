//! Tasks that destructors spawn while everything is dropped: they are dropped at once, and an end is made of those whose own
//! destructors go on with that.

use std::panic::Location;

use super::Birth;
use crate::executor::{TaskKey, World};
use crate::leaks::{Leak, State};

/// A destructor that spawns what spawns what it was itself is not followed any deeper, since each takes from the stack.
const DEEPEST: u32 = 64;

/// Nor any longer, where each spawns several.
const MOST_BORN: usize = 10_000;

impl World {
    /// Whether what a destructor spawns while everything is dropped may be dropped, and so run destructors of its own.
    pub(in crate::executor) fn may_be_born(&self) -> bool {
        let leaving = self.leaving.borrow();
        leaving
            .as_ref()
            .is_none_or(|leaving| leaving.depth < DEEPEST && leaving.born.len() < MOST_BORN)
    }

    /// A destructor spawns something then.
    pub(in crate::executor) fn begin_birth(
        &self,
        task: TaskKey,
        name: Option<&str>,
        type_name: &'static str,
        site: &'static Location<'static>,
    ) {
        let is_undying = !self.may_be_born();
        let is_beside = self.place.get().is_beside();
        let mut leak = Leak::of_task(name, type_name, site, self.last_now());
        leak.state = if is_undying {
            State::Undying
        } else {
            State::Born
        };
        let by = self.current();
        let mut leaving = self.leaving.borrow_mut();
        let leaving = leaving.get_or_insert_default();
        leaving.depth += 1;
        if !is_beside || is_undying {
            leaving.born.push(Birth {
                task: task.id,
                by,
                leak,
            });
        }
    }

    pub(in crate::executor) fn end_birth(&self) {
        if let Some(leaving) = &mut *self.leaving.borrow_mut() {
            leaving.depth -= 1;
        }
    }
}

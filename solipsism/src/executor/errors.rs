//! Errors with which tasks ended and that nobody reads. A task whose handle is gone may end with one as it likes; but where
//! everything stands still, that is the first thing to ask about.

use std::any::Any;
use std::error::Error;
use std::fmt::{self, Display};
use std::io;
use std::panic::Location;

use super::header::Header;
use super::tasks::{Place, Unread};
use super::world::World;
use crate::core::{EndingLoops, LoopId};
use crate::panics::{self, Print};

/// The last ones are kept: a loop that many tests share may have seen many that did not matter.
const KEPT: usize = 16;

/// A task ended with an error, and its output was dropped.
#[derive(Clone, Debug)]
pub(super) struct Swallowed {
    pub(super) who: String,
    pub(super) site: &'static Location<'static>,
    owner: LoopId,
    pub(super) error: String,
}

impl World {
    /// The output of a task is about to be dropped.
    pub(super) fn note_swallowed(&self, header: &Header, place: Place, unread: Option<Unread>) {
        let Some(Unread::Error(error)) = unread else {
            return;
        };
        let mut swallowed = self.swallowed.borrow_mut();
        if swallowed.len() == KEPT {
            swallowed.remove(0);
        }
        swallowed.push(Swallowed {
            who: header.to_string(),
            site: header.site,
            owner: place.owner,
            error,
        });
    }

    /// What happened in loops that end is nothing to those that come after.
    pub(super) fn forget_swallowed(&self, ending: &EndingLoops) {
        let mut swallowed = self.swallowed.borrow_mut();
        swallowed.retain(|it| !ending.has(it.owner));
    }
}

/// What an output says of how it went, if it is of one of the types that say so by themselves: nothing can be asked of others.
pub(super) fn how_it_went(output: &dyn Any) -> Option<Result<(), String>> {
    fn went<T: 'static, E: Display + 'static>(output: &dyn Any) -> Option<Result<(), String>> {
        let output = output.downcast_ref::<Result<T, E>>()?;
        Some(output.as_ref().map(drop).map_err(text))
    }
    went::<(), io::Error>(output)
        .or_else(|| went::<(), Box<dyn Error>>(output))
        .or_else(|| went::<(), Box<dyn Error + Send>>(output))
        .or_else(|| went::<(), Box<dyn Error + Send + Sync>>(output))
        .or_else(|| went::<(), String>(output))
        .or_else(|| went::<(), &'static str>(output))
        .or_else(|| went::<(), fmt::Error>(output))
        .or_else(|| went::<u64, io::Error>(output))
        .or_else(|| went::<usize, io::Error>(output))
}

fn text(error: &impl Display) -> String {
    let told = panics::catch(Print::Later, || error.to_string());
    told.unwrap_or_else(|panic| format!("one whose text {}", panic.text))
}

//! The world that a handle of the network belongs to.

use std::fmt;
use std::sync::Arc;

use crate::core::net::Network;
use crate::executor::{Dropped, Inbox, World};

/// Knows its world again wherever the handle is, and tells it what is dropped.
#[derive(Clone)]
pub(super) struct Home(Arc<Inbox>);

impl Home {
    pub(super) fn new(world: &World) -> Self {
        Self(Arc::clone(world.inbox()))
    }

    /// The world, which must be the one that runs here; `what` is used.
    ///
    /// # Panics
    ///
    /// In no world, and in another.
    #[inline]
    #[track_caller]
    pub(super) fn with<R>(&self, what: &str, f: impl FnOnce(&World) -> R) -> R {
        // Not in a closure, so that a panic tells the caller's line.
        match World::try_with(|world| self.is(world).then(|| f(world))) {
            Some(Some(result)) => result,
            elsewhere => out_of_place(what, elsewhere.is_some()),
        }
    }

    /// The world, if it is the one that runs here.
    #[inline]
    pub(super) fn try_with<R>(&self, f: impl FnOnce(&World) -> R) -> Option<R> {
        World::try_with(|world| self.is(world).then(|| f(world))).flatten()
    }

    fn is(&self, world: &World) -> bool {
        Arc::ptr_eq(&self.0, world.inbox())
    }

    /// Writes what `{:?}` of a handle says: what the network knows of it, and nothing where its world does not run.
    pub(super) fn debug<const N: usize>(
        &self,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        fields: impl FnOnce(&mut Network) -> [(&'static str, Option<String>); N],
    ) -> fmt::Result {
        let known = self.try_with(|world| {
            // A world that has ended knows of nothing.
            (!world.is_closed()).then(|| world.network(|network, _| fields(network)))
        });
        let mut text = f.debug_struct(name);
        let Some(fields) = known.flatten() else {
            return text.finish_non_exhaustive();
        };
        for (field, value) in fields {
            if let Some(value) = value {
                text.field(field, &format_args!("{value}"));
            }
        }
        text.finish()
    }

    /// Ends what is dropped at once; elsewhere the world does when it runs, and never if that is over.
    pub(super) fn end(&self, dropped: Dropped) {
        if self.try_with(|world| world.end_dropped(dropped)).is_none() {
            self.0.leave(dropped);
        }
    }
}

#[cold]
#[track_caller]
fn out_of_place(what: &str, is_elsewhere: bool) -> ! {
    let why = if is_elsewhere {
        "in another world than its own: each has a network of its own, so make it in the world that uses it"
    } else {
        "where no world runs on this thread: use it inside of the `#[solipsism::test]`, or the `EventLoop::run`, that \
         made it"
    };
    panic!("{what} was used {why}");
}

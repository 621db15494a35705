//! Which world is running on a thread: code there finds it by this.

use std::cell::RefCell;
use std::rc::Rc;

use super::futures_executor::{self, Enter};
use super::world::World;

thread_local! {
    static CURRENT: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

/// Leaves the world when dropped.
pub(crate) struct Entered {
    outer: Option<Rc<World>>,
    _guard: Option<Enter>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let outer = self.outer.take();
        let left = CURRENT.try_with(|current| current.replace(outer));
        #[cfg(feature = "tracing")]
        if let Ok(Some(world)) = &left {
            world.recording.leave();
        }
        drop(left);
    }
}

impl World {
    /// Makes this the world of everything on this thread.
    ///
    /// # Panics
    ///
    /// Within a world or another executor.
    #[track_caller]
    pub(crate) fn enter(self: &Rc<Self>, what: &str) -> Entered {
        let Ok(guard) = futures_executor::enter() else {
            panic!(
                "`{what}` was called inside of a running event loop or executor, which would block it for ever: \
                 `.await` the future, or `solipsism::spawn` it"
            );
        };
        self.make_current(Some(guard))
    }

    /// As `enter`, to end the world: that must go on wherever its owner is dropped.
    pub(crate) fn enter_to_close(self: &Rc<Self>) -> Entered {
        self.make_current(futures_executor::enter().ok())
    }

    fn make_current(self: &Rc<Self>, guard: Option<Enter>) -> Entered {
        #[cfg(feature = "tracing")]
        self.recording.enter();
        Entered {
            // Not where the thread is ending: then what is dropped does without a world.
            outer: CURRENT
                .try_with(|current| current.replace(Some(Rc::clone(self))))
                .ok()
                .flatten(),
            _guard: guard,
        }
    }

    /// The world that runs on this thread; `what` needs it.
    #[inline]
    #[track_caller]
    pub(crate) fn with<R>(what: &str, f: impl FnOnce(&Rc<Self>) -> R) -> R {
        match Self::try_with(f) {
            Some(result) => result,
            None => nowhere(what),
        }
    }

    /// The world that runs on this thread, if one does.
    #[inline]
    pub(crate) fn try_with<R>(f: impl FnOnce(&Rc<Self>) -> R) -> Option<R> {
        CURRENT
            .try_with(|current| current.borrow().as_ref().map(f))
            .ok()
            .flatten()
    }
}

#[cold]
#[track_caller]
fn nowhere(what: &str) -> ! {
    panic!(
        "`{what}` needs a world, and none runs on this thread: call it inside of `#[solipsism::test]` or \
         `EventLoop::run`"
    )
}

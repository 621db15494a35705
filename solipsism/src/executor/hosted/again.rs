//! The second poll of tokio's tasks, as far as it goes: nobody but tokio polls them, and it does so when they are woken. Those that
//! wait for something of this world are, and come by again; where they stand then is seen.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::{FOREIGN, Hosted, TURNS};
use crate::core::OUTERMOST;
use crate::executor::world::World;
use crate::executor::{StuckTask, Wait};
use crate::panics::{self, Print};

/// More stacks are not kept.
const KEPT: usize = 200;

/// Where tokio's tasks asked something of this world.
#[derive(Default)]
pub(super) struct Asked {
    /// Whether somebody wants to know.
    is_on: Cell<bool>,
    stacks: RefCell<Vec<(u32, Backtrace)>>,
}

impl Asked {
    #[inline]
    pub(super) fn note(&self, task: u32) {
        if self.is_on.get() {
            self.keep_stack(task);
        }
    }

    #[cold]
    fn keep_stack(&self, task: u32) {
        let mut stacks = self.stacks.borrow_mut();
        if stacks.len() < KEPT {
            stacks.push((task, Backtrace::force_capture()));
        }
    }
}

impl World {
    /// Has tokio poll those of its tasks that wait for something of this world, and adds where they are seen to wait. Who does not
    /// come by again has given up what it waited for, or is finished. The run is over.
    pub(in crate::executor) fn look_at_foreign(
        &self,
        stuck: &mut [StuckTask],
        seen: &mut [Vec<Backtrace>],
    ) {
        let Some(hosted) = &self.hosted else { return };
        if !stuck.iter().any(|task| task.task >= FOREIGN) {
            return;
        }
        let wakers = self.foreign_wakers();
        // Whose they are nobody knows, and those of a loop around this one go on.
        let is_nested = self.nest.borrow().innermost() != OUTERMOST;
        if wakers.is_empty() || is_nested {
            return;
        }
        let _context = self.context();
        if self.watched {
            self.inbox.watch(hosted.tasks.borrow().as_ref());
        }
        let asked = hosted.poll_again(wakers);
        if self.watched {
            self.inbox.watch(None);
        }
        let Some(asked) = asked else { return };
        let is_gone = |task: &StuckTask| {
            let mut waits = task.waits.iter();
            task.task >= FOREIGN
                && waits.all(|wait| matches!(wait, Wait::Network { .. }))
                && !asked.iter().any(|(asker, _)| *asker == task.task)
        };
        for task in stuck.iter_mut().filter(|task| is_gone(task)) {
            task.waits.clear();
        }
        for (asker, stack) in asked {
            let place = stuck.iter().position(|task| task.task == asker);
            if let Some(place) = place {
                seen[place].push(stack);
            }
        }
    }

    fn foreign_wakers(&self) -> Vec<Waker> {
        let network = self.network.borrow();
        let waiters = network.iter().flat_map(|network| network.0.askers());
        let foreign = waiters.filter(|waiter| waiter.task >= FOREIGN);
        foreign.map(|waiter| waiter.waker.clone()).collect()
    }
}

/// Of a host's task of which nothing was seen, no more is known than that it is there.
pub(in crate::executor) fn keep_known(stuck: &mut Vec<StuckTask>) {
    stuck.retain(|task| {
        let is_known = !task.waits.is_empty() || !task.stacks.chains().is_empty();
        task.task < FOREIGN || is_known
    });
}

impl Hosted {
    /// `None`: not all of them were.
    fn poll_again(&self, wakers: Vec<Waker>) -> Option<Vec<(u32, Backtrace)>> {
        let host = self.host.borrow().clone()?;
        // Tokio polls so many of its tasks between two turns of the root.
        let turns = wakers.len() / TURNS as usize + 2;
        let (mut wakers, mut taken) = (Some(wakers), 0);
        let root = poll_fn(|cx| {
            for waker in wakers.take().into_iter().flatten() {
                waker.wake();
            }
            taken += 1;
            if taken > turns {
                return Poll::Ready(());
            }
            // As long as it is ready itself tokio does not park, and no clock moves.
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        let panicked = self.panics.count();
        self.asked.is_on.set(true);
        let driven = panics::catch(Print::Later, || host.block_on(root));
        self.asked.is_on.set(false);
        // Nobody had woken whoever panicked now.
        self.panics.forget_after(panicked);
        let stacks = self.asked.stacks.take();
        (driven.is_ok() && stacks.len() < KEPT).then_some(stacks)
    }
}

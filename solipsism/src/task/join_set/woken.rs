//! [`Woken`]: which of a set's tasks have something to tell, and whom to wake for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use solipsism_harness::ordered::sort_by;

/// What the wakers of a set's members know of the set.
#[derive(Default)]
pub(super) struct Woken(Mutex<State>);

#[derive(Default)]
struct State {
    /// In this order. One that is gone by now may be among them.
    members: VecDeque<Member>,
    /// Who waits for the set.
    waker: Option<Waker>,
}

/// A member: its place, and its number, which no other has.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) place: usize,
    pub(super) number: u64,
}

struct MemberWaker {
    member: Member,
    set: Arc<Woken>,
}

impl Woken {
    /// A member is to be asked.
    pub(super) fn push(&self, member: Member) {
        self.state().members.push_back(member);
    }

    pub(super) fn pop(&self) -> Option<Member> {
        self.state().members.pop_front()
    }

    /// From here on this is woken when a member has something to tell.
    pub(super) fn register(&self, waker: &Waker) {
        let mut state = self.state();
        if !matches!(&state.waker, Some(known) if known.will_wake(waker)) {
            let former = state.waker.replace(waker.clone());
            // What it drops may use the set.
            drop(state);
            drop(former);
        }
    }

    /// What a member is polled with.
    pub(super) fn waker_of(self: &Arc<Self>, member: Member) -> Waker {
        let set = Arc::clone(self);
        Waker::from(Arc::new(MemberWaker { member, set }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for MemberWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = {
            let mut state = self.set.state();
            state.members.push_back(self.member);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// What is numbered, by its numbers. Apart from the set, which is compiled for each type of output.
pub(super) fn in_order(mut numbered: Vec<(u64, usize)>) -> Vec<usize> {
    sort_by(&mut numbered, Ord::cmp);
    numbered.into_iter().map(|(_, place)| place).collect()
}

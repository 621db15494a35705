//! Calls of the network on behalf of whoever is being polled, and what each leaves to be done: whom to wake, what to drop.

use std::cell::RefMut;
use std::mem;
use std::task::Waker;

use super::world::World;
use crate::core::net::{Call, Network};

impl World {
    /// Asks the network for something on behalf of the current task, and does what that leaves to do.
    // Inlined, as is what leads here: a closure that is passed through memory is written in words and read in pairs of them, for
    // which the processor waits.
    #[inline]
    pub(crate) fn network<R>(&self, f: impl FnOnce(&mut Network, &mut Call) -> R) -> R {
        // A task that knows of the drop without having been woken for it, since it asked only then, finds it done.
        if self.inbox.has_dropped() {
            self.end_dropped_elsewhere();
        }
        self.call_network(f)
    }

    /// As `network`, whatever was dropped elsewhere.
    #[inline]
    pub(super) fn call_network<R>(&self, f: impl FnOnce(&mut Network, &mut Call) -> R) -> R {
        let mut state = self.begin_call();
        let (network, call) = &mut *state;
        let result = f(network, call);
        self.end_call(state);
        result
    }

    // What is not generic of `network` is apart from it, for that is compiled for each of its uses.
    #[inline]
    fn begin_call(&self) -> RefMut<'_, (Network, Call)> {
        let mut state = RefMut::map(self.network.borrow_mut(), |state| {
            &mut **state.get_or_insert_with(|| Box::new((self.new_network(), self.new_call())))
        });
        let (_, call) = &mut *state;
        self.tell_time(call);
        call.task = self.current();
        let place = self.place.get();
        call.host = place.host();
        call.owner = place.owner;
        call.site = self.maker.get();
        state
    }

    fn new_call(&self) -> Call {
        Call {
            deeds: self.is_traced().then(Vec::new),
            ..Call::default()
        }
    }

    #[inline]
    fn tell_time(&self, call: &mut Call) {
        #[cfg(feature = "tokio")]
        if self.hosted.is_some() {
            call.seen = self.clock.borrow().now();
            call.clock = Some(|| World::try_with(|world| world.now()));
            return;
        }
        call.seen = self.now();
    }

    #[inline]
    fn end_call(&self, state: RefMut<'_, (Network, Call)>) {
        if state.1.deeds.is_some() {
            self.end_noted_call(state);
        } else if !(state.1.wake.is_empty() && state.1.drop.is_empty()) {
            self.finish_call(state);
        }
    }

    /// The same, after what was done is a part of the trace.
    #[cold]
    fn end_noted_call(&self, mut state: RefMut<'_, (Network, Call)>) {
        let (_, call) = &mut *state;
        let task = call.task;
        let deeds = call.deeds.as_mut().map(mem::take);
        drop(state);
        self.note_deeds(task, deeds.unwrap_or_default());
        let network = self.network.borrow_mut();
        if let Ok(state) = RefMut::filter_map(network, Option::as_deref_mut) {
            self.finish_call(state);
        }
    }

    fn finish_call(&self, mut state: RefMut<'_, (Network, Call)>) {
        let (_, call) = &mut *state;
        let (wake, dropped) = (mem::take(&mut call.wake), mem::take(&mut call.drop));
        // Outside of the borrow, since wakers and what they drop may use the network.
        drop(state);
        let wake = self.spend(wake, Waker::wake);
        let dropped = self.spend(dropped, drop);
        // The room is kept for the next call.
        if let Some(state) = &mut *self.network.borrow_mut() {
            let (_, call) = &mut **state;
            if call.wake.is_empty() && call.drop.is_empty() {
                (call.wake, call.drop) = (wake, dropped);
            }
        }
    }

    /// Does this with each of the wakers; after a panic the rest get theirs. Gives the room back.
    pub(super) fn spend(&self, mut wakers: Vec<Waker>, each: fn(Waker)) -> Vec<Waker> {
        while !wakers.is_empty() {
            let rest = &mut wakers;
            // One frame for all of them.
            self.contain(|| rest.drain(..).for_each(each));
        }
        wakers
    }
}

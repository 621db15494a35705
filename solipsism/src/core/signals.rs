//! The signals of a world: who listens for which, and to whom one that is raised is still to be told.
//!
//! A listener knows of nothing that was raised before it was made, and takes several that were raised since it last
//! looked for one. As in a process, the first listener for a signal replaces what the signal does by default, for good.

use std::panic::Location;
use std::task::Waker;

use solipsism_harness::ordered::Map;

use super::signal_number::{DefaultAction, SignalNumber};
use super::{EndingLoops, LoopId, Waiter};

/// A listener, until it is removed. A key outlives its listener harmlessly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListenerKey(u64);

/// What a report wants to know of a listener.
pub(crate) struct Listening {
    pub(crate) owner: LoopId,
    pub(crate) key: ListenerKey,
    pub(crate) signal: SignalNumber,
    /// Who waits for it, if anybody does.
    pub(crate) task: Option<u32>,
    pub(crate) since: u64,
    pub(crate) site: &'static Location<'static>,
}

#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// In the order in which they were made, which is the order in which they are woken.
    listeners: Map<ListenerKey, Listener>,
    /// How many were ever made: the key of the next one.
    made: u64,
    /// The signals that were ever listened for, each a bit, by the loop that did.
    handled: Vec<(LoopId, u64)>,
}

/// `raise` sets `is_raised` and takes the waiter; whoever `take`s what was raised may wait anew.
#[derive(Debug)]
struct Listener {
    owner: LoopId,
    signal: SignalNumber,
    since: u64,
    site: &'static Location<'static>,
    is_raised: bool,
    waiter: Option<Waiter>,
}

impl Signals {
    /// Makes a listener of this loop. The signal must be one that can be listened to.
    pub(crate) fn listen(
        &mut self,
        signal: SignalNumber,
        owner: LoopId,
        now: u64,
        site: &'static Location<'static>,
    ) -> ListenerKey {
        let key = ListenerKey(self.made);
        self.made += 1;
        match self.handled.iter_mut().find(|(by, _)| *by == owner) {
            Some((_, bits)) => *bits |= signal.bit(),
            None => self.handled.push((owner, signal.bit())),
        }
        let listener = Listener {
            owner,
            signal,
            since: now,
            site,
            is_raised: false,
            waiter: None,
        };
        self.listeners.insert(key, listener);
        key
    }

    /// Raises a signal. Gives back whom to wake or, if nobody ever listened for it, what happens instead.
    pub(crate) fn raise(&mut self, signal: SignalNumber) -> Result<Vec<Waker>, DefaultAction> {
        if self
            .handled
            .iter()
            .all(|(_, bits)| bits & signal.bit() == 0)
        {
            return Err(signal.default_action());
        }
        let mut woken = Vec::new();
        for (_, listener) in self.listeners.iter_mut() {
            if listener.signal == signal {
                listener.is_raised = true;
                woken.extend(listener.waiter.take().map(|waiter| waiter.waker));
            }
        }
        Ok(woken)
    }

    /// Whether the signal was raised since the last `take`.
    pub(crate) fn take(&mut self, key: ListenerKey) -> bool {
        self.listeners
            .get_mut(&key)
            .is_some_and(|listener| std::mem::take(&mut listener.is_raised))
    }

    /// Says who waits for the next signal. Returns whom that replaces, to be dropped where user code may run.
    pub(crate) fn wait(&mut self, key: ListenerKey, waiter: Waiter) -> Option<Waiter> {
        match self.listeners.get_mut(&key) {
            Some(listener) => listener.waiter.replace(waiter),
            None => Some(waiter),
        }
    }

    /// Nobody waits any more, but the listener goes on. Returns who waited.
    pub(crate) fn stop_waiting(&mut self, key: ListenerKey) -> Option<Waiter> {
        self.listeners.get_mut(&key)?.waiter.take()
    }

    /// Removes a listener. Returns who waited.
    pub(crate) fn remove(&mut self, key: ListenerKey) -> Option<Waiter> {
        self.listeners.remove(&key)?.waiter
    }

    /// Removes the listeners of a child, and of those inside of it; what they listened for does again what it did before.
    /// Returns who waited.
    pub(crate) fn end_child(&mut self, ending: &EndingLoops) -> Vec<Waiter> {
        self.handled.retain(|(by, _)| !ending.has(*by));
        let all = std::mem::take(&mut self.listeners);
        let mut waiters = Vec::new();
        for (key, listener) in all.into_list() {
            if ending.has(listener.owner) {
                waiters.extend(listener.waiter);
            } else {
                self.listeners.insert(key, listener);
            }
        }
        waiters
    }

    /// Every listener, in the order in which they were made.
    pub(crate) fn listening(&self) -> impl Iterator<Item = Listening> {
        let all = self.listeners.iter();
        all.map(|(key, listener)| Listening {
            owner: listener.owner,
            key: *key,
            signal: listener.signal,
            task: listener.waiter.as_ref().map(|waiter| waiter.task),
            since: listener.since,
            site: listener.site,
        })
    }

    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        self.listeners.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: i32 = 15;

    fn number(number: i32) -> SignalNumber {
        SignalNumber::new(number).unwrap()
    }

    fn listen(signals: &mut Signals) -> ListenerKey {
        signals.listen(number(TERM), 0, 0, Location::caller())
    }

    fn wait(signals: &mut Signals, key: ListenerKey) -> Option<Waiter> {
        let waiter = Waiter {
            waker: Waker::noop().clone(),
            task: 1,
            poll: 0,
        };
        signals.wait(key, waiter)
    }

    fn raise(signals: &mut Signals) -> Result<usize, DefaultAction> {
        signals.raise(number(TERM)).map(|woken| woken.len())
    }

    #[test]
    fn only_who_waits_is_woken_and_all_are_told() {
        let mut signals = Signals::default();
        let [first, second] = [(); 2].map(|()| listen(&mut signals));
        assert!(wait(&mut signals, first).is_none());
        assert_eq!(raise(&mut signals), Ok(1));
        let third = listen(&mut signals);
        assert_eq!(raise(&mut signals), Ok(0), "it is woken once");
        assert_eq!(
            [first, second, third, first].map(|key| signals.take(key)),
            [true, true, true, false]
        );
    }

    #[test]
    fn the_first_listener_replaces_the_default_for_good() {
        let mut signals = Signals::default();
        assert_eq!(raise(&mut signals), Err(DefaultAction::End));
        let key = listen(&mut signals);
        assert!(signals.remove(key).is_none());
        assert_eq!(raise(&mut signals), Ok(0));
        let window_change = signals.raise(number(28));
        assert_eq!(window_change.unwrap_err(), DefaultAction::Nothing);
    }

    #[test]
    fn the_key_of_a_removed_listener_is_harmless() {
        let mut signals = Signals::default();
        let key = listen(&mut signals);
        assert!(wait(&mut signals, key).is_none());
        assert_eq!(
            signals.listening().filter(|one| one.task.is_some()).count(),
            1
        );
        assert!(signals.remove(key).is_some() && signals.remove(key).is_none());
        assert!(signals.stop_waiting(key).is_none() && !signals.take(key));
        assert!(wait(&mut signals, key).is_some(), "it comes back");
    }

    #[test]
    fn the_last_signal_has_a_bit() {
        assert_eq!(number(64).bit(), 1 << 63);
        assert!([0, -1, 32, 33, 65, 256 + 15].map(SignalNumber::new) == [None; 6]);
    }
}

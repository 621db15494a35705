//! The deadline queue: which waiter is to be woken at which instant, in which order.
//!
//! It is told when to fire and knows no clock. Of two deadlines at one instant the one that was set first fires
//! first, but those that the body of a run waits for come after all others: they are a group of their own.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::panic::Location;
use std::task::Waker;

use slab::Slab;
use solipsism_harness::ordered::sort_by_key;

use super::{EndingLoops, LoopId, Waiter};

/// An instant that no clock reaches: what lies beyond `u64` nanoseconds is no deadline.
pub(crate) const NEVER: u64 = u64::MAX;

/// Set in the `order` of what fires last at its instant; the bits below count.
const LAST: u64 = 1 << 63;

/// As many cancelled entries may lie in the heap before it is swept, beside as many as there are live ones: small
/// enough to be nothing, large enough that a queue of a few timers is never swept.
const SWEEP_FROM: usize = 64;

/// A set deadline, until it fires or is cancelled. A key outlives its deadline harmlessly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    slot: u32,
    order: u64,
}

impl Key {
    /// Whether the deadline comes behind all others of its instant.
    pub(crate) fn is_last(self) -> bool {
        self.order & LAST != 0
    }
}

/// What a report wants to know of a deadline that has not fired.
pub(crate) struct Pending {
    pub(crate) at: u64,
    pub(crate) key: Key,
    pub(crate) task: u32,
    /// The loop in which it was asked for.
    pub(crate) owner: LoopId,
    pub(crate) since: u64,
    pub(crate) site: &'static Location<'static>,
}

/// The queue. A cancelled deadline leaves its slot at once and its heap entry when that comes to the top, or when
/// dead entries are in the majority.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<Entry>>,
    timers: Slab<Timer>,
    /// How many were ever set: the order of the next one.
    set: u64,
    /// What was set before that may have been taken by `take_since`.
    taken_before: u64,
    /// How many of `timers` have no entry in the heap, for they never fire.
    never: usize,
}

/// Ordered by instant, then by order; the slot only says where the waiter is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: u64,
    order: u64,
    slot: u32,
}

/// A deadline that has fired, for who keeps note of that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FiredTimer {
    /// The task that it wakes.
    pub(crate) task: u32,
    /// The loop in which it was asked for.
    pub(crate) owner: LoopId,
    pub(crate) site: &'static Location<'static>,
}

#[derive(Debug)]
struct Timer {
    at: u64,
    order: u64,
    waiter: Waiter,
    /// When it was set.
    since: u64,
    /// The loop in which it was asked for.
    owner: LoopId,
    site: &'static Location<'static>,
}

impl Key {
    /// Its place in the order in which deadlines were set.
    pub(crate) fn number(self) -> u64 {
        self.order & !LAST
    }
}

impl Deadlines {
    /// Sets a deadline; `last` puts it behind all others of its instant.
    pub(crate) fn set(
        &mut self,
        at: u64,
        last: bool,
        waiter: Waiter,
        since: u64,
        owner: LoopId,
        site: &'static Location<'static>,
    ) -> Key {
        let order = self.set | if last { LAST } else { 0 };
        self.set += 1;
        let slot = self.timers.insert(Timer {
            at,
            order,
            waiter,
            since,
            owner,
            site,
        });
        let slot = u32::try_from(slot).expect("fewer than 2^32 deadlines are pending");
        if at == NEVER {
            self.never += 1;
        } else {
            self.heap.push(Reverse(Entry { at, order, slot }));
        }
        Key { slot, order }
    }

    /// Whether this deadline has neither fired nor been cancelled.
    pub(crate) fn is_set(&self, key: Key) -> bool {
        self.timers
            .get(key.slot as usize)
            .is_some_and(|timer| timer.order == key.order)
    }

    /// Whether this deadline has fired or was cancelled: it is not set any more, and was not taken by
    /// [`take_since`](Self::take_since).
    pub(crate) fn is_gone_for_good(&self, key: Key) -> bool {
        !self.is_set(key) && key.order & !LAST >= self.taken_before
    }

    /// Says who waits for a set deadline from now on. Returns whom that replaces, to be dropped where user code may
    /// run.
    pub(crate) fn renew(&mut self, key: Key, waiter: Waiter) -> Option<Waiter> {
        let timer = self.timers.get_mut(key.slot as usize)?;
        if timer.order != key.order {
            return None;
        }
        Some(std::mem::replace(&mut timer.waiter, waiter))
    }

    /// Takes a deadline back. Returns what waited for it, to be dropped where user code may run.
    pub(crate) fn cancel(&mut self, key: Key) -> Option<Waiter> {
        let timer = self.timers.get(key.slot as usize)?;
        if timer.order != key.order {
            return None;
        }
        let timer = self.timers.remove(key.slot as usize);
        if timer.at == NEVER {
            self.never -= 1;
        } else if self.heap.len() > 2 * self.len() + SWEEP_FROM {
            let timers = &self.timers;
            self.heap.retain(|Reverse(entry)| is_live(timers, entry));
        }
        Some(timer.waiter)
    }

    /// The earliest instant at which something is to fire.
    pub(crate) fn next(&mut self) -> Option<u64> {
        self.head().map(|entry| entry.at)
    }

    /// Where the deadline that fires next was set.
    pub(crate) fn next_site(&mut self) -> Option<&'static Location<'static>> {
        let slot = self.head()?.slot;
        self.timers.get(slot as usize).map(|timer| timer.site)
    }

    /// Fires the next group: all deadlines of the earliest instant but those that come last, or these.
    pub(crate) fn fire(&mut self, woken: &mut Vec<Waker>) {
        self.fire_each(|timer| woken.push(timer.waiter.waker));
    }

    /// The same, and tells of each.
    pub(crate) fn fire_noted(&mut self, woken: &mut Vec<Waker>) -> VecDeque<FiredTimer> {
        let mut fired = VecDeque::new();
        self.fire_each(|timer| {
            fired.push_back(FiredTimer {
                task: timer.waiter.task,
                owner: timer.owner,
                site: timer.site,
            });
            woken.push(timer.waiter.waker);
        });
        fired
    }

    #[inline]
    fn fire_each(&mut self, mut each: impl FnMut(Timer)) {
        let Some((at, last)) = self.head().map(|entry| (entry.at, entry.order & LAST)) else {
            return;
        };
        while let Some(entry) = self.head() {
            if (entry.at, entry.order & LAST) != (at, last) {
                break;
            }
            let slot = entry.slot as usize;
            self.heap.pop();
            each(self.timers.remove(slot));
        }
    }

    /// How many were ever set: a mark for [`take_since`](Self::take_since).
    pub(crate) fn mark(&self) -> u64 {
        self.set
    }

    /// Takes back what was set since then and waits for nobody who stays. Returns who waited, to be dropped where user
    /// code may run.
    pub(crate) fn take_since(&mut self, mark: u64, stays: &dyn Fn(u32) -> bool) -> Vec<Waiter> {
        let keys = self.keys(|timer| {
            let is_newer = timer.order & !LAST >= mark;
            is_newer && !stays(timer.waiter.task)
        });
        if !keys.is_empty() {
            self.taken_before = self.set;
        }
        let taken = keys.into_iter().filter_map(|key| self.cancel(key));
        taken.collect()
    }

    /// Whether none is set, not even one that never fires.
    pub(crate) fn is_empty(&self) -> bool {
        self.timers.is_empty()
    }

    /// Takes back what is of these loops, whoever waits for it. Returns who waited, to be dropped where user code may run.
    pub(crate) fn take_of(&mut self, ending: &EndingLoops) -> Vec<Waiter> {
        let keys = self.keys(|timer| ending.has(timer.owner));
        if !keys.is_empty() {
            self.taken_before = self.set;
        }
        let taken = keys.into_iter().filter_map(|key| self.cancel(key));
        taken.collect()
    }

    /// Brings the deadlines of these loops nearer by this much. Those that are over by then fire, each once: whom they wake
    /// is given in the order of the deadlines.
    pub(crate) fn shift(&mut self, loops: &EndingLoops, by: u64, now: u64) -> Vec<Waker> {
        let is_shifted = |timer: &Timer| loops.has(timer.owner) && timer.at != NEVER;
        let mut over = self.keys(|timer| is_shifted(timer) && timer.at.saturating_sub(by) <= now);
        sort_by_key(&mut over, |key| {
            (self.timers[key.slot as usize].at, key.order)
        });
        let fired: Vec<Waiter> = over
            .into_iter()
            .filter_map(|key| self.cancel(key))
            .collect();
        for (_, timer) in &mut self.timers {
            if is_shifted(timer) {
                timer.at -= by;
            }
        }
        let entries = self.timers.iter();
        let entries = entries.filter(|(_, timer)| timer.at != NEVER);
        self.heap = entries
            .map(|(slot, timer)| {
                Reverse(Entry {
                    at: timer.at,
                    order: timer.order,
                    slot: u32::try_from(slot).expect("fewer than 2^32 deadlines are pending"),
                })
            })
            .collect();
        fired.into_iter().map(|waiter| waiter.waker).collect()
    }

    fn keys(&self, which: impl Fn(&Timer) -> bool) -> Vec<Key> {
        let which = self.timers.iter().filter(|(_, timer)| which(timer));
        which
            .map(|(slot, timer)| Key {
                slot: u32::try_from(slot).expect("fewer than 2^32 deadlines are pending"),
                order: timer.order,
            })
            .collect()
    }

    /// How many deadlines are set and will fire.
    pub(crate) fn len(&self) -> usize {
        self.timers.len() - self.never
    }

    /// All that has not fired, in no promised order.
    pub(crate) fn pending(&self) -> impl Iterator<Item = Pending> {
        self.timers.iter().map(|(slot, timer)| Pending {
            at: timer.at,
            key: Key {
                slot: u32::try_from(slot).expect("fewer than 2^32 deadlines are pending"),
                order: timer.order,
            },
            since: timer.since,
            task: timer.waiter.task,
            owner: timer.owner,
            site: timer.site,
        })
    }

    /// The deadlines of an instant.
    pub(crate) fn due_at(&self, at: u64) -> impl Iterator<Item = Pending> {
        self.pending().filter(move |pending| pending.at == at)
    }

    /// The earliest live entry; dead ones above it are dropped.
    fn head(&mut self) -> Option<&Entry> {
        while let Some(Reverse(entry)) = self.heap.peek() {
            if is_live(&self.timers, entry) {
                break;
            }
            self.heap.pop();
        }
        self.heap.peek().map(|Reverse(entry)| entry)
    }
}

fn is_live(timers: &Slab<Timer>, entry: &Entry) -> bool {
    timers
        .get(entry.slot as usize)
        .is_some_and(|timer| timer.order == entry.order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(deadlines: &mut Deadlines, at: u64, last: bool) -> Key {
        let waiter = Waiter {
            waker: Waker::noop().clone(),
            task: 1,
            poll: 0,
        };
        deadlines.set(at, last, waiter, 0, 0, Location::caller())
    }

    fn fire(deadlines: &mut Deadlines) -> usize {
        let mut woken = Vec::new();
        deadlines.fire(&mut woken);
        woken.len()
    }

    #[test]
    fn the_last_of_an_instant_are_a_group_of_their_own() {
        let mut deadlines = Deadlines::default();
        set(&mut deadlines, 5, true);
        set(&mut deadlines, 5, false);
        set(&mut deadlines, 5, false);
        set(&mut deadlines, 6, false);
        assert_eq!(deadlines.next(), Some(5));
        assert_eq!(fire(&mut deadlines), 2);
        assert_eq!((deadlines.next(), fire(&mut deadlines)), (Some(5), 1));
        assert_eq!((deadlines.next(), fire(&mut deadlines)), (Some(6), 1));
        assert_eq!((deadlines.next(), fire(&mut deadlines)), (None, 0));
    }

    #[test]
    fn a_cancelled_deadline_is_gone_and_its_key_harmless() {
        let mut deadlines = Deadlines::default();
        let first = set(&mut deadlines, 1, false);
        assert!(deadlines.cancel(first).is_some());
        let second = set(&mut deadlines, 2, false);
        assert!(deadlines.cancel(first).is_none(), "the slot is another's");
        assert!(!deadlines.is_set(first));
        assert_eq!((deadlines.len(), deadlines.next()), (1, Some(2)));
        assert!(deadlines.is_set(second));
    }

    #[test]
    fn cancelled_deadlines_do_not_pile_up() {
        let mut deadlines = Deadlines::default();
        set(&mut deadlines, 1, false);
        for at in 2..100_000 {
            let key = set(&mut deadlines, at, false);
            deadlines.cancel(key);
        }
        assert!(deadlines.heap.len() <= SWEEP_FROM + 4);
        assert_eq!(deadlines.next(), Some(1));
    }

    #[test]
    fn never_is_no_deadline() {
        let mut deadlines = Deadlines::default();
        let key = set(&mut deadlines, NEVER, false);
        assert_eq!((deadlines.len(), deadlines.next()), (0, None));
        assert_eq!(deadlines.pending().count(), 1);
        assert!(deadlines.cancel(key).is_some());
        assert_eq!(deadlines.len(), 0);
    }
}

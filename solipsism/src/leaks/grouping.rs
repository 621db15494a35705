//! How what was left behind, thing by thing, becomes groups of what is alike.

use std::panic::Location;

use solipsism_harness::ordered::{Map, sort_by_key};

use super::{Kind, Leak, Leaks, State};
use crate::time::Instant;

/// What those of a group have in common.
type Alike = (
    Kind,
    &'static str,
    Option<&'static Location<'static>>,
    State,
);

impl Leaks {
    /// Of single things, in the order in which they were made.
    pub(crate) fn new(at: Instant, is_over: bool, things: Vec<Leak>) -> Self {
        Self {
            at,
            is_over,
            groups: grouped(things),
        }
    }
}

/// Joins what is alike, kind by kind, and in each in the order in which the first ones were made.
fn grouped(things: Vec<Leak>) -> Vec<Leak> {
    let mut groups: Vec<Leak> = Vec::new();
    let mut places: Map<Alike, usize> = Map::default();
    for thing in things {
        let alike = (thing.kind, thing.noun, thing.created, thing.state);
        if let Some(&place) = places.get(&alike) {
            groups[place].join(thing);
        } else {
            places.insert(alike, groups.len());
            groups.push(thing);
        }
    }
    for group in &mut groups {
        let holds = std::mem::take(&mut group.holds);
        if !holds.is_empty() {
            group.holds = grouped(holds);
        }
    }
    sort_by_key(&mut groups, |group| group.kind);
    groups
}

impl Leak {
    fn join(&mut self, mut other: Self) {
        self.count += other.count;
        self.is_various |= other.is_various || self.about != other.about;
        self.untaken += other.untaken;
        self.since = [
            self.since[0].min(other.since[0]),
            self.since[1].max(other.since[1]),
        ];
        self.numbers.append(&mut other.numbers);
        self.asleep.append(&mut other.asleep);
        self.holds.append(&mut other.holds);
    }
}

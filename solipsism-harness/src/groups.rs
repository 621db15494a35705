//! [`Groups`]: which instances and cases share a thread: those that reach a value which cannot leave it.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::connected::Connected;
use crate::draft::Draft;
use crate::ordered::Map;
use crate::{Group, Place};

/// Who shares a thread with whom. Groups are numbered in the order in which the plan first needs them.
pub(crate) struct Groups {
    pub(crate) all: Vec<Arc<Group>>,
    /// The group of each instance.
    pub(crate) of_instances: Vec<usize>,
    /// The group of each case that must run on a group's thread.
    pub(crate) of_cases: Vec<Option<usize>>,
    /// Whether an instance takes those that use it into its group's loop.
    in_loop: Vec<bool>,
}

/// What tells groups apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Connected by uses: by the first of its instances.
    Bound(usize),
    /// All else: nobody waits for another there.
    Free(usize),
}

impl Groups {
    /// `needs` are the instances of each case.
    pub(crate) fn new(catalog: &Catalog, instances: &[Draft], needs: &[Vec<usize>]) -> Self {
        let mut bound: Vec<bool> = Vec::with_capacity(instances.len());
        for draft in instances {
            let entry = &catalog[draft.entry];
            let by_nature = entry.asks_for_loop || !(entry.provider.is_sync)();
            // Those that it uses stand before it.
            bound.push(by_nature || draft.uses.iter().any(|&used| bound[used]));
        }
        let mut connected = Connected::new(instances.len());
        for needs in needs {
            let mut needed = needs.iter().copied().filter(|&one| bound[one]);
            if let Some(first) = needed.next() {
                needed.for_each(|other| connected.join(first, other));
            }
        }
        let mut numbers = Map::default();
        let mut has_loop = Vec::new();
        let mut of_instances = Vec::with_capacity(instances.len());
        let mut in_loop = Vec::with_capacity(instances.len());
        for (place, draft) in instances.iter().enumerate() {
            let key = if bound[place] {
                Key::Bound(connected.root(place))
            } else {
                Key::Free(place)
            };
            let next = numbers.len();
            let group = *numbers.or_insert(key, next);
            if group == has_loop.len() {
                has_loop.push(false);
            }
            let asks = catalog[draft.entry].asks_for_loop;
            has_loop[group] |= asks;
            of_instances.push(group);
            in_loop.push(asks);
        }
        let of_case = |needs: &Vec<usize>| {
            let first = needs.iter().find(|&&one| bound[one])?;
            Some(of_instances[*first])
        };
        let group = |has_loop| {
            Arc::new(Group {
                has_loop,
                ..Group::default()
            })
        };
        let of_cases: Vec<_> = needs.iter().map(of_case).collect();
        Self {
            of_cases,
            all: has_loop.into_iter().map(group).collect(),
            of_instances,
            in_loop,
        }
    }

    /// Where a case runs that needs these instances.
    pub(crate) fn place(&self, case: usize, needs: &[usize]) -> Place {
        let Some(group) = self.of_cases[case] else {
            return Place::Anywhere;
        };
        let group = Arc::clone(&self.all[group]);
        if needs.iter().any(|&one| self.in_loop[one]) {
            Place::InLoop(group)
        } else {
            Place::OnThread(group)
        }
    }
}

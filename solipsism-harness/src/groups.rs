//! [`Groups`]: which instances and cases share a thread: those that reach a value which cannot leave it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::draft::Draft;
use crate::{Group, Place};

/// Who shares a thread with whom. Groups are numbered in the order in which the plan first needs them.
pub(crate) struct Groups {
    pub(crate) all: Vec<Arc<Group>>,
    /// The group of each instance.
    pub(crate) of_instances: Vec<usize>,
    /// The group of each case that must run on a group's thread.
    pub(crate) of_cases: Vec<Option<usize>>,
    /// Which cases are to be run one after another, by number: those of a group, and more.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) parts: Vec<Option<usize>>,
    /// Whether an instance takes those that use it into its group's loop.
    in_loop: Vec<bool>,
}

/// What tells groups apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Connected by uses: by the first of its instances.
    Bound(usize),
    /// All else of one scope.
    Free(Option<&'static str>),
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
        let mut numbers = BTreeMap::new();
        let mut has_loop = Vec::new();
        let mut of_instances = Vec::with_capacity(instances.len());
        let mut in_loop = Vec::with_capacity(instances.len());
        for (place, draft) in instances.iter().enumerate() {
            let key = if bound[place] {
                Key::Bound(connected.root(place))
            } else {
                Key::Free(draft.module)
            };
            let next = numbers.len();
            let group = *numbers.entry(key).or_insert(next);
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
            #[cfg(feature = "libtest-mimic")]
            parts: parts(instances, &bound, &of_instances, needs, &of_cases),
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

/// A module is torn down when all that share in it are over. Where it has a value on a thread that outlives it, because the session has
/// one there too, that must not come between any two cases of that thread, but always between the same: then all that share in the
/// module are run one after another.
#[cfg(feature = "libtest-mimic")]
fn parts(
    instances: &[Draft],
    bound: &[bool],
    of_instances: &[usize],
    needs: &[Vec<usize>],
    of_cases: &[Option<usize>],
) -> Vec<Option<usize>> {
    let groups = of_instances.iter().max().map_or(0, |last| last + 1);
    let mut outlives = vec![false; groups];
    let mut of_modules: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, draft) in instances.iter().enumerate() {
        match draft.module {
            _ if !bound[place] => {}
            None => outlives[of_instances[place]] = true,
            Some(module) => of_modules
                .entry(module)
                .or_default()
                .push(of_instances[place]),
        }
    }
    of_modules.retain(|_, groups| groups.iter().any(|&group| outlives[group]));
    let mut connected = Connected::new(groups);
    for groups in of_modules.values() {
        for &group in groups {
            connected.join(groups[0], group);
        }
    }
    let of_case = |(needs, group): (&Vec<usize>, &Option<usize>)| {
        let mut modules = needs.iter().filter_map(|&one| instances[one].module);
        let of_module = modules.next().and_then(|module| of_modules.get(module));
        let group = group.or_else(|| of_module.map(|groups| groups[0]))?;
        Some(connected.root(group))
    };
    needs.iter().zip(of_cases).map(of_case).collect()
}

/// Sets that grow together; each is known by its smallest member.
struct Connected {
    above: Vec<usize>,
}

impl Connected {
    fn new(count: usize) -> Self {
        Self {
            above: (0..count).collect(),
        }
    }

    fn root(&mut self, mut one: usize) -> usize {
        while self.above[one] != one {
            self.above[one] = self.above[self.above[one]];
            one = self.above[one];
        }
        one
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other)] = one.min(other);
    }
}

//! [`parts`]: which cases are not to be run beside each other: those that share a thread, and a few more.

use std::collections::BTreeMap;

use crate::connected::Connected;
use crate::groups::Groups;
use crate::plan::Plan;

/// For each case the number of those that it is to be run before or after; none if it may be run beside all others.
///
/// A module is torn down when all that share in it are over. Where it has a value on a thread that outlives it, because the session has
/// one there too, that must always come between the same cases of that thread, at any number of workers. So all that share in such a
/// module, on whatever thread, are run one after another.
pub(crate) fn parts(plan: &Plan, groups: &Groups) -> Vec<Option<usize>> {
    let mut outlives = vec![false; groups.all.len()];
    let mut of_modules: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, instance) in plan.instances.iter().enumerate() {
        match (groups.of_bound(place), instance.module) {
            (None, _) => {}
            (Some(group), None) => outlives[group] = true,
            (Some(group), Some(module)) => of_modules.entry(module).or_default().push(group),
        }
    }
    of_modules.retain(|_, groups| groups.iter().any(|&group| outlives[group]));
    let mut connected = Connected::new(groups.all.len());
    for groups in of_modules.values() {
        for &group in groups {
            connected.join(groups[0], group);
        }
    }
    let of_cases: Vec<Option<usize>> = (0..plan.len())
        .map(|place| {
            let shares_in_module = plan[place].uses.iter().any(|it| it.module.is_some());
            let module = shares_in_module.then_some(plan[place].test.module);
            let of_module = module.and_then(|module| of_modules.get(module));
            match (groups.of_cases[place], of_module.map(|groups| groups[0])) {
                (Some(group), Some(of_module)) => {
                    connected.join(group, of_module);
                    Some(group)
                }
                (group, of_module) => group.or(of_module),
            }
        })
        .collect();
    let root = |group: Option<usize>| group.map(|group| connected.root(group));
    of_cases.into_iter().map(root).collect()
}

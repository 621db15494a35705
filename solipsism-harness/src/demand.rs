//! [`Demand`]: what the selected cases need of wider fixtures, by scopes: the session, and each module.

use crate::ordered::{Map, Set};
use crate::plan::Plan;

/// What a run needs, as far as that is known before it.
pub(crate) struct Demand {
    is_selected: Vec<bool>,
    /// How many of the selected cases need each instance.
    users: Vec<usize>,
    /// Which scope each instance belongs to.
    scope_of: Vec<usize>,
    pub(crate) scopes: Vec<Scope>,
    /// In which groups the session has an instance.
    session_is_in: Vec<bool>,
}

/// The session's place among the scopes.
pub(crate) const SESSION: usize = 0;

/// What ends together.
#[derive(Default)]
pub(crate) struct Scope {
    /// The selected cases that need any of its instances, in the order in which one thread would run them.
    pub(crate) cases: Vec<usize>,
    /// The groups of those instances, and one of each.
    pub(crate) groups: Map<usize, usize>,
    /// Whether it is a module with an instance that needs one of the session's, or shares a thread with one. Nothing happens on a thread
    /// after the session's end there.
    pub(crate) holds_session: bool,
}

impl Demand {
    /// `selected` are the places of the cases that will be run, in the order in which one thread would run them.
    pub(crate) fn new(plan: &Plan, selected: &[usize]) -> Self {
        let mut numbers = Map::default();
        numbers.insert(None, SESSION);
        let scope_of = plan.instances.iter().map(|instance| {
            let next = numbers.len();
            *numbers.or_insert(instance.module, next)
        });
        let scope_of: Vec<usize> = scope_of.collect();
        let mut session_is_in = vec![false; plan.groups().len()];
        for instance in (0..scope_of.len()).filter(|&one| scope_of[one] == SESSION) {
            session_is_in[plan.group_of_instance(instance)] = true;
        }
        let mut this = Self {
            is_selected: vec![false; plan.len()],
            users: vec![0; plan.instances.len()],
            scopes: numbers.iter().map(|_| Scope::default()).collect(),
            scope_of,
            session_is_in,
        };
        for &place in selected {
            this.add(plan, place);
        }
        this
    }

    fn add(&mut self, plan: &Plan, place: usize) {
        self.is_selected[place] = true;
        for &one in plan.needs(place) {
            let scope = &mut self.scopes[self.scope_of[one]];
            if self.users[one] == 0 {
                let instance = &plan.instances[one];
                let group = plan.group_of_instance(one);
                let mut uses = instance.uses.iter();
                let holds = self.session_is_in[group] || uses.any(|it| it.module.is_none());
                scope.holds_session |= instance.module.is_some() && holds;
                scope.groups.insert(group, one);
            }
            self.users[one] += 1;
        }
        for scope in self.scopes_of(plan, place) {
            self.scopes[scope].cases.push(place);
        }
    }

    /// Whether this case will be run.
    pub(crate) fn is_selected(&self, place: usize) -> bool {
        self.is_selected[place]
    }

    /// How many selected cases need the instance.
    pub(crate) fn users(&self, instance: usize) -> usize {
        self.users[instance]
    }

    /// The scope that the instance belongs to.
    pub(crate) fn scope_of(&self, instance: usize) -> usize {
        self.scope_of[instance]
    }

    /// The scopes in which the case shares something, narrower ones first.
    pub(crate) fn scopes_of(&self, plan: &Plan, place: usize) -> Vec<usize> {
        let needs = plan.needs(place).iter();
        let mut scopes = Set::default();
        for &one in needs {
            scopes.insert(self.scope_of[one]);
        }
        // A case is in one module, and the session is the first of all.
        scopes.iter().rev().copied().collect()
    }

    /// For each scope, how many need it: cases, and of the session modules.
    pub(crate) fn users_of_scopes(&self) -> Vec<usize> {
        let cases = self.scopes.iter().map(|scope| scope.cases.len());
        let mut users: Vec<usize> = cases.collect();
        users[SESSION] += self.scopes.iter().filter(|it| it.holds_session).count();
        users
    }

    /// For each of so many groups, how many scopes have instances in it.
    pub(crate) fn scopes_of_groups(&self, groups: usize) -> Vec<usize> {
        let mut scopes = vec![0; groups];
        for &(group, _) in self.scopes.iter().flat_map(|scope| scope.groups.iter()) {
            scopes[group] += 1;
        }
        scopes
    }
}

//! [`Scopes`]: which instances are set up, and who still needs them: a case is run between the set-up of what it needs and the
//! teardown of what nobody needs after it. In which order cases are run, and on which threads, is for others to say.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::demand::{Demand, SESSION};
use crate::ordered::Set;
use crate::plan::Plan;
use crate::stage::Stage;
use crate::{Ended, Failure, FailureKind, FixtureFailure, Object, Outcome, Ran};

/// The session and the modules, while the selected cases are run.
pub(crate) struct Scopes<S> {
    plan: Arc<Plan>,
    demand: Demand,
    stage: S,
    /// What came of the set-up of each instance.
    set_up: Vec<OnceLock<Result<(), FixtureFailure>>>,
    /// Locked by whoever has something done on the group's thread. Who holds one whose values are bound to their thread may take one
    /// whose values are not, and never the other way round.
    threads: Vec<Mutex<()>>,
    left: Mutex<Left>,
}

/// Who is still to come.
struct Left {
    /// For each scope, how many cases and narrower scopes need it.
    users: Vec<usize>,
    /// For each group, how many scopes have instances in it.
    scopes: Vec<usize>,
    /// For each group, whether anything was ever to be set up on its thread.
    begun: Vec<bool>,
    /// The worst that became of a case that needed the instance.
    outcomes: Vec<Outcome>,
}

/// What became of a case, and of what ended with it.
pub(crate) struct Came {
    pub(crate) to: CameTo,
    /// The teardowns that failed after it.
    pub(crate) teardowns: Vec<BrokenTeardown>,
}

/// A teardown that failed, or the end of the thread of what was torn down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokenTeardown {
    /// Of which instance.
    pub(crate) instance: usize,
    /// The whole text.
    pub(crate) report: String,
}

/// What became of a case.
pub(crate) enum CameTo {
    /// It was run, or skipped.
    Ran(Ran),
    /// It was not run, since an instance could not be set up.
    TakenAlong(BrokenSetUp),
    /// It was not run, since another failed before it and nobody wants to know more.
    #[cfg(feature = "libtest-mimic")]
    LeftOut,
}

/// A set-up that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokenSetUp {
    /// Whose.
    pub(crate) instance: usize,
    /// The whole text, without a newline at its end.
    pub(crate) report: String,
    /// The same as data.
    pub(crate) verdict: Object,
    /// How many selected cases needed it.
    pub(crate) users: usize,
}

impl<S: Stage> Scopes<S> {
    /// `selected` are the places of the cases that will be run, in the order in which one thread would run them.
    pub(crate) fn new(plan: &Arc<Plan>, selected: &[usize], stage: S) -> Self {
        let (instances, groups) = (plan.instances.len(), plan.groups().len());
        let demand = Demand::new(plan, selected);
        Self {
            plan: Arc::clone(plan),
            stage,
            set_up: (0..instances).map(|_| OnceLock::new()).collect(),
            threads: (0..groups).map(|_| Mutex::default()).collect(),
            left: Mutex::new(Left {
                users: demand.users_of_scopes(),
                scopes: demand.scopes_of_groups(groups),
                begun: vec![false; groups],
                outcomes: vec![Outcome::Passed; instances],
            }),
            demand,
        }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Sets up what the case needs and runs it, unless it is ignored, and tears down what no other selected case needs any more.
    ///
    /// Each selected case is to be run once.
    pub(crate) fn run(&self, place: usize) -> Came {
        let case = &self.plan[place];
        if !self.demand.is_selected(place) && !self.plan.needs(place).is_empty() {
            return Came {
                to: CameTo::Ran(unexpected().into()),
                teardowns: Vec::new(),
            };
        }
        let mut to = if let Some(ended) = self.stage.ignored(case) {
            CameTo::Ran(ended.into())
        } else {
            let group = self.plan.group_of_case(place);
            let _thread = group.map(|group| self.thread(group));
            match self.set_up(place, group) {
                Ok(()) => CameTo::Ran(self.stage.run(case)),
                Err(Missing::Skipped(why)) => CameTo::Ran(Ended::Skipped(why).into()),
                Err(Missing::Failed(broken)) => CameTo::TakenAlong(broken),
            }
        };
        let outcome = match &to {
            CameTo::Ran(ran) => ran.ended.outcome(case.should_panic),
            CameTo::TakenAlong(_) => Outcome::Failed,
            #[cfg(feature = "libtest-mimic")]
            CameTo::LeftOut => Outcome::Passed,
        };
        let teardowns = self.release(place, outcome);
        if let CameTo::Ran(ran) = &mut to {
            ran.left_behind.extend(self.stage.take_left());
        }
        Came { to, teardowns }
    }

    /// Runs nothing of a selected case, but tears down what is there and no other case needs any more.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn leave_out(&self, place: usize) -> Came {
        Came {
            to: CameTo::LeftOut,
            teardowns: self.release(place, Outcome::Passed),
        }
    }

    /// Sets up what the case needs and is not yet there, on behalf of someone who has locked the thread of this group.
    fn set_up(&self, place: usize, locked: Option<usize>) -> Result<(), Missing> {
        for &instance in self.plan.needs(place) {
            let set_up = self.set_up[instance].get_or_init(|| {
                let group = self.plan.group_of_instance(instance);
                let _thread = (locked != Some(group)).then(|| self.thread(group));
                self.left().begun[group] = true;
                self.stage.set_up(&self.plan.instances[instance])
            });
            match set_up {
                Ok(()) => {}
                Err(FixtureFailure::Skipped(why)) => return Err(Missing::Skipped(why.clone())),
                Err(FixtureFailure::Failed { report, verdict }) => {
                    return Err(Missing::Failed(BrokenSetUp {
                        instance,
                        report: report.clone(),
                        verdict: verdict.clone(),
                        users: self.demand.users(instance),
                    }));
                }
                Err(FixtureFailure::Left(_)) => unreachable!("a set-up that went well is no error"),
            }
        }
        Ok(())
    }

    /// The case is over, and this became of it.
    fn release(&self, place: usize, outcome: Outcome) -> Vec<BrokenTeardown> {
        for &instance in self.plan.needs(place) {
            let worst = &mut self.left().outcomes[instance];
            *worst = outcome.max(*worst);
        }
        let mut broken = Vec::new();
        for scope in self.demand.scopes_of(&self.plan, place) {
            self.release_scope(scope, &mut broken);
        }
        broken
    }

    fn release_scope(&self, place: usize, broken: &mut Vec<BrokenTeardown>) {
        let is_over = {
            let users = &mut self.left().users[place];
            *users -= 1;
            *users == 0
        };
        if !is_over {
            return;
        }
        let scope = &self.demand.scopes[place];
        for instance in self.in_order(place).into_iter().rev() {
            broken.extend(of(instance, self.tear_down(instance)));
        }
        for &(group, instance) in scope.groups.iter() {
            broken.extend(of(instance, self.leave(group, instance)));
        }
        if scope.holds_session {
            self.release_scope(SESSION, broken);
        }
    }

    /// The instances of the scope that were set up, in the order in which one thread would have done it.
    fn in_order(&self, place: usize) -> Vec<usize> {
        let mut seen = Set::default();
        let mut order = Vec::new();
        for &case in &self.demand.scopes[place].cases {
            let needs = self.plan.needs(case).iter();
            // A case sets up nothing after what fails it.
            let set_up = needs.take_while(|&&one| matches!(self.set_up[one].get(), Some(Ok(()))));
            let of_scope = set_up.filter(|&&one| self.demand.scope_of(one) == place);
            order.extend(of_scope.filter(|&&one| seen.insert(one)));
        }
        order
    }

    fn tear_down(&self, instance: usize) -> Vec<String> {
        let outcome = self.left().outcomes[instance];
        let _thread = self.thread(self.plan.group_of_instance(instance));
        self.stage
            .tear_down(&self.plan.instances[instance], outcome)
    }

    /// A scope has nothing in the group any more, as it had this instance.
    fn leave(&self, group: usize, instance: usize) -> Vec<String> {
        let is_over = {
            let mut left = self.left();
            left.scopes[group] -= 1;
            left.scopes[group] == 0 && left.begun[group]
        };
        if !is_over {
            return Vec::new();
        }
        let _thread = self.thread(group);
        let keeper = self.plan.instances[instance].provider.keeper;
        self.stage.end(keeper, &self.plan.groups()[group])
    }

    fn thread(&self, group: usize) -> MutexGuard<'_, ()> {
        let thread = self.threads[group].lock();
        thread.unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(instance: usize, reports: Vec<String>) -> impl Iterator<Item = BrokenTeardown> {
    let teardown = move |report| BrokenTeardown { instance, report };
    reports.into_iter().map(teardown)
}

impl Came {
    /// The reports of the teardowns that failed after it.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.teardowns.iter().map(|it| it.report.clone()).collect()
    }
}

/// Why a case cannot be run.
enum Missing {
    Skipped(String),
    Failed(BrokenSetUp),
}

fn unexpected() -> Ended {
    Ended::Failed(Failure {
        kind: FailureKind::Fixture,
        outcome: Outcome::Failed,
        report: "it was not run: as far as can be told from the arguments of this process it was not selected, and so nobody would know \
                 when to tear down the fixtures that it shares with others; select it by its name"
            .to_owned(),
        verdict: Object::verdict("not_run"),
        postscript: None,
    })
}

#[cfg(test)]
#[cfg(feature = "libtest-mimic")]
mod tests;

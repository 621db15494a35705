//! [`Residents`]: the values of wider fixtures on their thread, how each is set up and torn down, in the loop that they share or
//! else in a world of its own, and how a test runs in a child of that loop.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use solipsism_harness::{Ended, FixtureFailure, Instance, Outcome, Provider};

use super::{ScopeThread, builder};
use crate::case::{
    Body, Course, look_for_leaks, note, note_untold, run_body, run_set_up, seed_of, tear_down,
    watch_leaks,
};
use crate::ending::Ending;
use crate::executor::{ChildSettings, Failure, Inbox, Watched, World};
use crate::fixture::{Asker, Asking, Kept, RunTeardown, Subject};
use crate::leaks::{Check, Leak, Policy};
use crate::stopped::Stopped;
use crate::time::Instant;

/// A fixture's value in the making.
pub(crate) type Making = Pin<Box<dyn Future<Output = Result<Kept, Box<dyn Error>>>>>;

/// The teardown of a value that was kept.
pub(crate) type TearDown = fn(Kept, Outcome) -> Pin<Box<dyn Future<Output = Ending>>>;

const BROKEN: &str =
    "not run: the loop of the fixtures that it uses is broken since an earlier test";

/// What lives on one thread.
pub(crate) struct Residents {
    /// That of the loop, if they have one.
    world: Rc<World>,
    /// In the order of their set-up.
    values: Vec<Resident>,
    /// For whose tests the last of them is there that was torn down.
    module: &'static str,
    /// How a task of the fixtures failed: nobody can rely on them any more.
    broken: Option<String>,
}

struct Resident {
    instance: Arc<Instance>,
    asking: Rc<Asking>,
    kept: Kept,
    /// Where it was made, and is torn down.
    world: Rc<World>,
}

/// What other threads find of an instance.
struct Shelf {
    /// The value, if tests on any thread may have it.
    value: Mutex<Option<Value>>,
    /// Of its world, if it has one of its own.
    inbox: Arc<Inbox>,
}

type Value = Arc<Box<dyn Any + Send + Sync>>;

impl Shelf {
    fn of(instance: &Instance) -> &Self {
        let shelf = || Self {
            value: Mutex::default(),
            inbox: Arc::new(Inbox::new()),
        };
        let kept = instance.kept.get_or_init(|| Box::new(shelf()));
        kept.downcast_ref()
            .expect("an instance keeps its shelf and nothing else")
    }

    fn value(&self) -> MutexGuard<'_, Option<Value>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The value of an instance that tests on any thread may have.
pub(crate) fn on_shelf(instance: &Instance) -> Option<Kept> {
    Shelf::of(instance).value().clone().map(Kept::Everywhere)
}

/// The inbox of the world in which an instance is made. Without a loop it is the instance's own: who happens to be made first on the
/// thread must make no difference to the others.
pub(crate) fn inbox_of(instance: &Instance) -> &Arc<Inbox> {
    if instance.group.has_loop {
        ScopeThread::of(&instance.group, instance.options).inbox()
    } else {
        &Shelf::of(instance).inbox
    }
}

impl Residents {
    pub(super) fn new(world: Rc<World>) -> Self {
        Self {
            world,
            values: Vec::new(),
            module: "",
            broken: None,
        }
    }

    /// The values of these instances: those that live here, and those that anybody may have.
    pub(crate) fn values_of(&self, uses: &[Arc<Instance>]) -> Vec<(&'static Provider, Kept)> {
        let value = |instance: &Arc<Instance>| {
            let own = self.place(instance).map(|place| &self.values[place]);
            let kept = match own {
                Some(resident) => Some(resident.kept.clone()),
                None => on_shelf(instance),
            };
            (instance.provider, kept.expect("what is used was set up"))
        };
        uses.iter().map(value).collect()
    }

    fn place(&self, instance: &Arc<Instance>) -> Option<usize> {
        let mut residents = self.values.iter();
        residents.position(|resident| Arc::ptr_eq(&resident.instance, instance))
    }

    /// Sets up an instance.
    pub(crate) fn set_up(
        &mut self,
        instance: Arc<Instance>,
        make: fn(Asker) -> Making,
        tear_down_value: TearDown,
    ) -> Result<(), FixtureFailure> {
        if let Some(broken) = &self.broken {
            return Err(FixtureFailure::failed(broken.clone()));
        }
        let values = self.values_of(&instance.uses);
        let asking = Asking::new(subject(&instance), values, instance.choices.clone());
        let made = Rc::new(Cell::new(None));
        let body: Body = Box::pin({
            let (asker, made) = (Asker::new(&asking), Rc::clone(&made));
            async move {
                made.set(Some(make(asker).await?));
                Ok(())
            }
        });
        let world = self.world_for(&instance);
        let _entered = world.enter("a fixture's set-up");
        let limits = instance
            .options
            .time_limit
            .map(|limit| world.begin_part(limit));
        let mut course = run_set_up(&world, &asking, body, instance.provider.site);
        if let Some(limits) = limits {
            world.end_part(limits);
        }
        let made = made.take();
        if let Some(kept) = &made {
            asking.tear_down_at_end(instance.provider, last_owner(kept.clone(), tear_down_value));
        }
        // What fails in the background in the instant of a set-up is that set-up's, and not of whoever comes next.
        let failures = world.take_unheld_failures();
        let now = Instant::from_nanos(world.now());
        course.left_by_set_up(failures, instance.provider, now, world.inbox());
        let kept = match made {
            Some(kept) if course.is_well() => kept,
            made => {
                drop(made);
                tear_down(&world, &asking, &mut course);
                let now = Instant::from_nanos(world.now());
                course.close(end_of_part(&world, &instance), now, world.inbox());
                return Err(match course.told() {
                    Ended::Failed(failure) => of(failure),
                    Ended::Skipped(why) => FixtureFailure::Skipped(why),
                    Ended::Passed => unreachable!("a set-up that went well has made its value"),
                });
            }
        };
        if let Kept::Everywhere(value) = &kept {
            *Shelf::of(&instance).value() = Some(Arc::clone(value));
        }
        self.values.push(Resident {
            instance,
            asking,
            kept,
            world,
        });
        Ok(())
    }

    /// The world in which this instance is made.
    fn world_for(&self, instance: &Instance) -> Rc<World> {
        if instance.group.has_loop {
            Rc::clone(&self.world)
        } else {
            let inbox = Arc::clone(inbox_of(instance));
            let builder = builder(&subject(instance).name, instance.options);
            Rc::new(builder.build_watched(inbox))
        }
    }

    /// Tears an instance down, and all that was made for it.
    pub(crate) fn tear_down(
        &mut self,
        instance: &Arc<Instance>,
        outcome: Outcome,
    ) -> Vec<FixtureFailure> {
        let place = self.place(instance).expect("what is torn down was set up");
        self.module = scope_of(instance);
        let Resident {
            asking,
            kept,
            world,
            ..
        } = self.values.remove(place);
        Shelf::of(instance).value().take();
        drop(kept);
        let _entered = world.enter("a fixture's teardown");
        let mut course = Course::ended_with(outcome);
        tear_down(&world, &asking, &mut course);
        let check = Check::of_module(scope_of(instance));
        // The loop that it shares with others is looked at when that ends.
        let check = check.filter(|_| !instance.group.has_loop);
        let watched = check.as_ref().and_then(|_| world.watch_leaks());
        let failures = end_of_part(&world, instance);
        let now = Instant::from_nanos(world.now());
        course.left_by_teardown(failures, instance.provider, now, world.inbox());
        match course.told() {
            Ended::Failed(failure) => vec![of(failure)],
            Ended::Passed | Ended::Skipped(_) => {
                let who = format!("fixture {}", instance.provider);
                left(
                    &world,
                    watched,
                    asking.end().take_cut_off(),
                    check.as_ref(),
                    &who,
                )
            }
        }
    }

    /// Runs a test in a child of the fixtures' loop.
    pub(crate) fn run(
        &mut self,
        settings: &ChildSettings,
        asking: &Rc<Asking>,
        body: Body,
        site: &'static Location<'static>,
        check: Option<&Check>,
    ) -> Course {
        if let Some(broken) = &self.broken {
            return Course::of_fixtures(broken.clone());
        }
        // Until it is back: one that unwinds past all that catches leaves the loop as it happens to be.
        self.broken = Some(format!(
            "{BROKEN}: a test there, at {site}, never came to its end"
        ));
        let child = self.world.begin_child(settings);
        self.world.begin_trace();
        let began = self.world.now();
        let _entered = self.world.enter("#[solipsism::test]");
        let mut course = run_body(&self.world, asking, body, site);
        note(&self.world, &mut course, self.world.take_unheld_failures());
        tear_down(&self.world, asking, &mut course);
        note_untold(&self.world, &mut course);
        course.virtual_time = Duration::from_nanos(self.world.now() - began);
        let watched = watch_leaks(&self.world, &course, check);
        let end = self.world.end_child(child);
        note(&self.world, &mut course, end.untold);
        look_for_leaks(&self.world, asking, &mut course, check, watched);
        let now = Instant::from_nanos(self.world.now());
        let rest = Stopped::after(end.of_parents, now, self.world.inbox()).and(end.rest);
        self.broken = rest.err().map(|stopped| format!("{BROKEN}\n{stopped}"));
        course
    }

    /// Ends the world.
    pub(crate) fn end(&mut self) -> Vec<FixtureFailure> {
        let _entered = self.world.enter_to_close();
        let check = Check::of_module(self.module);
        let watched = check.as_ref().and_then(|_| self.world.watch_leaks());
        let failures = self.world.close();
        let now = Instant::from_nanos(self.world.now());
        match Stopped::after(failures, now, self.world.inbox()) {
            Ok(()) => {
                let who = "the loop of the fixtures";
                left(&self.world, watched, Vec::new(), check.as_ref(), who)
            }
            Err(stopped) => vec![FixtureFailure::failed(format!(
                "the loop of the fixtures: {stopped}"
            ))],
        }
    }
}

fn of(failure: solipsism_harness::Failure) -> FixtureFailure {
    FixtureFailure::Failed {
        report: failure.report,
        verdict: failure.verdict,
    }
}

/// What fixtures left behind, in whose teardown nothing went wrong.
fn left(
    world: &World,
    watched: Option<Watched>,
    cut_off: Vec<Leak>,
    check: Option<&Check>,
    who: &str,
) -> Vec<FixtureFailure> {
    let Some(check) = check else {
        return Vec::new();
    };
    let leaks = world.leaks(watched, cut_off, check);
    if leaks.is_empty() {
        return Vec::new();
    }
    if check.policy == Policy::Fail {
        return vec![FixtureFailure::failed(format!("{who}: {leaks}"))];
    }
    let lines = leaks.lines().into_iter();
    let lines = lines.map(|line| FixtureFailure::Left(format!("{who}: {line}")));
    lines.collect()
}

/// The module for whose tests it is there; of what the session shares, the root of the fixture's crate.
fn scope_of(instance: &Instance) -> &'static str {
    let module = instance.provider.module;
    let root = module.split("::").next().unwrap_or(module);
    instance.module.unwrap_or(root)
}

/// What failed in the background since an instance was set up or torn down; a world of its own ends with that.
fn end_of_part(world: &Rc<World>, instance: &Instance) -> Vec<Failure> {
    if instance.group.has_loop {
        world.take_unheld_failures()
    } else {
        world.close()
    }
}

/// What tears a value down, when nobody else has it any more.
fn last_owner(kept: Kept, tear_down: TearDown) -> RunTeardown {
    Box::new(move |outcome| tear_down(kept, outcome))
}

/// Who asks for what a wider fixture needs: `fixture db of the session`.
fn subject(instance: &Instance) -> Subject {
    let Provider {
        name, module, site, ..
    } = instance.provider;
    let scope = match instance.module {
        Some(module) => module.to_owned(),
        None => "session".to_owned(),
    };
    // Two fixtures of one scope do not draw the same numbers.
    let own = seed_of(&format!("{scope} {module}::{name}"));
    let seed = match instance.options.seed {
        Some(seed) => seed ^ own,
        None => own,
    };
    Subject {
        seed,
        base: scope.clone(),
        name: scope,
        // What the session shares is configured by the root of the fixture's crate.
        module: scope_of(instance),
        site,
    }
}

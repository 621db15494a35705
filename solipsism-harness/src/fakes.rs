//! [`Fakes`]: tests and fixtures that do nothing but note it down, and fail where they are told to, for the tests of this crate.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{Location, resume_unwind};
use std::sync::{Arc, Mutex};

use crate::plan::Plan;
use crate::{
    Axis, AxisValue, Case, Ended, Failure, FailureKind, FixtureFailure, Group, How, Instance,
    Keeper, Markers, Object, Options, Outcome, Place, Provider, Ran, Runner, Scope, ShouldPanic,
    Test, Use,
};

/// What is going to be planned.
#[derive(Default)]
pub(crate) struct Fakes {
    pub(crate) fixtures: Vec<FakeFixture>,
    pub(crate) tests: Vec<FakeTest>,
    pub(crate) log: Arc<Log>,
}

pub(crate) struct FakeFixture {
    pub(crate) name: &'static str,
    pub(crate) module: &'static str,
    pub(crate) scope: Scope,
    /// As in `"db &cache &mut list"`.
    pub(crate) uses: String,
    pub(crate) is_loop: bool,
    pub(crate) is_sync: bool,
    pub(crate) autouse: bool,
    pub(crate) axes: Vec<Vec<AxisValue>>,
    pub(crate) set_up: Fate,
    pub(crate) tear_down: Fate,
}

pub(crate) struct FakeTest {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) uses: String,
    pub(crate) axes: Vec<Vec<AxisValue>>,
    pub(crate) ignore: Option<&'static str>,
    pub(crate) should_panic: ShouldPanic,
    pub(crate) markers: Markers,
    pub(crate) body: Fate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    #[default]
    Well,
    Fails,
    Skips,
    Panics,
    Unwinds,
}

/// What was done, in order, and what is being done.
#[derive(Default)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    busy: Mutex<BTreeSet<usize>>,
}

pub(crate) fn id(id: &'static str) -> AxisValue {
    AxisValue {
        id: id.into(),
        ignore: None,
        should_panic: ShouldPanic::No,
    }
}

impl Fakes {
    pub(crate) fn fixture(
        &mut self,
        name: &'static str,
        scope: Scope,
        uses: &str,
    ) -> &mut FakeFixture {
        self.fixtures.push(FakeFixture {
            name,
            module: "it",
            scope,
            uses: uses.to_owned(),
            is_loop: false,
            is_sync: true,
            autouse: false,
            axes: Vec::new(),
            set_up: Fate::Well,
            tear_down: Fate::Well,
        });
        self.fixtures.last_mut().unwrap()
    }

    pub(crate) fn test(
        &mut self,
        module: &'static str,
        name: &'static str,
        uses: &str,
    ) -> &mut FakeTest {
        self.tests.push(FakeTest {
            module,
            name,
            uses: uses.to_owned(),
            axes: Vec::new(),
            ignore: None,
            should_panic: ShouldPanic::No,
            markers: Markers::NONE,
            body: Fate::Well,
        });
        self.tests.last_mut().unwrap()
    }

    /// The plan, or why there is none; sites are `NAME:1:1` there.
    pub(crate) fn plan(&self) -> Result<Arc<Plan>, String> {
        let (tests, autouse) = self.registrations();
        let plan = Plan::new(tests, &autouse, Options::default());
        plan.map(Arc::new).map_err(|refusal| refusal.to_string())
    }

    pub(crate) fn registrations(&self) -> (Vec<&'static Test>, Vec<&'static Provider>) {
        let providers: Vec<&'static Provider> =
            (0..self.fixtures.len()).map(|n| self.provider(n)).collect();
        let uses = |text: &str| -> Vec<Use> {
            let text = text.replace("&mut ", "*");
            let one = |word: &str| {
                let how = match word.as_bytes()[0] {
                    b'&' => How::Shared,
                    b'*' => How::Fresh,
                    _ => How::Owned,
                };
                let name = word.trim_start_matches(['&', '*']);
                let mut providers = providers.iter();
                let provider = providers.find(|provider| provider.name == name).unwrap();
                Use { provider, how }
            };
            text.split_whitespace().map(one).collect()
        };
        let table = self
            .fixtures
            .iter()
            .map(|one| (uses(&one.uses), one.axes.clone()));
        FIXTURES.set(table.collect());
        let table = self.tests.iter().filter(|test| !test.axes.is_empty());
        TESTS.set(table.map(|test| test.axes.clone()).collect());
        let mut with_axes = 0;
        let tests = self.tests.iter().map(|test| {
            let axes = match test.axes.len() {
                0 => &[][..],
                count => {
                    with_axes += 1;
                    &TEST_AXES[with_axes - 1][..count]
                }
            };
            let runner = FakeRunner {
                uses: uses(&test.uses),
                body: test.body,
                log: Arc::clone(&self.log),
            };
            &*Box::leak(Box::new(Test {
                module: test.module,
                name: test.name,
                site: Location::caller(),
                ignore: test.ignore,
                should_panic: test.should_panic,
                axes,
                markers: Box::leak(Box::new(test.markers)),
                runner: Box::leak(Box::new(runner)),
            }))
        });
        let tests = tests.collect();
        let autouse = self.fixtures.iter().zip(&providers);
        let autouse = autouse.filter(|(fake, _)| fake.autouse).map(|(_, it)| *it);
        (tests, autouse.collect())
    }

    fn provider(&self, place: usize) -> &'static Provider {
        let fake = &self.fixtures[place];
        let keeper = FakeKeeper {
            set_up: fake.set_up,
            tear_down: fake.tear_down,
            log: Arc::clone(&self.log),
        };
        Box::leak(Box::new(Provider {
            module: fake.module,
            name: fake.name,
            site: Location::caller(),
            scope: fake.scope,
            is_loop: fake.is_loop,
            is_sync: if fake.is_sync { || true } else { || false },
            uses: USES[place],
            axes: &FIXTURE_AXES[place][..fake.axes.len()],
            autouse: fake.autouse,
            keeper: Box::leak(Box::new(keeper)),
        }))
    }
}

impl Log {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }

    fn note(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    /// Nobody else may do anything on this thread meanwhile.
    fn alone<T>(&self, group: &Arc<Group>, run: impl FnOnce() -> T) -> T {
        let address = Arc::as_ptr(group).addr();
        assert!(self.busy.lock().unwrap().insert(address), "two at once");
        std::thread::yield_now();
        let result = run();
        self.busy.lock().unwrap().remove(&address);
        result
    }
}

/// `db`, `cache in it::b`, `pool[1]`.
pub(crate) fn label(instance: &Instance) -> String {
    let module = instance.module.map(|module| format!(" in {module}"));
    let values: Vec<_> = instance
        .choices
        .iter()
        .map(|one| one.value.to_string())
        .collect();
    let values = if values.is_empty() {
        String::new()
    } else {
        format!("[{}]", values.join(","))
    };
    format!(
        "{}{values}{}",
        instance.provider.name,
        module.unwrap_or_default()
    )
}

struct FakeKeeper {
    set_up: Fate,
    tear_down: Fate,
    log: Arc<Log>,
}

impl Keeper for FakeKeeper {
    fn for_test(&self) -> Box<dyn Any> {
        unreachable!("fakes are only planned for")
    }

    fn set_up(&self, instance: &Arc<Instance>) -> Result<(), FixtureFailure> {
        let name = label(instance);
        self.log.alone(&instance.group, || match self.set_up {
            Fate::Well => {
                self.log.note(format!("up {name}"));
                Ok(())
            }
            Fate::Skips => Err(FixtureFailure::Skipped(format!("no {name}"))),
            Fate::Fails | Fate::Panics => {
                self.log.note(format!("fail {name}"));
                Err(FixtureFailure::failed(format!("the whole about {name}")))
            }
            Fate::Unwinds => {
                self.log.note(format!("fail {name}"));
                self.log.busy.lock().unwrap().clear();
                resume_unwind(Box::new("it broke its promise"))
            }
        })
    }

    fn tear_down(&self, instance: &Arc<Instance>, outcome: Outcome) -> Vec<FixtureFailure> {
        let name = label(instance);
        self.log.alone(&instance.group, || {
            self.log.note(format!("down {name} {outcome:?}"));
            match self.tear_down {
                Fate::Well => Vec::new(),
                _ => vec![FixtureFailure::failed(format!("broken: {name}"))],
            }
        })
    }

    fn end(&self, group: &Arc<Group>) -> Vec<FixtureFailure> {
        self.log.alone(group, || self.log.note("end".to_owned()));
        Vec::new()
    }
}

struct FakeRunner {
    uses: Vec<Use>,
    body: Fate,
    log: Arc<Log>,
}

impl Runner for FakeRunner {
    fn uses(&self) -> Vec<Use> {
        self.uses.clone()
    }

    fn run(&self, case: &Case) -> Ran {
        let note = || self.log.note(format!("run {}", case.name));
        match &case.place {
            Place::Anywhere => note(),
            Place::OnThread(group) | Place::InLoop(group) => self.log.alone(group, note),
        }
        let failed = |kind, outcome| {
            Ended::Failed(Failure {
                kind,
                outcome,
                report: format!("the body of {}", case.name),
                verdict: Object::verdict("failed"),
                postscript: None,
            })
        };
        let ended = match self.body {
            Fate::Well => Ended::Passed,
            Fate::Skips => Ended::Skipped("no body".to_owned()),
            Fate::Fails => failed(FailureKind::Failed, Outcome::Failed),
            Fate::Panics => {
                let message = "oh".to_owned();
                let alone = true;
                failed(FailureKind::Panicked { message, alone }, Outcome::Panicked)
            }
            Fate::Unwinds => resume_unwind(Box::new("it broke its promise")),
        };
        ended.into()
    }
}

type Axes = Vec<Vec<AxisValue>>;

// A provider has functions and no closures: these look here for what they return.
thread_local! {
    static FIXTURES: RefCell<Vec<(Vec<Use>, Axes)>> = const { RefCell::new(Vec::new()) };
    static TESTS: RefCell<Vec<Axes>> = const { RefCell::new(Vec::new()) };
}

fn uses<const N: usize>() -> Vec<Use> {
    FIXTURES.with_borrow(|all| all[N].0.clone())
}

fn values<const N: usize, const AXIS: usize>() -> Result<Vec<AxisValue>, String> {
    FIXTURES.with_borrow(|all| Ok(all[N].1[AXIS].clone()))
}

fn test_values<const N: usize, const AXIS: usize>() -> Result<Vec<AxisValue>, String> {
    TESTS.with_borrow(|all| Ok(all[N][AXIS].clone()))
}

const fn axes<const N: usize>() -> [Axis; 2] {
    [
        Axis {
            values: values::<N, 0>,
        },
        Axis {
            values: values::<N, 1>,
        },
    ]
}

const fn test_axes<const N: usize>() -> [Axis; 2] {
    [
        Axis {
            values: test_values::<N, 0>,
        },
        Axis {
            values: test_values::<N, 1>,
        },
    ]
}

macro_rules! each {
    ($($n:literal)*) => {
        const USES: &[fn() -> Vec<Use>] = &[$(uses::<$n>),*];
        static FIXTURE_AXES: &[[Axis; 2]] = &[$(axes::<$n>()),*];
        static TEST_AXES: &[[Axis; 2]] = &[$(test_axes::<$n>()),*];
    };
}
each!(0 1 2 3 4 5 6 7 8 9 10 11);

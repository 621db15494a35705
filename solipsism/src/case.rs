//! One case in one world: set-up, body, the rest of its instant, the end; and a watch over the real time that takes.

mod alive;
mod check;
mod course;
mod run;
mod watch;

use std::any::Any;
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use solipsism_harness::{
    Case, Ended, Failure, FailureKind, Group, Object, Outcome, Place, Ran, Runner, Use,
};

pub(crate) use self::alive::{Alive, Gone, pair as alive};
pub(crate) use self::course::Course;
pub(crate) use self::run::{
    look_for_leaks, note, note_untold, run_body, run_case, run_set_up, tear_down, watch_leaks,
};
pub(crate) use self::watch::Watch;

use crate::__private::{Starting, body, done, nothing};
use crate::ClockKind;
use crate::ending::Ending;
use crate::event_loop::Builder;
use crate::executor::{Inbox, Standstill};
use crate::fixture::{self, Asked, Asking, Subject};
use crate::leaks::{AllowLeak, Check, Policy};
use crate::panics::{self, Print};
use crate::scope::{self, Missed, ScopeThread};
use crate::stopped::{Doing, Stopped, Verdict};
use crate::time::{Epoch, Instant};

/// A test's fixtures and its body, ready to be run.
pub(crate) type Body = Pin<Box<dyn Future<Output = Ending>>>;

/// A minute of real time: libtest begins to complain then, and a virtual test takes milliseconds.
const WALL_LIMIT: Duration = Duration::from_secs(60);

/// Far longer than a poll takes, and far shorter than anybody minds.
const LOOK: Duration = Duration::from_millis(20);

/// A world that has begun no poll over as many looks is stuck inside of one; a second, so that it is not taken for that where
/// the machine has much to do.
const STILL: u32 = 50;

/// A world that polls on over as many, and never comes to rest, does not hear.
const LOOKS: u32 = 150;

/// As long may one take to end that has heard.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many looks are a second.
#[cfg(feature = "tokio")]
const KNOCKS: usize = 50;

thread_local! {
    /// Set first and hence destroyed last: it tells when all other locals of the thread are gone.
    static ALIVE: Cell<Option<Alive>> = const { Cell::new(None) };
}

/// Makes a body, on the thread that runs it.
pub(crate) type MakeBody = Box<dyn FnOnce(Rc<Asking>) -> Body + Send>;

/// Runs a test in a world of its own: what an attribute's expansion registers. It is generic over what many tests have
/// in common, and not over the test, since what is generic is compiled for each.
pub struct InWorld<A: Asked, R: 'static> {
    /// The attribute's arguments. Beside the functions: a loader writes to every page on which their addresses stand, and of ten
    /// thousand tests that takes longer than all else.
    pub settings: &'static Settings,
    /// What the test asks for.
    pub asks: fn() -> A,
    /// Calls the test.
    pub start: fn(A::Values) -> Box<dyn Future<Output = R>>,
    /// What the test's output means.
    pub ending: fn(R) -> Ending,
}

impl InWorld<(), ()> {
    /// A test that asks for nothing and returns nothing.
    pub const fn plain(start: fn(()) -> Starting) -> Self {
        Self {
            settings: &Settings::DEFAULT,
            asks: nothing,
            start,
            ending: done,
        }
    }
}

/// The attribute's arguments.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "they are those of the attribute, which documents them"
)]
pub struct Settings {
    pub clock: Option<ClockKind>,
    pub seed: Option<u64>,
    pub time_limit: Option<Duration>,
    pub wall_limit: Option<Duration>,
    pub step_limit: Option<u64>,
    pub poll_budget: Option<u64>,
    pub epoch: Option<Epoch>,
    pub tokio: Option<bool>,
    pub leaks: Option<Policy>,
    pub allow_leaks: &'static [AllowLeak],
}

impl Settings {
    /// Of an attribute without arguments.
    pub const DEFAULT: Self = Self {
        clock: None,
        seed: None,
        time_limit: None,
        wall_limit: None,
        step_limit: None,
        poll_budget: None,
        epoch: None,
        tokio: None,
        leaks: None,
        allow_leaks: &[],
    };

    /// What holds for this case: where the attribute says nothing, what the closest defaults do.
    fn of(&self, case: &Case) -> Self {
        let defaults = case
            .defaults()
            .filter_map(|one| (one.settings as &dyn Any).downcast_ref());
        defaults.fold(self.clone(), Self::or)
    }

    /// These, and where they say nothing, `other`.
    fn or(self, other: &Self) -> Self {
        Self {
            clock: self.clock.or(other.clock),
            seed: self.seed.or(other.seed),
            time_limit: self.time_limit.or(other.time_limit),
            wall_limit: self.wall_limit.or(other.wall_limit),
            step_limit: self.step_limit.or(other.step_limit),
            poll_budget: self.poll_budget.or(other.poll_budget),
            epoch: self.epoch.or(other.epoch),
            tokio: self.tokio.or(other.tokio),
            leaks: self.leaks.or(other.leaks),
            // What is further off is added by `check`.
            allow_leaks: self.allow_leaks,
        }
    }

    /// How the case is looked at when it is over, if it is: what its modules allow is allowed as well.
    fn check(&self, case: &Case) -> Option<Check> {
        Check::of(self, case.defaults())
    }

    fn clock(&self) -> ClockKind {
        self.clock.unwrap_or(ClockKind::Virtual)
    }

    fn is_hosted(&self) -> bool {
        self.tokio == Some(true)
    }

    /// What the world is made from. What the command line says beats the attribute.
    fn builder(&self, case: &Case) -> Builder {
        let mut builder = Builder::new()
            .clock(self.clock())
            .traced(case.options.trace);
        builder = match case.options.seed.or(self.seed) {
            Some(seed) => builder.seed(seed),
            None => builder.derived_seed(seed_of(&case.name)),
        };
        if let Some(limit) = case.options.time_limit.or(self.time_limit) {
            builder = builder.time_limit(limit);
        }
        if let Some(steps) = self.step_limit {
            builder = builder.step_limit(steps);
        }
        if let Some(polls) = self.poll_budget {
            builder = builder.poll_budget(polls);
        }
        if let Some(epoch) = self.epoch {
            builder = builder.epoch(epoch.into());
        }
        #[cfg(feature = "tokio")]
        if self.is_hosted() {
            builder = builder.tokio();
        }
        builder
    }

    /// What the random numbers of this case are made of.
    fn seed_of(&self, case: &Case) -> u64 {
        let said = case.options.seed.or(self.seed);
        said.unwrap_or_else(|| seed_of(&case.name))
    }

    /// Who asks for the fixtures of this case.
    fn subject(&self, case: &Case) -> Subject {
        Subject {
            name: case.name.clone(),
            base: case.test.libtest_name(),
            module: case.test.module,
            seed: self.seed_of(case),
            site: case.test.site,
        }
    }
}

/// A seed that depends on a test's name alone, so that adding a test changes no other: 64-bit FNV-1a.
pub(crate) fn seed_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

impl<A: Asked, R: 'static> Runner for InWorld<A, R> {
    fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        (self.asks)().uses(&mut uses);
        uses
    }

    fn refusal(&self, case: &Case) -> Option<String> {
        let settings = self.settings.of(case);
        let argument = match &case.place {
            Place::InLoop(_) if settings.clock() != ClockKind::Virtual => "clock",
            Place::InLoop(_) if settings.epoch.is_some() => "epoch",
            Place::InLoop(_) if settings.is_hosted() => {
                return Some(
                    "it runs in a child of the loop that this asked for, and a runtime of tokio's hosts a whole world or none: \
                     leave `tokio` out, or take a value of the test's own, as `&mut T`"
                        .to_owned(),
                );
            }
            Place::InLoop(_) | Place::OnThread(_) | Place::Anywhere => return None,
        };
        Some(format!(
            "it runs in a child of the loop that this asked for, whose clock is virtual and has begun, so that `{argument}` \
             could change nothing: leave that out, or take a value of the test's own, as `&mut T`"
        ))
    }

    fn caveat(&self, case: &Case) -> Option<&'static str> {
        let settings = self.settings.of(case);
        if settings.clock() == ClockKind::Real {
            return Some("not repeatable: its clock is the real one");
        }
        settings
            .is_hosted()
            .then_some("not repeatable where an unbiased `tokio::select!` is used")
    }

    fn seed(&self, case: &Case) -> Option<u64> {
        Some(self.settings.of(case).seed_of(case))
    }

    fn run(&self, case: &Case) -> Ran {
        let (asks, start, ending) = (self.asks, self.start, self.ending);
        let autouse = case.autouse.iter().map(|provider| fixture::share(provider));
        let autouse = autouse.collect();
        let body = Box::new(move |asking| body(autouse, asks, start, ending, asking));
        run_watched(&self.settings.of(case), case, body)
    }
}

/// Runs a case where the plan wants it.
fn run_watched(settings: &Settings, case: &Case, body: MakeBody) -> Ran {
    let limit = case.options.wall_limit.or(settings.wall_limit);
    let limit = limit.unwrap_or(WALL_LIMIT);
    let mut watch = if case.options.debug {
        Watch::of_long_polls(limit)
    } else {
        Watch::of(limit)
    };
    let ran = match &case.place {
        Place::Anywhere => run_alone(settings, case, body, &mut watch),
        Place::OnThread(group) => run_on_thread(settings, case, body, &mut watch, group),
        Place::InLoop(group) => run_in_loop(settings, case, body, &mut watch, group),
    };
    Ran {
        seed: Some(settings.seed_of(case)),
        remarks: watch.into_seen(),
        ..ran
    }
}

/// On a thread of its own, named as the test, which is left alone if the wall limit comes first.
fn run_alone(settings: &Settings, case: &Case, body: MakeBody, watch: &mut Watch) -> Ran {
    let (builder, site) = (settings.builder(case), case.test.site);
    let subject = settings.subject(case);
    let check = settings.check(case);
    let inbox = Arc::new(Inbox::new());
    let ended = Arc::new(Mutex::new(None));
    let (alive, gone) = alive::pair();
    let thread = thread::Builder::new().name(case.name.clone()).spawn({
        let (inbox, ended) = (Arc::clone(&inbox), Arc::clone(&ended));
        let (uses, choices) = (case.uses.clone(), case.choices.clone());
        move || {
            ALIVE.set(Some(alive));
            let world = Rc::new(builder.build_watched(inbox));
            let values = uses.iter().map(|instance| {
                let kept = scope::on_shelf(instance);
                (instance.provider, kept.expect("what is used was set up"))
            });
            let asking = Asking::new(subject, values.collect(), choices);
            let body = body(Rc::clone(&asking));
            let run = run_case(&world, &asking, body, site, check.as_ref());
            *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(run);
        }
    });
    let thread = thread.expect("the system gives a thread for each test that runs");
    // The thread is done, its locals' destructors included.
    let limit = watch.limit;
    let is_over = watch.wait(&gone, &inbox) || ends_by_itself(&inbox, &gone, limit);
    let ended = ended.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (ended, is_over) {
        (Some(ended), true) => ran(case, in_time(ended, !watch.is_late, &inbox, limit)),
        (Some(mut ended), false) => {
            let virtual_time = ended.virtual_time;
            Ran {
                events: ended.take_events(),
                ..lost(locals_are_stuck(ended, limit), virtual_time)
            }
        }
        (None, false) => {
            let mut course = Course::of_body(wall_limit(&inbox, &gone, limit));
            let virtual_time = Duration::from_nanos(inbox.now());
            Ran {
                events: course.take_events(),
                ..lost(course.told(), virtual_time)
            }
        }
        (None, true) => {
            let payload = thread.join().expect_err("it ended without a word");
            let panic = panics::catch(Print::Later, || std::panic::resume_unwind(payload));
            let text = panic.err().map(|panic| panic.text.to_string());
            let text = text.unwrap_or_default();
            failed(format!("the case could not be run: its thread {text}")).into()
        }
    }
}

/// In a world of its own, on the thread of the fixtures that no other thread may have.
fn run_on_thread(
    settings: &Settings,
    case: &Case,
    body: MakeBody,
    watch: &mut Watch,
    group: &Group,
) -> Ran {
    let (builder, site) = (settings.builder(case), case.test.site);
    let (uses, choices) = (case.uses.clone(), case.choices.clone());
    let (subject, check) = (settings.subject(case), settings.check(case));
    let inbox = Arc::new(Inbox::new());
    let own = Arc::clone(&inbox);
    let run =
        ScopeThread::of(group, case.options).call(&case.name, &inbox, watch, move |residents| {
            let world = Rc::new(builder.build_watched(own));
            let asking = Asking::new(subject, residents.values_of(&uses), choices);
            let body = body(Rc::clone(&asking));
            run_case(&world, &asking, body, site, check.as_ref())
        });
    ended(case, run, &inbox, watch, 0)
}

/// In a child of the loop of the fixtures that asked for one.
fn run_in_loop(
    settings: &Settings,
    case: &Case,
    body: MakeBody,
    watch: &mut Watch,
    group: &Group,
) -> Ran {
    let (child, site) = (settings.builder(case).child(), case.test.site);
    let (uses, choices) = (case.uses.clone(), case.choices.clone());
    let (subject, check) = (settings.subject(case), settings.check(case));
    let thread = ScopeThread::of(group, case.options);
    let began = thread.inbox().now();
    let run = thread.call(&case.name, thread.inbox(), watch, move |residents| {
        let asking = Asking::new(subject, residents.values_of(&uses), choices);
        let body = body(Rc::clone(&asking));
        residents.run(&child, &asking, body, site, check.as_ref())
    });
    ended(case, run, thread.inbox(), watch, began)
}

/// How a case ended that was to be run on the thread of fixtures, in the world of this inbox, where it `began` at that time.
fn ended(
    case: &Case,
    run: Result<Course, Missed>,
    inbox: &Arc<Inbox>,
    watch: &Watch,
    began: u64,
) -> Ran {
    match run {
        Ok(course) => ran(case, in_time(course, !watch.is_late, inbox, watch.limit)),
        Err(Missed::WallLimit(stopped)) => {
            let virtual_time = Duration::from_nanos(inbox.now().saturating_sub(began));
            let mut course = Course::of_body(stopped);
            Ran {
                events: course.take_events(),
                ..lost(course.told(), virtual_time)
            }
        }
        Err(Missed::Panicked(text)) => {
            failed(format!("the case could not be run: its thread {text}")).into()
        }
        Err(Missed::Lost(what)) => {
            let why = format!(
                "not run: the thread of the fixtures that it uses never came back from {what}"
            );
            ran(case, Course::of_fixtures(why))
        }
    }
}

fn ran(case: &Case, mut course: Course) -> Ran {
    course.expect(case.should_panic);
    Ran {
        virtual_time: Some(course.virtual_time),
        events: course.take_events(),
        left_behind: course.take_left_behind(),
        ..course.told().into()
    }
}

/// Its thread is left behind.
fn lost(ended: Ended, virtual_time: Duration) -> Ran {
    Ran {
        virtual_time: Some(virtual_time),
        is_lost: true,
        ..ended.into()
    }
}

/// The wall limit has come. Asks the world to end itself, which knows best what it is doing; whether it does.
pub(crate) fn ends_by_itself(inbox: &Inbox, gone: &Gone, limit: Duration) -> bool {
    inbox.ask_to_end(limit);
    let mut polls = inbox.polls();
    let mut still = 0;
    for look in 0.. {
        if gone.wait(LOOK) {
            return true;
        }
        if inbox.is_ending() {
            // It looks at what it does, and tears down what there is.
            return gone.wait(PATIENCE);
        }
        let before = std::mem::replace(&mut polls, inbox.polls());
        still = if before == polls { still + 1 } else { 0 };
        // On a machine with much to do a thread may go for long without its turn.
        if still >= STILL || look >= LOOKS {
            return false;
        }
    }
    false
}

/// What is to be said of a world that was not done in time.
pub(crate) fn wall_limit(inbox: &Arc<Inbox>, gone: &Gone, limit: Duration) -> Stopped {
    let doing = doing(inbox, gone);
    inbox.judge();
    let verdict = Verdict::WallLimit {
        limit,
        doing,
        panics: inbox.panics(),
        by_itself: false,
    };
    let now = Instant::from_nanos(inbox.now());
    Stopped::new(verdict, now, Standstill::default(), Vec::new(), inbox)
}

/// Who is stuck is found out by a second look.
fn doing(inbox: &Inbox, gone: &Gone) -> Doing {
    let (polls, now) = (inbox.polls(), inbox.now());
    let polling = inbox.polling();
    gone.wait(LOOK);
    match polling {
        _ if (inbox.polls(), inbox.now()) != (polls, now) => Doing::Running { polls },
        #[cfg(feature = "tokio")]
        Some(task) if task.is_host() && is_spinning(inbox, gone) => Doing::Spinning,
        Some(task) => Doing::Polling(task),
        None => Doing::Waiting,
    }
}

/// Whether tokio gets from one poll to the next. The machine may be busy: where it does, it has some time to show it.
#[cfg(feature = "tokio")]
fn is_spinning(inbox: &Inbox, gone: &Gone) -> bool {
    inbox.knock();
    (0..KNOCKS).any(|_| {
        gone.wait(LOOK);
        inbox.is_knock_answered()
    })
}

/// What is well but comes after the wall limit is not.
fn in_time(ended: Course, was_in_time: bool, inbox: &Arc<Inbox>, limit: Duration) -> Course {
    if was_in_time || !ended.is_well() {
        return ended;
    }
    let verdict = Verdict::WallLimit {
        limit,
        doing: Doing::Running {
            polls: inbox.polls(),
        },
        panics: inbox.panics(),
        by_itself: false,
    };
    let now = Instant::from_nanos(inbox.now());
    let late = Stopped::new(verdict, now, Standstill::default(), Vec::new(), inbox);
    let mut course = Course::of_body(late);
    course.virtual_time = ended.virtual_time;
    course
}

fn locals_are_stuck(ended: Course, limit: Duration) -> Ended {
    let stuck = format!(
        "wall limit: the test had ended, but a destructor of its thread's locals did not return within {limit:?} of \
         real time"
    );
    match ended.told() {
        Ended::Passed | Ended::Skipped(_) => failed_by("wall_limit", stuck),
        Ended::Failed(failure) => Ended::Failed(Failure {
            kind: FailureKind::Failed,
            outcome: Outcome::Stuck,
            report: format!("{}\nand {stuck}", failure.report),
            ..failure
        }),
    }
}

fn failed(report: String) -> Ended {
    failed_by("failed", report)
}

fn failed_by(kind: &str, report: String) -> Ended {
    Ended::Failed(Failure {
        kind: FailureKind::Failed,
        outcome: Outcome::Stuck,
        report,
        verdict: Object::verdict(kind),
        postscript: None,
    })
}

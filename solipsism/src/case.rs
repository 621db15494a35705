//! One case in one world: set-up, body, the rest of its instant, the end; and a watch over the real time that takes.

mod alive;
mod check;
mod course;
mod run;
mod settings;
mod wall_limit;
mod watch;

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
pub use self::settings::Settings;
pub(crate) use self::settings::seed_of;
use self::wall_limit::in_time;
pub(crate) use self::wall_limit::{ends_by_itself, wall_limit};
pub(crate) use self::watch::Watch;

use crate::__private::{Starting, body, done, nothing};
use crate::ClockKind;
use crate::ending::Ending;
use crate::executor::Inbox;
use crate::fixture::{self, Asked, Asking};
use crate::panics::{self, Print};
use crate::scope::{self, Missed, ScopeThread};

/// A test's fixtures and its body, ready to be run.
pub(crate) type Body = Pin<Box<dyn Future<Output = Ending>>>;

/// A minute of real time: libtest begins to complain then, and a virtual test takes milliseconds.
const WALL_LIMIT: Duration = Duration::from_secs(60);

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

//! A case from its set-up to the end of its world, on its own thread: set-up and body, the rest of the instant, the teardowns,
//! the close.

use std::error::Error;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use super::Body;
use super::course::Course;
use crate::ClockKind;
use crate::Outcome;
use crate::ending::Ending;
use crate::executor::{Failure, Stage, Watched, World};
use crate::fixture::{Asking, Skip, Teardown};
use crate::frames::without_machine;
use crate::leaks::{Check, Policy};
use crate::panics::{self, Print};
use crate::stopped::{Stopped, Verdict};
use crate::task::JoinError;
use crate::time::Instant;

/// A minute of virtual time for each teardown: it costs nothing, and what waits longer waits for somebody who is gone.
const TEARDOWN_LIMIT: Duration = Duration::from_secs(60);

/// Runs it. Whatever comes of the body, every teardown is run.
pub(crate) fn run_case(
    world: &Rc<World>,
    asking: &Rc<Asking>,
    body: Body,
    site: &'static Location<'static>,
    check: Option<&Check>,
) -> Course {
    let _entered = world.enter("#[solipsism::test]");
    #[cfg(feature = "tokio")]
    let _context = world.context();
    let mut ended = run_body(world, asking, body, site);
    if asking.has_begun() && world.clock_kind() == ClockKind::Manual {
        world.thaw();
    }
    note(world, &mut ended, world.take_unheld_failures());
    tear_down(world, asking, &mut ended);
    ended.virtual_time = Duration::from_nanos(world.now());
    note_untold(world, &mut ended);
    let watched = watch_leaks(world, &ended, check);
    note(world, &mut ended, world.close());
    look_for_leaks(world, asking, &mut ended, check, watched);
    ended
}

/// What happened that no report tells, for who wants to know of what passed.
pub(crate) fn note_untold(world: &World, ended: &mut Course) {
    let events = world.tell_trace();
    ended.untold(events.map(|events| without_machine(&events.to_string()).into_owned()));
}

/// Notes what is there, before anything is dropped. Where a test will fail by that alone, it is looked at more closely.
pub(crate) fn watch_leaks(world: &World, ended: &Course, check: Option<&Check>) -> Option<Watched> {
    let check = check?;
    if check.policy == Policy::Fail && ended.is_well() {
        world.watch_leaks_closely(check)
    } else {
        world.watch_leaks()
    }
}

/// Everything was dropped: tells what of it should not have been there.
pub(crate) fn look_for_leaks(
    world: &World,
    asking: &Asking,
    ended: &mut Course,
    check: Option<&Check>,
    watched: Option<Watched>,
) {
    let Some(check) = check else { return };
    let cut_off = asking.end().take_cut_off();
    if watched.is_some() || !cut_off.is_empty() {
        ended.leave(world.leaks(watched, cut_off, check), check.policy);
    }
}

/// What failed in the background is a part of what the body came to.
pub(crate) fn note(world: &World, ended: &mut Course, failures: Vec<Failure>) {
    ended.close(failures, Instant::from_nanos(world.now()), world.inbox());
}

/// Runs set-up and body of a test.
pub(crate) fn run_body(
    world: &Rc<World>,
    asking: &Rc<Asking>,
    body: Body,
    site: &'static Location<'static>,
) -> Course {
    let mut stage = pin!(Stage::new(body));
    let result = world.run(Print::Later, site, stage.as_mut());
    // Before the rest of the instant: what goes on beside the body sees that it is gone.
    asking.end().come();
    let output = result.map(|()| stage.output());
    course(world, asking, output.map_err(|ended| ended.stopped))
}

/// Runs the set-up of a fixture that goes on when it is done.
pub(crate) fn run_set_up(
    world: &Rc<World>,
    asking: &Rc<Asking>,
    set_up: Body,
    site: &'static Location<'static>,
) -> Course {
    let mut stage = pin!(Stage::new(set_up));
    let result = world.run(Print::Later, site, stage.as_mut());
    let output = result.map(|()| stage.output());
    course(world, asking, output.map_err(|ended| ended.stopped))
}

/// What a run came to that ended like this, with the rest of its instant.
fn course(
    world: &Rc<World>,
    asking: &Asking,
    result: Result<Option<Result<Ending, JoinError>>, Stopped>,
) -> Course {
    let result = match result {
        Err(stopped) => Err(stopped),
        Ok(output) => match look_at(world, output) {
            Err(Bad::Skipped(why)) if !asking.has_begun() => return Course::skipped(why),
            // What goes wrong beside a body that skips itself is no less wrong.
            Err(Bad::Skipped(why)) => match world.run_to_rest() {
                Ok(()) => return Course::skipped(why),
                Err(stopped) => Err(stopped),
            },
            Err(Bad::Stopped(stopped)) => Err(stopped),
            Ok(()) => world.run_to_rest(),
        },
    };
    match (result, asking.failed()) {
        (Ok(()), _) => Course::well(),
        (Err(stopped), Some(_)) if !asking.has_begun() => {
            Course::of_set_up(stopped, &asking.path())
        }
        (Err(stopped), _) => Course::of_body(stopped),
    }
}

/// What a body returned that did not end well.
enum Bad {
    Skipped(String),
    Stopped(Stopped),
}

fn look_at(world: &World, returned: Option<Result<Ending, JoinError>>) -> Result<(), Bad> {
    let returned = returned.expect("the run ends when the body does");
    let Err(error) = returned.expect("a body is never aborted") else {
        return Ok(());
    };
    if let Some(skip) = error.downcast_ref::<Skip>() {
        return Err(Bad::Skipped(skip.0.to_owned()));
    }
    let passed_on = world.passed_on_by_body();
    let told = panics::catch(Print::Later, || {
        let chain = chain(&*error);
        drop(error);
        chain
    });
    // An error that cannot even be printed is a failure all the same.
    let chain = told.unwrap_or_else(|panic| vec![format!("one whose text {}", panic.text)]);
    Err(Bad::Stopped(
        world.stop(Verdict::ReturnedError { chain, passed_on }),
    ))
}

/// The error and its sources, outermost first.
fn chain(error: &dyn Error) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// Runs what the asker's fixtures have left to do, last first, each in its turn.
pub(crate) fn tear_down(world: &Rc<World>, asking: &Asking, ended: &mut Course) {
    asking.end().come();
    asking.forget_values();
    while let Some(teardown) = asking.next_teardown() {
        let mut outcome = ended.outcome();
        if world.holds_failures() {
            outcome = outcome.max(Outcome::Failed);
        }
        // Tasks are numbered as they are spawned: those of a test are none of its teardowns'.
        let last_of_test = if asking.has_begun() {
            world.last_task()
        } else {
            0
        };
        let limits = world.begin_teardown(TEARDOWN_LIMIT);
        let provider = teardown.provider;
        let site = provider.place().unwrap_or(asking.site());
        let result = run_teardown(world, teardown, site, outcome);
        let result = result.and_then(|()| world.run_to_rest());
        // What failed in the background meanwhile is a part of this teardown, and not of the next.
        let failures = world.take_unheld_failures().into_iter();
        let (of_test, failures): (Vec<_>, _) =
            failures.partition(|failure| (1..=last_of_test).contains(&failure.task));
        note(world, ended, of_test);
        let now = Instant::from_nanos(world.now());
        match result {
            Ok(()) => ended.left_by_teardown(failures, provider, now, world.inbox()),
            Err(mut stopped) => {
                stopped.attach(failures);
                ended.teardown_failed(stopped, provider);
            }
        }
        world.end_teardown(limits);
    }
    ended.remark(asking.end().take_remarks());
    if ended.has_failed() {
        ended.remark(asking.end().take_cut_off_remarks());
    }
}

fn run_teardown(
    world: &Rc<World>,
    teardown: Teardown,
    site: &'static Location<'static>,
    outcome: Outcome,
) -> Result<(), Stopped> {
    let Teardown { run, .. } = teardown;
    let mut stage = pin!(Stage::new(async move { run(outcome).await }));
    match world.run(Print::Later, site, stage.as_mut()) {
        Err(ended) => Err(ended.stopped),
        Ok(()) => look_at(world, stage.output()).map_err(|bad| match bad {
            Bad::Skipped(why) => world.stop(Verdict::ReturnedError {
                chain: vec![why],
                passed_on: world.passed_on_by_body(),
            }),
            Bad::Stopped(stopped) => stopped,
        }),
    }
}

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
use crate::executor::{Stage, World};
use crate::fixture::{Asking, Skip, Teardown};
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
) -> Course {
    let _entered = world.enter("#[solipsism::test]");
    let mut ended = run_body(world, asking, body, site);
    if asking.has_begun() && world.clock_kind() == ClockKind::Manual {
        world.thaw();
    }
    let mut failures = world.take_unheld_failures();
    tear_down(world, asking, &mut ended);
    ended.remark(asking.end().take_remarks());
    failures.extend(world.close());
    ended.close(failures, Instant::from_nanos(world.now()), world.inbox());
    ended
}

pub(crate) fn run_body(
    world: &Rc<World>,
    asking: &Rc<Asking>,
    body: Body,
    site: &'static Location<'static>,
) -> Course {
    let mut stage = pin!(Stage::new(body));
    let result = world.run(Print::Later, site, stage.as_mut());
    asking.end().come();
    let result = match result {
        Err(ended) => Err(ended.stopped),
        Ok(()) => match look_at(world, stage.output()) {
            Err(Bad::Skipped(why)) if !asking.has_begun() => return Course::skipped(why),
            Err(Bad::Skipped(why)) => Err(world.stop(Verdict::ReturnedError(vec![why]))),
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
    let told = panics::catch(Print::Later, || {
        let chain = chain(&*error);
        drop(error);
        chain
    });
    // An error that cannot even be printed is a failure all the same.
    let chain = told.unwrap_or_else(|panic| vec![format!("one whose text {}", panic.text)]);
    Err(Bad::Stopped(world.stop(Verdict::ReturnedError(chain))))
}

/// The error and its sources, outermost first.
fn chain(error: &dyn Error) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// Runs what the asker's fixtures have left to do, last first, each in its turn.
pub(crate) fn tear_down(world: &Rc<World>, asking: &Asking, ended: &mut Course) {
    let outcome = ended.outcome();
    asking.forget_values();
    while let Some(teardown) = asking.next_teardown() {
        let limits = world.begin_teardown(TEARDOWN_LIMIT);
        let provider = teardown.provider;
        if let Err(stopped) = run_teardown(world, teardown, outcome) {
            ended.teardown_failed(stopped, provider);
        }
        world.end_teardown(limits);
    }
}

fn run_teardown(world: &Rc<World>, teardown: Teardown, outcome: Outcome) -> Result<(), Stopped> {
    let Teardown { provider, run } = teardown;
    let mut stage = pin!(Stage::new(async move { run(outcome).await }));
    match world.run(Print::Later, provider.site, stage.as_mut()) {
        Err(ended) => Err(ended.stopped),
        Ok(()) => look_at(world, stage.output()).map_err(|bad| match bad {
            Bad::Skipped(why) => world.stop(Verdict::ReturnedError(vec![why])),
            Bad::Stopped(stopped) => stopped,
        }),
    }
}

//! Everything that sets, moves and drops timers, at random, in tasks of both kinds, against a plain model of what a clock for
//! both does: it says when each step ends, and in which order.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use solipsism::EventLoop;

use super::timers::Numbers;

pub(super) const MILLI: u64 = 1_000_000;

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Tokio,
    Ours,
}

/// One step of a task. Times are nanoseconds.
#[derive(Clone, Debug)]
enum Step {
    Sleep(Kind, u64),
    /// A sleep that is polled, then set to another time from now.
    Reset(Kind, u64, u64),
    /// A sleep that is polled, then dropped; another is awaited.
    Dropped(Kind, u64, Kind, u64),
    /// A limit of one kind around a sleep of another.
    Timeout(Kind, u64, Kind, u64),
    /// Ticks of an interval.
    Interval(Kind, u64, u64),
    /// A task, of this kind, that sleeps so long and is awaited.
    Spawn(Kind, Kind, u64),
    /// A task that is aborted after so long a sleep.
    Abort(Kind, Kind, u64),
}

#[derive(Clone, Debug)]
struct Script {
    on: Kind,
    steps: Vec<Step>,
}

/// When a timer of this kind fires that is set now.
pub(super) fn end(kind: Kind, now: u64, nap: u64) -> u64 {
    match kind {
        Kind::Tokio => (now + nap).div_ceil(MILLI) * MILLI,
        Kind::Ours => now + nap,
    }
}

impl Step {
    fn random(numbers: &mut Numbers) -> Self {
        let which = numbers.below(8);
        let kind = |numbers: &mut Numbers| numbers.one_of(&[Kind::Tokio, Kind::Ours]);
        let nap = |numbers: &mut Numbers| {
            let unit =
                numbers.one_of(&[1, 999, 250_000, MILLI, MILLI, 64 * MILLI, 3_600_000 * MILLI]);
            1 + numbers.below(5) * unit + numbers.one_of(&[0, unit - 1])
        };
        let (one, other) = (kind(numbers), kind(numbers));
        let (short, long) = (nap(numbers), nap(numbers));
        match which {
            0 | 1 => Self::Sleep(one, short),
            2 => Self::Reset(one, short, long),
            3 => Self::Dropped(one, short, other, long),
            4 => Self::Timeout(one, short, other, long),
            // Whole milliseconds: what is between is rounded from the first tick on.
            5 => Self::Interval(one, (1 + numbers.below(20)) * MILLI, 1 + numbers.below(4)),
            6 => Self::Spawn(one, other, short),
            _ => Self::Abort(one, other, short),
        }
    }

    /// When it ends, and whose timer that is.
    fn end(&self, now: u64) -> (u64, Kind) {
        match *self {
            Self::Sleep(kind, nap)
            | Self::Reset(kind, _, nap)
            | Self::Dropped(_, _, kind, nap)
            | Self::Spawn(_, kind, nap)
            | Self::Abort(_, kind, nap) => (end(kind, now, nap), kind),
            Self::Timeout(limit, after, kind, nap) => {
                let (limits, ends) = ((end(limit, now, after), limit), (end(kind, now, nap), kind));
                limits.min(ends)
            }
            Self::Interval(kind, period, ticks) => {
                // All are counted from now, and the first one is now.
                (end(kind, now + period * (ticks - 1), 0), kind)
            }
        }
    }

    async fn run(self) {
        match self {
            Self::Sleep(kind, nap) => sleep(kind, nap).await,
            Self::Reset(Kind::Tokio, before, nap) => {
                let mut sleep = std::pin::pin!(tokio::time::sleep(nanos(before)));
                poll_once(sleep.as_mut()).await;
                let at = tokio::time::Instant::now() + nanos(nap);
                sleep.as_mut().reset(at);
                sleep.await;
            }
            Self::Reset(Kind::Ours, before, nap) => {
                let mut sleep = std::pin::pin!(solipsism::time::sleep(nanos(before)));
                poll_once(sleep.as_mut()).await;
                let at = solipsism::time::Instant::now() + nanos(nap);
                sleep.as_mut().reset(at);
                sleep.await;
            }
            Self::Dropped(first, before, kind, nap) => {
                let mut dropped: Pin<Box<dyn Future<Output = ()> + Send>> =
                    Box::pin(sleep(first, before));
                poll_once(dropped.as_mut()).await;
                drop(dropped);
                sleep(kind, nap).await;
            }
            Self::Timeout(Kind::Tokio, limit, kind, nap) => {
                let _in_time = tokio::time::timeout(nanos(limit), sleep(kind, nap)).await;
            }
            Self::Timeout(Kind::Ours, limit, kind, nap) => {
                let _in_time = solipsism::time::timeout(nanos(limit), sleep(kind, nap)).await;
            }
            Self::Interval(Kind::Tokio, period, ticks) => {
                let mut interval = tokio::time::interval(nanos(period));
                for _ in 0..ticks {
                    interval.tick().await;
                }
            }
            Self::Interval(Kind::Ours, period, ticks) => {
                let mut interval = solipsism::time::interval(nanos(period));
                for _ in 0..ticks {
                    interval.tick().await;
                }
            }
            Self::Spawn(Kind::Tokio, kind, nap) => {
                tokio::spawn(sleep(kind, nap)).await.unwrap();
            }
            Self::Spawn(Kind::Ours, kind, nap) => {
                solipsism::spawn(sleep(kind, nap)).await.unwrap();
            }
            Self::Abort(Kind::Tokio, kind, nap) => {
                let task = tokio::spawn(std::future::pending::<()>());
                sleep(kind, nap).await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            }
            Self::Abort(Kind::Ours, kind, nap) => {
                let task = solipsism::spawn(std::future::pending::<()>());
                sleep(kind, nap).await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            }
        }
    }
}

pub(super) fn nanos(count: u64) -> Duration {
    Duration::from_nanos(count)
}

pub(super) async fn sleep(kind: Kind, nap: u64) {
    match kind {
        Kind::Tokio => tokio::time::sleep(nanos(nap)).await,
        Kind::Ours => solipsism::time::sleep(nanos(nap)).await,
    }
}

async fn poll_once(mut future: Pin<&mut (impl Future<Output = ()> + ?Sized)>) {
    std::future::poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
}

/// Which step of which task ended when, by both clocks.
pub(super) type Log = Arc<Mutex<Vec<(u64, usize, usize)>>>;

async fn run(number: usize, script: Script, log: Log) {
    let (ours, theirs) = (solipsism::time::Instant::now(), tokio::time::Instant::now());
    for (place, step) in script.steps.into_iter().enumerate() {
        step.run().await;
        let at = u64::try_from(ours.elapsed().as_nanos()).unwrap();
        assert_eq!(theirs.elapsed(), nanos(at), "both show the same");
        log.lock().unwrap().push((at, number, place));
    }
}

fn check(seed: u64) {
    let mut numbers = Numbers::new(seed);
    let scripts: Vec<_> = (0..=numbers.below(16))
        .map(|_| Script {
            on: numbers.one_of(&[Kind::Tokio, Kind::Ours]),
            steps: (0..=numbers.below(8))
                .map(|_| Step::random(&mut numbers))
                .collect(),
        })
        .collect();
    let log = Log::default();
    let event_loop = EventLoop::builder().tokio().build();
    let (tasks, given) = (scripts.clone(), Arc::clone(&log));
    let body = async move {
        let mut all: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
        for (number, script) in tasks.into_iter().enumerate() {
            let on = script.on;
            let task = run(number, script, Arc::clone(&given));
            all.push(match on {
                Kind::Tokio => {
                    let task = tokio::spawn(task);
                    Box::pin(async { task.await.unwrap() })
                }
                Kind::Ours => {
                    let task = solipsism::spawn(task);
                    Box::pin(async { task.await.unwrap() })
                }
            });
        }
        for task in all {
            task.await;
        }
    };
    event_loop.run(body).unwrap();
    let ended = std::mem::take(&mut *log.lock().unwrap());
    let mut expected = BTreeMap::new();
    for (number, script) in scripts.iter().enumerate() {
        let mut now = 0;
        for (place, step) in script.steps.iter().enumerate() {
            let (at, kind) = step.end(now);
            now = at;
            expected.insert((number, place), (at, kind, step));
        }
    }
    assert_eq!(ended.len(), expected.len(), "seed {seed}");
    for (at, number, place) in &ended {
        let (expected, _, step) = expected[&(*number, *place)];
        assert_eq!(
            *at, expected,
            "seed {seed}: step {place} of {number}: {step:?}"
        );
    }
    assert!(
        ended.is_sorted_by_key(|(at, ..)| *at),
        "seed {seed}: {ended:?}"
    );
    let last = expected.values().map(|(at, ..)| *at).max().unwrap_or(0);
    let end = format!("{:?}", event_loop.now());
    assert_eq!(end, format!("{:?}", nanos(last)), "seed {seed}");
}

#[test]
fn whatever_is_done_to_timers_each_fires_when_it_should() {
    (1..=400).for_each(check);
}

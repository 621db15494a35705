//! Who is first where timers of both kinds are due at one instant, and what becomes of those that tokio's `advance` passes over.

use std::sync::Arc;

use solipsism::EventLoop;

use super::oracle::{Kind, Log, MILLI, end, nanos, sleep};
use super::timers::Numbers;

/// The body among the tasks.
const BODY: usize = usize::MAX;

const ROUNDS: u64 = 5;

/// A task that sleeps once.
#[derive(Clone, Copy, Debug)]
struct Sleeper {
    kind: Kind,
    on: Kind,
    nap: u64,
}

impl Sleeper {
    fn random(numbers: &mut Numbers) -> Self {
        Self {
            kind: numbers.one_of(&[Kind::Tokio, Kind::Ours]),
            on: numbers.one_of(&[Kind::Tokio, Kind::Ours]),
            nap: (1 + numbers.below(4)) * MILLI + numbers.one_of(&[0, 0, 0, 1, MILLI / 2]),
        }
    }

    /// When it wakes up, and who is first then.
    fn due(self) -> (u64, Kind) {
        (end(self.kind, 0, self.nap), self.kind)
    }
}

fn check(seed: u64) {
    let mut numbers = Numbers::new(seed);
    let sleepers: Vec<_> = (0..2 + numbers.below(30))
        .map(|_| Sleeper::random(&mut numbers))
        .collect();
    let body = numbers.one_of(&[Kind::Tokio, Kind::Ours]);
    let log = Log::default();
    let (tasks, given) = (sleepers.clone(), Arc::clone(&log));
    let body = async move {
        for (number, sleeper) in tasks.into_iter().enumerate() {
            let log = Arc::clone(&given);
            let task = async move {
                sleep(sleeper.kind, sleeper.nap).await;
                log.lock().unwrap().push((0, number, 0));
            };
            match sleeper.on {
                Kind::Tokio => drop(tokio::spawn(task)),
                Kind::Ours => solipsism::spawn(task).background(),
            }
        }
        for round in 1..=ROUNDS {
            sleep(body, MILLI).await;
            given.lock().unwrap().push((round * MILLI, BODY, 0));
        }
    };
    EventLoop::builder().tokio().build().run(body).unwrap();
    let log = std::mem::take(&mut *log.lock().unwrap());

    let woken: Vec<_> = log
        .iter()
        .map(|entry| entry.1)
        .filter(|number| *number != BODY)
        .collect();
    for pair in woken.windows(2) {
        let (one, next) = (sleepers[pair[0]], sleepers[pair[1]]);
        assert!(one.due() <= next.due(), "seed {seed}: {one:?}, {next:?}");
        // Between a task of tokio's and one of ours the order is the executors'.
        let is_ours = one.kind == Kind::Ours && one.on == next.on;
        if is_ours && one.due() == next.due() {
            assert!(pair[0] < pair[1], "seed {seed}: {one:?}, {next:?}");
        }
    }
    let mut before = 0;
    let mut rounds = 0;
    for (at, number, _) in log {
        if number == BODY {
            let due = sleepers.iter().filter(|sleeper| sleeper.due().0 <= at);
            assert_eq!(before, due.count(), "seed {seed}: the body is last at {at}");
            rounds += 1;
        } else {
            before += 1;
        }
    }
    assert_eq!(rounds, ROUNDS, "seed {seed}");
}

#[test]
fn at_one_instant_tokios_fire_first_then_ours_as_they_were_set_and_the_body_is_last() {
    (1..=400).for_each(check);
}

/// What tokio's own `advance` passes over fires no later than its end, and what is not passed keeps its time.
#[test]
fn an_advance_of_tokios_passes_over_both() {
    for seed in 1..=100 {
        let mut numbers = Numbers::new(seed);
        let naps: Vec<_> = (0..10)
            .map(|_| {
                (
                    numbers.one_of(&[Kind::Tokio, Kind::Ours]),
                    1 + numbers.below(20 * MILLI),
                )
            })
            .collect();
        let step = 1 + numbers.below(10) * MILLI + numbers.one_of(&[0, 1, 400_000]);
        let log = Log::default();
        let event_loop = EventLoop::builder().tokio().build();
        let (tasks, given) = (naps.clone(), Arc::clone(&log));
        let naps_set = 2 * naps.len();
        let body = async move {
            let start = solipsism::time::Instant::now();
            let mut all = Vec::new();
            for (number, (kind, nap)) in tasks.into_iter().enumerate() {
                let log = Arc::clone(&given);
                all.push(tokio::spawn(async move {
                    sleep(kind, nap).await;
                    let at = u64::try_from(start.elapsed().as_nanos()).unwrap();
                    log.lock().unwrap().push((at, number, 0));
                }));
            }
            for _ in 0..naps_set {
                tokio::task::yield_now().await;
            }
            tokio::time::advance(nanos(step)).await;
            assert_eq!(start.elapsed(), nanos(step), "seed {seed}");
            for task in all {
                task.await.unwrap();
            }
        };
        event_loop.run(body).unwrap();
        for (at, number, _) in log.lock().unwrap().iter() {
            let (kind, nap) = naps[*number];
            let expected = end(kind, 0, nap).max(step);
            assert_eq!(*at, expected, "seed {seed}: {kind:?} {nap}, over {step}");
        }
    }
}

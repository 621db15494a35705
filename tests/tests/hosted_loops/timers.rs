//! Timers of both kinds at random, and an oracle that says exactly who fires when.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::time::Instant;

/// Numbers that look random.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tokio,
    Ours,
}

type Log = Arc<Mutex<Vec<(u64, Kind, usize)>>>;

const MILLI: u64 = 1_000_000;

/// A task that sleeps so often, each time this long.
#[derive(Clone)]
struct Sleeper {
    kind: Kind,
    on_tokio: bool,
    naps: Vec<u64>,
}

impl Sleeper {
    fn random(numbers: &mut Numbers) -> Self {
        let kind = numbers.one_of(&[Kind::Tokio, Kind::Ours]);
        let nap = |numbers: &mut Numbers| {
            let unit = numbers.one_of(&[1, 1_000, 250_000, MILLI, 60_000 * MILLI]);
            1 + numbers.below(8) * unit + numbers.one_of(&[0, unit])
        };
        Self {
            kind,
            on_tokio: numbers.below(2) == 0,
            naps: (0..=numbers.below(6)).map(|_| nap(numbers)).collect(),
        }
    }

    /// When each of its naps ends. Tokio rounds each deadline up to a millisecond.
    fn ends(&self) -> Vec<u64> {
        let end = |at: &mut u64, nap: &u64| {
            *at += nap;
            if self.kind == Kind::Tokio {
                *at = at.div_ceil(MILLI) * MILLI;
            }
            Some(*at)
        };
        self.naps.iter().scan(0, end).collect()
    }

    async fn sleep(self, number: usize, log: Log) {
        let start = Instant::now();
        for nap in self.naps {
            let nap = Duration::from_nanos(nap);
            match self.kind {
                Kind::Tokio => tokio::time::sleep(nap).await,
                Kind::Ours => solipsism::time::sleep(nap).await,
            }
            let at = u64::try_from(start.elapsed().as_nanos()).unwrap();
            log.lock().unwrap().push((at, self.kind, number));
        }
    }
}

/// Runs sleepers beside one another, and checks that each nap ends when it should and in which order.
fn check(seed: u64) {
    let mut numbers = Numbers::new(seed);
    let sleepers: Vec<_> = (0..=numbers.below(12))
        .map(|_| Sleeper::random(&mut numbers))
        .collect();
    let log = Log::default();
    let event_loop = EventLoop::builder().tokio().build();
    let start = event_loop.now();
    let tasks = sleepers.clone();
    let given = Arc::clone(&log);
    event_loop
        .run(async move {
            let mut ours = Vec::new();
            let mut theirs = Vec::new();
            for (number, sleeper) in tasks.into_iter().enumerate() {
                let on_tokio = sleeper.on_tokio;
                let task = sleeper.sleep(number, Arc::clone(&given));
                if on_tokio {
                    theirs.push(tokio::spawn(task));
                } else {
                    ours.push(solipsism::spawn(task));
                }
            }
            for task in ours {
                task.await.unwrap();
            }
            for task in theirs {
                task.await.unwrap();
            }
        })
        .unwrap();
    let log = std::mem::take(&mut *log.lock().unwrap());
    let mut ended: Vec<_> = log.clone();
    ended.sort_unstable();
    let mut expected: Vec<_> = sleepers
        .iter()
        .enumerate()
        .flat_map(|(number, sleeper)| {
            sleeper
                .ends()
                .into_iter()
                .map(move |at| (at, sleeper.kind, number))
        })
        .collect();
    expected.sort_unstable();
    assert_eq!(ended, expected, "seed {seed}");
    let when: Vec<_> = log.iter().map(|(at, kind, _)| (*at, *kind)).collect();
    assert!(
        when.is_sorted(),
        "seed {seed}: at one instant tokio's fire first: {when:?}"
    );
    let end = expected.last().map_or(0, |(at, ..)| *at);
    assert_eq!(
        event_loop.now() - start,
        Duration::from_nanos(end),
        "seed {seed}"
    );
}

#[test]
fn hundreds_of_interleavings_are_exact() {
    (1..=400).for_each(check);
}

//! [`Planted`]: the value of a fixture that tells what happens to it, in the file named by the variable `EVENTS`, and [`Body`], a test that does. Which of them go wrong,
//! where and how is for the variable `SEED` to say.

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::future::pending;
use std::io::Write as _;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use solipsism::fixtures::TestInfo;
use solipsism::time::{Duration, sleep};
use solipsism::{Outcome, Skip, spawn};

/// What comes of a set-up, or of a body.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Of every value and body of a run another one: several processes make them.
fn next_id() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    process::id() as usize * 10_000 + NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Adds a line, at once and whole.
fn note(event: &str) {
    let path = env::var_os("EVENTS").expect("the variable names a file");
    let file = OpenOptions::new().append(true).create(true).open(path);
    let mut file = file.expect("the file can be opened");
    let written = file.write_all(format!("{event}\n").as_bytes());
    written.expect("the file can be written");
}

/// A fixture's value.
#[derive(Debug)]
pub struct Planted {
    id: usize,
    name: &'static str,
}

/// A test's body.
#[derive(Debug)]
pub struct Body {
    id: usize,
    name: String,
    /// What is to come of it.
    outcome: Option<Outcome>,
}

#[derive(Clone, Copy)]
enum Fate {
    Well,
    Panics,
    Errs,
    Hangs,
    Skips,
    /// It goes well, but a task that it leaves behind panics.
    LeavesPanic,
}

impl Fate {
    /// As teardowns know it.
    fn outcome(self) -> Outcome {
        match self {
            Panics | LeavesPanic => Outcome::Panicked,
            Errs => Outcome::Failed,
            Hangs => Outcome::Stuck,
            Well | Skips => Outcome::Passed,
        }
    }
}

use Fate::{Errs, Hangs, LeavesPanic, Panics, Skips, Well};

impl Planted {
    /// Makes one for whoever asks, which uses these.
    ///
    /// # Errors
    ///
    /// As planted.
    ///
    /// # Panics
    ///
    /// As planted.
    pub async fn new(name: &'static str, info: &TestInfo, uses: &[usize]) -> Result<Self> {
        let id = next_id();
        note(&format!("begin {id} {name} {} {uses:?}", info.name()));
        sleep(Duration::from_millis(hash(name) % 5)).await;
        let text = format!("planted #{id}: {name} went wrong in its set-up");
        let fate = fate(name, &[Panics, Errs, Hangs, Skips, LeavesPanic]);
        let outcome = fate.outcome();
        match fate {
            Well => {}
            Skips => {
                note(&format!("skip {id}"));
                return Err(Box::new(Skip("planted")));
            }
            LeavesPanic => {
                let panics = async move {
                    note(&format!("leaves {id} {outcome:?}"));
                    panic!("{text}");
                };
                drop(spawn(panics));
            }
            fate => {
                note(&format!("fail {id} {outcome:?}"));
                go_wrong(fate, text).await?;
            }
        }
        note(&format!("up {id}"));
        Ok(Self { id, name })
    }

    /// How others name it.
    #[must_use]
    pub fn id(&self) -> usize {
        self.id
    }

    /// Tears it down.
    ///
    /// # Errors
    ///
    /// As planted.
    pub async fn close(&self, outcome: Outcome) -> Result<()> {
        let Self { id, name } = self;
        note(&format!("down {id} {outcome:?}"));
        let fate = fate(&format!("{name}'s end"), &[Panics, Errs, Hangs]);
        if !matches!(fate, Well) {
            note(&format!("broken {id} {:?}", fate.outcome()));
        }
        go_wrong(fate, format!("planted #{id}: {name} went wrong in its end")).await
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        note(&format!("gone {}", self.id));
    }
}

impl Body {
    /// Of a test that uses these.
    #[must_use]
    pub fn new(info: &TestInfo, uses: &[usize]) -> Self {
        let id = next_id();
        let name = info.name().to_owned();
        note(&format!("run {id} {name} {uses:?}"));
        Self {
            id,
            name,
            outcome: None,
        }
    }

    /// What the test does.
    ///
    /// # Errors
    ///
    /// As planted.
    pub async fn run(mut self) -> Result<()> {
        sleep(Duration::from_millis(hash(&self.name) % 5)).await;
        let fate = fate(&self.name, &[Panics, Errs, Hangs]);
        self.outcome = Some(fate.outcome());
        let text = format!("planted #{}: {} went wrong", self.id, self.name);
        go_wrong(fate, text).await
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let outcome = self.outcome.expect("it was run");
        note(&format!("ran {} {outcome:?}", self.id));
    }
}

async fn go_wrong(fate: Fate, text: String) -> Result<()> {
    match fate {
        Panics => panic!("{text}"),
        Errs => Err(text.into()),
        Hangs => pending().await,
        Well | Skips | LeavesPanic => Ok(()),
    }
}

/// One of these now and then, and nothing without a seed.
fn fate(of: &str, fates: &[Fate]) -> Fate {
    let seed = env::var("SEED").map_or(0, |seed| seed.parse().expect("`SEED` is a number"));
    let drawn = hash(&format!("{seed} {of}"));
    let among = u64::try_from(fates.len()).expect("they are few");
    match usize::try_from(drawn / 8 % among) {
        Ok(place) if seed != 0 && drawn % 8 == 0 => fates[place],
        _ => Well,
    }
}

/// 64-bit FNV-1a, mixed as `SplitMix64` does.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let hash: u64 = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash ^ (hash >> 31)
}

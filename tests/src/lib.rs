//! What the suites share: a log of what happened in which order, and running the programs of this package so that what
//! they print can be compared.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::process::{Command, Output};
use std::rc::Rc;

use solipsism::EventLoop;

pub mod net;
pub mod planted;
#[cfg(feature = "stack")]
pub mod quic;

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub struct Log(Rc<RefCell<Vec<u32>>>);

impl Log {
    /// Adds an event.
    pub fn note(&self, what: u32) {
        self.0.borrow_mut().push(what);
    }

    /// Whether nothing happened since the last call of `take`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// What happened since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<u32> {
        self.0.take()
    }
}

/// Notes that it was dropped.
#[derive(Debug)]
pub struct Guard(pub Log, pub u32);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// Runs a body in a world of its own, from inside of a test's: on another thread, since one thread has one world.
///
/// # Panics
///
/// If the body does, or does not finish.
#[must_use]
pub fn in_own_world<R, F>(seed: u64, body: impl FnOnce() -> F + Send) -> R
where
    R: Send,
    F: Future<Output = R>,
{
    let run = || {
        let event_loop = EventLoop::builder().seed(seed).build();
        event_loop.run(body()).expect("it finishes")
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("it does not panic"))
}

/// What a program printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Printed {
    /// Its standard output; how long tests took is replaced by dots.
    pub stdout: String,
    /// Its standard error, likewise.
    pub stderr: String,
    /// Its exit code, unless a signal ended it.
    pub code: Option<i32>,
}

/// Runs a program with these arguments, and no variable that would change its report.
///
/// # Panics
///
/// If it cannot be run.
#[must_use]
pub fn run(program: &str, arguments: &[&str]) -> Printed {
    output(Command::new(program).args(arguments))
}

/// Runs a command with no variable that would change its report, but for those that it is given.
///
/// # Panics
///
/// If it cannot be run.
pub fn output(command: &mut Command) -> Printed {
    let variables = [
        "RUST_BACKTRACE",
        "RUST_LIB_BACKTRACE",
        "RUST_TEST_THREADS",
        "RUST_TEST_NOCAPTURE",
        "RUST_TEST_SHUFFLE",
        "RUST_TEST_SHUFFLE_SEED",
        "SOLIPSISM_SEED",
        "SOLIPSISM_REPEAT",
        "SOLIPSISM_TIME_LIMIT",
        "SOLIPSISM_WALL_LIMIT",
        "SOLIPSISM_DEBUG",
        "SOLIPSISM_TRACE",
        "SOLIPSISM_TRACE_FAILURES",
        "NO_COLOR",
        "UPDATE_EXPECT",
        "RUST_LOG",
        "GITHUB_ACTIONS",
        "SOLIPSISM_JUNIT",
        "SOLIPSISM_JSON",
    ];
    for variable in variables {
        let is_given =
            |(name, value): (&OsStr, Option<&OsStr>)| name == variable && value.is_some();
        if !command.get_envs().any(is_given) {
            command.env_remove(variable);
        }
    }
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program can be run");
    Printed {
        stdout: without_durations(&stdout),
        stderr: without_durations(&stderr),
        code: status.code(),
    }
}

/// Real durations are the only thing in a report that differs between two runs.
fn without_durations(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let duration = ["finished in ", "of virtual time in "];
        let duration = duration
            .iter()
            .find_map(|it| Some(line.find(it)? + it.len()));
        lines.push(match duration {
            Some(at) => format!("{}…", &line[..at]),
            None => line.to_owned(),
        });
    }
    lines.join("\n") + "\n"
}

//! Where suspended futures wait, read from memory through the program's own debug information.
//!
//! Nothing is polled, and nothing is paid before somebody asks. [`read`] takes futures that are suspended, as objects of
//! whatever trait, and gives for each the chains of await points down to what is waited for, and for all together who
//! holds it.
//!
//! ```
//! use std::pin::Pin;
//! use std::task::{Context, Waker};
//!
//! use solipsism_dwarf::Suspended;
//!
//! async fn outer() {
//!     inner().await;
//! }
//!
//! async fn inner() {
//!     std::future::pending::<()>().await;
//! }
//!
//! let mut task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(outer());
//! assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
//!
//! let tasks: Vec<_> = Suspended::of(&*task).into_iter().collect();
//! if let Ok(findings) = solipsism_dwarf::read(&tasks) {
//!     let [chain] = findings.tasks[0].as_deref().unwrap_or_default() else {
//!         return; // this program was built with fewer or other debug information
//!     };
//!     let functions: Vec<_> = chain.frames.iter().map(|it| it.function.rsplit("::").next()).collect();
//!     assert_eq!(functions, [Some("inner"), Some("outer")]);
//!     assert_eq!(chain.leaf, "core::future::pending::Pending<()>");
//! }
//! ```
//!
//! # What it can see
//!
//! - Coroutines in each other, boxed, behind objects of traits, in generics, in recursion, in streams.
//! - The children of combinators, also of those that poll only who was woken (`FuturesUnordered`, a large `join_all`,
//!   `buffer_unordered`, `Shared`), and futures that keep no waker, like `pending()`.
//! - The tasks of a runtime of tokio's, which it lists for nobody: [`Suspended::of_tokio`].
//! - Guards, permits, senders and receivers in variables of suspended coroutines, if they belong to what another one waits
//!   for: by equal addresses, and if the source shows that they were not moved away.
//!
//! # What it cannot
//!
//! - It needs Linux on 64 bits, little-endian, and `debug = 2` (which `cargo test` has) in the file that was started. Where
//!   types were compiled without, chains end, or there are none.
//! - An await point in a macro of another crate stands where it stands in the macro.
//! - A future written by hand is a leaf, and so is what it shares with others rather than owns: what is behind `&`, `Rc`,
//!   `Arc` or a raw pointer is not entered.
//! - Of `select!` only those branches are seen that are coroutines.
//! - The tasks of a runtime of tokio's in optimised builds, or of one that has several threads.
//! - What is held by anything but a variable of a suspended coroutine; in optimised builds, by one that was named like an
//!   earlier one which is alive there, too.
//!
//! # On any surprise it is silent
//!
//! It relies on names that compilers and crates may change. What is not as expected is left out; what lies at a bad
//! address is not read. What is told was found there.

#![forbid(unsafe_code)]

mod suspended;
// In the order in which a question is answered: a place in memory, its type, what lies there, the way down, who holds.
mod executable;
mod holders;
mod memory;
mod names;
mod naming;
mod outline;
mod runtime;
mod scopes;
mod source;
mod tokens;
mod types;
mod units;
mod values;
mod walk;

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

pub use suspended::{Suspended, TokioTask};

use crate::suspended::Place;
use crate::values::{Value, Values};
use crate::walk::Walk;

/// An await point at which a coroutine stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frame {
    /// The async function, or the function that an async block or closure is in: `app::client::call`.
    pub function: String,
    /// As the compiler was told: an absolute path, but for crates that were compiled elsewhere.
    pub file: String,
    /// The line of the `.await`; where a macro of another crate awaits, file and line are the macro's.
    pub line: u32,
    /// The file that the function or block is in, if that is not the same or not known.
    pub within: Option<String>,
}

/// The way from a task down to something that it waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// Innermost first, the libraries' own included.
    pub frames: Vec<Frame>,
    /// The type of what the innermost frame awaits: `tokio::sync::oneshot::Receiver<u8>`.
    pub leaf: String,
    /// What somebody may hold of that, where holders of it are looked for.
    pub wanted: Option<Thing>,
    /// The task of tokio's whose end that is, by its place among those that were given.
    pub awaits: Option<usize>,
}

/// What is held of something that others wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Of a lock.
    Guard,
    /// Of a semaphore.
    Permit,
    /// Of a channel, or a permit to send on it.
    Sender,
    /// Of a channel.
    Receiver,
}

/// Who holds what a chain of another task, or of its own, waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The task that waits, by its place among those that were given.
    pub waiter: usize,
    /// Which of its chains.
    pub chain: usize,
    /// The task that holds.
    pub holder: usize,
    /// The variable in which it does. `None`: it is the value of an expression and has no name.
    pub local: Option<String>,
    /// The variable with the future that it is in, if that is not awaited.
    pub within: Option<String>,
    /// What of it is held.
    pub thing: Thing,
    /// The type of that.
    pub holds: String,
    /// Where the coroutine stands that it is in.
    pub frame: Frame,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The chains of each future, in the order of waiting futures in their combinators. `None`: nothing is known of it.
    pub tasks: Vec<Option<Vec<Chain>>>,
    /// Sorted by waiter.
    pub holders: Vec<Holder>,
    /// Some of the debug information was left unread, since there is so much of it.
    pub is_partial: bool,
}

/// Why nothing could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absent {
    /// Neither the memory nor the file of this process can be read here.
    Unreadable,
    /// The program has no debug information of its types.
    NoTypes,
    /// It has so much of it that reading it would take too long.
    TooMuch,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "a process can read itself on 64-bit Linux only",
            Self::NoTypes => "the program was built without `debug = 2`",
            Self::TooMuch => "the program has too much debug information to read it in time",
        })
    }
}

impl std::error::Error for Absent {}

/// Reads where these futures are suspended, and who of them holds what others of them wait for.
///
/// What was once read of the program's debug information is kept for all threads' next calls; what they answer does not
/// depend on that.
///
/// # Errors
///
/// If nothing is known of any of the futures; see [`Absent`].
pub fn read(futures: &[Suspended<'_>]) -> Result<Findings, Absent> {
    let mut values = values().ok_or(Absent::Unreadable)?;
    values.types.units.begin();
    let walks: Vec<_> = futures
        .iter()
        .map(|it| {
            let future = match it.place {
                Place::Object { data, vtable } => values.object(data, vtable)?,
                Place::Task { stage, .. } => stage,
            };
            Some(Walk::of(&mut values, future))
        })
        .collect();
    let is_partial = values.types.units.is_exhausted;
    if walks.iter().all(Option::is_none) && !futures.is_empty() {
        return Err(if is_partial {
            Absent::TooMuch
        } else {
            Absent::NoTypes
        });
    }
    let holders = holders::holders(&mut values, &walks);
    let mut chains = |walk: Walk| {
        let chains = walk.found.into_iter().map(|found| Chain {
            awaits: awaited(&mut values, found.leaf, futures),
            ..found.chain
        });
        chains.collect()
    };
    let tasks = walks
        .into_iter()
        .map(|walk| walk.map(&mut chains))
        .collect();
    Ok(Findings {
        tasks,
        holders,
        is_partial,
    })
}

/// Which of these is the task whose end is awaited by this.
fn awaited(values: &mut Values, leaf: Value, futures: &[Suspended<'_>]) -> Option<usize> {
    if !values.path(leaf)?.starts_with(names::JOIN_HANDLE) {
        return None;
    }
    let pointer = values.field(leaf, names::JOINED_TASK)?;
    let task = values.word(pointer)?;
    let is_task =
        |it: &Suspended<'_>| matches!(it.place, Place::Task { header, .. } if header == task);
    futures.iter().position(is_task)
}

/// All that is known of this process, until somebody else asks.
fn values() -> Option<MutexGuard<'static, Values>> {
    static VALUES: OnceLock<Option<Mutex<Values>>> = OnceLock::new();

    let values = VALUES.get_or_init(|| Values::of_this_process().map(Mutex::new));
    let values = values.as_ref()?;
    Some(values.lock().unwrap_or_else(PoisonError::into_inner))
}

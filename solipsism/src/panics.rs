//! Panics inside a world: caught where they happen, told once, where the report is.
//!
//! The process has one panic hook. Ours goes in front of the former one at the first catch, keeps what it learns for
//! a thread that is inside `catch`, and hands every other panic on, so that other tests' messages are left alone.

mod frames;
mod stack;

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};
use std::sync::Once;
use std::thread;

use self::stack::Stack;
use crate::executor::World;
use crate::frames::{Step, without_machine};
use crate::time::Instant;

/// A caught panic.
pub(crate) struct Panic {
    pub(crate) text: PanicText,
    pub(crate) payload: Box<dyn Any + Send>,
}

/// What a report prints of a panic.
#[derive(Clone, Debug)]
pub(crate) struct PanicText {
    pub(crate) message: String,
    /// `file:line:column`; unknown when a foreign hook took our place.
    pub(crate) location: Option<String>,
    /// When it was, in the time of its world.
    pub(crate) at: Option<Instant>,
    /// The former hook has printed it.
    pub(crate) printed: bool,
    /// Where it was raised.
    stack: Stack,
    /// With `RUST_BACKTRACE` only.
    backtrace: Option<String>,
}

/// What happens to a panic's message when it is raised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Print {
    /// A report will print it.
    Later,
    /// Nobody will: the former hook does, as outside of a world.
    Now,
}

thread_local! {
    static INSIDE: Cell<Option<Print>> = const { Cell::new(None) };
    static RAISED: RefCell<Option<PanicText>> = const { RefCell::new(None) };
    /// Whether there is anything in `RAISED`; cheaper to ask.
    static ANY_RAISED: Cell<bool> = const { Cell::new(false) };
}

/// Calls `f`; a panic in it is caught, with its message and place. What is not about `f` is elsewhere, since this is
/// compiled for each. Boxed, since a poll that does not panic is not to make room for that.
pub(crate) fn catch<R>(print: Print, f: impl FnOnce() -> R) -> Result<R, Box<Panic>> {
    let outside = enter(print);
    // A future that panicked is never polled again and its world says so: no broken invariant can be seen.
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    leave(outside, result.is_ok());
    result.map_err(|payload| Box::new(caught(payload)))
}

fn enter(print: Print) -> Option<Print> {
    prepare();
    INSIDE.replace(Some(print))
}

/// Puts our hook in its place, once. A process of ours has it before all tests, so that those that set another are noticed.
pub(crate) fn prepare() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| hook(info, &*former)));
    });
}

fn leave(outside: Option<Print>, is_ok: bool) {
    INSIDE.set(outside);
    if is_ok && ANY_RAISED.get() && !thread::panicking() {
        // Whatever was raised in there, user code caught it. In a destructor it may be what runs the destructor.
        take_raised();
    }
}

#[cold]
fn caught(payload: Box<dyn Any + Send>) -> Panic {
    let message = message(&*payload);
    let raised = take_raised().filter(|raised| raised.message == message);
    let text = raised.unwrap_or(PanicText {
        message,
        location: None,
        at: None,
        printed: false,
        stack: Stack::default(),
        backtrace: None,
    });
    Panic { text, payload }
}

/// Goes on with a panic that was caught elsewhere: its message and place come along.
pub(crate) fn resume(mut panic: Panic) -> ! {
    panic.text.printed = false;
    replace_raised(panic.text);
    panic::resume_unwind(panic.payload)
}

fn take_raised() -> Option<PanicText> {
    ANY_RAISED.set(false);
    RAISED.take()
}

fn replace_raised(text: PanicText) -> Option<PanicText> {
    ANY_RAISED.set(true);
    RAISED.replace(Some(text))
}

/// Panics as if at `site`: for what is found out in a poll, where the compiler no longer knows the caller.
pub(crate) fn panic_at(site: &Location<'_>, message: String) -> ! {
    resume(Panic {
        text: PanicText {
            message: message.clone(),
            location: Some(site.to_string()),
            at: None,
            printed: false,
            stack: Stack::of_here(),
            backtrace: None,
        },
        payload: Box::new(message),
    })
}

fn hook(info: &PanicHookInfo<'_>, former: &dyn Fn(&PanicHookInfo<'_>)) {
    let Some(print) = INSIDE.get() else {
        #[cfg(feature = "tokio")]
        if note_in_job(info) {
            return;
        }
        return former(info);
    };
    // Without unwinding nobody will catch anything: this is the last chance to print.
    let printed = print == Print::Now || cfg!(panic = "abort");
    if printed {
        former(info);
    }
    let text = text(info, printed);
    World::try_with(|world| {
        if world.is_watched() {
            world.inbox().note_panic(text.to_string());
        }
    });
    #[cfg(feature = "tokio")]
    if World::try_with(|world| world.note_foreign_panic(&text)) == Some(true) {
        // Tokio catches it.
        return;
    }
    if let Some(first) = replace_raised(text.clone()) {
        // Either user code caught the first one, or this one was raised while that one unwinds and the process is
        // about to abort: then no report will come.
        eprintln!("{first}\nthen {text}");
    }
}

#[cfg(feature = "tokio")]
fn note_in_job(info: &PanicHookInfo<'_>) -> bool {
    crate::executor::note_panic_in_job(|| text(info, false))
}

fn text(info: &PanicHookInfo<'_>, printed: bool) -> PanicText {
    let backtrace = Backtrace::capture();
    let message = message(info.payload());
    let location = info.location().map(ToString::to_string);
    #[cfg(feature = "tokio")]
    // A place inside of tokio, which helps nobody.
    let location = location.filter(|_| message != REACHES_OUT && message != RESUMES);
    PanicText {
        message,
        location,
        at: None,
        printed,
        stack: Stack::of_here(),
        backtrace: (backtrace.status() == BacktraceStatus::Captured)
            .then(|| frames::of_the_test(&backtrace.to_string())),
    }
}

/// The message of a payload, as std prints it, unless a reader in a world is better served by another.
fn message(payload: &(dyn Any + Send)) -> String {
    let message = raw_message(payload);
    if let Some(cure) = cure(&message) {
        if World::try_with(|_| ()).is_some() {
            return format!("{message}\n{cure}");
        }
    }
    #[cfg(feature = "tokio")]
    if let Some(sentence) = sentence(&message) {
        if World::try_with(|world| world.is_hosted()) == Some(true) {
            return sentence.to_owned();
        }
    }
    message
}

/// What to do about a panic that others raise over where they were called.
fn cure(message: &str) -> Option<&'static str> {
    if message.starts_with("cannot execute `LocalPool` executor from within another executor") {
        return Some(
            "`block_on` would block the event loop that runs already: `.await` the future",
        );
    }
    // Within a test's world; in a hosted one there is a runtime everywhere but on threads of the test's own.
    message
        .starts_with("there is no reactor running, must be called from the context of a Tokio 1.x runtime")
        .then_some(
            "there is no runtime of tokio's in this world: `#[solipsism::test(tokio)]`, with the feature `tokio`, hosts one; or use \
             `solipsism::{spawn, time, net}`, which need none",
        )
}

/// What is said where tokio itself panics over what makes no sense in a hosted world.
#[cfg(feature = "tokio")]
fn sentence(tokio: &str) -> Option<&'static str> {
    match tokio {
        "time is already frozen" => Some(PAUSES),
        "time is not frozen" => Some(RESUMES),
        _ => tokio
            .starts_with("A Tokio 1.x context was found, but IO is disabled")
            .then_some(REACHES_OUT),
    }
}

#[cfg(feature = "tokio")]
const REACHES_OUT: &str = "`tokio::net`, and whatever else needs tokio's I/O driver, reaches out of this world, and there is \
                           nothing out there: use the sockets of `solipsism::net`, and `solipsism::signal`";

#[cfg(feature = "tokio")]
const PAUSES: &str = "`tokio::time::pause` was called, but the clock of this world is virtual from its start: leave that out";

#[cfg(feature = "tokio")]
const RESUMES: &str = "`tokio::time::resume` was called, but the clock of this world is virtual to its end: leave that out, \
                       or let the test have `clock = \"real\"`";

fn raw_message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "Box<dyn Any>".to_owned()
    }
}

impl PanicText {
    /// Whether it is that one, perhaps gone on with elsewhere.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.stack.is(&other.stack)
    }

    /// Its place among what happened in its world; unknown on another thread.
    pub(crate) fn order(&self) -> Option<u64> {
        self.stack.order()
    }

    /// Where it was raised, and its message, as it is told first.
    pub(crate) fn head(&self) -> String {
        match &self.location {
            Some(location) => {
                let location = without_machine(location);
                format!("panicked at {location}:\n{}", self.message)
            }
            None => format!("panicked:\n{}", self.message),
        }
    }

    /// In which functions it was, innermost first; in a task that may stand there.
    pub(crate) fn steps(&self, site: Option<&Location<'_>>) -> &[Step] {
        self.stack.steps(self.location.as_deref(), site)
    }

    /// Writes in which functions it was; in a task that may stand there.
    pub(crate) fn write_steps(
        &self,
        f: &mut fmt::Formatter<'_>,
        site: Option<&Location<'_>>,
    ) -> fmt::Result {
        self.stack.write(f, self.location.as_deref(), site)
    }
}

/// `panicked at src/lib.rs:3:5:` and the message below, as std prints it.
impl fmt::Display for PanicText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head())?;
        match &self.backtrace {
            Some(backtrace) => {
                let backtrace = without_machine(backtrace.trim_end());
                write!(f, "\nstack backtrace:\n{backtrace}")
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "blocking")]
mod tests {
    use crate::{EventLoop, spawn};

    #[test]
    fn who_blocks_on_a_future_within_a_world_is_told_what_to_do() {
        let told = EventLoop::new().run(async {
            let task = spawn(async { futures_executor::block_on(async {}) });
            task.await.unwrap_err().to_string()
        });
        let told = told.unwrap();
        // A stack may follow.
        assert!(told.contains("runs already: `.await` the future"), "{told}");
    }
}

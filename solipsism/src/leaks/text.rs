//! The one place where what was left behind becomes text.

use std::fmt::{self, Write as _};

use super::allowed::origin;
use super::{Kind, Leak, Leaks, State};
use crate::frames::without_machine;

/// What a thing that nobody is known to hold can be held by.
const HIDDEN: &str = "no task and no body holds it: look for `mem::forget`, a cycle of `Rc`s, a `static`, a thread local, or the \
    value of a wider fixture, and drop it there";

/// "left something behind at 1s", and of each what it is, what it holds, and what to do about it.
impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = if self.is_over {
            format!("left something behind, seen at {:?}", self.at)
        } else {
            format!("something is left at {:?}", self.at)
        };
        for leak in &self.leaks {
            _ = write!(text, "\n  {}", leak.told());
            if let Some(note) = leak.note() {
                _ = write!(text, "\n    {note}");
            }
            for held in &leak.holds {
                let whose = if leak.count == 1 {
                    "it has"
                } else {
                    "they have"
                };
                _ = write!(text, "\n    {whose} {}", held.told_as_held());
            }
            _ = write!(text, "\n    {}", leak.cure(self.is_over));
        }
        f.write_str(&without_machine(&text))
    }
}

impl Leak {
    /// All of it in one line.
    pub(crate) fn line(&self, is_over: bool) -> String {
        let line = format!("{}; {}", self.told_whole(), self.cure(is_over));
        without_machine(&line).into_owned()
    }

    /// The same without what to do about it.
    pub(crate) fn told_whole(&self) -> String {
        let mut line = self.told();
        if let Some(note) = self.note() {
            _ = write!(line, "; {note}");
        }
        if !self.holds.is_empty() {
            let holds: Vec<_> = self.holds.iter().map(Self::counted).collect();
            let whose = if self.count == 1 {
                "it has"
            } else {
                "they have"
            };
            _ = write!(line, "; {whose} {}", listed(&holds));
        }
        without_machine(&line).into_owned()
    }

    /// "1 task `conn` is still alive: spawned at tests/it.rs:3:5 at 0ns"
    pub(crate) fn told(&self) -> String {
        match self.kind {
            Kind::TokioTasks => {
                return format!(
                    "{} {} still alive; where they were spawned tokio does not tell",
                    self.counted(),
                    if self.count == 1 { "is" } else { "are" }
                );
            }
            _ => {}
        }
        let state = self.verb();
        format!(
            "{} {state}{}: {}",
            self.counted(),
            self.taken(),
            self.made()
        )
    }

    /// "1 TCP stream to db.internal:80, with 5 bytes unread: connected at tests/it.rs:3:5 at 0ns"
    fn told_as_held(&self) -> String {
        format!("{}{}: {}", self.counted(), self.taken(), self.made())
    }

    /// "2 TCP streams to db.internal:80"
    fn counted(&self) -> String {
        let plural = if self.count == 1 { "" } else { "s" };
        let space = if self.about.is_empty() { "" } else { " " };
        // "listener for SIGTERM" and "end of a pipe": what is many stands before that.
        match self.noun.split_once(' ') {
            Some((noun, of)) if of.starts_with("of ") => {
                format!("{} {noun}{plural} {of}{space}{}", self.count, self.about)
            }
            _ => format!("{} {}{plural}{space}{}", self.count, self.noun, self.about),
        }
    }

    fn verb(&self) -> &'static str {
        let is_one = self.count == 1;
        match (self.kind, self.state) {
            (_, State::Born | State::Undying) if is_one => {
                "was spawned by a destructor when everything was dropped, and never ran"
            }
            (_, State::Born | State::Undying) => {
                "were spawned by destructors when everything was dropped, and never ran"
            }
            (Kind::Faults, _) => "never did anything",
            (Kind::Handlers, _) => "did not finish, and had to be cancelled",
            (Kind::Tasks, _) if is_one => "is still alive",
            (Kind::Tasks, _) => "are still alive",
            (Kind::Timers, _) if is_one => "is still set",
            (Kind::Timers, _) => "are still set",
            (Kind::Proxies, _) if is_one => "is still running",
            (Kind::Proxies, _) => "are still running",
            (Kind::Signals, _) if is_one => "is still there",
            (Kind::Signals, _) => "are still there",
            _ if is_one => "is still open",
            _ => "are still open",
        }
    }

    fn taken(&self) -> String {
        let what = match (self.kind, self.untaken) {
            (_, 0) => return String::new(),
            (Kind::Listeners, 1) => "connection never accepted",
            (Kind::Listeners, _) => "connections never accepted",
            (Kind::Datagrams, 1) => "datagram unread",
            (Kind::Datagrams, _) => "datagrams unread",
            (_, 1) => "byte unread",
            (_, _) => "bytes unread",
        };
        format!(", with {} {what}", self.untaken)
    }

    /// "spawned at tests/it.rs:3:5 at 0ns"
    fn made(&self) -> String {
        let how = match (self.kind, self.noun) {
            (Kind::Tasks, _) => "spawned",
            (Kind::Timers, _) => "set",
            (Kind::Listeners | Kind::Datagrams, _) => "bound",
            (Kind::Proxies | Kind::Handlers, _) => "started",
            (Kind::Faults, _) => "ordered",
            (_, noun) if noun.starts_with("accepted") => "accepted",
            (_, noun) if noun.starts_with("connecting") => "begun",
            (Kind::Streams, _) if self.about.starts_with("to ") => "connected",
            _ => "made",
        };
        let place = match self.created {
            Some(site) if !is_ours(site.file()) => format!("{how} at {site}"),
            _ => format!("{how} by a part of solipsism"),
        };
        let [first, last] = self.since;
        match self.kind {
            Kind::Faults => place,
            _ if first == last => format!("{place} at {first:?}"),
            _ => format!("{place}, the first at {first:?} and the last at {last:?}"),
        }
    }

    fn note(&self) -> Option<&'static str> {
        match (self.state, self.count) {
            (State::NeverWoken, 1) => {
                Some("no waker of it is alive, so nothing could ever wake it")
            }
            (State::NeverWoken, _) => {
                Some("no waker of them is alive, so nothing could ever wake them")
            }
            (State::Undying, _) => Some(
                "what is dropped there spawns the next, and that again: after so many the next one was not dropped any more",
            ),
            _ => None,
        }
    }

    /// What to do about it.
    fn cure(&self, is_over: bool) -> String {
        let them = if self.count == 1 { "it" } else { "them" };
        let when = if is_over {
            "before the test ends"
        } else {
            "before it is checked"
        };
        let foreign = self.created.and_then(origin);
        if let (
            Some(name),
            Kind::Tasks | Kind::Timers | Kind::Streams | Kind::Listeners | Kind::Datagrams,
        ) = (foreign, self.kind)
        {
            let name = name.replace('-', "_");
            return format!(
                "end what `{name}` does there {when}, or write `allow_leaks(crate = \"{name}\")` if it cannot be ended"
            );
        }
        match (self.kind, self.state) {
            (_, State::Born | State::Undying) => {
                "do not spawn in `Drop`: have what must be awaited done by an async `close`, before the test ends".to_owned()
            }
            (Kind::Tasks, _) if is_over => format!(
                "await or abort {them} {when}, or call `.background()` on what `spawn` gave if {} may outlive the test",
                if self.count == 1 { "it" } else { "they" }
            ),
            (Kind::Tasks, _) => format!(
                "await or abort {them} {when}, or call `.background()` on what `spawn` gave"
            ),
            (Kind::TokioTasks, _) => format!(
                "await or abort {them} {when}, or write `allow_leaks(tokio_tasks)` if a library keeps {them}"
            ),
            (Kind::Handlers, _) => {
                "have the client end its side first, or write `allow_leaks(handlers)` if that is what is tested".to_owned()
            }
            (Kind::Faults, _) => {
                "what was to bear it was never tested: send something that it hits, or leave it out".to_owned()
            }
            _ if is_over => HIDDEN.to_owned(),
            _ => format!("drop {them} {when}"),
        }
    }
}

/// Whether this is code of this crate, which no user could change.
fn is_ours(file: &str) -> bool {
    let here = file!().strip_suffix("leaks/text.rs");
    here.is_some_and(|here| file.starts_with(here))
}

/// "a, b and c"
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

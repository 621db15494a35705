//! The one place where what was left behind becomes text.

use std::fmt::{self, Write as _};

use super::allowed::origin;
use super::{Kind, Leak, Leaks, State};
use crate::frames::without_machine;
use crate::stopped::asleep;

/// Of tasks that were spawned at one place more waits than these say nothing more.
const WAITS: usize = 3;

/// Of a thing that nobody is known to hold.
const HIDDEN: &str = "drop {} before the test ends: neither the body nor a task has {}, so look for a `static`, a thread local, the \
    value of a wider fixture, a cycle of `Rc`s, or `mem::forget`";

const NO_SPAWN: &str = "do not spawn in `Drop`: have what must be awaited done by an async `close`, before the test ends";

/// "left something behind at 1s", and of each what it is, what it holds, and what to do about it.
impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = if self.is_over {
            format!("left something behind at {:?}", self.at)
        } else {
            format!("something is left at {:?}", self.at)
        };
        for leak in &self.groups {
            _ = write!(text, "\n  {}", leak.told());
            let waits = leak.waits();
            if let (Some(note), true) = (leak.note(), waits.is_empty()) {
                _ = write!(text, "\n    {note}");
            }
            for waits in waits.iter().take(WAITS) {
                text.push_str(waits);
            }
            if waits.len() > WAITS {
                _ = write!(
                    text,
                    "\n    and {} more wait elsewhere",
                    waits.len() - WAITS
                );
            }
            for held in &leak.holds {
                _ = write!(text, "\n    {}", held.told_as_held(leak.count == 1));
            }
            _ = write!(text, "\n    {}", leak.cure(self.is_over));
        }
        f.write_str(&without_machine(&text))
    }
}

impl Leak {
    /// In what its tasks wait, those that wait alike together.
    fn waits(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for told in self.asleep.iter().filter_map(asleep) {
            if !all.contains(&told) {
                all.push(told);
            }
        }
        all
    }

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
            let (holds, rest): (Vec<&Self>, Vec<_>) = self
                .holds
                .iter()
                .partition(|held| matches!(held.state, State::Plain | State::NeverWoken));
            let holds: Vec<_> = holds.into_iter().map(Self::counted).collect();
            if !holds.is_empty() {
                let has = if self.count == 1 { "has" } else { "have" };
                let it = if self.count == 1 { "it" } else { "they" };
                _ = write!(line, "; {it} {has} {}", listed(&holds));
            }
            for held in rest {
                _ = write!(line, "; {}", held.told_as_held(self.count == 1));
            }
        }
        without_machine(&line).into_owned()
    }

    /// "1 task `conn` is still alive: spawned at tests/it.rs:3:5 at 0ns"
    pub(crate) fn told(&self) -> String {
        if self.kind == Kind::TokioTasks {
            let (are, they_were) = match self.count {
                1 => ("is", "it was"),
                _ => ("are", "they were"),
            };
            let counted = self.counted();
            return format!(
                "{counted} {are} still alive; where {they_were} spawned tokio does not tell"
            );
        }
        let state = self.verb();
        format!(
            "{} {state}{}: {}",
            self.counted(),
            self.taken(),
            self.made()
        )
    }

    /// "it has 1 TCP stream to db.internal:80, with 5 bytes unread: connected at tests/it.rs:3:5 at 0ns"
    fn told_as_held(&self, by_one: bool) -> String {
        let (has, it) = if by_one {
            ("it has", "it")
        } else {
            ("they have", "them")
        };
        let counted = self.counted();
        let made = self.made();
        match self.state {
            State::Plain | State::NeverWoken => format!("{has} {counted}{}: {made}", self.taken()),
            State::Waits if self.count == 1 => format!("{counted} waits for {it}: {made}"),
            State::Waits => format!("{counted} wait for {it}: {made}"),
            State::Born => format!(
                "when everything was dropped, destructors in {it} spawned {counted}, which never ran: {made}"
            ),
            State::Undying => format!(
                "and {counted} more, each by the destructor of the one before, until the next was not dropped any more: {made}"
            ),
        }
    }

    /// "2 TCP streams to db.internal:80", "2 TCP streams, one to db.internal:80"
    fn counted(&self) -> String {
        let plural = if self.count == 1 { "" } else { "s" };
        // Of "end of a pipe" what is many stands before that.
        let (noun, of) = match self.noun.find(" of ") {
            Some(place) => self.noun.split_at(place),
            None => (self.noun, ""),
        };
        let space = match (self.about.as_str(), self.is_various) {
            ("", true) => ", one without a name",
            ("", false) => "",
            (_, true) => ", one ",
            (_, false) => " ",
        };
        format!("{} {noun}{plural}{of}{space}{}", self.count, self.about)
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

    /// What to do about it, and about what its destructors did.
    fn cure(&self, is_over: bool) -> String {
        let cure = self.own_cure(is_over);
        let is_born = |held: &Self| matches!(held.state, State::Born | State::Undying);
        if self.holds.iter().any(is_born) {
            return format!("{cure}; {NO_SPAWN}");
        }
        cure
    }

    fn own_cure(&self, is_over: bool) -> String {
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
            (_, State::Born | State::Undying) => NO_SPAWN.to_owned(),
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
                "have it return when its stream ends, or write `allow_leaks(handlers)` if the test wants one that never does".to_owned()
            }
            (Kind::Faults, _) => {
                "what was to bear it was never tested: send something that it hits, or leave it out".to_owned()
            }
            _ if is_over => HIDDEN.replace("{}", them),
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

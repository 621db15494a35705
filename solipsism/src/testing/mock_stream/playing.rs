//! A script while it is played.

use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::handle::Added;
use super::script::{Action, Bytes, Script, Step};
use crate::panics::panic_at;
use crate::testing::party::Awaiting;
use crate::time::{Instant, Sleep};

pub(super) struct Playing {
    script: Script,
    /// Where more steps come from.
    added: Option<Arc<Added>>,
    /// How many steps there were.
    count: usize,
    /// What a step that was begun looked like before.
    begun: Option<String>,
    /// When the wait that is next ends.
    until: Option<Instant>,
    reader: Direction,
    writer: Direction,
}

/// Who reads, or who writes.
struct Direction {
    waker: Option<Waker>,
    // One each, since a `Sleep` knows one waker.
    sleep: Option<Sleep>,
    awaiting: Awaiting,
    verb: &'static str,
}

impl Direction {
    fn new(verb: &'static str, site: &'static Location<'static>) -> Self {
        Self {
            waker: None,
            sleep: None,
            awaiting: Awaiting::new(site),
            verb,
        }
    }

    /// The step is another's, or a wait that is not over.
    fn wait(&mut self, cx: &Context<'_>, what: String) {
        self.waker = Some(cx.waker().clone());
        self.awaiting.wait_for(what);
    }
}

impl Playing {
    pub(super) fn new(script: Script, added: Option<Arc<Added>>) -> Self {
        let site = script.site;
        Self {
            count: script.steps.len(),
            added,
            script,
            begun: None,
            until: None,
            reader: Direction::new("read", site),
            writer: Direction::new("write", site),
        }
    }

    pub(super) fn next_step(&self) -> Option<&Step> {
        self.script.steps.front()
    }

    /// Takes what was added.
    fn receive(&mut self) {
        if let Some(added) = &self.added {
            let steps = added.take();
            self.count += steps.len();
            self.script.steps.extend(steps);
        }
    }

    /// Whether a step may be added where there is none. Whoever asks is woken when it is, or will not be.
    fn waits_for_a_step(&mut self, cx: &Context<'_>, writes: bool) -> bool {
        let direction = usize::from(writes);
        let Some(added) = self.added.as_ref() else {
            return false;
        };
        if !self.script.steps.is_empty() || !added.wait(direction, cx.waker()) {
            return false;
        }
        let what = format!(
            "a step that `ScriptHandle` adds to {}, after {} of {}",
            self.subject(),
            self.count,
            self.count
        );
        let direction = if writes {
            &mut self.writer
        } else {
            &mut self.reader
        };
        direction.awaiting.wait_for(what);
        true
    }

    /// The stream is dropped.
    pub(super) fn end(&mut self) {
        self.receive();
        let subject = self.subject();
        if let Some(added) = &self.added {
            added.drop_stream(subject);
        }
    }

    pub(super) fn read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.receive();
        if self.waits(cx, |playing| &mut playing.reader) || self.waits_for_a_step(cx, false) {
            return Poll::Pending;
        }
        self.reader.awaiting.end();
        let told = self.told();
        match self.script.steps.front_mut().map(|step| &mut step.action) {
            None => Poll::Ready(Ok(0)),
            Some(Action::Read(bytes)) => {
                let count = bytes.len().min(buf.len());
                for (to, from) in buf.iter_mut().zip(bytes.drain(..count)) {
                    *to = from;
                }
                let is_done = bytes.is_empty();
                self.go_on(told, is_done);
                Poll::Ready(Ok(count))
            }
            Some(Action::ReadError(error)) => {
                let error = Action::error(error);
                self.go_on(told, true);
                Poll::Ready(Err(error))
            }
            Some(_) => self.wait_for_the_other(cx, |playing| &mut playing.reader),
        }
    }

    pub(super) fn write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.receive();
        if self.waits(cx, |playing| &mut playing.writer)
            || (!buf.is_empty() && self.waits_for_a_step(cx, true))
        {
            return Poll::Pending;
        }
        self.writer.awaiting.end();
        let told = self.told();
        let Some(step) = self.script.steps.front_mut() else {
            if buf.is_empty() {
                return Poll::Ready(Ok(0));
            }
            let message = format!(
                "{} was written more than its script says, after its last step: {}",
                self.subject(),
                Bytes::new(buf)
            );
            self.blame(self.script.site, message)
        };
        let site = step.site;
        match &mut step.action {
            Action::Write(bytes) => {
                let count = bytes.len().min(buf.len());
                let differs = (0..count).find(|at| bytes[*at] != buf[*at]);
                if let Some(at) = differs {
                    let expected: Vec<u8> = bytes.iter().copied().collect();
                    let message = format!(
                        "{} was written other bytes than its script says, in step {} of {}\n  expected: {}\n     found: {}\n  \
                         they differ from byte {at} on",
                        self.subject(),
                        self.number(),
                        self.count,
                        Bytes::new(&expected),
                        Bytes::new(buf)
                    );
                    self.blame(site, message)
                }
                bytes.drain(..count);
                let is_done = bytes.is_empty();
                self.go_on(told, is_done);
                Poll::Ready(Ok(count))
            }
            Action::WriteError(error) => {
                let error = Action::error(error);
                self.go_on(told, true);
                Poll::Ready(Err(error))
            }
            Action::Close => {
                let message = format!(
                    "{} was written {}, and its script says, in step {} of {}, that it is closed",
                    self.subject(),
                    Bytes::new(buf),
                    self.number(),
                    self.count
                );
                self.blame(site, message)
            }
            _ => self.wait_for_the_other(cx, |playing| &mut playing.writer),
        }
    }

    pub(super) fn close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.receive();
        if self.waits(cx, |playing| &mut playing.writer) {
            return Poll::Pending;
        }
        self.writer.awaiting.end();
        let told = self.told();
        match self.script.steps.front().map(|step| &step.action) {
            Some(Action::Close) => {
                self.go_on(told, true);
                Poll::Ready(Ok(()))
            }
            Some(Action::WriteError(error)) => {
                let error = Action::error(error);
                self.go_on(told, true);
                Poll::Ready(Err(error))
            }
            // Whoever reads may go on.
            _ if self.closes_later() => self.wait_for_the_other(cx, |playing| &mut playing.writer),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn closes_later(&self) -> bool {
        let mut steps = self.script.steps.iter();
        steps.any(|step| matches!(step.action, Action::Close))
    }

    /// Why it must not be dropped yet, and which step says so.
    pub(super) fn unplayed(&mut self) -> Option<(&'static Location<'static>, String)> {
        let steps = &self.script.steps;
        if steps
            .iter()
            .all(|step| matches!(step.action, Action::Wait(_)))
        {
            return None;
        }
        let next = self.next_step()?;
        let partly = match &self.begun {
            Some(begun) => format!(" (of a step that was {begun})"),
            None => String::new(),
        };
        let message = format!(
            "{} was dropped before its script was at its end: step {} of {} is next, {}{partly}",
            self.subject(),
            self.number(),
            self.count,
            next.action
        );
        Some((next.site, message))
    }

    /// Whether a wait is next that is not over.
    fn waits(&mut self, cx: &mut Context<'_>, direction: fn(&mut Self) -> &mut Direction) -> bool {
        while let Some(Step {
            action: Action::Wait(duration),
            site,
        }) = self.script.steps.front()
        {
            let (duration, site) = (*duration, *site);
            let until = *self
                .until
                .get_or_insert_with(|| Instant::now().deadline(duration));
            let direction = direction(self);
            let sleep = direction
                .sleep
                .get_or_insert_with(|| Sleep::at(until, site));
            if Pin::new(sleep).poll(cx).is_pending() {
                return true;
            }
            self.go_on(None, true);
        }
        false
    }

    fn wait_for_the_other<T>(
        &mut self,
        cx: &Context<'_>,
        direction: fn(&mut Self) -> &mut Direction,
    ) -> Poll<T> {
        let step = self.next_step().expect("a step of the other's is next");
        let what = format!(
            "step {} of {} of {}, {}",
            self.number(),
            self.count,
            self.subject(),
            step.action
        );
        let direction = direction(self);
        let what = format!("its turn to {}, after {what}", direction.verb);
        direction.wait(cx, what);
        Poll::Pending
    }

    /// What the next step looks like before it is touched.
    fn told(&self) -> Option<String> {
        if self.begun.is_some() {
            return None;
        }
        self.next_step().map(|step| step.action.to_string())
    }

    fn go_on(&mut self, told: Option<String>, is_done: bool) {
        if !is_done {
            if told.is_some() {
                self.begun = told;
            }
            return;
        }
        self.script.steps.pop_front();
        self.begun = None;
        self.until = None;
        self.reader.sleep = None;
        self.writer.sleep = None;
        let waiting = [self.reader.waker.take(), self.writer.waker.take()];
        waiting.into_iter().flatten().for_each(Waker::wake);
    }

    fn number(&self) -> usize {
        self.count - self.script.steps.len() + 1
    }

    fn subject(&self) -> String {
        match &self.script.name {
            Some(name) => format!("the mock stream `{name}`"),
            None => format!("the mock stream made at {}", self.script.site),
        }
    }

    /// The test has failed: what is left of the script is no second failure.
    fn blame(&mut self, site: &'static Location<'static>, message: String) -> ! {
        self.script.steps.clear();
        panic_at(site, message)
    }
}

//! What a probe's messages say of its events.

use std::fmt::{Debug, Write};

use super::Log;

impl<T: Debug> Log<T> {
    /// The next event, which is consumed by this.
    pub(super) fn take(&mut self) -> Option<T> {
        let noted = self.unread.pop_front()?;
        self.read.push((format!("{:?}", noted.event), noted.by));
        Some(noted.event)
    }

    /// Whose event it is.
    pub(super) fn of(&self) -> String {
        let name = self.name.as_deref();
        name.map_or_else(String::new, |name| format!(" of the probe `{name}`"))
    }

    /// The last that was consumed.
    pub(super) fn last(&self) -> String {
        match self.read.last() {
            None => " (none has been yet)".to_owned(),
            Some((event, _)) => format!(" after {event}"),
        }
    }

    /// What came before the event that was consumed last, and what after it.
    pub(super) fn others(&self) -> String {
        let before = self.read.len().saturating_sub(1);
        let mut text = String::new();
        self.list_read(&mut text, before);
        self.list_unread(&mut text, "after it came");
        text
    }

    /// What nobody consumed.
    pub(super) fn left(&self) -> String {
        let count = self.unread.len();
        let (events, were) = if count == 1 {
            ("event", "was")
        } else {
            ("events", "were")
        };
        let of = if self.name.is_some() {
            self.of()
        } else {
            " of a probe".to_owned()
        };
        let mut text = format!("{count} {events}{of} {were} noted and never consumed");
        self.list_unread(&mut text, "not consumed");
        self.list_read(&mut text, self.read.len());
        text.push_str(
            "\n  await each with `next` or `expect`, or consume all that is there with `take`",
        );
        text
    }

    fn list_read(&self, text: &mut String, count: usize) {
        if count == 0 {
            return;
        }
        text.push_str("\n  consumed before:");
        for (event, by) in &self.read[..count] {
            line(text, event, by);
        }
    }

    fn list_unread(&self, text: &mut String, heading: &str) {
        if self.unread.is_empty() {
            return;
        }
        write!(text, "\n  {heading}:").expect("a string takes all that is written");
        for noted in &self.unread {
            line(text, &format!("{:?}", noted.event), &noted.by);
        }
    }
}

fn line(text: &mut String, event: &str, by: &super::Party) {
    write!(text, "\n    {event}, noted {by}").expect("a string takes all that is written");
}

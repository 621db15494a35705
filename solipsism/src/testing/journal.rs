//! What a checker did, operation by operation, and the end of it when a rule is broken.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write;
use std::panic::Location;
use std::rc::Rc;

use crate::panics::panic_at;
use crate::time::Instant;

/// How many operations a report shows: more than most rules need.
const SHOWN: usize = 24;

/// A checker's log. Clones write into the same.
#[derive(Clone)]
pub(super) struct Journal(Rc<RefCell<Inner>>);

struct Inner {
    checker: &'static str,
    site: &'static Location<'static>,
    /// What must hold.
    rule: &'static str,
    /// On what the operations are done.
    subject: String,
    lines: VecDeque<(Instant, String)>,
    /// How many were before these.
    hidden: usize,
    watches: usize,
}

impl Journal {
    pub(super) fn new(checker: &'static str, site: &'static Location<'static>) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            checker,
            site,
            rule: "",
            subject: String::new(),
            lines: VecDeque::new(),
            hidden: 0,
            watches: 0,
        })))
    }

    /// Another rule, checked with something new.
    pub(super) fn begin(&self, rule: &'static str, subject: String) {
        let mut inner = self.0.borrow_mut();
        inner.rule = rule;
        inner.subject = subject;
        inner.lines.clear();
        inner.hidden = 0;
        inner.watches = 0;
    }

    pub(super) fn note(&self, what: impl Into<String>) {
        let now = Instant::now();
        let mut inner = self.0.borrow_mut();
        inner.lines.push_back((now, what.into()));
        if inner.lines.len() > SHOWN {
            inner.lines.pop_front();
            inner.hidden += 1;
        }
    }

    /// A name for a waker: A, B, …
    pub(super) fn name(&self) -> String {
        let mut inner = self.0.borrow_mut();
        inner.watches += 1;
        let number = inner.watches - 1;
        let letter = char::from(b'A' + u8::try_from(number % 26).expect("it is less than 26"));
        match number / 26 {
            0 => letter.to_string(),
            round => format!("{letter}{round}"),
        }
    }

    /// The end of the check.
    pub(super) fn broke(&self, found: &str) -> ! {
        let inner = self.0.borrow();
        let mut text = format!(
            "{}: a rule is broken: {}\n  found: {found}\n  with {}:",
            inner.checker, inner.rule, inner.subject
        );
        let hidden = inner.hidden;
        if hidden > 0 {
            write!(text, "\n    {hidden} operations, and then").expect("a string takes it all");
        }
        for (at, line) in &inner.lines {
            write!(text, "\n    at {at:?} {line}").expect("a string takes it all");
        }
        let site = inner.site;
        drop(inner);
        panic_at(site, text)
    }
}

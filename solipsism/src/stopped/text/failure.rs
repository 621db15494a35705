//! The words for a failure that nobody was told of.

use std::fmt;

use super::place;
#[cfg(feature = "tokio")]
use crate::executor::FOREIGN;
use crate::executor::{Failure, Lost};

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)?;
        self.text.write_steps(f, Some(self.site))
    }
}

impl Failure {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.text.at.map(|at| format!(" at {at:?}"));
        let at = at.unwrap_or_default();
        let place = place(self.task, self.site);
        match self.what {
            Lost::Task => {
                write!(
                    f,
                    "background task failed{at}: {}, {place}, {}",
                    self.who, self.text
                )
            }
            #[cfg(feature = "tokio")]
            Lost::Foreign => {
                write!(
                    f,
                    "background task failed{at}: {} {}\n  nobody was seen to await it; if somebody did, in a tokio task \
                     or after its end, call `solipsism::task::forgive(&join_error)` there",
                    self.who, self.text
                )
            }
            #[cfg(feature = "tokio")]
            Lost::Destructor if self.task >= FOREIGN => write!(
                f,
                "destructor failed{at}: while {} was dropped, something in it {}",
                self.who, self.text
            ),
            Lost::Destructor => write!(
                f,
                "destructor failed{at}: while {}, {place}, was dropped, something in it {}",
                self.who, self.text
            ),
            Lost::Waker => write!(
                f,
                "waker failed{at}: a waker, woken or dropped by the event loop, {}",
                self.text
            ),
            Lost::Job => write!(
                f,
                "blocking job failed{at}: submitted at {} by a task that was aborted, it {}",
                self.site, self.text
            ),
        }
    }
}

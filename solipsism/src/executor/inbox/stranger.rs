//! [`Stranger`]: another thread that did something to a world and had not been announced, or came when the verdict was given.

use std::fmt;
use std::thread::{self, Thread};

use super::{Inbox, Letters};

/// Another thread that did something to a world.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    thread: String,
    deed: Deed,
}

#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// The task, as messages name it.
    Woke(String),
    #[cfg_attr(
        not(feature = "net"),
        expect(dead_code, reason = "only sockets are dropped so")
    )]
    Dropped,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread `{}` ", self.thread)?;
        match &self.deed {
            Deed::Woke(task) => write!(f, "woke {task}"),
            Deed::Dropped => f.write_str("dropped a socket"),
        }
    }
}

impl Inbox {
    /// Who first did something to this world unannounced.
    pub(crate) fn stranger(&self) -> Option<Stranger> {
        self.letters().stranger.clone()
    }

    /// Who came after the verdict.
    pub(crate) fn late(&self) -> Option<Stranger> {
        self.letters().late.clone()
    }

    /// The current thread, unless it is the world's own.
    pub(super) fn foreigner(&self) -> Option<Thread> {
        #[cfg(feature = "tokio")]
        if crate::executor::hosted::is_of_pool(self) {
            return None;
        }
        let current = thread::current();
        (self.owner.get() != Some(&current.id())).then_some(current)
    }
}

impl Letters {
    /// Takes note of a thread that was not announced, or comes too late.
    pub(super) fn meet(&mut self, foreigner: Option<Thread>, deed: impl FnOnce() -> Deed) {
        let place = if self.judged {
            &mut self.late
        } else if self.announced == 0 {
            &mut self.stranger
        } else {
            return;
        };
        if let Some(thread) = foreigner {
            place.get_or_insert_with(|| Stranger {
                thread: thread.name().unwrap_or("without a name").to_owned(),
                deed: deed(),
            });
        }
    }
}

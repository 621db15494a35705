//! The stacks on which a stuck task's waker was cloned, and what had been read of it before. They are resolved when somebody
//! reads the report: that takes far longer than all that went before.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::Sight;
use super::suspended::Reading;
use crate::frames::{Chain, Frame, Held, Suspended, Workspace, chains, merged, parse, suspended};

#[derive(Clone, Default)]
pub(crate) struct Stacks {
    kept: Option<Arc<Kept>>,
    pub(crate) sight: Sight,
}

struct Kept {
    stacks: Vec<Backtrace>,
    read: Vec<Suspended>,
    /// The task went on in its poll: where it stood is what was read.
    went_on: bool,
    workspace: Arc<Workspace>,
    chains: OnceLock<Told>,
}

struct Told {
    chains: Vec<Chain>,
    are_of_before: bool,
}

impl Kept {
    fn told(&self) -> &Told {
        self.chains.get_or_init(|| {
            let read = suspended(&self.read, &self.workspace);
            let are_of_before = self.went_on && !read.is_empty();
            let chains = if are_of_before {
                read
            } else {
                let stacks = self.stacks.iter().map(|stack| seen(&stack.to_string()));
                let polled = chains(&stacks.collect::<Vec<_>>(), &self.workspace);
                merged(polled, read)
            };
            Told {
                chains,
                are_of_before,
            }
        })
    }
}

impl Stacks {
    pub(super) fn new(
        stacks: Vec<Backtrace>,
        before: &Reading,
        task: u32,
        went_on: bool,
        workspace: &Arc<Workspace>,
    ) -> Self {
        let read = before.of(task);
        let is_known = !stacks.is_empty() || !read.is_empty();
        let kept = is_known.then(|| Kept {
            stacks,
            read: read.to_vec(),
            went_on,
            workspace: Arc::clone(workspace),
            chains: OnceLock::new(),
        });
        Self {
            kept: kept.map(Arc::new),
            sight: before.sight,
        }
    }

    /// What they say, one for each arm of a `select!` or a `join!`.
    pub(crate) fn chains(&self) -> &[Chain] {
        let kept = self.kept.as_ref();
        kept.map_or(&[], |kept| &kept.told().chains)
    }

    /// Whether the chains are those of before the second poll, in which the task went on.
    pub(crate) fn are_of_before(&self) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.told().are_of_before)
    }

    /// The function in which something is held, and where that stands.
    pub(crate) fn place(&self, held: &Held) -> (String, Option<String>) {
        let kept = self.kept.as_ref();
        kept.map_or_else(Default::default, |kept| held.place(&kept.workspace))
    }
}

impl fmt::Debug for Stacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.chains()).finish()
    }
}

/// What of a stack is the task's: outside of the waker that was cloned, inside of our loop.
fn seen(printed: &str) -> Vec<Frame> {
    let mut frames = parse(printed);
    // By file, since without types a name may have lost its path; without lines there is the name alone.
    let is = |frame: &Frame, file: &str, name: &str| match &frame.file {
        Some(_) => frame.own_file() == Some(file),
        None => frame.symbol.contains(name),
    };
    let root = frames.iter().position(|frame| {
        is(
            frame,
            "executor/second_poll.rs",
            "second_poll::poll_once_more",
        )
    });
    // Tokio polls tasks of its own.
    let root = root.or_else(|| {
        frames
            .iter()
            .position(|frame| frame.symbol.starts_with("tokio::runtime::task::core::"))
    });
    frames.truncate(root.unwrap_or(frames.len()));
    let tracer = frames.iter().rposition(|frame| {
        is(
            frame,
            "executor/second_poll/tracer.rs",
            "second_poll::tracer",
        )
    });
    frames.drain(..tracer.map_or(0, |tracer| tracer + 1));
    frames
}

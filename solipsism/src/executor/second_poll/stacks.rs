//! The stacks on which a stuck task's waker was cloned. They are resolved when somebody reads the report: that takes far longer
//! than all that went before.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::frames::{Chain, Frame, Workspace, chains, parse};

#[derive(Clone, Default)]
pub(crate) struct Stacks(Option<Arc<Kept>>);

struct Kept {
    stacks: Vec<Backtrace>,
    workspace: Arc<Workspace>,
    chains: OnceLock<Vec<Chain>>,
}

impl Stacks {
    pub(super) fn new(stacks: Vec<Backtrace>, workspace: &Arc<Workspace>) -> Self {
        let kept = (!stacks.is_empty()).then(|| Kept {
            stacks,
            workspace: Arc::clone(workspace),
            chains: OnceLock::new(),
        });
        Self(kept.map(Arc::new))
    }

    /// What they say, one for each arm of a `select!` or a `join!`.
    pub(crate) fn chains(&self) -> &[Chain] {
        let Some(kept) = &self.0 else { return &[] };
        kept.chains.get_or_init(|| {
            let stacks = kept.stacks.iter().map(|stack| seen(&stack.to_string()));
            chains(&stacks.collect::<Vec<_>>(), &kept.workspace)
        })
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

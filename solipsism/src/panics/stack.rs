//! The stack on which a panic was raised. It is read when a report tells of the panic, and by nothing else: that takes far longer than
//! to raise one.

use std::backtrace::Backtrace;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use crate::executor::World;
use crate::frames::{Frame, Step, Whose, Workspace, parse, steps};

/// More functions than these say nothing more.
const TOLD: usize = 12;

#[derive(Clone, Default)]
pub(super) struct Stack(Option<Arc<Kept>>);

struct Kept {
    stack: Backtrace,
    /// Where the body of its world stands: as every place of the user's is named.
    body: Option<&'static Location<'static>>,
    /// When it was, among what happened in that world.
    order: Option<u64>,
    steps: OnceLock<Vec<Step>>,
}

impl Stack {
    pub(super) fn of_here() -> Self {
        Self(Some(Arc::new(Kept {
            stack: Backtrace::force_capture(),
            body: World::try_with(|world| world.body_site()).flatten(),
            order: World::try_with(|world| world.ticket()),
            steps: OnceLock::new(),
        })))
    }

    /// Whether the one is a copy of the other.
    pub(super) fn is(&self, other: &Self) -> bool {
        let both = self.0.as_ref().zip(other.0.as_ref());
        both.is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    }

    pub(super) fn order(&self) -> Option<u64> {
        self.0.as_ref()?.order
    }

    /// The functions of the user's on it, out to the root of the task, which may stand there.
    pub(super) fn steps(&self, location: Option<&str>, site: Option<&Location<'_>>) -> &[Step] {
        let Some(kept) = &self.0 else { return &[] };
        kept.steps.get_or_init(|| {
            let frames = of_the_task(parse(&kept.stack.to_string()));
            let sites = kept.body.into_iter().chain(site).map(Location::file);
            // On a thread beside the world its own place is all that is known of the workspace.
            let own = location.and_then(|location| location.rsplitn(3, ':').nth(2));
            steps(&frames, &Workspace::of(sites.chain(own)))
        })
    }

    /// Writes in which functions it was, unless that says no more than where the panic was raised.
    pub(super) fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        location: Option<&str>,
        site: Option<&Location<'_>>,
    ) -> fmt::Result {
        let steps = self.steps(location, site);
        if let [step] = steps {
            let is_there = |location: &str| location.starts_with(&format!("{}:", step.file));
            if location.is_some_and(is_there) {
                return Ok(());
            }
        }
        for step in steps.iter().take(TOLD) {
            write!(f, "\n    {step}")?;
        }
        match steps.len().saturating_sub(TOLD) {
            0 => Ok(()),
            rest => write!(f, "\n    and {rest} more"),
        }
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}

/// What of a panic's stack is the task's: outside of what raised it, inside of what polled it.
fn of_the_task(mut frames: Vec<Frame>) -> Vec<Frame> {
    let is_raising = |frame: &Frame| {
        frame.whose() == Whose::Std
            || is_ours(frame, "panics.rs", "solipsism::panics::")
            || is_ours(frame, "panics/stack.rs", "solipsism::panics::")
    };
    // A hook that calls ours stands between it and the machinery of panics.
    let is_machinery = |frame: &Frame| frame.symbol.contains("std::panicking::");
    let hooks = frames.iter().position(is_machinery).unwrap_or(0);
    let raising = frames[hooks..].iter().take_while(|frame| is_raising(frame));
    let raising = hooks + raising.count();
    frames.drain(..raising);
    let is_root = |frame: &Frame| {
        is_ours(frame, "executor/tasks.rs", "solipsism::executor::tasks::")
            || is_ours(frame, "executor/jobs.rs", "solipsism::executor::jobs::")
            || is_ours(frame, "panics.rs", "solipsism::panics::")
    };
    let root = frames.iter().position(is_root);
    frames.truncate(root.unwrap_or(frames.len()));
    frames
}

/// By file, since a name may have lost its path; without lines there is the name alone.
fn is_ours(frame: &Frame, file: &str, name: &str) -> bool {
    match &frame.file {
        Some(_) => frame.own_file() == Some(file),
        None => frame.symbol.contains(name),
    }
}

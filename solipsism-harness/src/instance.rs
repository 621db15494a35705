//! [`Instance`]: the one value of a wider fixture in one scope, and what makes and ends it, which `solipsism` hands in.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::{Object, Options, Outcome, Provider};

/// The one value of a fixture in one module, or in the session, with one choice on each of its axes. The plan makes one of it; who
/// sets it up and when is the run's.
pub struct Instance {
    /// Of which fixture.
    pub provider: &'static Provider,
    /// `module_path!()` of the tests that share it; `None` is the session.
    pub module: Option<&'static str>,
    /// What was chosen on the axes of the fixture and of all that it uses, at any depth.
    pub choices: Vec<Chosen>,
    /// The instances that it uses, at any depth, each after those that it uses itself.
    pub uses: Vec<Arc<Instance>>,
    /// What the flags and the environment say.
    pub options: Options,
    /// With which others it shares a thread.
    pub group: Arc<Group>,
    /// What `solipsism` keeps for it: the value, if other threads may have it.
    pub kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Where a case runs.
#[derive(Clone)]
pub enum Place {
    /// Beside all others, in a whole world.
    Anywhere,
    /// On the thread of this group, in a whole world.
    OnThread(Arc<Group>),
    /// On the thread of this group, in a child of its loop.
    InLoop(Arc<Group>),
}

/// What was chosen on one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Whose axis it is; `None` is the test.
    pub provider: Option<&'static Provider>,
    /// Which of its axes.
    pub axis: usize,
    /// Which of the axis' values.
    pub value: usize,
}

/// Instances that share a thread, and the cases that run on it, one after another.
#[derive(Default)]
pub struct Group {
    /// Whether one of the instances asked for a loop.
    pub has_loop: bool,
    /// What `solipsism` keeps for it: the thread.
    pub kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Makes and ends instances.
pub trait Keeper: Sync {
    /// Sets it up on its group's thread; all that it uses is.
    ///
    /// # Errors
    ///
    /// Why it could not be set up.
    fn set_up(&self, instance: &Arc<Instance>) -> Result<(), FixtureFailure>;

    /// Tears it down, and gives every way in which that failed.
    fn tear_down(&self, instance: &Arc<Instance>, outcome: Outcome) -> Vec<FixtureFailure>;

    /// What sets its fixture up for a single test that does not name it, in terms of the runner's own.
    fn for_test(&self) -> Box<dyn Any>;

    /// The last instance of this group is torn down: ends its thread.
    fn end(&self, group: &Arc<Group>) -> Vec<FixtureFailure>;
}

/// Why a wider fixture could not be set up, or torn down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixtureFailure {
    /// It said why its tests cannot be run here.
    Skipped(String),
    /// It failed.
    Failed {
        /// The whole text, without a newline at its end.
        report: String,
        /// The same as data.
        verdict: Object,
    },
    /// All went well, and this was left behind: a line that is told and fails nothing.
    Left(String),
}

impl FixtureFailure {
    /// Of which no more is known than what the text says.
    pub fn failed(report: String) -> Self {
        Self::Failed {
            report,
            verdict: Object::verdict("failed"),
        }
    }
}

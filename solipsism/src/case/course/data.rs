//! What a case came to, as data for tools.

use solipsism_harness::{Data, Object, Provider};

use super::{Course, First};
use crate::stopped::Stopped;

impl Course {
    /// The first thing that went wrong, with what else did.
    pub(super) fn data(&self) -> Object {
        let first = match &self.first {
            First::Well(_) | First::Skipped(_) => None,
            First::NotRun(why) => Some(Object::verdict("not_run").with("reason", why.as_str())),
            First::Body(stopped) => Some(stopped.data()),
            First::Left(leaks) => Some(leaks.data()),
            First::SetUp(stopped, path) => Some(set_up(stopped, path)),
        };
        let teardowns = self.teardowns.iter();
        let teardowns =
            teardowns.map(|(provider, stopped)| of_fixture(stopped, provider, "teardown"));
        let mut all = first.into_iter().chain(teardowns);
        let first = all.next().unwrap_or_default();
        let remarks = self.remarks.iter().map(|remark| remark.as_str().into());
        first
            .with_each("remarks", remarks.collect())
            .with_each("and", all.map(Data::from).collect())
    }
}

fn set_up(stopped: &Stopped, path: &[&'static Provider]) -> Object {
    let mut path = path.iter().rev();
    let Some(provider) = path.next() else {
        return stopped.data();
    };
    let askers = path.map(|asker| asker.name.into());
    of_fixture(stopped, provider, "set_up").with_each("asked_for_by", askers.collect())
}

fn of_fixture(stopped: &Stopped, provider: &Provider, phase: &'static str) -> Object {
    stopped
        .data()
        .with("fixture", provider.name)
        .with("phase", phase)
}

//! [`Markers`]: what is said of a test beside how its world is made, and [`Marked`], what is to be done about all that is said of one.

use crate::defaults::{self, Defaults};
use crate::{Ended, Failure, FailureKind, Object, Outcome, Test};

/// What the arguments of one attribute, or of one `defaults!`, say of tests.
#[derive(Clone, Copy, Debug)]
pub struct Markers {
    /// By which `--tag` and `--no-tag` choose.
    pub tags: &'static [&'static str],
    /// Of those that name the same group, no two run at a time.
    pub serial: Option<&'static str>,
    /// What is asked before the test is run.
    pub ignore_if: Option<IgnoreIf>,
    /// Whether another run may come to something else.
    pub unrepeatable: bool,
    /// How often it is run again if it fails.
    pub retries: Option<u64>,
}

/// A condition under which tests are ignored.
#[derive(Clone, Copy, Debug)]
pub struct IgnoreIf {
    /// The path of the function, as it was typed.
    pub path: &'static str,
    /// Why they are to be ignored, if they are; or what the panic was that came instead. It never unwinds.
    pub ask: fn() -> Result<Option<String>, String>,
}

impl Markers {
    /// Of an attribute that says nothing of the kind.
    pub const NONE: Self = Self {
        tags: &[],
        serial: None,
        ignore_if: None,
        unrepeatable: false,
        retries: None,
    };
}

/// All that is said of a test, by its own attribute and by the defaults that hold for it.
#[derive(Clone, Debug)]
pub(crate) struct Marked {
    /// The defaults that hold for it, the closest first.
    pub(crate) defaults: Vec<&'static Defaults>,
    /// Each once: the test's own first, then those of the closest defaults.
    #[cfg_attr(
        not(any(feature = "libtest-mimic", test)),
        expect(dead_code, reason = "libtest chooses by names alone")
    )]
    pub(crate) tags: Vec<&'static str>,
    pub(crate) serial: Option<&'static str>,
    /// Those of the outermost defaults first, the test's own last.
    conditions: Vec<IgnoreIf>,
    pub(crate) is_unrepeatable: bool,
    pub(crate) retries: u64,
}

impl Marked {
    pub(crate) fn new(test: &Test) -> Self {
        Self::with(test.markers, defaults::of_module(test.module))
    }

    /// By a test's own markers, and by these defaults, the closest first.
    fn with(own: &Markers, defaults: Vec<&'static Defaults>) -> Self {
        let all = || {
            [own]
                .into_iter()
                .chain(defaults.iter().map(|one| &one.markers))
        };
        let mut tags = Vec::new();
        for &tag in all().flat_map(|one| one.tags) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut conditions: Vec<_> = all().filter_map(|one| one.ignore_if).collect();
        conditions.reverse();
        Self {
            tags,
            serial: all().find_map(|one| one.serial),
            conditions,
            is_unrepeatable: all().any(|one| one.unrepeatable),
            retries: all().find_map(|one| one.retries).unwrap_or(0),
            defaults,
        }
    }

    /// Whether it depends on where it is run whether it is ignored.
    pub(crate) fn has_conditions(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Asks all conditions until one of them ignores the test, or panics, which fails it.
    pub(crate) fn ignored(&self) -> Option<Ended> {
        self.conditions.iter().find_map(|condition| {
            (condition.ask)().map_or_else(
                |panic| Some(panicked(condition, &panic)),
                |why| why.map(Ended::Skipped),
            )
        })
    }
}

fn panicked(condition: &IgnoreIf, panic: &str) -> Ended {
    Ended::Failed(Failure {
        kind: FailureKind::Failed,
        outcome: Outcome::Failed,
        report: format!(
            "not run: `{}`, which tells whether to ignore it, {panic}",
            condition.path
        ),
        verdict: Object::verdict("not_run"),
        postscript: None,
    })
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;

    fn defaults(markers: Markers) -> &'static Defaults {
        Box::leak(Box::new(Defaults {
            module: Some("it"),
            site: Location::caller(),
            markers,
            settings: &(),
        }))
    }

    #[test]
    fn tags_and_conditions_add_up_and_of_all_else_the_closest_wins() {
        let own = Markers {
            tags: &["a", "b"],
            retries: Some(0),
            ignore_if: Some(IgnoreIf {
                path: "own",
                ask: || Ok(Some("own".to_owned())),
            }),
            ..Markers::NONE
        };
        let inner = defaults(Markers {
            tags: &["b", "c"],
            serial: Some("inner"),
            ignore_if: Some(IgnoreIf {
                path: "inner",
                ask: || Ok(None),
            }),
            ..Markers::NONE
        });
        let outer = defaults(Markers {
            tags: &["d"],
            serial: Some("outer"),
            unrepeatable: true,
            retries: Some(3),
            ..Markers::NONE
        });
        let marked = Marked::with(&own, vec![inner, outer]);
        assert_eq!(marked.tags, ["a", "b", "c", "d"]);
        assert_eq!(marked.serial, Some("inner"));
        assert_eq!((marked.is_unrepeatable, marked.retries), (true, 0));
        assert!(matches!(marked.ignored(), Some(Ended::Skipped(why)) if why == "own"));
        let marked = Marked::with(&Markers::NONE, vec![inner, outer]);
        assert_eq!(marked.retries, 3);
        assert!(marked.has_conditions() && marked.ignored().is_none());
    }

    #[test]
    fn a_condition_that_panics_fails_the_test() {
        let own = Markers {
            ignore_if: Some(IgnoreIf {
                path: "it::panics",
                ask: || Err("panicked: no way to tell".to_owned()),
            }),
            ..Markers::NONE
        };
        let Some(Ended::Failed(failure)) = Marked::with(&own, Vec::new()).ignored() else {
            panic!("it did not fail")
        };
        assert_eq!(
            failure.report,
            "not run: `it::panics`, which tells whether to ignore it, panicked: no way to tell"
        );
    }
}

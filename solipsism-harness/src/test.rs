//! [`Test`]: one registration, and how registrations are collected. What is made of them is the plan's.

use std::panic::Location;

use crate::{Axis, Markers, Runner};

/// One registration: what `#[solipsism::test]` leaves in the binary.
///
/// # Examples
///
/// ```
/// use solipsism_harness::{Case, Ended, Markers, Ran, Runner, ShouldPanic, Test, Use};
///
/// struct Nothing;
/// impl Runner for Nothing {
///     fn uses(&self) -> Vec<Use> {
///         Vec::new()
///     }
///
///     fn run(&self, _: &Case) -> Ran {
///         Ended::Passed.into()
///     }
/// }
///
/// solipsism_harness::submit! {
///     Test {
///         module: module_path!(),
///         name: "costs_nothing",
///         site: std::panic::Location::caller(),
///         ignore: None,
///         should_panic: ShouldPanic::No,
///         axes: &[],
///         markers: &Markers::NONE,
///         runner: &Nothing,
///     }
/// }
/// # fn main() {}
/// ```
pub struct Test {
    /// `module_path!()` of the test, the crate's own name included.
    pub module: &'static str,
    /// The function's name as it was typed.
    pub name: &'static str,
    /// Where the function's name stands.
    pub site: &'static Location<'static>,
    /// The reason given to `#[ignore]`; empty for a bare one, `None` without the attribute.
    pub ignore: Option<&'static str>,
    /// What `#[should_panic]` says.
    pub should_panic: ShouldPanic,
    /// Its own dimensions: each value multiplies it.
    pub axes: &'static [Axis],
    /// What else its attribute says of it.
    pub markers: &'static Markers,
    /// What runs it.
    pub runner: &'static dyn Runner,
}

impl Test {
    /// One of which no attribute says anything. Most are such, and a short expansion is compiled faster than all the fields.
    pub const fn plain(
        module: &'static str,
        name: &'static str,
        site: &'static Location<'static>,
        runner: &'static dyn Runner,
    ) -> Self {
        Self {
            module,
            name,
            site,
            ignore: None,
            should_panic: ShouldPanic::No,
            axes: &[],
            markers: &Markers::NONE,
            runner,
        }
    }
}

/// Whether a test passes by panicking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShouldPanic {
    /// It does not: a panic is a failure.
    No,
    /// `#[should_panic]`: it passes by panicking, whatever the message.
    Yes,
    /// `#[should_panic(expected = "…")]`: it passes by a panic whose message contains this text.
    With(&'static str),
}

impl ShouldPanic {
    /// A message that meets it.
    pub(crate) fn wanted(self) -> &'static str {
        match self {
            Self::No | Self::Yes => "",
            Self::With(expected) => expected,
        }
    }

    /// Whether this is a panic that the test is to end with.
    pub fn is_met_by(self, message: &str) -> bool {
        match self {
            Self::No => false,
            Self::Yes => true,
            Self::With(expected) => message.contains(expected),
        }
    }
}

inventory::collect!(Test);

/// Every test registered in this binary, in the order in which the linker happened to place them.
pub(crate) fn collect() -> Vec<&'static Test> {
    inventory::iter::<Test>.into_iter().collect()
}

impl Test {
    /// The name libtest gives it: the path below the crate's root.
    #[must_use]
    pub fn libtest_name(&self) -> String {
        match self.module_below() {
            Some(module) => [module, "::", self.name].concat(),
            None => self.name.to_owned(),
        }
    }

    /// Its module's path below the crate's root, if it is not that itself.
    fn module_below(&self) -> Option<&'static str> {
        // No identifier holds a colon, and one is found sooner than two: of ten thousand tests each is asked.
        let colon = self.module.find(':')?;
        self.module.get(colon + "::".len()..)
    }

    /// Whether this is its name, or begins with that as the names of its cases do.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn is_of(&self, name: &str) -> bool {
        let below = match self.module_below() {
            Some(module) => {
                let below = name.strip_prefix(module);
                below.and_then(|below| below.strip_prefix("::"))
            }
            None => Some(name),
        };
        let below = below.and_then(|below| below.strip_prefix(self.name));
        below.is_some_and(|below| below.is_empty() || below.starts_with("::"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Case, Ended, Ran, Use};

    struct Passes;

    impl Runner for Passes {
        fn uses(&self) -> Vec<Use> {
            Vec::new()
        }

        fn run(&self, _: &Case) -> Ran {
            Ended::Passed.into()
        }
    }

    /// A test that passes, for the tests of the other rooms.
    #[track_caller]
    pub(crate) fn test(
        module: &'static str,
        name: &'static str,
        should_panic: ShouldPanic,
    ) -> &'static Test {
        Box::leak(Box::new(Test {
            module,
            name,
            site: Location::caller(),
            ignore: None,
            should_panic,
            axes: &[],
            markers: &Markers::NONE,
            runner: &Passes,
        }))
    }

    #[cfg(feature = "libtest-mimic")]
    #[test]
    fn which_names_are_of_a_test() {
        let test = test("it::b::c", "a", ShouldPanic::No);
        for name in ["b::c::a", "b::c::a::one", "b::c::a::one::two"] {
            assert!(test.is_of(name), "{name}");
        }
        for name in ["", "a", "b::c", "b::c::ab", "b::ca", "it::b::c::a", "c::a"] {
            assert!(!test.is_of(name), "{name}");
        }
    }

    #[test]
    fn the_crate_is_no_part_of_the_name() {
        assert_eq!(test("it", "a", ShouldPanic::No).libtest_name(), "a");
        assert_eq!(
            test("it::b::c", "a", ShouldPanic::No).libtest_name(),
            "b::c::a"
        );
    }
}

//! [`Selection`]: which tests a command line asks for, as libtest understands it.

use crate::Case;

/// What the filters say. Our own command line is read elsewhere; that of libtest is read [here](Selection::of_libtest).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// A name must match one of them, if there are any.
    pub(crate) filters: Vec<String>,
    /// And none of these.
    pub(crate) skip: Vec<String>,
    /// Whether a name matches by being the same, and not by containing them.
    pub(crate) is_exact: bool,
    /// `--ignored`: ignored tests and no others.
    pub(crate) ignored: bool,
    /// `--include-ignored`: ignored tests too.
    pub(crate) include_ignored: bool,
}

impl Selection {
    /// Reads what libtest was told, which has read it before and found no fault with it.
    pub(crate) fn of_libtest(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut this = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--" => {
                    this.filters.extend(arguments);
                    break;
                }
                "--exact" => this.is_exact = true,
                "--ignored" => this.ignored = true,
                "--include-ignored" => this.include_ignored = true,
                "--skip" => this.skip.extend(arguments.next()),
                "--test-threads" | "--color" | "--format" | "--logfile" | "--shuffle-seed"
                | "-Z" => {
                    arguments.next();
                }
                other => match other.strip_prefix("--skip=") {
                    Some(skip) => this.skip.push(skip.to_owned()),
                    None if other.starts_with('-') && other != "-" => {}
                    None => this.filters.push(other.to_owned()),
                },
            }
        }
        this
    }

    /// Whether the test of this name is asked for, or its case of the other name.
    fn is_named(&self, test: &str, case: &str) -> bool {
        let matches = |filter: &String| match self.is_exact {
            true => filter == test || filter == case,
            false => case.contains(filter.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
    }

    /// Whether the case is among those that are told of, ignored or not. Its test's own name stands for all its cases.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn names(&self, case: &Case) -> bool {
        // The name of a case is that of its test, and what was chosen.
        self.is_named(&case.test.libtest_name(), &case.name)
    }

    /// Whether libtest runs this test, and then this case of it is to be run.
    pub(crate) fn runs_under_libtest(&self, test: &str, case: &Case) -> bool {
        let of_test = case.test.ignore.is_some();
        let is_run = match (self.ignored, self.include_ignored) {
            (_, true) => true,
            (true, false) => of_test,
            (false, false) => !of_test,
        };
        is_run && self.is_named(test, test) && (self.wants_ignored() || !case.is_ignored())
    }

    /// Whether an ignored case of a test that is run is to be run too.
    pub(crate) fn wants_ignored(&self) -> bool {
        self.ignored || self.include_ignored
    }
}

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
        let matches = |filter: &String| {
            if self.is_exact {
                filter == test || filter == case
            } else {
                // It begins with the test's name.
                case.contains(filter.as_str())
            }
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
    }

    /// Whether the case is among those that are told of, ignored or not. Its test's own name stands for all its cases.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn names(&self, case: &Case) -> bool {
        if self.filters.is_empty() && self.skip.is_empty() {
            return true;
        }
        self.is_named(&case.test.libtest_name(), &case.name)
    }

    /// What the names of all that is asked for are, or begin with, if that is said.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn exact_names(&self) -> Option<&[String]> {
        (self.is_exact && !self.filters.is_empty()).then_some(&self.filters)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::tests::test;
    use crate::{Options, ShouldPanic};

    fn of_libtest(line: &str) -> Selection {
        Selection::of_libtest(line.split_whitespace().map(str::to_owned))
    }

    fn case(name: &'static str, ignore: Option<&'static str>) -> Case {
        Case {
            ignore,
            ..Case::new(test("it::m", name, ShouldPanic::No), Options::default())
        }
    }

    #[test]
    fn the_line_of_libtest_is_read_as_libtest_does() {
        let line = "--test-threads 4 one --skip two --skip=three --color=always --format pretty --logfile=x -Zunstable-options \
                    -Z unstable-options --shuffle-seed 7 -q --nocapture four --exact --include-ignored -- --five";
        let expected = Selection {
            filters: ["one", "four", "--five"].map(str::to_owned).to_vec(),
            skip: ["two", "three"].map(str::to_owned).to_vec(),
            is_exact: true,
            ignored: false,
            include_ignored: true,
        };
        assert_eq!(of_libtest(line), expected);
    }

    #[test]
    fn what_libtest_runs() {
        let name = "m::abc";
        for (line, is_run) in [
            ("", true),
            ("m::a", true),
            ("x bc", true),
            ("x", false),
            ("--exact m::a", false),
            ("--exact m::abc", true),
            ("--skip b", false),
            ("--skip b --exact", true),
            ("--ignored", false),
            ("--include-ignored", true),
        ] {
            let is = of_libtest(line).runs_under_libtest(name, &case("abc", None));
            assert_eq!(is, is_run, "{line}");
        }
        // Here a value ignores the case, and libtest knows nothing of that.
        for (line, is_run) in [
            ("", false),
            ("--ignored", false),
            ("--include-ignored", true),
        ] {
            let is = of_libtest(line).runs_under_libtest(name, &case("abc", Some("")));
            assert_eq!(is, is_run, "{line}");
        }
    }

    #[cfg(feature = "libtest-mimic")]
    #[test]
    fn an_exact_name_of_a_test_stands_for_all_its_cases() {
        let mut case = case("abc", None);
        case.name = "m::abc::x".to_owned();
        for (line, is_named) in [
            ("--exact m::abc", true),
            ("--exact m::abc::x", true),
            ("--exact m::ab", false),
            ("--exact --skip m::abc", false),
            ("--exact m::abc --skip m::abc::x", false),
            ("c::x", true),
            ("--skip ::x", false),
        ] {
            assert_eq!(of_libtest(line).names(&case), is_named, "{line}");
        }
    }
}

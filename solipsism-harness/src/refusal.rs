//! [`Refusal`]: why a run did not even start, told once on stderr.

use std::fmt;
use std::io::Write as _;

use crate::{Case, Test};

/// Why nothing was run.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A sentence with the cure.
    Misuse(String),
    /// The command line could not be read, or asked for help.
    #[cfg(feature = "libtest-mimic")]
    CommandLine(clap::Error),
}

impl Refusal {
    pub(crate) fn misuse(sentence: impl Into<String>) -> Self {
        Self::Misuse(sentence.into())
    }

    pub(crate) fn two_of_one_name(one: &Test, other: &Test) -> Self {
        Self::misuse(format!(
            "two tests are named `{}`, one at {} and one at {}: rename one of them, or move it into another module",
            one.libtest_name(),
            one.site,
            other.site,
        ))
    }

    pub(crate) fn two_cases_of_one_name(one: &Case, other: &Case) -> Self {
        let name = &one.name;
        let (site, elsewhere) = (one.test.site, other.test.site);
        Self::misuse(if std::ptr::eq(one.test, other.test) {
            format!(
                "two cases of the test at {site} are named `{name}`: give one of them another id"
            )
        } else {
            format!(
                "two cases are named `{name}`, one of the test at {site} and one of the test at {elsewhere}: rename one of the tests, \
                 or give one of the cases another id"
            )
        })
    }

    /// Tells it, and says how the process is to end: as libtest would, with 0 for `--help` and 101 for all else.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn exit_code(&self) -> std::process::ExitCode {
        self.print();
        match self {
            Self::CommandLine(error) if !error.use_stderr() => std::process::ExitCode::SUCCESS,
            _ => std::process::ExitCode::from(101),
        }
    }

    /// Tells it, and ends the process: under libtest a panic would pass for the one that a `#[should_panic]` waits for.
    pub(crate) fn exit(&self) -> ! {
        self.print();
        std::process::exit(101)
    }

    /// With a closed stderr there is nobody left to tell.
    fn print(&self) {
        match self {
            // Not by `eprintln!`: libtest would capture it and, as the process ends here, never show it.
            Self::Misuse(_) => _ = writeln!(std::io::stderr(), "error: {self}"),
            #[cfg(feature = "libtest-mimic")]
            Self::CommandLine(error) => _ = error.print(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misuse(sentence) => f.write_str(sentence),
            #[cfg(feature = "libtest-mimic")]
            Self::CommandLine(error) => error.fmt(f),
        }
    }
}

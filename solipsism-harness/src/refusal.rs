//! [`Refusal`]: why a run did not even start, told once on stderr.

use std::fmt;
use std::io::Write as _;

use crate::Test;

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

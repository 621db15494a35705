//! [`Options`]: what a run says about every case, and the variables that say it where nobody can pass a flag (libtest, nextest).
//! The flags themselves are `arguments`'.

use std::env;
use std::num::NonZero;
use std::time::Duration;

use crate::parse_duration;
use crate::refusal::Refusal;

/// What the flags and the environment say about every case; a flag beats its variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--seed`, `SOLIPSISM_SEED`: permutes equally ready tasks, and feeds every random number.
    pub seed: Option<u64>,
    /// `--repeat`, `SOLIPSISM_REPEAT`: how often a case is run, each time but the first with another seed.
    pub repeat: Option<NonZero<u32>>,
    /// `--time-limit`, `SOLIPSISM_TIME_LIMIT`: how much virtual time a case may take.
    pub time_limit: Option<Duration>,
    /// `--wall-limit`, `SOLIPSISM_WALL_LIMIT`: how much real time a case may take.
    pub wall_limit: Option<Duration>,
    /// `--ignored`, `--include-ignored`: run what its `ignore_if` would ignore.
    pub runs_ignored: bool,
    /// `--debug`, `SOLIPSISM_DEBUG`: of each case, traces are told that are otherwise of no interest.
    pub debug: bool,
    /// `--trace`, `SOLIPSISM_TRACE`: how many of the last events of a case are kept and told, if any.
    pub trace: Option<NonZero<usize>>,
    /// `--trace-failures`, `SOLIPSISM_TRACE_FAILURES`: run a case that failed once more, for its events.
    pub trace_failures: bool,
}

/// As many are kept if nobody says how many: a screen or two full.
pub(crate) const TRACED: &str = "100";

impl Options {
    /// What the variables say.
    pub(crate) fn from_environment() -> Result<Self, Refusal> {
        Ok(Self {
            seed: variable("SOLIPSISM_SEED", parse_seed)?,
            repeat: variable("SOLIPSISM_REPEAT", parse_repeat)?,
            time_limit: variable("SOLIPSISM_TIME_LIMIT", parse_duration)?,
            wall_limit: variable("SOLIPSISM_WALL_LIMIT", parse_duration)?,
            runs_ignored: false,
            debug: variable("SOLIPSISM_DEBUG", parse_debug)?.unwrap_or_default(),
            trace: variable("SOLIPSISM_TRACE", parse_trace)?,
            trace_failures: variable("SOLIPSISM_TRACE_FAILURES", parse_trace_failures)?
                .unwrap_or_default(),
        })
    }

    /// These, and where they say nothing, `other`.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            seed: self.seed.or(other.seed),
            repeat: self.repeat.or(other.repeat),
            time_limit: self.time_limit.or(other.time_limit),
            wall_limit: self.wall_limit.or(other.wall_limit),
            runs_ignored: self.runs_ignored || other.runs_ignored,
            debug: self.debug || other.debug,
            trace: self.trace.or(other.trace),
            trace_failures: self.trace_failures || other.trace_failures,
        }
    }
}

/// Reads a seed: up to 16 hexadecimal digits, with or without `0x`, as reports print it.
///
/// # Errors
///
/// Anything else, with a sentence that says what to write instead.
///
/// # Examples
///
/// ```
/// # use solipsism_harness::parse_seed;
/// assert_eq!(parse_seed("0x2a"), Ok(42));
/// assert_eq!(parse_seed("2A"), Ok(42));
/// assert!(parse_seed("forty-two").is_err());
/// ```
pub fn parse_seed(text: &str) -> Result<u64, &'static str> {
    const WANTED: &str = "a seed is 1 to 16 hexadecimal digits, as in `0x2a`";
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    // `from_str_radix` takes a sign.
    if digits.starts_with('+') {
        return Err(WANTED);
    }
    u64::from_str_radix(digits, 16).map_err(|_| WANTED)
}

fn parse_debug(text: &str) -> Result<bool, &'static str> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err("it is 1 for traces, or 0 for none"),
    }
}

fn parse_trace_failures(text: &str) -> Result<bool, &'static str> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err("it is 1 to run each test that fails once more for its events, or 0 not to"),
    }
}

/// Reads how many events are kept.
pub(crate) fn parse_trace(text: &str) -> Result<NonZero<usize>, &'static str> {
    text.parse()
        .map_err(|_| "it is a number, 1 or more: how many of the last events are told, such as 100")
}

/// As a flag, which what is meant for a filter may stand after.
#[cfg(feature = "libtest-mimic")]
pub(crate) fn parse_trace_flag(text: &str) -> Result<NonZero<usize>, &'static str> {
    text.parse().map_err(|_| {
        "it is a number, 1 or more: how many of the last events are told, or 100 if left out; write a filter before the flag"
    })
}

/// Reads how often each case is to be run.
pub(crate) fn parse_repeat(text: &str) -> Result<NonZero<u32>, &'static str> {
    text.parse()
        .map_err(|_| "it is a number, 1 or more: how many times each test is run")
}

/// Reads how many cases are to run at a time.
#[cfg(feature = "libtest-mimic")]
pub(crate) fn parse_threads(text: &str) -> Result<NonZero<usize>, &'static str> {
    text.parse().map_err(
        |_| "it is a number, 1 or more: how many tests run at a time; leave it out for one per core",
    )
}

/// Reads what decides the order of a run, as libtest does.
#[cfg(feature = "libtest-mimic")]
pub(crate) fn parse_shuffle_seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(
        |_| "such a seed is a decimal number below 2 to the power of 64, as `--shuffle` prints it",
    )
}

/// What this variable says, if it is set.
pub(crate) fn variable<T>(
    name: &str,
    parse: fn(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, Refusal> {
    let Some(value) = env::var_os(name) else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    match parse(&text) {
        Ok(value) => Ok(Some(value)),
        Err(cure) => Err(Refusal::misuse(format!(
            "the environment variable `{name}` is {text:?}: {cure}; or unset it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(parse_repeat("12").map(NonZero::get), Ok(12));
        for bad in ["", "0", "-1", "x", "1.5", "4294967296"] {
            assert!(parse_repeat(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn seeds() {
        assert_eq!(parse_seed("0"), Ok(0));
        assert_eq!(parse_seed("0XfFfFfFfFfFfFfFfF"), Ok(u64::MAX));
        for bad in [
            "",
            "0x",
            "+1",
            "0x+1",
            "-1",
            "1 ",
            "g",
            "0x0x1",
            "0x10000000000000000",
        ] {
            assert!(parse_seed(bad).is_err(), "{bad:?}");
        }
    }
}

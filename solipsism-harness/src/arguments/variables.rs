//! [`Variables`]: those of libtest's. Ours are `options`', since they are read under libtest too.

use std::num::NonZero;

use crate::options::{parse_shuffle_seed, parse_threads, variable};
use crate::refusal::Refusal;

/// What the variables of libtest's say; its flag beats each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Variables {
    /// `RUST_TEST_THREADS`
    pub(super) threads: Option<NonZero<usize>>,
    /// `RUST_TEST_NOCAPTURE`
    pub(super) nocapture: bool,
    /// `RUST_TEST_SHUFFLE`
    pub(super) shuffle: bool,
    /// `RUST_TEST_SHUFFLE_SEED`
    pub(super) shuffle_seed: Option<u64>,
}

impl Variables {
    /// Of this process.
    pub(super) fn from_environment() -> Result<Self, Refusal> {
        let is_set = |name| variable(name, is_on).map(Option::unwrap_or_default);
        Ok(Self {
            threads: variable("RUST_TEST_THREADS", parse_threads)?,
            nocapture: is_set("RUST_TEST_NOCAPTURE")?,
            shuffle: is_set("RUST_TEST_SHUFFLE")?,
            shuffle_seed: variable("RUST_TEST_SHUFFLE_SEED", parse_shuffle_seed)?,
        })
    }
}

/// As libtest reads its own: all but `0` is a yes.
#[expect(clippy::unnecessary_wraps, reason = "other variables can be refused")]
fn is_on(text: &str) -> Result<bool, &'static str> {
    Ok(text != "0")
}

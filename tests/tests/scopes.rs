//! Who sets up and tears down fixtures of every scope, in which order, and what happens when that fails.

use expect_test::expect;
use solipsism_tests::{output, run};

const SCOPES: &str = env!("CARGO_BIN_EXE_scopes");

solipsism::main!();

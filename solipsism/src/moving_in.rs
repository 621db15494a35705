//! From tests that are there already to tests in a world. These are chapters to be read, and no code.

#[doc = include_str!("../docs/moving_in/from_madsim.md")]
pub mod from_madsim {}
#[doc = include_str!("../docs/moving_in/from_rstest.md")]
pub mod from_rstest {}
#[doc = include_str!("../docs/moving_in/from_start_paused.md")]
pub mod from_start_paused {}
#[doc = include_str!("../docs/moving_in/from_turmoil.md")]
pub mod from_turmoil {}
#[doc = include_str!("../docs/moving_in/import_swaps.md")]
pub mod import_swaps {}
#[doc = include_str!("../docs/moving_in/listeners_from_outside.md")]
pub mod listeners_from_outside {}

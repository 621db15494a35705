//! [`Axis`]: one dimension of the cases of a test or of a fixture, and the values on it.

use std::borrow::Cow;

use crate::ShouldPanic;

/// One dimension: the `#[case]`s of a function together, or one parameter's `#[values]`.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// What can be chosen, in the order in which it was typed, or why nothing can be. Asked when the plan is made.
    pub values: fn() -> Result<Vec<AxisValue>, String>,
}

/// One value on an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisValue {
    /// A part of the case's name, such as `tcp` or `a_1`.
    pub id: Cow<'static, str>,
    /// As [`Test::ignore`](crate::Test::ignore), for the cases with this value.
    pub ignore: Option<&'static str>,
    /// As [`Test::should_panic`](crate::Test::should_panic), where it says anything.
    pub should_panic: ShouldPanic,
}

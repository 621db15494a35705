//! [`Axis`]: one dimension of the cases of a test or of a fixture, and the values on it.

use std::borrow::Cow;

use crate::ShouldPanic;
use crate::refusal::Refusal;

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

impl Axis {
    /// The values on all of these axes, which are those of `whose`.
    ///
    /// # Errors
    ///
    /// There is nothing to choose on one of them.
    pub(crate) fn read(
        axes: &[Self],
        whose: impl Fn() -> String,
    ) -> Result<Vec<Vec<AxisValue>>, Refusal> {
        let read = |axis: &Self| match (axis.values)() {
            Ok(values) if values.is_empty() => Err(Refusal::misuse(format!(
                "a parameter of {}, has no values, so that nothing would ever be run with it: give it one at least",
                whose()
            ))),
            Ok(values) => Ok(values),
            Err(why) => Err(Refusal::misuse(format!(
                "a parameter of {}: {why}",
                whose()
            ))),
        };
        axes.iter().map(read).collect()
    }
}

//! [`Configuration`]: what a module says of the settings of fixtures for its own tests, and who finds which.

use std::any::{Any, TypeId};
use std::panic::Location;
use std::sync::OnceLock;

use crate::ordered::sort_by_key;

/// What `#[solipsism::configure]` leaves in the binary.
pub struct Configuration {
    /// `module_path!()` of the function.
    pub module: &'static str,
    /// Where the function's name stands.
    pub site: &'static Location<'static>,
    /// The type of the settings.
    pub of: fn() -> TypeId,
    /// Changes settings of that type.
    pub apply: fn(&mut dyn Any),
}

inventory::collect!(Configuration);

/// Lets every configuration for a test of this module change these settings: outermost module first, so that the closest
/// has the last word; two of one module in the order of the source.
pub fn configure<S: Any>(module: &str, settings: &mut S) {
    /// Sorted, since the linker's order is none.
    static ALL: OnceLock<Vec<&'static Configuration>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all: Vec<_> = inventory::iter::<Configuration>.into_iter().collect();
        // What is nested has the longer path.
        sort_by_key(&mut all, |one| (one.module, one.site));
        all
    });
    for one in all {
        if is_within(module, one.module) && (one.of)() == TypeId::of::<S>() {
            (one.apply)(settings);
        }
    }
}

/// Whether a module is the other one, or below it.
pub(crate) fn is_within(module: &str, other: &str) -> bool {
    let rest = module.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_module_is_within_itself_and_what_is_around_it() {
        assert!(is_within("a::b", "a::b"));
        assert!(is_within("a::b::c", "a"));
        assert!(!is_within("a::bc", "a::b"));
        assert!(!is_within("a", "a::b"));
    }
}

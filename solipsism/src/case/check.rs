//! How a case is looked at when it is over, by what its attribute says and what the defaults around it do.

use std::any::Any;

use solipsism_harness::Defaults;

use super::Settings;
use crate::leaks::{Check, Policy};

impl Check {
    /// By these settings, in which those of the defaults are, but for what these allow. Nothing where nobody looks.
    pub(super) fn of(
        settings: &Settings,
        defaults: impl Iterator<Item = &'static Defaults>,
    ) -> Option<Self> {
        let policy = settings.leaks.unwrap_or_default();
        if policy == Policy::Allow {
            return None;
        }
        let mut allowed = settings.allow_leaks.to_vec();
        for one in defaults {
            let settings: Option<&Settings> = (one.settings as &dyn Any).downcast_ref();
            allowed.extend(settings.iter().flat_map(|it| it.allow_leaks));
        }
        Some(Self { policy, allowed })
    }
}

//! How a case is looked at when it is over, by what its attribute says and what the defaults around it do.

use std::any::Any;

use solipsism_harness::{Defaults, defaults_of};

use super::Settings;
use crate::leaks::{Check, Policy};

impl Check {
    /// Of the loop of fixtures that the tests of this module share.
    pub(crate) fn of_module(module: &str) -> Option<Self> {
        let defaults = defaults_of(module);
        let settings = defaults.iter().filter_map(|one| settings_of(one));
        let settings = settings.fold(Settings::DEFAULT, Settings::or);
        Self::of(&settings, defaults.into_iter())
    }

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
            let settings = settings_of(one);
            allowed.extend(settings.iter().flat_map(|it| it.allow_leaks));
        }
        Some(Self { policy, allowed })
    }
}

fn settings_of(defaults: &Defaults) -> Option<&Settings> {
    (defaults.settings as &dyn Any).downcast_ref()
}

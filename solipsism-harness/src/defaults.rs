//! [`Defaults`]: what a module, or a whole target, says of its tests in one place, and who finds which.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::OnceLock;

use crate::ordered::sort_by_key;
use crate::refusal::Refusal;
use crate::{Case, Markers};

/// What `solipsism::defaults!(…)` and the arguments of `solipsism::main!(…)` leave in the binary.
pub struct Defaults {
    /// `module_path!()` of the former; `None` for the latter, which are about every test of the target.
    pub module: Option<&'static str>,
    /// Where they stand.
    pub site: &'static Location<'static>,
    /// What they say of tests.
    pub markers: Markers,
    /// What they say of worlds, in whatever form the runner of the tests has for that.
    pub settings: &'static (dyn Any + Sync),
}

inventory::collect!(Defaults);

/// All of them, the outermost first.
fn all() -> &'static [&'static Defaults] {
    /// Sorted, since the linker's order is none.
    static ALL: OnceLock<Vec<&'static Defaults>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<_> = inventory::iter::<Defaults>.into_iter().collect();
        sort(&mut all);
        all
    })
}

/// What is nested has the longer path.
fn sort(all: &mut [&'static Defaults]) {
    sort_by_key(all, |one| (one.module, one.site));
}

/// Those that hold for a test of this module, the closest first.
pub fn of_module(module: &str) -> Vec<&'static Defaults> {
    around(all(), module)
}

/// Module by module, since there may be many of both.
fn around(all: &[&'static Defaults], module: &str) -> Vec<&'static Defaults> {
    let mut found = Vec::new();
    let mut of = Some(module);
    while !all.is_empty() {
        let place = all.binary_search_by(|one| one.module.cmp(&of));
        found.extend(place.ok().map(|place| all[place]));
        // After the outermost module comes the target, and after that nothing.
        let Some(inner) = of else { break };
        of = inner.rsplit_once("::").map(|(outer, _)| outer);
    }
    found
}

/// ", with the defaults at tests/it.rs:3:1", the closest first, or nothing.
pub(crate) fn of_case(case: &Case) -> String {
    let sites: Vec<_> = case.defaults().map(|one| one.site.to_string()).collect();
    if sites.is_empty() {
        return String::new();
    }
    format!(", with the defaults at {}", sites.join(" and "))
}

/// # Errors
///
/// Two are about the same module.
pub(crate) fn check() -> Result<(), Refusal> {
    refuse_two(all())
}

fn refuse_two(all: &[&Defaults]) -> Result<(), Refusal> {
    let Some([one, other]) = all.windows(2).find(|two| two[0].module == two[1].module) else {
        return Ok(());
    };
    let whose = match one.module {
        Some(module) => format!("the module `{module}`"),
        None => "the target".to_owned(),
    };
    Err(Refusal::misuse(format!(
        "{whose} has two sets of defaults for its tests, one at {} and one at {}: make one of them",
        one.site, other.site
    )))
}

impl fmt::Debug for Defaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Defaults at {}", self.site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(module: Option<&'static str>) -> &'static Defaults {
        Box::leak(Box::new(Defaults {
            module,
            site: Location::caller(),
            markers: Markers::NONE,
            settings: &(),
        }))
    }

    #[test]
    fn what_is_nested_comes_last_and_two_of_one_module_are_refused() {
        let mut all = vec![
            of(Some("it::b")),
            of(Some("it")),
            of(None),
            of(Some("it::a")),
        ];
        sort(&mut all);
        let modules: Vec<_> = all.iter().map(|one| one.module).collect();
        assert_eq!(modules, [None, Some("it"), Some("it::a"), Some("it::b")]);
        assert!(refuse_two(&all).is_ok());
        let around = |module| around(&all, module);
        let modules = |module| {
            around(module)
                .iter()
                .map(|one| one.module)
                .collect::<Vec<_>>()
        };
        assert_eq!(modules("it::a::c"), [Some("it::a"), Some("it"), None]);
        assert_eq!(modules("it::ab"), [Some("it"), None]);
        assert_eq!(modules("other"), [None]);
        all.push(of(Some("it::b")));
        let refusal = refuse_two(&all).unwrap_err().to_string();
        assert!(
            refusal.starts_with("the module `it::b` has two sets of defaults"),
            "{refusal}"
        );
    }
}

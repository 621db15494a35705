//! [`Plan`]: the cases of a run in the order in which they are told, whatever order the linker placed the tests in, and the
//! instances that they need. The same tests make the same plan, whatever is selected and however many threads run it.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use crate::catalog::Catalog;
use crate::defaults;
use crate::draft::{Draft, Drafts};
use crate::groups::Groups;
use crate::ordered::sort_by;
use crate::product::Product;
use crate::refusal::Refusal;
use crate::{Case, Group, How, Instance, Options, Provider, Scope, Test, Use};

/// Every case of this binary, or those of [some tests](Self::of_named) alone, sorted by the name of its test, those of one test in the order of their values; no two have the same
/// name. A case's place in it is how the other rooms speak of it.
pub(crate) struct Plan {
    cases: Vec<Case>,
    /// The places of each test's cases.
    tests: Vec<(String, Range<usize>)>,
    /// The fixtures that the tests use.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) catalog: Catalog,
    /// The one value of each wider fixture in each scope, each after those that it uses itself.
    pub(crate) instances: Vec<Arc<Instance>>,
    /// The places of the instances that each case needs.
    needs: Vec<Vec<usize>>,
    groups: Groups,
    /// How many cases there are that it leaves out.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) others: usize,
}

impl Plan {
    /// # Errors
    ///
    /// There is no test, two tests or cases have one name, or what the fixtures ask for cannot be had.
    pub(crate) fn new(
        tests: Vec<&'static Test>,
        autouse: &[&'static Provider],
        options: Options,
    ) -> Result<Self, Refusal> {
        if tests.is_empty() {
            return Err(Refusal::misuse(
                "no test is registered in this target: write one with `#[solipsism::test]`; \
                 tests in a library are only here if something names it, and `use the_crate as _;` does",
            ));
        }
        Self::of(tests, autouse, options)
    }

    fn of(
        tests: Vec<&'static Test>,
        autouse: &[&'static Provider],
        options: Options,
    ) -> Result<Self, Refusal> {
        defaults::check()?;
        let (mut cases, mut needs, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        let (mut catalog, mut drafts) = (Catalog::default(), Drafts::default());
        for (name, test) in sorted(tests)? {
            let autouse = autouse.iter().copied();
            let autouse: Vec<_> = autouse.filter(|one| one.is_above(test.module)).collect();
            let uses = catalog.enter(uses(test, &autouse))?;
            let mut of_test = Product::new(test, &uses, &catalog)?.cases(options);
            needs.extend(drafts.of_cases(&catalog, &catalog.shares(&uses), &of_test));
            for case in &mut of_test {
                let own = autouse.iter().filter(|one| one.scope == Scope::Test);
                case.autouse = own.copied().collect();
            }
            ranges.push((name, cases.len()..cases.len() + of_test.len()));
            cases.append(&mut of_test);
        }
        refuse_one_name(&cases)?;
        let drafts = drafts.into_all();
        let groups = Groups::new(&catalog, &drafts, &needs);
        let instances = instances(&catalog, drafts, &groups, options);
        for (place, (case, needs)) in cases.iter_mut().zip(&needs).enumerate() {
            case.place = groups.place(place, needs);
            case.uses = needs
                .iter()
                .map(|&one| Arc::clone(&instances[one]))
                .collect();
            if let Some(why) = case.test.runner.refusal(case) {
                return Err(misplaced(case, &why));
            }
        }
        Ok(Self {
            cases,
            tests: ranges,
            #[cfg(feature = "libtest-mimic")]
            catalog,
            instances,
            needs,
            groups,
            #[cfg(feature = "libtest-mimic")]
            others: 0,
        })
    }

    /// The places of the cases of the test that libtest knows by this name.
    pub(crate) fn cases_of(&self, name: &str) -> Option<Range<usize>> {
        let found = self
            .tests
            .binary_search_by(|(other, _)| other.as_str().cmp(name));
        found.ok().map(|place| self.tests[place].1.clone())
    }

    /// The instances that the case at this place needs, each after those that it uses itself.
    pub(crate) fn needs(&self, place: usize) -> &[usize] {
        &self.needs[place]
    }

    /// The group on whose thread the case at this place must run, if any.
    pub(crate) fn group_of_case(&self, place: usize) -> Option<usize> {
        self.groups.of_cases[place]
    }

    /// The group of the instance at this place.
    pub(crate) fn group_of_instance(&self, instance: usize) -> usize {
        self.groups.of_instances[instance]
    }

    /// Every group.
    pub(crate) fn groups(&self) -> &[Arc<Group>] {
        &self.groups.all
    }
}

impl Deref for Plan {
    type Target = [Case];

    fn deref(&self) -> &[Case] {
        &self.cases
    }
}

/// "the test `a`, at tests/it.rs:3:10, which shares `db`, at tests/it.rs:9:4: …"
fn misplaced(case: &Case, why: &str) -> Refusal {
    let shared: Vec<_> = case.uses.iter().map(|it| it.provider.to_string()).collect();
    let (name, site, shared) = (&case.name, case.test.site, shared.join(" and "));
    let defaults = defaults::of_case(case);
    Refusal::misuse(format!(
        "the test `{name}`, at {site}{defaults}, which shares {shared}: {why}"
    ))
}

/// The tests, by the names that libtest gives them.
fn sorted(tests: Vec<&'static Test>) -> Result<Vec<(String, &'static Test)>, Refusal> {
    let named = tests.into_iter().map(|test| (test.libtest_name(), test));
    let mut tests: Vec<_> = named.collect();
    // By site too, so that an error names the sites of one name in the same order in every build. Stable: it is quick where the linker
    // left some order.
    sort_by(&mut tests, |(one, a), (other, b)| {
        (one, a.site).cmp(&(other, b.site))
    });
    match tests.windows(2).find(|two| two[0].0 == two[1].0) {
        Some(two) => Err(Refusal::two_of_one_name(two[0].1, two[1].1)),
        None => Ok(tests),
    }
}

/// What a test asks for, first of all without naming it.
fn uses(test: &Test, autouse: &[&'static Provider]) -> Vec<Use> {
    let shared = |&provider| Use {
        provider,
        how: How::Shared,
    };
    let unnamed = autouse.iter().map(shared);
    unnamed.chain(test.runner.uses()).collect()
}

fn refuse_one_name(cases: &[Case]) -> Result<(), Refusal> {
    let mut by_name: Vec<&Case> = cases.iter().collect();
    // Stable: those of one name stay in the plan's order.
    sort_by(&mut by_name, |one, other| one.name.cmp(&other.name));
    match by_name.windows(2).find(|two| two[0].name == two[1].name) {
        Some(two) => Err(Refusal::two_cases_of_one_name(two[0], two[1])),
        None => Ok(()),
    }
}

fn instances(
    catalog: &Catalog,
    drafts: Vec<Draft>,
    groups: &Groups,
    options: Options,
) -> Vec<Arc<Instance>> {
    let mut all: Vec<Arc<Instance>> = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.into_iter().enumerate() {
        let uses = draft.uses.iter().map(|&used| Arc::clone(&all[used]));
        let instance = Instance {
            provider: catalog[draft.entry].provider,
            module: draft.module,
            choices: draft.choices,
            uses: uses.collect(),
            options,
            group: Arc::clone(&groups.all[groups.of_instances[place]]),
            kept: OnceLock::new(),
        };
        all.push(Arc::new(instance));
    }
    all
}

#[cfg(feature = "libtest-mimic")]
mod named;
#[cfg(test)]
mod tests;

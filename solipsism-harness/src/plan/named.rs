//! A plan of a few tests alone, out of very many: it costs what they cost.

use crate::catalog::Catalog;
use crate::plan::{Plan, uses};
use crate::product::Product;
use crate::refusal::Refusal;
use crate::{Options, Provider, Test};

impl Plan {
    /// Of the tests that `--exact` gives these names, or the names of cases of theirs. The others are counted.
    ///
    /// It is the same for them as that of all tests, which is made where it might not be: who shares a thread with whom, and a loop, may
    /// hang on tests that are not named.
    ///
    /// # Errors
    ///
    /// As for all; but that something is wrong with others is not found out.
    pub(crate) fn of_named(
        tests: Vec<&'static Test>,
        autouse: &[&'static Provider],
        options: Options,
        names: &[String],
    ) -> Result<Self, Refusal> {
        let is_named = |test: &Test| names.iter().any(|name| test.is_of(name));
        let (named, others) = tests
            .iter()
            .partition::<Vec<&'static Test>, _>(|test| is_named(test));
        if !named.is_empty() {
            let plan = Self::of(named, autouse, options)?;
            if plan.groups.of_cases.iter().all(Option::is_none) {
                let others = count(&others, autouse);
                return Ok(Self { others, ..plan });
            }
        }
        Self::new(tests, autouse, options)
    }
}

/// How many cases these tests have.
fn count(tests: &[&'static Test], autouse: &[&'static Provider]) -> usize {
    let mut catalog = Catalog::default();
    let cases = |test: &'static Test| {
        let autouse = autouse.iter().filter(|one| one.is_above(test.module));
        let autouse: Vec<_> = autouse.copied().collect();
        let uses = uses(test, &autouse);
        if uses.is_empty() && test.axes.is_empty() {
            return 1;
        }
        let uses = catalog.enter(uses);
        let count = uses.and_then(|uses| Ok(Product::new(test, &uses, &catalog)?.count()));
        // Something is wrong with it. There is no case then, but there is a test.
        count.unwrap_or(1)
    };
    tests.iter().copied().map(cases).sum()
}

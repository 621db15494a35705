//! [`Plan`]: the cases of a run in the order in which they are told, whatever order the linker placed the tests in.

use std::ops::Deref;
use std::sync::Arc;

use crate::refusal::Refusal;
use crate::{Case, Options, Test};

/// Every case of this binary, sorted by name; no two have the same. A case's place in it is how the other rooms speak of it.
#[derive(Clone)]
pub(crate) struct Plan {
    /// Shared with the workers.
    cases: Arc<[Case]>,
}

impl Plan {
    /// # Errors
    ///
    /// There is no test, or two have one name.
    pub(crate) fn new(tests: Vec<&'static Test>, options: Options) -> Result<Self, Refusal> {
        if tests.is_empty() {
            return Err(Refusal::misuse(
                "no test is registered in this target: write one with `#[solipsism::test]`; \
                 tests in a library are only here if something names it, and `use the_crate as _;` does",
            ));
        }
        let mut cases: Vec<Case> = tests
            .into_iter()
            .map(|test| Case::new(test, options))
            .collect();
        // By site too, so that an error names the sites of one name in the same order in every build.
        cases.sort_unstable_by(|a, b| (&a.name, a.test.site).cmp(&(&b.name, b.test.site)));
        for two in cases.windows(2) {
            if two[0].name == two[1].name {
                return Err(Refusal::two_of_one_name(two[0].test, two[1].test));
            }
        }
        Ok(Self {
            cases: cases.into(),
        })
    }
}

impl Deref for Plan {
    type Target = [Case];

    fn deref(&self) -> &[Case] {
        &self.cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ShouldPanic;
    use crate::test::tests::test;

    fn plan(tests: Vec<&'static Test>) -> Result<Plan, String> {
        Plan::new(tests, Options::default()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn cases_are_sorted_by_name() {
        let tests = [("it::b", "a"), ("it", "c"), ("other::a", "z")];
        let plan = plan(
            tests
                .map(|(module, name)| test(module, name, ShouldPanic::No))
                .to_vec(),
        )
        .unwrap();
        let names: Vec<_> = plan.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["a::z", "b::a", "c"]);
    }

    #[test]
    fn two_of_one_name_are_refused_in_the_same_words_in_any_order() {
        let one = test("it::b", "a", ShouldPanic::No);
        let other = test("the_crate::b", "a", ShouldPanic::No);
        let refusal = plan(vec![other, one]).err().unwrap();
        assert_eq!(
            refusal,
            format!(
                "two tests are named `b::a`, one at {} and one at {}: rename one of them, or move it into another module",
                one.site, other.site
            )
        );
        assert_eq!(plan(vec![one, other]).err().unwrap(), refusal);
    }

    #[test]
    fn a_target_without_tests_is_refused() {
        let refusal = plan(Vec::new()).err().unwrap();
        assert!(refusal.contains("`#[solipsism::test]`"), "{refusal}");
        assert!(refusal.contains("`use the_crate as _;`"), "{refusal}");
    }
}

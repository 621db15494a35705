//! [`Product`]: what can be chosen for a test, on its own axes and on those of its fixtures, and every way to choose.

use crate::catalog::{Asked, Catalog};
use crate::refusal::Refusal;
use crate::{Axis, AxisValue, Case, Chosen, Options, Place, Provider, ShouldPanic, Test};

/// The axes of one test: its own first, then those of its fixtures, in the order in which these are first asked for.
pub(crate) struct Product<'a> {
    test: &'static Test,
    own: Vec<Vec<AxisValue>>,
    fixtures: Vec<(&'static Provider, usize, &'a [AxisValue])>,
}

impl<'a> Product<'a> {
    /// # Errors
    ///
    /// An axis without values.
    pub(crate) fn new(
        test: &'static Test,
        uses: &[Asked],
        catalog: &'a Catalog,
    ) -> Result<Self, Refusal> {
        let own = Axis::read(test.axes, || {
            format!("the test `{}`, at {}", test.libtest_name(), test.site)
        })?;
        let reach = catalog.reach(uses);
        let fixtures = reach.into_iter().flat_map(|entry| {
            let entry = &catalog[entry];
            let axes = entry.axes.iter().enumerate();
            axes.map(|(axis, values)| (entry.provider, axis, &values[..]))
        });
        Ok(Self {
            test,
            fixtures: fixtures.collect(),
            own,
        })
    }

    /// How many ways there are to choose.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn count(&self) -> usize {
        let own = self.own.iter().map(Vec::len);
        let fixtures = self.fixtures.iter().map(|(_, _, values)| values.len());
        own.chain(fixtures).product()
    }

    /// A case for each way to choose, the last axis turning fastest.
    pub(crate) fn cases(&self, options: Options) -> Vec<Case> {
        let own = self.own.iter().enumerate();
        let own = own.map(|(axis, values)| (None, axis, &values[..]));
        let fixtures = self.fixtures.iter();
        let fixtures = fixtures.map(|&(of, axis, values)| (Some(of), axis, values));
        own.chain(fixtures).fold(
            vec![Case::new(self.test, options)],
            |cases, (provider, axis, values)| {
                let each = cases.iter().flat_map(|case| {
                    let chosen = move |value| Chosen {
                        provider,
                        axis,
                        value,
                    };
                    let values = values.iter().enumerate();
                    values.map(move |(place, value)| with(case, chosen(place), value))
                });
                each.collect()
            },
        )
    }
}

/// The case with one choice more.
fn with(case: &Case, chosen: Chosen, value: &AxisValue) -> Case {
    let mut choices = case.choices.clone();
    choices.push(chosen);
    // The first value that says anything is heard, and beats the test.
    let is_said = case.should_panic != case.test.should_panic;
    Case {
        test: case.test,
        name: format!("{}::{}", case.name, value.id),
        ignore: case.ignore.or(value.ignore),
        should_panic: match value.should_panic {
            ShouldPanic::Yes | ShouldPanic::With(_) if !is_said => value.should_panic,
            _ => case.should_panic,
        },
        options: case.options,
        choices,
        autouse: Vec::new(),
        uses: Vec::new(),
        place: Place::Anywhere,
        marked: case.marked.clone(),
    }
}

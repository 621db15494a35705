//! [`Drafts`]: the instances of the wider fixtures, while it is being found out which there are and who needs which.

use crate::catalog::Catalog;
use crate::ordered::Map;
use crate::{Case, Chosen, Scope};

/// An instance in the making. It speaks of others by their places, all before its own.
pub(crate) struct Draft {
    pub(crate) entry: usize,
    pub(crate) module: Option<&'static str>,
    pub(crate) choices: Vec<Chosen>,
    /// At any depth, each after those that it uses itself.
    pub(crate) uses: Vec<usize>,
}

/// All of them, each after those that it uses.
#[derive(Default)]
pub(crate) struct Drafts {
    all: Vec<Draft>,
    /// By module and fixture, and then by the values that are chosen. Tests come module by module.
    places: Map<(Option<&'static str>, usize), ByValues>,
}

type ByValues = Map<Vec<usize>, usize>;

impl Drafts {
    /// The instances that the cases of one test need, which shares the values of these fixtures: for each case in turn.
    pub(crate) fn of_cases(
        &mut self,
        catalog: &Catalog,
        shares: &[usize],
        cases: &[Case],
    ) -> Vec<Vec<usize>> {
        let Some(first) = cases.first() else {
            return Vec::new();
        };
        // Which of a case's choices are about which fixture is the same for all cases of the test.
        let about: Vec<Vec<usize>> = shares
            .iter()
            .map(|&entry| about(catalog, entry, &first.choices))
            .collect();
        let of_case = |case: &Case| {
            let mut needed: Vec<usize> = Vec::with_capacity(shares.len());
            for (&entry, about) in shares.iter().zip(&about) {
                let place = self.place(catalog, entry, about, case, &needed);
                needed.push(place);
            }
            needed
        };
        cases.iter().map(of_case).collect()
    }

    /// The place of the instance of this fixture that the case needs; those that it needs itself are among the `needed`.
    fn place(
        &mut self,
        catalog: &Catalog,
        entry: usize,
        about: &[usize],
        case: &Case,
        needed: &[usize],
    ) -> usize {
        let module = match catalog[entry].provider.scope {
            Scope::Session => None,
            Scope::Module | Scope::Test => Some(case.test.module),
        };
        let choices: Vec<Chosen> = about.iter().map(|&choice| case.choices[choice]).collect();
        let values: Vec<usize> = choices.iter().map(|chosen| chosen.value).collect();
        let places = self.places.or_insert((module, entry), ByValues::default());
        if let Some(&place) = places.get(&values) {
            return place;
        }
        let place = self.all.len();
        places.insert(values, place);
        let uses = catalog[entry].shares.iter().map(|&used| {
            let found = needed.iter().find(|&&place| self.all[place].entry == used);
            *found.expect(
                "what a fixture shares is shared by whoever asks for it, and stands before it",
            )
        });
        let uses = uses.collect();
        self.all.push(Draft {
            entry,
            module,
            choices,
            uses,
        });
        place
    }

    pub(crate) fn into_all(self) -> Vec<Draft> {
        self.all
    }
}

/// The places among these choices of those on the axes of the fixture and of all that it uses, in an order that is the same whatever
/// else the test asks for.
fn about(catalog: &Catalog, entry: usize, choices: &[Chosen]) -> Vec<usize> {
    let reach = catalog[entry].reach.iter().map(|&one| &catalog[one]);
    let axes = reach.flat_map(|one| (0..one.axes.len()).map(|axis| (one.provider, axis)));
    let place = |(provider, axis)| {
        let mut choices = choices.iter();
        let place = choices.position(|it| it.provider == Some(provider) && it.axis == axis);
        place.expect("a case has a choice on each axis that it reaches")
    };
    axes.map(place).collect()
}

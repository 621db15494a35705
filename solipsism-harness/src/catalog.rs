//! [`Catalog`]: every fixture that the tests ask for, at any depth, each looked at once: what it asks for, and what whoever asks
//! for it thereby needs. What is made of that for one test is `plan`'s.

use std::cmp::Reverse;

use crate::ordered::{Map, Set, sort_by_key};
use crate::refusal::Refusal;
use crate::{Axis, AxisValue, How, Provider, Scope, Use};

/// The fixtures, each after those that it asks for. A fixture's place in it is how the plan speaks of it.
#[derive(Default)]
pub(crate) struct Catalog {
    entries: Vec<Entry>,
    /// The place of the provider at an address. Nothing ever depends on the order of the addresses.
    places: Map<usize, usize>,
}

/// One fixture.
pub(crate) struct Entry {
    pub(crate) provider: &'static Provider,
    #[cfg(feature = "libtest-mimic")]
    pub(crate) uses: Vec<Asked>,
    /// The values on each of its axes.
    pub(crate) axes: Vec<Vec<AxisValue>>,
    /// It and all that it asks for, at any depth, in the order in which that happens.
    pub(crate) reach: Vec<usize>,
    /// The fixtures of which it needs the one value of a wider scope, at any depth, each after those that it needs itself.
    pub(crate) shares: Vec<usize>,
    /// Whether making it takes a handle to the loop of whoever asks.
    pub(crate) asks_for_loop: bool,
    /// The narrowest scope that it asks to share in, and for what.
    narrowest: Option<(Scope, Asked)>,
}

/// As [`Use`], with a place.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) entry: usize,
    pub(crate) how: How,
}

impl Catalog {
    /// What is asked for here, entered with all that it asks for itself.
    ///
    /// # Errors
    ///
    /// Fixtures that ask for each other, that outlive what they share, or of which there is no value to choose.
    pub(crate) fn enter(&mut self, uses: Vec<Use>) -> Result<Vec<Asked>, Refusal> {
        self.enter_below(uses, &mut Vec::new())
    }

    fn enter_below(
        &mut self,
        uses: Vec<Use>,
        path: &mut Vec<&'static Provider>,
    ) -> Result<Vec<Asked>, Refusal> {
        uses.into_iter()
            .map(|Use { provider, how }| {
                let entry = self.enter_one(provider, path)?;
                self.check_scope(entry, how)?;
                Ok(Asked { entry, how })
            })
            .collect()
    }

    fn enter_one(
        &mut self,
        provider: &'static Provider,
        path: &mut Vec<&'static Provider>,
    ) -> Result<usize, Refusal> {
        let address = std::ptr::from_ref(provider).addr();
        if let Some(&place) = self.places.get(&address) {
            return Ok(place);
        }
        if let Some(start) = path.iter().position(|&asker| asker == provider) {
            return Err(circle(&path[start..]));
        }
        path.push(provider);
        let uses = self.enter_below((provider.uses)(), path)?;
        path.pop();
        let axes = Axis::read(provider.axes, || format!("the fixture {provider}"))?;
        let place = self.entries.len();
        let mut reach = vec![place];
        reach.extend(self.reach(&uses));
        self.entries.push(Entry {
            provider,
            axes,
            reach,
            shares: self.shares(&uses),
            asks_for_loop: provider.is_loop || uses.iter().any(|one| self.takes_loop(*one)),
            narrowest: uses
                .iter()
                .filter_map(|one| self.sharing(*one))
                .reduce(narrower),
            #[cfg(feature = "libtest-mimic")]
            uses,
        });
        self.places.insert(address, place);
        Ok(place)
    }

    /// All that whoever asks for these uses, at any depth, in the order in which it is first asked for.
    pub(crate) fn reach(&self, uses: &[Asked]) -> Vec<usize> {
        distinct(uses.iter().flat_map(|one| &self[one.entry].reach).copied())
    }

    /// The fixtures of which whoever asks for these needs the one value of a wider scope: wider scopes first, each after those
    /// that it needs itself, else in the order in which they are asked for.
    pub(crate) fn shares(&self, uses: &[Asked]) -> Vec<usize> {
        let needed = uses.iter().flat_map(|one| {
            let itself = self.is_wide(*one).then_some(one.entry);
            self[one.entry].shares.iter().copied().chain(itself)
        });
        let mut needed = distinct(needed);
        // What is wider never needs what is narrower.
        sort_by_key(&mut needed, |&entry| Reverse(self[entry].provider.scope));
        needed
    }

    /// Whether this is the one value of a wider scope than the test.
    pub(crate) fn is_wide(&self, Asked { entry, how }: Asked) -> bool {
        how == How::Shared && self[entry].provider.scope != Scope::Test
    }

    /// Whether whoever asks for this asks for its own loop with it.
    fn takes_loop(&self, asked: Asked) -> bool {
        !self.is_wide(asked) && self[asked.entry].asks_for_loop
    }

    /// The narrowest scope in which whoever asks for this shares something.
    fn sharing(&self, asked: Asked) -> Option<(Scope, Asked)> {
        match asked.how {
            How::Shared => Some((self[asked.entry].provider.scope, asked)),
            How::Owned | How::Fresh => {
                let (scope, _) = self[asked.entry].narrowest?;
                Some((scope, asked))
            }
        }
    }

    /// What several share must not outlive what it shares itself.
    fn check_scope(&self, entry: usize, how: How) -> Result<(), Refusal> {
        let provider = self[entry].provider;
        match self[entry].narrowest {
            Some((scope, _)) if how == How::Shared && scope < provider.scope => {}
            _ => return Ok(()),
        }
        let mut path = vec![provider];
        let mut at = entry;
        while let Some((_, next)) = self[at].narrowest {
            at = next.entry;
            path.push(self[at].provider);
            if next.how == How::Shared {
                break;
            }
        }
        let Provider {
            name: narrow,
            scope: narrow_scope,
            ..
        } = self[at].provider;
        let scope = provider.scope.name();
        Err(Refusal::misuse(format!(
            "the fixture `{}` lives as long as its {scope}, and needs the one value of `{narrow}` that a {} shares, which is gone before: \
             {}; take a value of its own (`T`, or `&mut T` if it has a teardown), or give `{narrow}` a `scope = \"{scope}\"`",
            provider.name,
            narrow_scope.name(),
            arrows(&path),
        )))
    }
}

impl std::ops::Deref for Catalog {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.entries
    }
}

/// The first of the two unless the other is narrower.
fn narrower(one: (Scope, Asked), other: (Scope, Asked)) -> (Scope, Asked) {
    if other.0 < one.0 { other } else { one }
}

fn circle(path: &[&'static Provider]) -> Refusal {
    Refusal::misuse(format!(
        "fixtures ask for each other in a circle: {} → `{}`; one of them must go without the other",
        arrows(path),
        path[0].name
    ))
}

/// "`a` (tests/it.rs:3:10) → `b` (tests/it.rs:5:10)"
fn arrows(path: &[&'static Provider]) -> String {
    let steps: Vec<_> = path
        .iter()
        .map(|provider| format!("`{}` ({})", provider.name, provider.site))
        .collect();
    steps.join(" → ")
}

/// Each once, where it came first.
fn distinct(all: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen = Set::default();
    all.filter(|&one| seen.insert(one)).collect()
}

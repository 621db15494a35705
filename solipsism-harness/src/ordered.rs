//! Sorting, and maps and sets that are sorted, for all of this crate and for `solipsism`: with little to compile for each type.
//!
//! In a build without optimisation each `sort` of std's is some thousand lines of code for the one type that it is about, and
//! each `BTreeMap` more; a user waits for all of them before his first test. Here places are sorted and searched, which is compiled once.
//!
//! A map is a sorted list: quick where it is small, or where keys come in ascending order.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::mem;
use std::ops::{Deref, DerefMut};

/// Sorts; equal ones stay in their order.
pub fn sort_by<T>(all: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let places = sorted_places(all.len(), &|one, other| compare(&all[one], &all[other]));
    bring_to(places, &mut |one, other| all.swap(one, other));
}

/// Sorts by what this says of each; equal ones stay in their order.
pub fn sort_by_key<T, K: Ord>(all: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(all, |one, other| key(one).cmp(&key(other)));
}

/// The places of so many, in the order of what stands there.
fn sorted_places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&one, &other| compare(one, other));
    places
}

/// Brings to each place what stands at the place that is noted there.
fn bring_to(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..places.len() {
        let mut at = start;
        // What stood at the start is handed on, until it has come to where it belongs.
        loop {
            let from = mem::replace(&mut places[at], at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

/// The place of what compares as equal among so many that are sorted, or where it would have to be.
fn search(count: usize, compare: &dyn Fn(usize) -> Ordering) -> Result<usize, usize> {
    let (mut start, mut end) = (0, count);
    while start < end {
        let middle = start.midpoint(end);
        match compare(middle) {
            Ordering::Less => start = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => end = middle,
        }
    }
    Err(start)
}

/// A sorted list of keys with their values, which it can be read as.
#[derive(Clone, Debug)]
pub struct Map<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Map<K, V> {
    /// The value under this key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&self.0[place].1)
    }

    /// The same, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&mut self.0[place].1)
    }

    /// Whether there is a value under this key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Puts a value there, and gives back the one that it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// The value under this key, which is this one if there was none.
    pub fn or_insert(&mut self, key: K, value: V) -> &mut V {
        let place = match self.place(&key) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (key, value));
                place
            }
        };
        &mut self.0[place].1
    }

    /// Takes a value out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.0.remove(place).1)
    }

    /// All of them.
    pub fn into_list(self) -> Vec<(K, V)> {
        self.0
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        search(self.0.len(), &|place| self.0[place].0.borrow().cmp(key))
    }
}

/// Of those with equal keys the first one counts. The quick way to a large map, in whatever order its keys come.
impl<K: Ord, V> From<Vec<(K, V)>> for Map<K, V> {
    fn from(mut all: Vec<(K, V)>) -> Self {
        sort_by(&mut all, |(one, _), (other, _)| one.cmp(other));
        all.dedup_by(|(later, _), (first, _)| later == first);
        Self(all)
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = [(K, V)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// The keys stay what they are.
impl<K, V> DerefMut for Map<K, V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// A sorted list, which it can be read as, without two that are equal.
#[derive(Clone, Debug)]
pub struct Set<T>(Vec<T>);

impl<T: Ord> Set<T> {
    /// Puts it in. Whether it was not there before.
    pub fn insert(&mut self, one: T) -> bool {
        let place = self.place(&one);
        if let Err(place) = place {
            self.0.insert(place, one);
        }
        place.is_err()
    }

    /// Whether it is there.
    pub fn contains(&self, one: &T) -> bool {
        self.place(one).is_ok()
    }

    fn place(&self, one: &T) -> Result<usize, usize> {
        search(self.0.len(), &|place| self.0[place].cmp(one))
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without an order, and many of them equal.
    fn numbers(count: u64, below: u64) -> Vec<u64> {
        let number = |place: u64| (place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (0..count).map(|place| number(place) % below).collect()
    }

    #[test]
    fn sorted_as_std_sorts() {
        for count in 0..60 {
            for below in [1, 2, 7, 1_000] {
                let mut ours: Vec<_> = numbers(count, below).into_iter().enumerate().collect();
                let mut theirs = ours.clone();
                sort_by_key(&mut ours, |(_, number)| *number);
                theirs.sort_by_key(|(_, number)| *number);
                assert_eq!(ours, theirs);
                sort_by(&mut ours, |one, other| other.cmp(one));
                theirs.sort_by(|one, other| other.cmp(one));
                assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn a_map_is_as_one_of_std() {
        let (mut ours, mut theirs) = (Map::default(), std::collections::BTreeMap::new());
        for (key, value) in numbers(300, 40).into_iter().zip(0..) {
            match value % 4 {
                0 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                1 => assert_eq!(
                    ours.or_insert(key, value),
                    theirs.entry(key).or_insert(value)
                ),
                _ => assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
            }
            assert_eq!(ours.get(&(key + 1)), theirs.get(&(key + 1)));
            assert_eq!(ours.get_mut(&key), theirs.get_mut(&key));
            assert!(ours.iter().map(|(key, value)| (key, value)).eq(&theirs));
        }
        let all: Vec<_> = numbers(300, 40).into_iter().zip(0..).collect();
        let ours = Map::from(all.clone());
        let theirs: std::collections::BTreeMap<_, _> = all.into_iter().rev().collect();
        assert!(ours.iter().map(|(key, value)| (key, value)).eq(&theirs));
    }

    #[test]
    fn a_set_has_each_once() {
        let mut set = Set::default();
        let new = ["b", "a", "b", "c", "a"].map(|one| set.insert(one));
        assert_eq!(new, [true, true, false, true, false]);
        assert_eq!(*set, ["a", "b", "c"]);
        assert!(set.contains(&"c") && !set.contains(&"d"));
    }
}

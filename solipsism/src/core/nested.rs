//! A setting of a world whose loops nest: what a child changes of it holds for as long as the child is there.

use std::ops::Deref;

/// Which of a world's loops asks for something, or made it: the world's own is 0, and children count from 1 in the order
/// of their beginning. Of those that are there at a time, a child has a higher number than the loops around it.
pub(crate) type LoopId = u32;

/// The loop of the world itself.
pub(crate) const OUTERMOST: LoopId = 0;

/// The loops that end together: a child, and those inside of it.
#[derive(Clone, Debug)]
pub(crate) struct EndingLoops {
    child: LoopId,
    /// Those that began after the child and are not inside of it.
    others: Vec<LoopId>,
}

impl EndingLoops {
    pub(crate) fn new(child: LoopId, others: Vec<LoopId>) -> Self {
        Self { child, others }
    }

    /// Whether what is this loop's ends.
    pub(crate) fn has(&self, owner: LoopId) -> bool {
        owner >= self.child && !self.others.contains(&owner)
    }
}

/// A setting as it is now, and as it is to be when each of the children is gone.
#[derive(Debug)]
pub(crate) struct Nested<T> {
    now: T,
    /// By child, the one that began last last.
    after: Vec<Before<T>>,
}

/// What was the case when a child began.
#[derive(Debug)]
struct Before<T> {
    child: LoopId,
    value: T,
    /// Whether the child made it another.
    changed: bool,
}

/// What the end of a child makes of a setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Left<T> {
    /// The child did not know it.
    Unknown,
    /// It is as before. This was the case until now.
    Undone(T),
    /// This loop has changed it as well, which is not inside of the child and began after it: when that ends, it is as
    /// before both.
    With(LoopId),
}

impl<T: Clone> Nested<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            now: value,
            after: Vec::new(),
        }
    }

    /// From now on a child may change it.
    pub(crate) fn begin(&mut self, child: LoopId) {
        self.after.push(Before {
            child,
            value: self.now.clone(),
            changed: false,
        });
    }

    /// Undoes what ends with these loops.
    pub(crate) fn end(&mut self, ending: &EndingLoops) -> Left<T> {
        let mut ended = self.after.iter();
        let Some(first) = ended.position(|before| ending.has(before.child)) else {
            return Left::Unknown;
        };
        let value = self.after[first].value.clone();
        self.after.retain(|before| !ending.has(before.child));
        let others = &mut self.after[first..];
        if let Some(other) = others.iter().find(|other| other.changed) {
            let with = other.child;
            others[0].value = value;
            return Left::With(with);
        }
        for other in others {
            other.value = value.clone();
        }
        Left::Undone(std::mem::replace(&mut self.now, value))
    }

    /// Changes it on behalf of this loop: the change outlives the children that began after it.
    pub(crate) fn change(&mut self, by: LoopId, mut change: impl FnMut(&mut T)) {
        change(&mut self.now);
        for before in &mut self.after {
            before.changed |= before.child == by;
            if before.child > by {
                change(&mut before.value);
            }
        }
    }

    /// The value as it is now: a change through this ends with the innermost child, whoever makes it.
    pub(crate) fn now_mut(&mut self) -> &mut T {
        &mut self.now
    }
}

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.now
    }
}

impl<T: Clone + Default> Default for Nested<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end<T: Clone>(setting: &mut Nested<T>, child: LoopId) -> Left<T> {
        setting.end(&EndingLoops::new(child, Vec::new()))
    }

    #[test]
    fn what_a_child_changes_ends_with_it_and_what_others_change_stays() {
        let mut setting = Nested::new(vec!['a']);
        setting.begin(3);
        setting.begin(7);
        setting.change(7, |value| value.push('c'));
        setting.change(OUTERMOST, |value| value.push('o'));
        setting.change(3, |value| value.push('m'));
        assert_eq!(*setting, ['a', 'c', 'o', 'm']);
        assert_eq!(end(&mut setting, 7), Left::Undone(vec!['a', 'c', 'o', 'm']));
        assert_eq!(*setting, ['a', 'o', 'm']);
        end(&mut setting, 3);
        assert_eq!(*setting, ['a', 'o']);
        assert_eq!(end(&mut setting, 3), Left::Unknown);
    }

    #[test]
    fn the_end_of_a_child_is_that_of_those_inside_of_it() {
        let mut setting = Nested::new(0);
        setting.begin(1);
        setting.change(1, |value| *value = 1);
        setting.begin(2);
        setting.change(2, |value| *value = 2);
        assert_eq!((end(&mut setting, 1), *setting), (Left::Undone(2), 0));
    }

    #[test]
    fn of_two_beside_each_other_the_last_to_end_that_changed_it_undoes_it() {
        let mut setting = Nested::new(0);
        setting.begin(1);
        setting.begin(2);
        setting.change(1, |value| *value = 1);
        let first = EndingLoops::new(1, vec![2]);
        assert_eq!((setting.end(&first), *setting), (Left::Undone(1), 0));
        assert_eq!((end(&mut setting, 2), *setting), (Left::Undone(0), 0));

        setting.begin(3);
        setting.begin(4);
        setting.change(3, |value| *value = 3);
        setting.change(4, |value| *value = 4);
        let first = EndingLoops::new(3, vec![4]);
        assert_eq!((setting.end(&first), *setting), (Left::With(4), 4));
        assert_eq!((end(&mut setting, 4), *setting), (Left::Undone(4), 0));
    }

    #[test]
    fn the_one_that_began_last_may_end_first() {
        let mut setting = Nested::new(0);
        setting.begin(1);
        setting.begin(2);
        setting.change(1, |value| *value = 1);
        setting.change(2, |value| *value = 2);
        assert_eq!((end(&mut setting, 2), *setting), (Left::Undone(2), 1));
        assert_eq!((end(&mut setting, 1), *setting), (Left::Undone(1), 0));
    }
}

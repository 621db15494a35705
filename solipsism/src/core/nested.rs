//! A setting of a world whose loops nest: what a child changes of it holds for as long as the child is there.

use std::ops::Deref;

/// Which of a world's loops asks for something, or made it: the world's own is 0, and children count from 1 in the order
/// of their beginning. Of those that are there at a time, a child has a higher number than the loops around it.
pub(crate) type LoopId = u32;

/// The loop of the world itself.
pub(crate) const OUTERMOST: LoopId = 0;

/// A setting as it is now, and as it is to be when each of the children is gone.
#[derive(Debug)]
pub(crate) struct Nested<T> {
    now: T,
    /// By child, the innermost last.
    after: Vec<(LoopId, T)>,
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
        self.after.push((child, self.now.clone()));
    }

    /// Undoes what the child changed. Gives what it left, unless the child is unknown.
    pub(crate) fn end(&mut self, child: LoopId) -> Option<T> {
        let outer = self.after.partition_point(|(inner, _)| *inner < child);
        let (_, value) = self.after.drain(outer..).next()?;
        Some(std::mem::replace(&mut self.now, value))
    }

    /// Changes it on behalf of this loop: the change outlives the children inside of it.
    pub(crate) fn change(&mut self, by: LoopId, mut change: impl FnMut(&mut T)) {
        change(&mut self.now);
        let inner = self.after.iter_mut().filter(|(child, _)| *child > by);
        inner.for_each(|(_, value)| change(value));
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

    #[test]
    fn what_a_child_changes_ends_with_it_and_what_others_change_stays() {
        let mut setting = Nested::new(vec!['a']);
        setting.begin(3);
        setting.begin(7);
        setting.change(7, |value| value.push('c'));
        setting.change(OUTERMOST, |value| value.push('o'));
        setting.change(3, |value| value.push('m'));
        assert_eq!(*setting, ['a', 'c', 'o', 'm']);
        assert_eq!(setting.end(7), Some(vec!['a', 'c', 'o', 'm']));
        assert_eq!(*setting, ['a', 'o', 'm']);
        setting.end(3);
        assert_eq!(*setting, ['a', 'o']);
        assert_eq!(setting.end(3), None);
    }

    #[test]
    fn the_end_of_a_child_is_that_of_those_inside_of_it() {
        let mut setting = Nested::new(0);
        setting.begin(1);
        setting.change(1, |value| *value = 1);
        setting.begin(2);
        setting.change(2, |value| *value = 2);
        assert_eq!((setting.end(1), *setting), (Some(2), 0));
    }
}

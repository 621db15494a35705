//! [`Connected`]: which of several belong together, as far as that is known by now.

/// Sets that grow together; each is known by its smallest member.
pub(crate) struct Connected {
    above: Vec<usize>,
}

impl Connected {
    /// Of so many, each alone.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            above: (0..count).collect(),
        }
    }

    pub(crate) fn root(&mut self, mut one: usize) -> usize {
        while self.above[one] != one {
            self.above[one] = self.above[self.above[one]];
            one = self.above[one];
        }
        one
    }

    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other)] = one.min(other);
    }
}

//! What can be waited for at a socket, and what has come.

use std::ops::BitOr;

use crate::core::net::Side;

/// What somebody waits for at a socket.
///
/// # Examples
///
/// ```
/// use solipsism::net::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    read: bool,
    write: bool,
}

impl Interest {
    /// That there is something to read.
    pub const READABLE: Self = Self {
        read: true,
        write: false,
    };

    /// That something can be written.
    pub const WRITABLE: Self = Self {
        read: false,
        write: true,
    };

    /// Whether reading is part of it.
    pub const fn is_readable(self) -> bool {
        self.read
    }

    /// Whether writing is part of it.
    pub const fn is_writable(self) -> bool {
        self.write
    }

    /// Both interests.
    #[must_use]
    pub const fn add(self, other: Self) -> Self {
        Self {
            read: self.read || other.read,
            write: self.write || other.write,
        }
    }

    pub(super) fn sides(self) -> impl Iterator<Item = Side> {
        let sides = [(self.read, Side::Read), (self.write, Side::Write)];
        sides
            .into_iter()
            .filter_map(|(wanted, side)| wanted.then_some(side))
    }
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.add(other)
    }
}

/// What a socket is ready for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    pub(super) read: bool,
    pub(super) write: bool,
    pub(super) read_closed: bool,
    pub(super) write_closed: bool,
}

impl Ready {
    /// Whether it is ready for nothing.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether reading would not block: there is something, or the end.
    pub fn is_readable(self) -> bool {
        self.read || self.read_closed
    }

    /// Whether writing would not block: there is room, or an error.
    pub fn is_writable(self) -> bool {
        self.write || self.write_closed
    }

    /// Whether nothing more will come.
    pub fn is_read_closed(self) -> bool {
        self.read_closed
    }

    /// Whether nothing more can be written.
    pub fn is_write_closed(self) -> bool {
        self.write_closed
    }
}

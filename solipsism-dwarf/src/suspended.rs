//! A future as it is found: behind a pointer to some trait's object, of a type that nobody here can name.

use std::hint::black_box;
use std::marker::PhantomData;

use crate::memory::Memory;

/// A suspended future: where it is, and the table of functions by which its type is known.
///
/// It borrows the future, which can thus neither be polled nor dropped while it is read.
#[derive(Clone, Copy, Debug)]
pub struct Suspended<'a> {
    pub(crate) data: u64,
    pub(crate) vtable: u64,
    future: PhantomData<&'a ()>,
}

impl<'a> Suspended<'a> {
    /// The future behind this object of a trait, of any trait: `Suspended::of(&*boxed)` for a `Pin<Box<dyn Future>>`.
    ///
    /// `None` where it is not behind such an object, or where this process's memory cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use solipsism_dwarf::Suspended;
    ///
    /// let boxed: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async {});
    /// assert!(Suspended::of(&*boxed).is_some() || cfg!(not(target_os = "linux")));
    /// assert!(Suspended::of(&5).is_none());
    /// ```
    pub fn of<T: ?Sized>(future: &'a T) -> Option<Self> {
        if size_of::<*const T>() != 16 || size_of::<usize>() != 8 || cfg!(miri) {
            return None;
        }
        let data = u64::try_from(std::ptr::from_ref(future).addr()).ok()?;
        // The language has no stable word for the second half of a pointer; the kernel reads it as it lies there.
        let pointer = [std::ptr::from_ref(future), std::ptr::from_ref(future)];
        let at = u64::try_from(black_box(&pointer).as_ptr().addr()).ok()?;
        let memory = Memory::open()?;
        let (first, vtable) = (memory.word(at)?, memory.word(at + 8)?);
        black_box(&pointer);
        (first == data).then_some(Self {
            data,
            vtable,
            future: PhantomData,
        })
    }
}

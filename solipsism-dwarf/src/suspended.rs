//! A future as it is found: behind a pointer to some trait's object, of a type that nobody here can name.

use std::hint::black_box;
use std::marker::PhantomData;

use crate::memory::Memory;
use crate::values::Value;
use crate::{names, runtime};

/// A suspended future: where it is, and the table of functions by which its type is known.
///
/// It borrows the future, which can thus neither be polled nor dropped while it is read.
#[derive(Clone, Copy, Debug)]
pub struct Suspended<'a> {
    pub(crate) place: Place,
    future: PhantomData<&'a ()>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// An object of a trait: itself, and its table.
    Object { data: u64, vtable: u64 },
    /// A task of a runtime's: where its header is, and what it is in.
    Task { header: u64, stage: Value },
}

/// A task of a runtime of tokio's.
#[derive(Clone, Copy, Debug)]
pub struct TokioTask<'a> {
    /// The number that [`tokio::task::Id`] shows.
    ///
    /// [`tokio::task::Id`]: https://docs.rs/tokio/latest/tokio/task/struct.Id.html
    pub id: u64,
    /// Its future.
    pub future: Suspended<'a>,
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
            place: Place::Object { data, vtable },
            future: PhantomData,
        })
    }

    /// The tasks of a runtime of tokio's that has one thread, in the order of their spawning. `handle` is a
    /// `tokio::runtime::Handle` of it, as an object of a trait: `&handle as &dyn Debug`. Nothing may drive the runtime as long
    /// as they are borrowed.
    ///
    /// `None` where they cannot be read, or not all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism_dwarf::Suspended;
    ///
    /// assert!(Suspended::of_tokio(&5 as &dyn std::fmt::Debug).is_none());
    /// ```
    pub fn of_tokio<T: ?Sized>(handle: &'a T) -> Option<Vec<TokioTask<'a>>> {
        let Place::Object { data, vtable } = Self::of(handle)?.place else {
            return None;
        };
        let mut values = crate::values()?;
        values.types.units.begin();
        let handle = values.object(data, vtable)?;
        if &*values.path(handle)? != names::TOKIO_HANDLE {
            return None;
        }
        let tasks = runtime::tasks(&mut values, handle)?;
        let tasks = tasks.into_iter().map(|task| TokioTask {
            id: task.id,
            future: Self {
                place: Place::Task {
                    header: task.header,
                    stage: task.stage,
                },
                future: PhantomData,
            },
        });
        Some(tasks.collect())
    }
}

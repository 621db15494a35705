//! What a task's wakers, handles and reports know of it. Any thread may hold one, also after its world is gone.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use futures_task::ArcWake;

use super::trace::By;
use super::{Inbox, World};

/// Where a task lives in its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) slot: u32,
    /// The body is 0, tasks count from 1 in the order of their spawning.
    pub(crate) id: u32,
}

impl TaskKey {
    /// The body of a run has no slot.
    pub(crate) const BODY: Self = Self {
        slot: u32::MAX,
        id: 0,
    };

    /// Neither has whoever drives the world, when it runs what is its own.
    #[cfg(feature = "tokio")]
    pub(crate) const HOST: Self = Self {
        slot: u32::MAX,
        id: super::FOREIGN,
    };
}

/// A task's name. Boxed twice, which makes it thin: few tasks have one, and every task has room for it.
pub(crate) type Name = Box<Box<str>>;

/// The waker of a task. The executor owns one reference to it, a handle that was not dropped another one; all others
/// are wakers: when there are none, nothing can wake the task any more.
pub(crate) struct Header {
    pub(crate) key: TaskKey,
    pub(crate) site: &'static Location<'static>,
    pub(crate) name: Option<Name>,
    inbox: Arc<Inbox>,
    /// In the ready queue; touched by the world's own thread alone.
    queued: AtomicBool,
    /// In the inbox, on behalf of another thread.
    called: AtomicBool,
    /// `FINISHED`, `CUT_OFF`, `ABORTED`, `BACKGROUND`: none of them is ever cleared, and the latter two say nothing any more
    /// once it is finished. So the world's thread, which alone sets the former two, needs no read-modify-write.
    state: AtomicU8,
    /// `DETACHED`, `TAKEN`: whoever has the handle sets them, and likewise.
    handle: AtomicU8,
    /// Who woke it last: one store a wake, by the world's own thread alone.
    woken_by: AtomicU32,
}

// With the counts of its `Arc` and what the allocator adds it is one line of the cache: there may be many.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Header>() == 40);

// In `state`.
const FINISHED: u8 = 1;
const CUT_OFF: u8 = 1 << 1;
const ABORTED: u8 = 1 << 2;
const BACKGROUND: u8 = 1 << 3;

// In `handle`.
const DETACHED: u8 = 1;
const TAKEN: u8 = 1 << 1;

/// Sets a flag that only the current thread sets now.
#[inline]
fn set(flags: &AtomicU8, flag: u8) {
    let before = flags.load(Ordering::Relaxed);
    flags.store(before | flag, Ordering::Release);
}

#[inline]
fn is_set(flags: &AtomicU8, flag: u8) -> bool {
    flags.load(Ordering::Acquire) & flag != 0
}

impl Header {
    /// Of a task that is in nobody's queue.
    pub(crate) fn new(
        inbox: Arc<Inbox>,
        key: TaskKey,
        site: &'static Location<'static>,
        name: Option<Name>,
    ) -> Self {
        Self {
            key,
            site,
            name,
            inbox,
            queued: AtomicBool::new(false),
            called: AtomicBool::new(false),
            state: AtomicU8::new(0),
            handle: AtomicU8::new(0),
            woken_by: AtomicU32::new(By::SPAWN.word()),
        }
    }

    /// Marks the task as queued; false if it was already.
    pub(crate) fn queue(&self) -> bool {
        // Only the world's thread comes here, so two plain steps are as good as a swap and much cheaper.
        let queued = self.queued.load(Ordering::Relaxed);
        self.queued.store(true, Ordering::Relaxed);
        !queued
    }

    /// Marks it as queued for the first time.
    #[inline]
    pub(crate) fn queue_first(&self) {
        self.queued.store(true, Ordering::Relaxed);
    }

    /// Takes note of who put it into the queue.
    #[inline]
    pub(crate) fn note_wake(&self, by: By) {
        self.woken_by.store(by.word(), Ordering::Relaxed);
    }

    /// Who did so last.
    pub(crate) fn woken_by(&self) -> By {
        By::of_word(self.woken_by.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn unqueue(&self) {
        self.queued.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_queued(&self) -> bool {
        self.queued.load(Ordering::Relaxed) || self.called.load(Ordering::Acquire)
    }

    /// Takes note that the inbox was read: from here on another thread's wake counts again.
    pub(crate) fn answer_call(&self) {
        // An acquiring swap, so that what the caller wrote before its wake is seen by the poll that follows.
        self.called.swap(false, Ordering::AcqRel);
    }

    /// Whether it stands for the tasks of whoever drives the world.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_host(&self) -> bool {
        self.key == TaskKey::HOST
    }

    /// Whether the task lives in this world.
    #[inline]
    pub(crate) fn is_of(&self, world: &World) -> bool {
        Arc::ptr_eq(&self.inbox, world.inbox())
    }

    /// Asks for the task's end. Takes effect when the task's turn comes.
    pub(crate) fn abort(self: &Arc<Self>) {
        if !self.is_finished() {
            self.state.fetch_or(ABORTED, Ordering::AcqRel);
            ArcWake::wake_by_ref(self);
        }
    }

    #[inline]
    pub(crate) fn is_aborted(&self) -> bool {
        is_set(&self.state, ABORTED)
    }

    #[inline]
    pub(crate) fn finish(&self) {
        set(&self.state, FINISHED);
    }

    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        is_set(&self.state, FINISHED)
    }

    /// A verdict, or the end of the world, comes before the task's own end.
    pub(crate) fn cut_off(&self) {
        set(&self.state, CUT_OFF);
    }

    /// Nobody will ask for the output.
    #[inline]
    pub(crate) fn detach(&self) {
        set(&self.handle, DETACHED);
    }

    #[inline]
    pub(crate) fn is_detached(&self) -> bool {
        is_set(&self.handle, DETACHED)
    }

    /// The handle gave the output away.
    #[inline]
    pub(crate) fn take(&self) {
        set(&self.handle, TAKEN);
    }

    #[inline]
    pub(crate) fn is_taken(&self) -> bool {
        is_set(&self.handle, TAKEN)
    }

    /// Whether a waker of this task is alive, but for those that the world itself keeps.
    pub(crate) fn has_waker(self: &Arc<Self>, kept: usize) -> bool {
        let handles = usize::from(!self.is_detached());
        Arc::strong_count(self) > 1 + handles + kept
    }

    /// Whether it is neither finished nor aborted nor in the background.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.state.load(Ordering::Acquire) == 0
    }

    pub(crate) fn set_background(&self) {
        self.state.fetch_or(BACKGROUND, Ordering::AcqRel);
    }

    #[inline]
    pub(crate) fn is_background(&self) -> bool {
        is_set(&self.state, BACKGROUND)
    }
}

impl ArcWake for Header {
    #[inline]
    fn wake_by_ref(this: &Arc<Self>) {
        if this.is_finished() {
            if is_set(&this.state, CUT_OFF) {
                this.inbox.call_late(this);
            }
            return;
        }
        let here = World::try_with(|world| {
            let ours = this.is_of(world);
            if ours {
                world.schedule(this);
            }
            ours
        });
        if here != Some(true) && !this.called.swap(true, Ordering::AcqRel) {
            this.inbox.call(this);
        }
    }
}

/// The task as messages name it: `the body`, `task 3` or ``task 3 `name` ``.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.key.id) {
            (_, 0) => f.write_str("the body"),
            (None, id) => write!(f, "task {id}"),
            (Some(name), id) => write!(f, "task {id} `{name}`"),
        }
    }
}

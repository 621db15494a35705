//! What a task's wakers, handles and reports know of it. Any thread may hold one, also after its world is gone.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use futures_util::task::ArcWake;

use super::{Inbox, World};

/// Where a task lives. The world's number keeps a handle that strayed into another world from meaning a task there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) slot: u32,
    pub(crate) world: u32,
    /// The body is 0, tasks count from 1 in the order of their spawning.
    pub(crate) id: u32,
}

/// The body of a run has no slot.
const NO_SLOT: u32 = u32::MAX;

impl TaskKey {
    pub(crate) fn body(world: u32) -> Self {
        Self {
            slot: NO_SLOT,
            world,
            id: 0,
        }
    }

    pub(crate) fn is_body(self) -> bool {
        self.slot == NO_SLOT
    }
}

const ABORTED: u8 = 1;
const FINISHED: u8 = 2;
const DETACHED: u8 = 4;
const BACKGROUND: u8 = 8;
const TAKEN: u8 = 16;

/// The waker of a task. The executor owns one reference to it, a handle that was not dropped another one; all others
/// are wakers: when there are none, nothing can wake the task any more.
pub(crate) struct Header {
    pub(crate) key: TaskKey,
    pub(crate) site: &'static Location<'static>,
    // Boxed twice: few tasks have a name, and every task has room for one.
    pub(crate) name: Option<Box<String>>,
    inbox: Arc<Inbox>,
    /// In the ready queue; touched by the world's own thread alone.
    queued: AtomicBool,
    /// In the inbox, on behalf of another thread.
    called: AtomicBool,
    flags: AtomicU8,
}

impl Header {
    pub(crate) fn new(
        inbox: Arc<Inbox>,
        key: TaskKey,
        site: &'static Location<'static>,
        name: Option<Box<String>>,
    ) -> Self {
        Self {
            key,
            site,
            name,
            inbox,
            queued: AtomicBool::new(false),
            called: AtomicBool::new(false),
            flags: AtomicU8::new(0),
        }
    }

    /// Marks the task as queued; false if it was already.
    pub(crate) fn queue(&self) -> bool {
        // Only the world's thread comes here, so two plain steps are as good as a swap and much cheaper.
        let queued = self.queued.load(Ordering::Relaxed);
        self.queued.store(true, Ordering::Relaxed);
        !queued
    }

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

    fn set(&self, flag: u8) {
        self.flags.fetch_or(flag, Ordering::AcqRel);
    }

    fn has(&self, flag: u8) -> bool {
        self.flags.load(Ordering::Acquire) & flag != 0
    }

    /// Asks for the task's end. Takes effect when the task's turn comes.
    pub(crate) fn abort(self: &Arc<Self>) {
        if !self.is_finished() {
            self.set(ABORTED);
            ArcWake::wake_by_ref(self);
        }
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.has(ABORTED)
    }

    pub(crate) fn finish(&self) {
        self.set(FINISHED);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.has(FINISHED)
    }

    /// Nobody will ask for the output.
    pub(crate) fn detach(&self) {
        self.set(DETACHED);
    }

    pub(crate) fn is_detached(&self) -> bool {
        self.has(DETACHED)
    }

    /// The handle gave the output away.
    pub(crate) fn take(&self) {
        self.set(TAKEN);
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.has(TAKEN)
    }

    /// Whether a waker of this task is alive.
    pub(crate) fn has_waker(self: &Arc<Self>) -> bool {
        let handles = usize::from(!self.is_detached());
        Arc::strong_count(self) > 1 + handles
    }

    pub(crate) fn set_background(&self) {
        self.set(BACKGROUND);
    }

    pub(crate) fn is_background(&self) -> bool {
        self.has(BACKGROUND)
    }
}

impl ArcWake for Header {
    fn wake_by_ref(this: &Arc<Self>) {
        if this.is_finished() {
            return;
        }
        let here = World::try_with(|world| {
            let ours = world.id() == this.key.world;
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

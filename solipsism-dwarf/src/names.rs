//! Every name that is relied on though nobody promised it: the compiler's, the standard library's, other crates'. What is
//! called otherwise one day is not found, and nothing is said of it; the programs in `matrix` tell that it happened.

use crate::Thing;

/// How the compiler begins the names of the functions that async functions, blocks and closures become.
pub(crate) const COROUTINE_FUNCTION: &str = "{async_";

/// How it begins the names of the types that hold their states.
const COROUTINES: [&str; 4] = [
    "{async_fn_env#",
    "{async_block_env#",
    "{async_closure_env#",
    "{async_closure_body_env#",
];

/// A coroutine's type is called as its function, but for this.
pub(crate) const ENVIRONMENT: &str = "_env#";
pub(crate) const FUNCTION: &str = "#";

/// What stands before the crate's name in the name of a unit: `src/main.rs/@/program.0123-cgu.0`.
pub(crate) const CRATE: &str = "/@/";

/// Those whose parameters move into variables as soon as they run, and stay behind as bytes.
const MOVES_PARAMETERS: &str = "{async_fn_env#";

/// A state in which a coroutine stands at an await point.
pub(crate) const SUSPENDED: &str = "Suspend";

/// The state before the first poll. What it has, all others have too.
pub(crate) const UNRESUMED: &str = "Unresumed";

/// What is awaited at an await point.
pub(crate) const AWAITED: &str = "__awaitee";

/// Whether this is what the compiler calls so that has no name in the source: the value of an expression.
pub(crate) fn is_temporary(name: &str) -> bool {
    let number = name.strip_prefix("__").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())
}

/// An implementation, in the path of what is in it.
pub(crate) const IMPLEMENTATION: &str = "{impl#";

/// What a method's coroutine captures of its first parameter.
pub(crate) const SELF: [&str; 2] = ["self", "_ref__self"];

/// What a library's function calls what both halves of a channel point to.
pub(crate) const SHARED_STATE: &str = "shared";

/// What a method may be called on instead of a reference.
const POINTERS: [&str; 4] = [
    "alloc::boxed::Box<",
    "alloc::rc::Rc<",
    "alloc::sync::Arc<",
    "core::pin::Pin<",
];

/// What stands in a path and is no function.
pub(crate) const ANONYMOUS: [&str; 2] = ["{async_", "{closure"];

/// The same, as the linker sees it.
pub(crate) const LINKED_ANONYMOUS: [&str; 3] = ["{{closure}}", "{closure#", "{shim:"];

/// The halves of a pointer to a trait's object.
pub(crate) const OBJECT: [&str; 2] = ["pointer", "vtable"];

/// The halves of a pointer to a slice.
pub(crate) const SLICE: [&str; 2] = ["data_ptr", "length"];

/// What owns what it points to, or has it for itself: whoever awaits that, awaits what is behind it.
const OWNERS: [&str; 2] = ["&mut ", "alloc::boxed::Box<"];

pub(crate) const SHARED_REFERENCE: &str = "&";

pub(crate) const VEC: &str = "alloc::vec::Vec<";
pub(crate) const VEC_LENGTH: &str = "len";
pub(crate) const VEC_POINTER: &str = "buf.inner.ptr.pointer.pointer";

/// What an `Arc` points to, and where the value is therein.
const ARC_INNER: &str = "alloc::sync::ArcInner<";
pub(crate) const ARC_POINTER: &str = "ptr.pointer";
pub(crate) const ARC_VALUE: &str = "data";

/// What every poll is given, and leaves keep: it says nothing of what they wait for.
const WAKER: &str = "core::task::wake::";

/// Wrappers that are themselves of no interest where nothing of interest is in them.
const WRAPPERS: [&str; 3] = [
    "core::future::poll_fn::PollFn<",
    "core::pin::Pin<",
    "tokio::task::coop::Coop<",
];
const CLOSURE: &str = "{closure_env#";

pub(crate) const FUTURES_UNORDERED: &str =
    "futures_util::stream::futures_unordered::FuturesUnordered<";
pub(crate) const FUTURES_UNORDERED_FIRST: &str = "head_all.p.value";
pub(crate) const FUTURES_UNORDERED_NEXT: &str = "next_all.p.value";
pub(crate) const FUTURES_UNORDERED_FUTURE: &str = "future.value";

/// What the same hold where order counts.
pub(crate) const ORDERED: &str = "futures_util::stream::futures_ordered::OrderWrapper<";
pub(crate) const ORDERED_FUTURE: &str = "data";

/// What an `Option` has.
pub(crate) const SOME: &str = "__0";

pub(crate) const SHARED: &str = "futures_util::future::future::shared::Shared<";
pub(crate) const SHARED_INNER: &str = "inner";
pub(crate) const SHARED_FUTURE: &str = "future_or_output.value";

/// From the handle of a runtime of tokio's to its lists of tasks, if it has one thread.
pub(crate) const TOKIO_HANDLE: &str = "tokio::runtime::handle::Handle";
pub(crate) const HANDLE: &str = "inner";
pub(crate) const ONE_THREAD: &str = "CurrentThread";
pub(crate) const HANDLE_POINTER: &str = "__0.ptr.pointer";
pub(crate) const TASK_LISTS: &str = "data.shared.owned.list.lists";
pub(crate) const TASK_LIST: &str = "tokio::util::linked_list::LinkedList<";
pub(crate) const FIRST_TASK: &str = "head";

/// From a task's header to the function that polls it, and from the variable in that to what it polls.
pub(crate) const TASK_POINTER: &str = "pointer";
pub(crate) const TASK_TABLE: &str = "vtable";
pub(crate) const TASK_POLL: &str = "poll";
pub(crate) const TASK_VARIABLE: &str = "harness";
pub(crate) const TASK_OF_VARIABLE: &str = "cell.pointer";

/// Who awaits the end of a task, and where it says of which.
pub(crate) const JOIN_HANDLE: &str = "tokio::runtime::task::join::JoinHandle<";
pub(crate) const JOINED_TASK: &str = "raw.ptr.pointer";

/// A task, and what is in it.
pub(crate) const TASK: &str = "tokio::runtime::task::core::Cell<";
pub(crate) const TASK_ID: &str = "core.task_id";
/// Where the header's table says that parts of the task are.
pub(crate) const TASK_OFFSETS: [(&str, &str); 3] = [
    ("trailer_offset", "trailer"),
    ("scheduler_offset", "core.scheduler"),
    ("id_offset", TASK_ID),
];
pub(crate) const TASK_STAGE: &str = "core.stage.stage";
pub(crate) const NEXT_TASK: &str = "trailer.owned.inner.value.next";

/// Each holds a future, which is what is awaited even where nothing is known of it.
const CHILDREN: [(&str, &str); 2] = [
    ("futures_util::future::maybe_done::MaybeDone<", "Future"),
    ("tokio::future::maybe_done::MaybeDone<", "Future"),
];

/// Futures that poll a stream or a sink, and where they have a reference to it.
const POLLING: [(&str, &str); 4] = [
    ("futures_util::sink::feed::Feed<", "sink"),
    ("futures_util::sink::flush::Flush<", "sink"),
    ("futures_util::sink::send::Send<", "feed.sink"),
    ("futures_util::stream::stream::next::Next<", "stream"),
];

/// Who waits, by the beginning of an async function's path or of a type's, and the types of those who hold what it
/// waits for.
const HOLDERS: [(&[&str], &[&str]); 20] = [
    (
        &["tokio::sync::mutex::Mutex::lock"],
        &[
            "tokio::sync::mutex::MutexGuard<",
            "tokio::sync::mutex::OwnedMutexGuard<",
        ],
    ),
    (
        &["tokio::sync::rwlock::RwLock::"],
        &[
            "tokio::sync::rwlock::owned_read_guard::OwnedRwLockReadGuard<",
            "tokio::sync::rwlock::owned_write_guard::OwnedRwLockWriteGuard<",
            "tokio::sync::rwlock::read_guard::RwLockReadGuard<",
            "tokio::sync::rwlock::write_guard::RwLockWriteGuard<",
        ],
    ),
    (
        &["tokio::sync::semaphore::Semaphore::acquire"],
        &[
            "tokio::sync::semaphore::OwnedSemaphorePermit",
            "tokio::sync::semaphore::SemaphorePermit",
        ],
    ),
    (
        &["tokio::sync::oneshot::Receiver<"],
        &["tokio::sync::oneshot::Sender<"],
    ),
    (
        &["tokio::sync::mpsc::bounded::Receiver::recv"],
        &[
            "tokio::sync::mpsc::bounded::Sender<",
            "tokio::sync::mpsc::bounded::OwnedPermit<",
        ],
    ),
    (
        &["tokio::sync::mpsc::unbounded::UnboundedReceiver::recv"],
        &["tokio::sync::mpsc::unbounded::UnboundedSender<"],
    ),
    (
        &[
            "tokio::sync::mpsc::bounded::Sender::send",
            "tokio::sync::mpsc::bounded::Sender::reserve",
        ],
        &["tokio::sync::mpsc::bounded::Receiver<"],
    ),
    (
        &["tokio::sync::broadcast::Receiver::recv"],
        &["tokio::sync::broadcast::Sender<"],
    ),
    (
        &[
            "tokio::sync::watch::Receiver::changed",
            "tokio::sync::watch::Receiver::wait_for",
        ],
        &["tokio::sync::watch::Sender<"],
    ),
    (
        &["futures_channel::oneshot::Receiver<"],
        &["futures_channel::oneshot::Sender<"],
    ),
    (
        &["futures_util::stream::stream::next::Next<futures_channel::mpsc::Receiver<"],
        &["futures_channel::mpsc::Sender<"],
    ),
    (
        &["futures_util::stream::stream::next::Next<futures_channel::mpsc::UnboundedReceiver<"],
        &["futures_channel::mpsc::UnboundedSender<"],
    ),
    (
        &[
            "futures_util::sink::feed::Feed<futures_channel::mpsc::Sender<",
            "futures_util::sink::flush::Flush<futures_channel::mpsc::Sender<",
            "futures_util::sink::send::Send<futures_channel::mpsc::Sender<",
        ],
        &["futures_channel::mpsc::Receiver<"],
    ),
    (
        &["futures_util::stream::stream::next::Next<async_channel::Receiver<"],
        &["async_channel::Sender<"],
    ),
    (
        &[
            "futures_util::lock::mutex::MutexLockFuture<",
            "futures_util::lock::mutex::OwnedMutexLockFuture<",
        ],
        &[
            "futures_util::lock::mutex::MutexGuard<",
            "futures_util::lock::mutex::OwnedMutexGuard<",
        ],
    ),
    (
        &["async_lock::mutex::Lock<", "async_lock::mutex::LockArc<"],
        &[
            "async_lock::mutex::MutexGuard<",
            "async_lock::mutex::MutexGuardArc<",
        ],
    ),
    (
        &["async_lock::rwlock::futures::"],
        &[
            "async_lock::rwlock::RwLockReadGuard<",
            "async_lock::rwlock::RwLockReadGuardArc<",
            "async_lock::rwlock::RwLockUpgradableReadGuard<",
            "async_lock::rwlock::RwLockUpgradableReadGuardArc<",
            "async_lock::rwlock::RwLockWriteGuard<",
            "async_lock::rwlock::RwLockWriteGuardArc<",
        ],
    ),
    (
        &["async_lock::semaphore::Acquire"],
        &["async_lock::semaphore::SemaphoreGuard"],
    ),
    (
        &["async_channel::Recv<", "flume::async::RecvFut<"],
        &["async_channel::Sender<", "flume::Sender<"],
    ),
    (
        &["async_channel::Send<", "flume::async::SendFut<"],
        &["async_channel::Receiver<", "flume::Receiver<"],
    ),
];

pub(crate) fn is_coroutine(name: &str) -> bool {
    COROUTINES.iter().any(|begin| name.starts_with(begin))
}

pub(crate) fn moves_parameters(name: &str) -> bool {
    name.starts_with(MOVES_PARAMETERS)
}

pub(crate) fn is_owner(pointer: &str) -> bool {
    OWNERS.iter().any(|begin| pointer.starts_with(begin))
}

pub(crate) fn is_arc_inner(path: &str) -> bool {
    path.starts_with(ARC_INNER)
}

pub(crate) fn is_waker(path: &str) -> bool {
    path.starts_with(WAKER)
}

pub(crate) fn is_wrapper(path: &str, name: &str) -> bool {
    name.starts_with(CLOSURE) || WRAPPERS.iter().any(|begin| path.starts_with(begin))
}

pub(crate) fn is_pointer(path: &str) -> bool {
    POINTERS.iter().any(|begin| path.starts_with(begin))
}

/// The variant in which a child of a combinator is still awaited.
pub(crate) fn child(path: &str) -> Option<&'static str> {
    let mut children = CHILDREN.iter();
    let (_, variant) = children.find(|(begin, _)| path.starts_with(begin))?;
    Some(variant)
}

/// Where a future that polls a stream or a sink has it, if this is one.
pub(crate) fn polled(path: &str) -> Option<&'static str> {
    let mut polling = POLLING.iter();
    let (_, field) = polling.find(|(begin, _)| path.starts_with(begin))?;
    Some(field)
}

/// Who may hold what a function or a leaf of this name waits for.
pub(crate) fn holders(waits: &str) -> &'static [&'static str] {
    let begins = |begins: &[&str]| begins.iter().any(|begin| waits.starts_with(begin));
    let found = HOLDERS.iter().find(|(waiting, _)| begins(waiting));
    found.map_or(&[], |(_, holders)| holders)
}

/// The crate that a path begins with.
pub(crate) fn crate_of(path: &str) -> &str {
    path.split("::").next().unwrap_or_default()
}

/// What some call a guard, though it guards nothing.
const PERMIT: &str = "SemaphoreGuard";

/// What it is that a holder of this type has.
pub(crate) fn thing(holder: &str) -> Thing {
    let path = holder.split('<').next().unwrap_or_default();
    let name = path.rsplit("::").next().unwrap_or_default();
    // A permit of a channel is for one who sends.
    if name.ends_with("Receiver") {
        Thing::Receiver
    } else if name.ends_with("Sender") || path.contains("::mpsc::") {
        Thing::Sender
    } else if name.ends_with("Permit") || name.starts_with(PERMIT) {
        Thing::Permit
    } else {
        Thing::Guard
    }
}

pub(crate) fn is_holder(path: &str) -> bool {
    let mut all = HOLDERS.iter().flat_map(|(_, holders)| *holders);
    all.any(|begin| path.starts_with(begin))
}

/// What may have been dropped where it lies.
const DROPPED: &str = "core::mem::manually_drop::ManuallyDrop<";

pub(crate) fn may_be_dropped(path: &str) -> bool {
    path.starts_with(DROPPED)
}

/// Methods that leave in a list what is in it, or take it out of the list's own count.
const LISTING: [&str; 10] = [
    "clear",
    "is_empty",
    "iter",
    "len",
    "next",
    "poll_next_unpin",
    "pop",
    "push",
    "retain",
    "select_next_some",
];

pub(crate) fn is_listing(method: &str) -> bool {
    LISTING.contains(&method)
}

/// Methods that borrow a sender, a receiver or a permit, of whatever kind.
const BORROWING: [&str; 25] = [
    "borrow",
    "borrow_and_update",
    "capacity",
    "changed",
    "clone",
    "closed",
    "feed",
    "flush",
    "has_changed",
    "is_closed",
    "is_empty",
    "len",
    "next",
    "num_permits",
    "receiver_count",
    "recv",
    "recv_many",
    "send_if_modified",
    "send_modify",
    "send_replace",
    "subscribe",
    "try_recv",
    "try_reserve",
    "try_send",
    "wait_for",
];

/// Methods that borrow a sender, unless it is one that can send but once.
const SENDING: [&str; 3] = ["reserve", "send", "send_async"];
const ONCE: [&str; 2] = ["oneshot::Sender<", "OwnedPermit<"];

/// A guard derefs to what it guards, which no method can take out of it. But it may have methods of its own that consume it, and
/// so have the traits that every type has.
const CONSUMING: [&str; 12] = [
    "await",
    "boxed",
    "conv",
    "downgrade",
    "forget",
    "into",
    "leak",
    "map",
    "pipe",
    "tap",
    "unlock",
    "upgrade",
];

/// Whether a method called so may take a guard by value.
pub(crate) fn may_consume_guard(method: &str) -> bool {
    let begins = |begin: &str| {
        let rest = method.strip_prefix(begin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    method.starts_with("try_into") || CONSUMING.iter().any(|begin| begins(begin))
}

/// Whether this is what holds a lock.
pub(crate) fn is_guard(path: &str) -> bool {
    let name = path.split('<').next();
    name.is_some_and(|name| name.contains("Guard") && !name.contains(PERMIT))
}

pub(crate) fn sends_once(path: &str) -> bool {
    ONCE.iter().any(|once| path.contains(once))
}

/// Whether a method only borrows a sender, a receiver or a permit.
pub(crate) fn is_borrowing(method: &str, sends_once: bool) -> bool {
    BORROWING.contains(&method) || SENDING.contains(&method) && !sends_once
}

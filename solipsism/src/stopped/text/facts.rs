//! What is known of who waits in a future of a library, by what that future promises: it was polled, and is pending.

/// By its name in reports.
pub(super) fn fact(leaf: &str) -> Option<&'static str> {
    let known = FACTS.iter().find(|(names, _)| names.contains(&leaf));
    known.map(|(_, fact)| *fact)
}

const EMPTY: &str = "it is empty, and a sender of it is alive";
const FULL: &str = "it is full, or another came first, and its receiver is alive";
const UNSENT: &str = "its sender is alive and has sent nothing";

const FACTS: [(&[&str], &str); 21] = [
    (
        &[
            "tokio::sync::mpsc::Receiver::recv",
            "tokio::sync::mpsc::UnboundedReceiver::recv",
            "futures::channel::mpsc::Receiver",
            "futures::channel::mpsc::UnboundedReceiver",
            "async_channel::Recv",
        ],
        EMPTY,
    ),
    (
        &[
            "tokio::sync::mpsc::Sender::send",
            "tokio::sync::mpsc::Sender::reserve",
            "async_channel::Send",
        ],
        FULL,
    ),
    (
        &[
            "tokio::sync::oneshot::Receiver",
            "futures::channel::oneshot::Receiver",
        ],
        UNSENT,
    ),
    (
        &["tokio::sync::broadcast::Receiver::recv"],
        "nothing was sent since it subscribed that it has not got, and a sender is alive",
    ),
    (
        &["tokio::sync::watch::Receiver::changed"],
        "nothing was sent since it subscribed or last looked, and the sender is alive",
    ),
    (
        &["tokio::sync::watch::Receiver::wait_for"],
        "the value is not as wanted, and the sender is alive",
    ),
    (
        &["tokio::sync::Mutex::lock", "tokio::sync::Mutex::lock_owned"],
        "it is locked, or another came first",
    ),
    (
        &[
            "tokio::sync::RwLock::read",
            "tokio::sync::RwLock::read_owned",
        ],
        "a writer has it, or came first",
    ),
    (
        &[
            "tokio::sync::RwLock::write",
            "tokio::sync::RwLock::write_owned",
        ],
        "readers or a writer have it, or came first",
    ),
    (
        &[
            "tokio::sync::Semaphore::acquire",
            "tokio::sync::Semaphore::acquire_owned",
            "tokio::sync::Semaphore::acquire_many",
            "tokio::sync::Semaphore::acquire_many_owned",
        ],
        "too few permits are free, or another came first",
    ),
    (
        &["tokio::sync::Notify::notified"],
        "it was not notified since it began to wait",
    ),
    (&["tokio::sync::Barrier::wait"], "too few have come to it"),
    (
        &["tokio_util::sync::CancellationToken::cancelled"],
        "neither its token nor one that this is a child of was cancelled",
    ),
    (
        &["tokio_util::task::TaskTracker::wait"],
        "it is not closed, or a future that it tracks is alive",
    ),
    (
        &["hyper::client::conn::http1::SendRequest::send_request"],
        "the head of a response has not come; its `Connection` has to be polled meanwhile, as by a task that it was given to",
    ),
    (
        &["hyper::client::conn::http1::SendRequest::ready"],
        "its `Connection` wants no request yet: it is not polled, or an earlier request is not over, whose response is to be read \
         to its end",
    ),
    (
        &["hyper_util::client::legacy::client::ResponseFuture"],
        "the head of a response has not come",
    ),
    (
        &["hyper::upgrade::OnUpgrade"],
        "a connection is given away when the response that agrees to that has gone over it, by whoever drives it `with_upgrades`",
    ),
    (
        &["axum::serve::private::ServeFuture"],
        "it ends only when it was told to shut down, and every connection has ended",
    ),
    (
        &["tower::util::Ready"],
        "the service is not ready to be called; in a limit, one that is ready and was not called takes room, too",
    ),
    (
        &[
            "tokio::sync::OnceCell::get_or_init",
            "tokio::sync::OnceCell::get_or_try_init",
        ],
        "another call initializes it, or came first",
    ),
];

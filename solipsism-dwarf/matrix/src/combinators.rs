//! Several futures in one.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures::stream::{FuturesOrdered, FuturesUnordered};
use futures::{FutureExt, StreamExt};

crate::programs! {
    futures_join => [("a<futures_join!", ""), ("b<futures_join!", "")],
    tokio_join => [("a<tokio_join!", ""), ("b<tokio_join!", "")],
    join_leaves => [("join_leaves!", "futures_channel::oneshot::Receiver<u8>"), ("join_leaves!", "tokio::sync::oneshot::Receiver<u8>")],
    try_join => [("a<try_join!", ""), ("b<try_join!", "")],
    futures_select => [("a<futures_select!", ""), ("b<futures_select!", "")],
    tokio_select => [("a<tokio_select!", ""), ("b<tokio_select!", "")],
    select_function => [("a<select", ""), ("b<select", "")],
    select_all => [("a<all", ""), ("b<all", "")],
    join_all_small => [("a<small", "")],
    join_all_large => [("a<large", "")],
    unordered => [("a<unordered", "")],
    unordered_leaves => [("leaves", "core::future::pending::Pending<")],
    ordered => [("a<ordered", "")],
    unordered_some_done => [("halfway<done", "")],
    buffer_unordered => [("a<buffer", "")],
    for_each_concurrent => [("a<inconcurrent<concurrent", "")],
    shared => [("a<shared", "")],
    map => [("a<map", "")],
    map_second => [("insecond<mapped", "")],
    fuse => [("a<fuse", "")],
    catch_unwind => [("a<catch", "")],
    abortable => [("a<abortable", "")],
    written_by_hand => [("a<hand", "")],
    poll_function => [("function", "")],
    either => [("a<either", "")],
    maybe => [("a<maybe", "")],
}

async fn a() -> u8 {
    pending().await // @a
}

async fn b() -> u8 {
    pending().await // @b
}

async fn futures_join() {
    futures::join!(a(), b(), async {});
}

async fn tokio_join() {
    tokio::join!(a(), b(), async {});
}

async fn join_leaves() {
    let (one, first) = tokio::sync::oneshot::channel::<u8>();
    let (other, second) = futures::channel::oneshot::channel::<u8>();
    std::mem::forget((one, other));
    let _ = futures::join!(first, second);
}

async fn try_join() {
    let _ = futures::try_join!(a().map(Ok::<_, ()>), b().map(Ok));
}

async fn futures_select() {
    let mut a = pin!(a().fuse());
    let mut b = pin!(b().fuse());
    futures::select! {
        _ = a => {}
        _ = b => {}
    }
}

async fn tokio_select() {
    tokio::select! {
        _ = a() => {}
        _ = b() => {}
        _ = pending::<()>(), if false => {}
    }
}

async fn select_function() {
    futures::future::select(pin!(a()), pin!(b())).await; // @select
}

async fn select_all() {
    futures::future::select_all(vec![a().boxed(), b().boxed_local()]).await; // @all
}

async fn join_all_small() {
    futures::future::join_all([a(), a()]).await; // @small
}

async fn join_all_large() {
    futures::future::join_all((0..40).map(|_| a())).await; // @large
}

async fn unordered() {
    let mut all: FuturesUnordered<_> = (0..3).map(|_| a()).collect();
    all.next().await; // @unordered
}

async fn unordered_leaves() {
    let mut all: FuturesUnordered<_> = (0..3).map(|_| pending::<u8>()).collect();
    all.next().await; // @leaves
}

async fn ordered() {
    let mut all: FuturesOrdered<_> = (0..3).map(|_| a()).collect();
    all.next().await; // @ordered
}

async fn halfway(waits: bool) {
    std::future::ready(()).await;
    if waits {
        pending::<()>().await; // @halfway
    }
}

async fn unordered_some_done() {
    let mut all: FuturesUnordered<_> = [false, true, false].map(halfway).into_iter().collect();
    while all.next().await.is_some() {} // @done
}

async fn buffer_unordered() {
    let stream = futures::stream::iter(0..3).map(|_| a()).buffer_unordered(2);
    stream.collect::<Vec<_>>().await; // @buffer
}

async fn for_each_concurrent() {
    let stream = futures::stream::iter(0..3);
    let each = stream.for_each_concurrent(2, |_| async {
        a().await; // @inconcurrent
    });
    each.await; // @concurrent
}

async fn shared() {
    let shared = a().shared();
    let _other = shared.clone();
    shared.await; // @shared
}

async fn map() {
    a().map(|it| it + 1).then(|it| async move { it }).await; // @map
}

async fn map_second() {
    let then = std::future::ready(1).then(|it| async move {
        pending::<u8>().await + it // @insecond
    });
    then.await; // @mapped
}

async fn fuse() {
    a().fuse().await; // @fuse
}

async fn catch_unwind() {
    let _ = std::panic::AssertUnwindSafe(a()).catch_unwind().await; // @catch
}

async fn abortable() {
    let (abortable, _handle) = futures::future::abortable(a());
    let _ = abortable.await; // @abortable
}

struct Wrapped<F>(F);

impl<F: Future + Unpin> Future for Wrapped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

async fn written_by_hand() {
    Wrapped(Box::pin(a())).await; // @hand
}

async fn poll_function() {
    // What is behind `&` might be another one's: nothing is said of it.
    let inner = RefCell::new(Box::pin(a()));
    poll_fn(|context| inner.borrow_mut().as_mut().poll(context)).await; // @function
}

async fn either() {
    let either = if std::hint::black_box(true) {
        a().left_future()
    } else {
        b().right_future()
    };
    either.await; // @either
}

async fn maybe() {
    let maybe = futures::future::OptionFuture::from(Some(a()));
    maybe.await; // @maybe
}

//! Several futures in one.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::stream::{FuturesOrdered, FuturesUnordered};
use futures::{FutureExt, StreamExt, TryFutureExt};
use tokio::sync::Notify;

crate::programs! {
    futures_join => [("a<futures_join!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<futures_join!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    tokio_join => [("a<tokio_join!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<tokio_join!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    join_leaves => [("join_leaves!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver"), ("join_leaves!", "tokio::sync::oneshot::Receiver<u8>", "tokio::sync::oneshot::Receiver")],
    join_function => [("a<joined", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<joined", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    try_join => [("a<try_join!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<try_join!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    try_join_tokio => [("a<in_a<try_join_tokio!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<in_b<try_join_tokio!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    futures_select => [("a<futures_select!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<futures_select!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    futures_select_biased => [("a<futures_select_biased!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<futures_select_biased!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    tokio_select => [("a<tokio_select!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<tokio_select!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    tokio_select_biased => [("a<tokio_select_biased!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<tokio_select_biased!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    tokio_select_nested => [("a<tokio_select_nested!", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<in_select!<tokio_select_nested!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    tokio_select_in_loop => [("b<tokio_select_in_loop!", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    select_function => [("a<select", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<select", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    select_all => [("a<all", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<all", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    select_ok => [("a<ok", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    join_all_small => [("a<small", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    join_all_large => [("a<|large", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    try_join_all_small => [("a<try_small", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    unordered => [("a<|unordered", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    unordered_leaves => [("|leaves", "core::future::pending::Pending<", "std::future::pending")],
    ordered => [("a<|ordered", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    unordered_some_done => [("halfway<|done", "core::future::pending::Pending<()>", "std::future::pending")],
    buffer_unordered => [("a<|buffer", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    buffered => [("a<|buffered", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    for_each_concurrent => [("a<inconcurrent<|concurrent", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    for_each => [("a<in_each<each", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    fold => [("a<in_fold<fold", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    filter_map => [("a<in_filter<filter", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    select_streams => [("streams", "", "futures::channel::mpsc::Receiver")],
    shared => [("a<|shared", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    map => [("a<map", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    map_second => [("insecond<mapped", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    and_then => [("a<in_and_then<and_then", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    flatten => [("a<flat", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    inspect => [("a<inspect", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    fuse => [("a<fuse", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    catch_unwind => [("a<catch", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    abortable => [("a<abortable", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    remote => [("~remote", "", "futures::channel::oneshot::Sender"), ("a<remote", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    written_by_hand => [("a<~wrapped<hand", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    join_by_hand => [("a<~one<~both<by_hand", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified"), ("b<~other<~both<by_hand", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    poll_function => [("~a<~closure<function", "&core::cell::RefCell<", "tokio::sync::Notify::notified")],
    either => [("a<either", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    maybe => [("a<maybe", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
}

async fn a() -> u8 {
    Notify::new().notified().await; // @a
    1
}

async fn b() -> u8 {
    let (tx, rx) = oneshot::channel();
    std::mem::forget(tx);
    rx.await.unwrap_or_default() // @b
}

async fn futures_join() {
    futures::join!(a(), b(), async {}); // @futures_join
}

async fn tokio_join() {
    tokio::join!(a(), b(), async {}); // @tokio_join
}

async fn join_leaves() {
    let (one, first) = tokio::sync::oneshot::channel::<u8>();
    let (other, second) = oneshot::channel::<u8>();
    std::mem::forget((one, other));
    let _ = futures::join!(first, second); // @join_leaves
}

async fn join_function() {
    futures::future::join(a(), b()).await; // @joined
}

async fn try_join() {
    let _ = futures::try_join!(a().map(Ok::<_, ()>), b().map(Ok)); // @try_join
}

async fn try_join_tokio() {
    let one = async {
        Ok::<_, ()>(a().await) // @in_a
    };
    let other = async {
        Ok::<_, ()>(b().await) // @in_b
    };
    let _ = tokio::try_join!(one, other); // @try_join_tokio
}

async fn futures_select() {
    let mut a = pin!(a().fuse());
    let mut b = pin!(b().fuse());
    futures::select! { // @futures_select
        _ = a => {}
        _ = b => {}
    }
}

async fn futures_select_biased() {
    let mut a = pin!(a().fuse());
    let mut b = pin!(b().fuse());
    futures::select_biased! { // @futures_select_biased
        _ = a => {}
        _ = b => {}
    }
}

async fn tokio_select() {
    tokio::select! { // @tokio_select
        _ = a() => {}
        _ = b() => {}
        _ = pending::<()>(), if false => {}
    }
}

async fn tokio_select_biased() {
    tokio::select! { // @tokio_select_biased
        biased;
        _ = a() => {}
        _ = b() => {}
    }
}

async fn in_select() {
    tokio::select! { // @in_select
        _ = b() => {}
        else => {}
    }
}

async fn tokio_select_nested() {
    tokio::select! { // @tokio_select_nested
        _ = a() => {}
        () = in_select() => {}
    }
}

async fn tokio_select_in_loop() {
    let mut b = pin!(b());
    let mut rounds = 0;
    loop {
        tokio::select! { // @tokio_select_in_loop
            biased;
            () = std::future::ready(()), if rounds < 3 => rounds += 1,
            _ = &mut b => break,
        }
    }
}

async fn select_function() {
    futures::future::select(pin!(a()), pin!(b())).await; // @select
}

async fn select_all() {
    futures::future::select_all(vec![a().boxed(), b().boxed_local()]).await; // @all
}

async fn select_ok() {
    let tries = [a(), a()].map(|it| Box::pin(it.map(Ok::<_, ()>)));
    let _ = futures::future::select_ok(tries).await; // @ok
}

async fn join_all_small() {
    futures::future::join_all([a(), a()]).await; // @small
}

async fn join_all_large() {
    futures::future::join_all((0..40).map(|_| a())).await; // @large
}

async fn try_join_all_small() {
    let tries = [a(), a()].map(|it| it.map(Ok::<_, ()>));
    let _ = futures::future::try_join_all(tries).await; // @try_small
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

async fn buffered() {
    let stream = futures::stream::iter(0..3).map(|_| a()).buffered(2);
    stream.collect::<Vec<_>>().await; // @buffered
}

async fn for_each_concurrent() {
    let stream = futures::stream::iter(0..3);
    let each = stream.for_each_concurrent(2, |_| async {
        a().await; // @inconcurrent
    });
    each.await; // @concurrent
}

async fn for_each() {
    let each = futures::stream::iter(0..3).for_each(|_| async {
        a().await; // @in_each
    });
    each.await; // @each
}

async fn fold() {
    let fold = futures::stream::iter(0..3).fold(0, |sum, it| async move {
        sum + it + a().await // @in_fold
    });
    fold.await; // @fold
}

async fn filter_map() {
    let stream = futures::stream::iter(0..3).filter_map(|_| async {
        Some(a().await) // @in_filter
    });
    pin!(stream).next().await; // @filter
}

async fn select_streams() {
    let (one, first) = futures::channel::mpsc::channel::<u8>(1);
    let (other, second) = futures::channel::mpsc::channel::<u8>(1);
    std::mem::forget((one, other));
    futures::stream::select(first, second).next().await; // @streams
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
        Notify::new().notified().await; // @insecond
        it
    });
    then.await; // @mapped
}

async fn and_then() {
    let then = std::future::ready(Ok::<_, ()>(1)).and_then(|it| async move {
        Ok(a().await + it) // @in_and_then
    });
    let _ = then.await; // @and_then
}

async fn flatten() {
    std::future::ready(a()).flatten().await; // @flat
}

async fn inspect() {
    a().inspect(|_| {}).await; // @inspect
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

async fn remote() {
    let (remote, _handle) = a().remote_handle();
    remote.await; // @remote
}

struct Wrapped<F>(F);

impl<F: Future + Unpin> Future for Wrapped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.0).poll(context) // @wrapped
    }
}

async fn written_by_hand() {
    Wrapped(Box::pin(a())).await; // @hand
}

struct Both<A, B>(Pin<Box<A>>, Pin<Box<B>>);

impl<A: Future<Output = u8>, B: Future<Output = u8>> Both<A, B> {
    fn poll_both(&mut self, context: &mut Context<'_>) -> Poll<u8> {
        let one = self.0.as_mut().poll(context); // @one
        let other = self.1.as_mut().poll(context); // @other
        if one.is_ready() { other } else { one }
    }
}

impl<A: Future<Output = u8>, B: Future<Output = u8>> Future for Both<A, B> {
    type Output = u8;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u8> {
        self.poll_both(context) // @both
    }
}

async fn join_by_hand() {
    Both(Box::pin(a()), Box::pin(b())).await; // @by_hand
}

async fn poll_function() {
    // What is behind `&` might be another one's: nothing is said of it.
    let inner = RefCell::new(Box::pin(a()));
    let function = poll_fn(|context| {
        inner.borrow_mut().as_mut().poll(context) // @closure
    });
    function.await; // @function
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

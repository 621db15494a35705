//! Coroutines in coroutines, of all kinds.

use std::future::pending;
use std::pin::{Pin, pin};

use futures::{Stream, StreamExt};
use tokio::sync::{Notify, oneshot};

use crate::Task;

crate::programs! {
    deep => [("wait<d1<d2<d3<deep", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    boxed => [("wait<boxed", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    boxed_leaf => [("leaf|", "core::future::pending::Pending<u8>", "std::future::pending")],
    boxed_twice => [("wait<boxed_twice", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    block => [("inblock<block", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    closure => [("inclosure<closure", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    async_trait => [("wait<inimpl<trait", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    async_trait_generic => [("wait<inimpl<in_generic<generic_trait", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    native_trait => [("wait<native<generic<natives", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    inherent => [("wait<method<inherent", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    associated => [("wait<associated<associates", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    generic_types => [("typed<types", "tokio::sync::oneshot::Receiver<alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>>", "tokio::sync::oneshot::Receiver")],
    generic_future => [("wait<passed<passes", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    generic_const => [("counted<counts", "tokio::sync::oneshot::Receiver<[u8; 3]>", "tokio::sync::oneshot::Receiver")],
    recursive => [("wait<last<more<more<recursive", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    by_reference => [("wait<reference", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    pinned => [("wait<pinned", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    stream => [("wait<yields<stream", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    try_stream => [("wait<try<tries", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    stream_of_stream => [("wait<inner_yields<outer_yields<streams", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    unfold => [("wait<unfolds<unfold", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    then => [("wait<inthen<then", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    own_macro => [("wait<inmacro", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    many_lines => [("lines", "futures_util::future::", "futures::channel::oneshot::Receiver")],
    later => [("second|", "core::future::pending::Pending<()>", "std::future::pending")],
    in_match => [("wait<arm", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    in_loop => [("wait<round", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    question_mark => [("wait<fails<question<asks", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    returned => [("wait<in_returned<returned", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    boxed_closure => [("wait<in_handler<handler", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    into_future => [("wait<request<into", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
}

async fn wait() -> u8 {
    Notify::new().notified().await; // @wait
    1
}

async fn d1() -> u8 {
    let text = String::from("kept");
    let waited = wait().await; // @d1
    waited + u8::try_from(text.len()).unwrap_or(0)
}

async fn d2() -> u8 {
    d1().await // @d2
}

async fn d3() -> u8 {
    d2().await // @d3
}

async fn deep() {
    d3().await; // @deep
}

async fn boxed() {
    let boxed: Pin<Box<dyn Future<Output = u8> + Send>> = Box::pin(wait());
    boxed.await; // @boxed
}

async fn boxed_leaf() {
    let boxed: Pin<Box<dyn Future<Output = u8>>> = Box::pin(pending());
    boxed.await; // @leaf
}

async fn boxed_twice() {
    let boxed: Pin<Box<dyn Future<Output = u8>>> = Box::pin(wait());
    let boxed: Pin<Box<dyn Future<Output = u8>>> = Box::pin(boxed);
    boxed.await; // @boxed_twice
}

async fn block() {
    let block = async {
        Notify::new().notified().await; // @inblock
    };
    block.await; // @block
}

async fn closure() {
    let closure = async |more: u8| {
        Notify::new().notified().await; // @inclosure
        more
    };
    closure(1).await; // @closure
}

#[async_trait::async_trait]
trait Service {
    async fn call(&self) -> u8;
}

struct S;

#[async_trait::async_trait]
impl Service for S {
    async fn call(&self) -> u8 {
        wait().await // @inimpl
    }
}

async fn async_trait() {
    let service: Box<dyn Service> = Box::new(S);
    service.call().await; // @trait
}

async fn through<T: Service + ?Sized>(service: &T) -> u8 {
    service.call().await // @in_generic
}

async fn async_trait_generic() {
    through(&S).await; // @generic_trait
}

trait Native {
    async fn call(&self) -> u8;
}

impl Native for S {
    async fn call(&self) -> u8 {
        wait().await // @native
    }
}

async fn generic<T: Native>(native: &T) -> u8 {
    native.call().await // @generic
}

async fn native_trait() {
    generic(&S).await; // @natives
}

impl S {
    async fn method(&self) -> u8 {
        wait().await // @method
    }
}

async fn inherent() {
    S.method().await; // @inherent
}

struct Of<T>(T);

impl<T: Default> Of<T> {
    async fn new() -> Self {
        wait().await; // @associated
        Self(T::default())
    }
}

async fn associated() {
    let Of(()) = Of::new().await; // @associates
}

async fn typed<T>() -> T {
    let (tx, rx) = oneshot::channel::<T>();
    std::mem::forget(tx);
    rx.await.expect("it is sent") // @typed
}

async fn generic_types() {
    typed::<Vec<String>>().await; // @types
}

async fn pass<F: Future<Output = u8>>(future: F) -> u8 {
    future.await // @passed
}

async fn generic_future() {
    pass(wait()).await; // @passes
}

async fn count<const N: usize>() -> [u8; N] {
    let (tx, rx) = oneshot::channel::<[u8; N]>();
    std::mem::forget(tx);
    rx.await.expect("it is sent") // @counted
}

async fn generic_const() {
    count::<3>().await; // @counts
}

fn recurse(more: u32) -> Task {
    Box::pin(async move {
        if more == 0 {
            wait().await; // @last
        } else {
            recurse(more - 1).await; // @more
        }
    })
}

async fn recursive() {
    recurse(2).await; // @recursive
}

async fn by_reference() {
    let mut boxed = Box::pin(wait());
    (&mut boxed).await; // @reference
}

async fn pinned() {
    let pinned = pin!(wait());
    pinned.await; // @pinned
}

async fn stream() {
    let stream = async_stream::stream! {
        let waited = wait().await; // @yields
        yield waited;
    };
    let mut stream = pin!(stream);
    stream.next().await; // @stream
}

async fn try_stream() {
    let stream = async_stream::try_stream! {
        let waited = wait().await; // @try
        yield waited;
        Err::<(), ()>(())?;
    };
    let mut stream = pin!(stream);
    let _: Option<Result<u8, ()>> = stream.next().await; // @tries
}

fn inner_stream() -> impl Stream<Item = u8> {
    async_stream::stream! {
        yield wait().await; // @inner_yields
    }
}

fn outer_stream() -> impl Stream<Item = u8> {
    async_stream::stream! {
        let mut inner = pin!(inner_stream());
        while let Some(item) = inner.next().await { // @outer_yields
            yield item;
        }
    }
}

async fn stream_of_stream() {
    let mut outer = pin!(outer_stream());
    outer.next().await; // @streams
}

async fn unfold() {
    let stream = futures::stream::unfold(0, |_| async move {
        let waited = wait().await; // @unfolds
        Some((waited, 1))
    });
    let mut stream = pin!(stream);
    stream.next().await; // @unfold
}

async fn then() {
    let stream = futures::stream::iter([1]).then(|_| async {
        wait().await // @inthen
    });
    pin!(stream).next().await; // @then
}

async fn own_macro() {
    macro_rules! awaited {
        ($it:expr) => {
            $it.await // @inmacro
        };
    }
    awaited!(wait());
}

async fn many_lines() {
    use futures::TryFutureExt;
    let (tx, rx) = futures::channel::oneshot::channel::<u8>();
    std::mem::forget(tx);
    let _ = rx
        .map_err(|error| error.to_string())
        .map_ok(|it| it + 1)
        .await; // @lines
}

async fn later() {
    std::future::ready(()).await;
    pending::<()>().await; // @second
    std::future::ready(()).await;
}

async fn in_match() {
    match std::hint::black_box(2) {
        1 => pending::<()>().await,
        2 => {
            wait().await; // @arm
        }
        _ => {}
    }
}

async fn in_loop() {
    let mut rounds = 0;
    while rounds < 3 {
        if rounds == 1 {
            wait().await; // @round
        }
        std::future::ready(()).await;
        rounds += 1;
    }
}

async fn fails() -> Result<u8, String> {
    std::future::ready(Ok::<_, String>(1)).await?;
    Ok(wait().await) // @fails
}

async fn question_mark() {
    let ask = async {
        Ok::<_, String>(fails().await? + 1) // @question
    };
    let _ = ask.await; // @asks
}

fn give() -> impl Future<Output = u8> {
    async {
        wait().await // @in_returned
    }
}

async fn returned() {
    give().await; // @returned
}

type Handler = Box<dyn Fn(u8) -> Pin<Box<dyn Future<Output = u8>>>>;

async fn boxed_closure() {
    let handler: Handler = Box::new(|more| {
        Box::pin(async move {
            wait().await + more // @in_handler
        })
    });
    handler(1).await; // @handler
}

struct Request;

impl IntoFuture for Request {
    type Output = u8;
    type IntoFuture = Pin<Box<dyn Future<Output = u8>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            wait().await // @request
        })
    }
}

async fn into_future() {
    Request.await; // @into
}

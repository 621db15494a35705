//! Coroutines in coroutines, of all kinds.

use std::future::pending;
use std::pin::{Pin, pin};

use futures::StreamExt;

use crate::Task;

crate::programs! {
    deep => [("wait<d1<d2<d3<deep", "core::future::pending::Pending<u8>")],
    boxed => [("wait<boxed", "core::future::pending::Pending<u8>")],
    boxed_leaf => [("leaf", "core::future::pending::Pending<u8>")],
    block => [("inblock<block", "core::future::pending::Pending<u8>")],
    closure => [("inclosure<closure", "core::future::pending::Pending<u8>")],
    async_trait => [("wait<inimpl<trait", "core::future::pending::Pending<u8>")],
    native_trait => [("wait<native<generic<natives", "core::future::pending::Pending<u8>")],
    inherent => [("wait<method<inherent", "core::future::pending::Pending<u8>")],
    generic_types => [("typed<types", "core::future::pending::Pending<alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>>")],
    recursive => [("wait<last<more<more<recursive", "core::future::pending::Pending<u8>")],
    by_reference => [("wait<reference", "core::future::pending::Pending<u8>")],
    pinned => [("wait<pinned", "core::future::pending::Pending<u8>")],
    stream => [("wait<yields<stream", "core::future::pending::Pending<u8>")],
    try_stream => [("wait<try<tries", "core::future::pending::Pending<u8>")],
    unfold => [("wait<unfolds<unfold", "core::future::pending::Pending<u8>")],
    then => [("wait<inthen<then", "core::future::pending::Pending<u8>")],
    own_macro => [("wait<inmacro", "core::future::pending::Pending<u8>")],
    many_lines => [("lines", "futures_util::future::")],
    later => [("second", "core::future::pending::Pending<()>")],
    in_match => [("wait<arm", "core::future::pending::Pending<u8>")],
}

async fn wait() -> u8 {
    pending().await // @wait
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

async fn block() {
    let block = async {
        pending::<u8>().await // @inblock
    };
    block.await; // @block
}

async fn closure() {
    let closure = async |more: u8| {
        pending::<u8>().await + more // @inclosure
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

async fn typed<T>() -> T {
    pending().await // @typed
}

async fn generic_types() {
    typed::<Vec<String>>().await; // @types
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

macro_rules! awaited {
    ($it:expr) => {
        $it.await // @inmacro
    };
}

async fn own_macro() {
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

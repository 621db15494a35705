//! `Context`: values that one part of a test leaves for another.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{self, Waker};

use solipsism::fixtures::{Context, ContextError};
use solipsism::time::{Duration, Instant, sleep, timeout};

#[solipsism::test]
async fn a_value_is_got_as_soon_as_it_is_set(context: Context, other: Context) {
    solipsism::spawn(async move {
        sleep(Duration::from_secs(1)).await;
        other.set("test", true);
    });
    let start = Instant::now();
    assert!(context.get::<bool>("test").await);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert!(context.get::<bool>("test").await);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[solipsism::test]
async fn it_can_be_set_again(context: Context) {
    let mut results = Vec::new();
    for value in [Some(true), Some(false), None] {
        context.set("foo", value);
        sleep(Duration::from_millis(100)).await;
        results.push(context.get::<Option<bool>>("foo").await);
    }
    assert_eq!(results, [Some(true), Some(false), None]);
}

#[solipsism::test]
async fn another_type_takes_the_place_of_the_first(context: Context) {
    context.set("foo", 1_u32);
    context.set("foo", "text");
    assert_eq!(context.get::<&str>("foo").await, "text");
}

#[solipsism::test]
async fn everybody_who_waits_is_woken(context: Context) {
    let mut tasks = solipsism::task::JoinSet::new();
    for key in ["a", "b", "a"] {
        let context = context.clone();
        tasks.spawn(async move { context.get::<u32>(key).await });
    }
    sleep(Duration::from_secs(1)).await;
    context.set("b", 2_u32);
    assert_eq!(tasks.join_next().await.unwrap().unwrap(), 2);
    context.set("a", 1_u32);
    assert_eq!(tasks.join_next().await.unwrap().unwrap(), 1);
    assert_eq!(tasks.join_next().await.unwrap().unwrap(), 1);
}

#[solipsism::test]
async fn giving_up_leaves_no_trace(context: Context) {
    let waited = timeout(Duration::from_secs(1), context.get::<u32>("a")).await;
    assert!(waited.is_err());
    context.set("a", 1_u32);
    assert_eq!(context.get::<u32>("a").await, 1);
}

#[solipsism::test]
async fn what_cannot_be_cloned_is_shared(context: Context) {
    struct Connection(u32);
    context.set("db", Rc::new(Connection(7)));
    assert_eq!(context.get::<Rc<Connection>>("db").await.0, 7);
}

#[solipsism::test]
async fn what_is_missing_is_told(context: Context) {
    let missing = context.try_get::<u32>("a").unwrap_err();
    assert_eq!(
        missing.to_string(),
        "nothing is set under `a`, which was asked for as `u32`; there is nothing else either"
    );
    context.set("c", ());
    context.set("b", ());
    let missing = context.try_get::<u32>("a\n").unwrap_err();
    assert_eq!(
        missing.to_string(),
        r"nothing is set under `a\n`, which was asked for as `u32`; there is: `b`, `c`"
    );
    assert_eq!(format!("{context:?}"), r#"Context(["b", "c"])"#);
}

#[solipsism::test]
async fn another_type_is_told(context: Context) {
    context.set("port", 80_u16);
    let error = context.try_get::<u32>("port").unwrap_err();
    assert_eq!(
        error,
        ContextError::WrongType {
            key: "port".to_owned(),
            wanted: "u32",
            found: "u16",
        }
    );
    assert_eq!(context.try_get::<u16>("port"), Ok(80));
}

#[solipsism::test]
#[should_panic(expected = "`port` was asked for as `u32`, but it is a `u16`: ask for that")]
async fn waiting_for_another_type(context: Context) {
    let other = context.clone();
    solipsism::spawn(async move { other.set("port", 80_u16) });
    context.get::<u32>("port").await;
}

#[solipsism::test]
async fn the_last_waker_is_woken(context: Context) {
    let mut value = pin!(context.get::<u32>("a"));
    let mut nobody = task::Context::from_waker(Waker::noop());
    assert!(value.as_mut().poll(&mut nobody).is_pending());
    let other = context.clone();
    solipsism::spawn(async move { other.set("a", 3_u32) });
    assert_eq!(value.await, 3);
}

/// Sets another value when it is cloned and when it is dropped.
struct Restless(Context);

impl Clone for Restless {
    fn clone(&self) -> Self {
        self.0.set("cloned", ());
        Self(self.0.clone())
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        self.0.set("dropped", ());
    }
}

#[solipsism::test]
async fn values_may_use_the_context_themselves(context: Context) {
    context.set("a", Restless(context.clone()));
    drop(context.get::<Restless>("a").await);
    context.get::<()>("cloned").await;
    context.get::<()>("dropped").await;
    context.set("dropped", 1_u32);
    context.set("a", 1_u32);
    context.get::<()>("dropped").await;
}

#[solipsism::test]
async fn one_of_ones_own_is_apart(context: Context) {
    let own = Context::new();
    own.set("a", 1_u32);
    assert!(context.try_get::<u32>("a").is_err());
}

solipsism::main!();

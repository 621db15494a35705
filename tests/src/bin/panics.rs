//! Tests that panic wherever a test can, on purpose. The suite `panics` runs this program and compares what it prints.

#[path = "panics/passed_on.rs"]
mod passed_on;

use std::error::Error;
use std::fmt;

use solipsism::task::{Builder, JoinSet, spawn_blocking};
use solipsism::time::{Duration, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn first(list: &[u32]) -> u32 {
    *list.first().expect("it is not empty")
}

async fn load(list: Vec<u32>) -> u32 {
    sleep(SECOND).await;
    first(&list)
}

async fn start(list: Vec<u32>) -> u32 {
    load(list).await
}

#[solipsism::test]
async fn in_the_body() {
    start(Vec::new()).await;
}

#[solipsism::test]
#[case::empty(Vec::new())]
#[case::full(vec![1])]
async fn in_a_case(#[case] list: Vec<u32>) {
    start(list).await;
}

#[solipsism::test]
async fn in_a_task_that_is_awaited() {
    let task = Builder::new().name("loader").spawn(start(Vec::new()));
    sleep(3 * SECOND).await;
    task.await.unwrap();
}

#[solipsism::test]
async fn in_a_task_whose_error_is_returned() -> Result<(), Box<dyn Error>> {
    solipsism::spawn(start(Vec::new())).await?;
    Ok(())
}

#[solipsism::test]
async fn in_a_task_of_a_task() {
    let outer = async {
        let inner = Builder::new().name("inner").spawn(start(Vec::new()));
        sleep(2 * SECOND).await;
        inner.await.unwrap()
    };
    let outer = Builder::new().name("outer").spawn(outer);
    outer.await.unwrap();
}

#[solipsism::test]
async fn in_a_task_that_another_forgets() {
    let outer = async {
        let inner = Builder::new().name("inner").spawn(start(Vec::new()));
        inner.await.unwrap()
    };
    drop(Builder::new().name("outer").spawn(outer));
    sleep(2 * SECOND).await;
}

#[solipsism::test]
async fn in_a_task_that_nobody_awaits() {
    drop(solipsism::spawn(start(Vec::new())));
    sleep(2 * SECOND).await;
}

/// A panic that was seen and is no part of what fails is not told.
#[solipsism::test]
async fn after_another_was_seen() {
    assert!(solipsism::spawn(start(Vec::new())).await.is_err());
    panic!("another");
}

#[solipsism::test]
async fn in_a_set() {
    let mut set = JoinSet::new();
    set.spawn(start(Vec::new()));
    set.spawn(start(vec![1]));
    while let Some(joined) = set.join_next().await {
        joined.unwrap();
    }
}

#[solipsism::test]
async fn in_a_set_that_joins_all() {
    let mut set = JoinSet::new();
    set.spawn(start(Vec::new()));
    set.join_all().await;
}

#[solipsism::test]
async fn in_a_job() {
    sleep(SECOND).await;
    spawn_blocking(|| first(&[])).await.unwrap();
}

#[solipsism::test]
async fn in_a_job_that_nobody_awaits() {
    drop(spawn_blocking(|| first(&[])));
    sleep(SECOND).await;
}

struct Careless;

impl Drop for Careless {
    fn drop(&mut self) {
        first(&[]);
    }
}

#[solipsism::test]
async fn in_a_destructor() {
    let careless = Careless;
    let held = async move {
        let _careless = careless;
        std::future::pending::<()>().await;
    };
    let task = solipsism::spawn(held);
    sleep(SECOND).await;
    task.abort();
    sleep(SECOND).await;
}

struct Made;

#[solipsism::fixture]
async fn made() -> Made {
    start(Vec::new()).await;
    Made
}

#[solipsism::test]
async fn in_a_set_up(_made: Made) {}

struct Closed;

#[solipsism::fixture(teardown = close)]
fn closed() -> Closed {
    Closed
}

async fn close(_: Closed) {
    start(Vec::new()).await;
}

#[solipsism::test]
async fn in_a_teardown(_closed: &mut Closed) {}

struct Shared;

#[solipsism::fixture(scope = "session")]
async fn shared() -> Shared {
    solipsism::spawn(start(Vec::new())).await.unwrap();
    Shared
}

#[solipsism::test]
async fn in_a_task_of_a_set_up(_shared: &Shared) {}

#[derive(Debug)]
struct NoConfiguration(std::num::ParseIntError);

impl fmt::Display for NoConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no configuration")
    }
}

impl Error for NoConfiguration {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[solipsism::test]
async fn instead_there_is_an_error() -> Result<(), NoConfiguration> {
    sleep(SECOND).await;
    "x".parse::<u32>().map(drop).map_err(NoConfiguration)
}

#[solipsism::test]
async fn instead_a_task_returns_an_error() -> Result<(), Box<dyn Error>> {
    let parse = async { "x".parse::<u32>().map_err(NoConfiguration) };
    solipsism::spawn(parse).await??;
    Ok(())
}

solipsism::main!();

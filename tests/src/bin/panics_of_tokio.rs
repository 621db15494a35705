//! Tests in which tasks of tokio's panic, on purpose. The suite `panics_of_tokio` runs this program and compares what it prints.

use solipsism::time::{Duration, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn first(list: &[u32]) -> u32 {
    *list.first().expect("it is not empty")
}

async fn load(list: Vec<u32>) -> u32 {
    tokio::time::sleep(SECOND).await;
    first(&list)
}

#[solipsism::test(tokio)]
async fn a_task_that_is_awaited() {
    let task = tokio::spawn(async { load(Vec::new()).await });
    sleep(2 * SECOND).await;
    task.await.unwrap();
}

#[solipsism::test(tokio)]
async fn a_task_whose_error_is_returned() -> Result<(), tokio::task::JoinError> {
    tokio::spawn(load(Vec::new())).await?;
    Ok(())
}

#[solipsism::test(tokio)]
async fn a_task_that_nobody_awaits() {
    drop(tokio::spawn(load(Vec::new())));
    sleep(2 * SECOND).await;
}

#[solipsism::test(tokio)]
async fn a_job_that_is_awaited() {
    tokio::task::spawn_blocking(|| first(&[])).await.unwrap();
}

solipsism::main!();

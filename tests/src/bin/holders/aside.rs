//! What is held by futures that their owner keeps, and does not await meanwhile.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::turn;

async fn fetch(permit: OwnedSemaphorePermit) {
    turn().await;
    drop(permit);
}

#[solipsism::test]
async fn permits_of_a_set_that_is_not_polled() {
    let permits = Arc::new(Semaphore::new(2));
    let mut under_way = FuturesUnordered::new();
    for _ in 0..3 {
        let permit = Arc::clone(&permits).acquire_owned().await;
        under_way.push(fetch(permit.expect("it is never closed")));
    }
    while under_way.next().await.is_some() {}
}

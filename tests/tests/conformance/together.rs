//! Several futures of one test, each with a waker of its own, so that a wake that is lost is not made up for by a neighbour's.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// Runs both to their ends. The first one is polled first.
pub async fn together<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (a, b) = (Cell::new(None), Cell::new(None));
    {
        let mut both: FuturesUnordered<Pin<Box<dyn Future<Output = ()> + '_>>> =
            FuturesUnordered::new();
        both.push(Box::pin(async { a.set(Some(first.await)) }));
        both.push(Box::pin(async { b.set(Some(second.await)) }));
        while both.next().await.is_some() {}
    }
    let finished = "both have finished";
    (a.take().expect(finished), b.take().expect(finished))
}

/// Polls it once and drops it.
pub async fn polled_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

//! Letting the others run.

use std::future::poll_fn;
use std::task::Poll;

/// Puts the current task behind all that are ready now. Time does not move.
///
/// # Examples
///
/// ```
/// use std::{cell::Cell, rc::Rc};
///
/// let ran = solipsism::EventLoop::new().run(async {
///     let ran = Rc::new(Cell::new(false));
///     let other = Rc::clone(&ran);
///     solipsism::spawn(async move { other.set(true) });
///     solipsism::task::yield_now().await;
///     ran.get()
/// });
/// assert!(ran.unwrap());
/// ```
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

//! [`AskedAt`]: code of this crate that makes sockets for whoever called it.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::executor::World;

pin_project! {
    /// What is made while this is polled was asked for there, as reports say it.
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct AskedAt<F> {
        site: &'static Location<'static>,
        #[pin]
        future: F,
    }
}

impl<F: Future> AskedAt<F> {
    #[track_caller]
    pub(crate) fn caller(future: F) -> Self {
        Self {
            site: Location::caller(),
            future,
        }
    }

    pub(crate) fn new(site: &'static Location<'static>, future: F) -> Self {
        Self { site, future }
    }
}

impl<F: Future> Future for AskedAt<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let outer = World::try_with(|world| world.made_for(Some(*this.site)));
        let polled = this.future.poll(cx);
        // Where it unwinds the end of the task's poll does that.
        World::try_with(|world| world.maker.set(outer.flatten()));
        polled
    }
}

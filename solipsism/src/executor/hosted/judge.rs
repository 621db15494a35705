//! Whoever judges a panic of a tokio task as soon as the poll is over that raised it: it is a task of tokio's, and the next one.
//!
//! Tokio polls the root only when nothing is ready, or after as many polls as it likes. But what another thread makes ready goes
//! before all that was made ready here, so it is another thread that spawns this task. Only a task that some thread had woken
//! by then is polled before.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;

use tokio::runtime::Handle;

use crate::executor::world::World;

/// Whether a judge is on its way.
#[derive(Default)]
pub(super) struct Bench(Arc<AtomicBool>);

/// It is among tokio's tasks as long as this is there.
struct Judge(Arc<AtomicBool>);

impl Bench {
    /// One that is still on its way judges this panic, too.
    pub(super) fn summon(&self, handle: &Handle) {
        if self.0.swap(true, Ordering::AcqRel) {
            return;
        }
        let judge = Judge(Arc::clone(&self.0));
        let spawn = move || drop(handle.spawn(judge));
        thread::scope(|scope| {
            // Where there is no thread to be had, the root judges when its turn comes.
            let _thread = thread::Builder::new().spawn_scoped(scope, spawn);
        });
    }

    /// How many of tokio's tasks are judges.
    pub(super) fn occupied(&self) -> usize {
        usize::from(self.0.load(Ordering::Acquire))
    }
}

impl Future for Judge {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        World::try_with(|world| {
            if let Some(hosted) = &world.hosted {
                hosted.judge();
            }
        });
        Poll::Ready(())
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

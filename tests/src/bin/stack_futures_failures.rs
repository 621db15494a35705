//! Crates that know no runtime in tests that hang on purpose: a body for each thing of theirs that can be waited for. The
//! suite `stack_futures` runs this program and compares what it prints.

use std::time::Duration;

use futures::future::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};

/// Holds something in a task of its own, for ever.
fn hold<T: 'static>(what: T) {
    let holds = async move {
        let _held = what;
        std::future::pending::<()>().await;
    };
    let holder = solipsism::task::Builder::new().name("holder");
    holder.spawn(holds).background();
}

/// A test of each name, with this as its body.
macro_rules! hang {
    ($($name:ident $body:block)*) => {
        $(
            #[solipsism::test]
            async fn $name() $body
        )*
    };
}

hang! {
    async_broadcast_recv {
        let (sender, mut receiver) = async_broadcast::broadcast::<()>(1);
        hold(sender);
        receiver.recv().await.expect("it is sent");
    }
    async_channel_recv {
        let (sender, receiver) = async_channel::bounded::<()>(1);
        hold(sender);
        receiver.recv().await.expect("it is sent");
    }
    async_channel_send {
        let (sender, receiver) = async_channel::bounded(1);
        hold(receiver);
        sender.send(1).await.expect("there is room");
        sender.send(2).await.expect("there is room");
    }
    async_io_timer {
        async_io::Timer::after(Duration::from_secs(3_600)).await;
    }
    async_lock_mutex {
        let mutex = std::sync::Arc::new(async_lock::Mutex::new(()));
        hold(mutex.lock_arc().await);
        drop(mutex.lock().await);
    }
    event_listener {
        event_listener::Event::new().listen().await;
    }
    flume_recv {
        let (sender, receiver) = flume::bounded::<()>(1);
        hold(sender);
        receiver.recv_async().await.expect("it is sent");
    }
    futures_oneshot {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        hold(sender);
        receiver.await.expect("it is sent");
    }
    futures_shared_by_two_tasks {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        hold(sender);
        let shared = receiver.shared();
        let other = solipsism::spawn(shared.clone());
        solipsism::time::sleep(Duration::from_secs(60)).await;
        shared.await.expect("it is sent");
        other.await.expect("it ends").expect("it is sent");
    }
    futures_timer_delay {
        futures_timer::Delay::new(Duration::from_secs(3_600)).await;
    }
    futures_unordered {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        hold(sender);
        let sleep = solipsism::time::sleep(Duration::from_secs(60));
        let mut set = FuturesUnordered::new();
        set.push(receiver.map(drop).boxed_local());
        set.push(sleep.boxed_local());
        while set.next().await.is_some() {}
    }
    tokio_notify {
        tokio::sync::Notify::new().notified().await;
    }
    tokio_oneshot {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        hold(sender);
        receiver.await.expect("it is sent");
    }
    tokio_semaphore {
        let semaphore = std::sync::Arc::new(tokio::sync::Semaphore::new(1));
        hold(semaphore.clone().acquire_owned().await);
        drop(semaphore.acquire().await);
    }
}

solipsism::main!();

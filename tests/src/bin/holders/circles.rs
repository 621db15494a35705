//! Tasks that wait for each other over locks, permits and channels, or for themselves.

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock, Semaphore, mpsc, oneshot};

use crate::{named, turn};

async fn both(first: Rc<Mutex<u8>>, second: Rc<Mutex<u8>>) {
    let held = first.lock().await;
    turn().await;
    let also = second.lock().await;
    drop((held, also));
}

#[solipsism::test]
async fn two_mutexes_of_tokio() {
    let (one, other) = (Rc::new(Mutex::new(1)), Rc::new(Mutex::new(2)));
    let there = named("there", both(one.clone(), other.clone()));
    let back = named("back", both(other, one));
    there.await.expect("it finishes");
    back.await.expect("it finishes");
}

#[solipsism::test]
async fn three_mutexes_of_tokio() {
    let locks: Vec<_> = (0..3).map(|number| Rc::new(Mutex::new(number))).collect();
    let tasks = ["one", "two", "three"].into_iter().enumerate();
    let tasks =
        tasks.map(|(at, name)| named(name, both(locks[at].clone(), locks[(at + 1) % 3].clone())));
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("it finishes");
    }
}

#[solipsism::test]
async fn two_mutexes_of_async_lock() {
    async fn both(first: Rc<async_lock::Mutex<u8>>, second: Rc<async_lock::Mutex<u8>>) {
        let held = first.lock().await;
        turn().await;
        second.lock().await;
        drop(held);
    }

    let (one, other) = (Rc::default(), Rc::default());
    let there = named("there", both(Rc::clone(&one), Rc::clone(&other)));
    let back = named("back", both(other, one));
    futures::join!(there, back).0.expect("it finishes");
}

#[solipsism::test]
async fn two_mutexes_of_futures() {
    async fn both(first: Rc<futures::lock::Mutex<u8>>, second: Rc<futures::lock::Mutex<u8>>) {
        let held = first.lock().await;
        turn().await;
        second.lock().await;
        drop(held);
    }

    let (one, other) = (Rc::default(), Rc::default());
    let there = named("there", both(Rc::clone(&one), Rc::clone(&other)));
    let back = named("back", both(other, one));
    futures::join!(there, back).0.expect("it finishes");
}

#[solipsism::test]
async fn a_permit_and_a_mutex() {
    let (limit, log) = (
        Rc::new(Semaphore::new(1)),
        Rc::new(Mutex::new(String::new())),
    );
    let request = named("request", {
        let (limit, log) = (limit.clone(), log.clone());
        async move {
            let permit = limit.acquire().await.expect("it is open");
            turn().await;
            log.lock().await.push('a');
            drop(permit);
        }
    });
    let rotation = named("rotation", async move {
        let log = log.lock().await;
        turn().await;
        let permit = limit.acquire().await.expect("it is open");
        drop((permit, log));
    });
    request.await.expect("it finishes");
    rotation.await.expect("it finishes");
}

#[solipsism::test]
async fn a_reader_waits_to_write() {
    let cache = RwLock::new(vec![1]);
    let read = cache.read().await;
    if read.contains(&1) {
        cache.write().await.push(2);
    }
}

#[solipsism::test]
async fn two_readers_wait_to_write() {
    async fn upgrade(cache: Rc<RwLock<Vec<u8>>>) {
        let read = cache.read().await;
        turn().await;
        cache.write().await.push(read[0]);
    }

    let cache = Rc::new(RwLock::new(vec![1]));
    let one = named("one", upgrade(cache.clone()));
    let other = named("other", upgrade(cache));
    one.await.expect("it finishes");
    other.await.expect("it finishes");
}

#[solipsism::test]
async fn a_receiver_keeps_its_own_sender() {
    let (done, finished) = oneshot::channel::<u8>();
    finished.await.expect("it is sent");
    done.send(1).expect("it is awaited");
}

#[solipsism::test]
async fn a_stream_of_a_task_that_keeps_a_sender() {
    let (results, mut next) = mpsc::channel(4);
    for number in 0..2 {
        let results = results.clone();
        drop(named("worker", async move { results.send(number).await }));
    }
    // The loop would end if `results` were gone.
    while let Some(result) = next.recv().await {
        println!("{result}");
    }
}

#[solipsism::test]
async fn a_lock_is_held_over_the_end_of_who_needs_it() {
    let state = Arc::new(Mutex::new(1));
    let kept = state.clone().lock_owned().await;
    let worker = named("worker", async move {
        *state.lock().await += 1;
    });
    worker.await.expect("it finishes");
    drop(kept);
}

#[solipsism::test]
async fn a_lock_is_held_over_a_request_to_who_needs_it() {
    let state = Rc::new(Mutex::new(1));
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u8>>(1);
    let client = named("client", {
        let state = state.clone();
        async move {
            let locked = state.lock().await;
            let (reply, answer) = oneshot::channel();
            ask.send(reply).await.expect("it listens");
            assert_eq!(answer.await, Ok(*locked));
        }
    });
    let server = named("server", async move {
        while let Some(reply) = asked.recv().await {
            let current = *state.lock().await;
            reply.send(current).expect("it is awaited");
        }
    });
    client.await.expect("it finishes");
    server.await.expect("it finishes");
}

#[solipsism::test]
async fn two_full_channels() {
    async fn forward(to: async_channel::Sender<u8>, from: async_channel::Receiver<u8>) {
        for number in 0..3 {
            to.send(number).await.expect("it is received");
        }
        assert_eq!(from.recv().await, Ok(0));
    }

    let (to_one, from_other) = async_channel::bounded(1);
    let (to_other, from_one) = async_channel::bounded(1);
    let one = named("one", forward(to_other, from_other));
    let other = named("other", forward(to_one, from_one));
    one.await.expect("it finishes");
    other.await.expect("it finishes");
}

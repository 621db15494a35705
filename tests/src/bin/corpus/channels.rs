//! Senders that live too long, receivers that come too late.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use solipsism::task::Builder;
use solipsism::{spawn, time};
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};

struct Listener {
    notify_shutdown: broadcast::Sender<()>,
    shutdown_complete: mpsc::Sender<()>,
    all_complete: mpsc::Receiver<()>,
}

struct Handler {
    shutdown: broadcast::Receiver<()>,
    _shutdown_complete: mpsc::Sender<()>,
}

impl Handler {
    async fn run(mut self) {
        let _ = self.shutdown.recv().await;
    }
}

impl Listener {
    fn new() -> Self {
        let (shutdown_complete, all_complete) = mpsc::channel(1);
        Self {
            notify_shutdown: broadcast::channel(1).0,
            shutdown_complete,
            all_complete,
        }
    }

    fn accept(&self) {
        let handler = Handler {
            shutdown: self.notify_shutdown.subscribe(),
            _shutdown_complete: self.shutdown_complete.clone(),
        };
        spawn(handler.run());
    }

    async fn shut_down(self) {
        let Self {
            notify_shutdown,
            shutdown_complete: _own,
            mut all_complete,
        } = self;
        drop(notify_shutdown);
        let _ = all_complete.recv().await;
    }
}

#[solipsism::test]
async fn a_shutdown_waits_for_a_sender_of_its_own() {
    let listener = Listener::new();
    listener.accept();
    listener.accept();
    time::sleep(Duration::from_secs(1)).await;
    listener.shut_down().await;
}

#[solipsism::test]
async fn the_dispatcher_joins_its_workers_before_it_hangs_up() {
    let (jobs, next_job) = async_channel::bounded::<u32>(16);
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let next_job = next_job.clone();
            spawn(async move {
                let mut sum = 0;
                while let Ok(job) = next_job.recv().await {
                    sum += job;
                }
                sum
            })
        })
        .collect();
    for job in 0..10 {
        jobs.send(job).await.expect("workers listen");
    }
    let mut sum = 0;
    for worker in workers {
        sum += worker.await.expect("it finishes");
    }
    drop(jobs);
    assert_eq!(sum, 45);
}

/// Requests that wait for their responses, by number.
#[derive(Default)]
struct Pending(RefCell<BTreeMap<u64, oneshot::Sender<String>>>);

impl Pending {
    async fn call(&self, id: u64, requests: &mpsc::Sender<u64>) -> Option<String> {
        let (respond, response) = oneshot::channel();
        self.0.borrow_mut().insert(id, respond);
        requests.send(id).await.ok()?;
        response.await.ok()
    }

    fn complete(&self, id: u64, body: &str) {
        if let Some(respond) = self.0.borrow_mut().remove(&id) {
            let _ = respond.send(body.to_owned());
        }
    }
}

#[solipsism::test]
async fn a_response_bears_the_number_of_another_request() {
    let pending = Rc::new(Pending::default());
    let (requests, mut incoming) = mpsc::channel(8);
    let dispatcher = Rc::clone(&pending);
    let dispatcher = async move {
        while let Some(id) = incoming.recv().await {
            time::sleep(Duration::from_millis(5)).await;
            dispatcher.complete(id + 1, "pong");
        }
    };
    Builder::new()
        .name("dispatcher")
        .spawn(dispatcher)
        .background();
    let answer = pending.call(7, &requests).await;
    assert_eq!(answer.as_deref(), Some("pong"));
}

#[solipsism::test]
async fn a_channel_is_filled_before_anybody_receives() {
    let (lines, mut next_line) = mpsc::channel(4);
    for number in 0..10 {
        lines.send(number).await.expect("there is a receiver");
    }
    drop(lines);
    let mut count = 0;
    while next_line.recv().await.is_some() {
        count += 1;
    }
    assert_eq!(count, 10);
}

enum Message {
    Get(oneshot::Sender<u32>),
    Double(oneshot::Sender<u32>),
}

async fn get(actor: &mpsc::Sender<Message>) -> u32 {
    let (reply, value) = oneshot::channel();
    let _ = actor.send(Message::Get(reply)).await;
    value.await.expect("the actor answers")
}

async fn actor(mut inbox: mpsc::Receiver<Message>, myself: mpsc::Sender<Message>) {
    while let Some(message) = inbox.recv().await {
        match message {
            Message::Get(reply) => drop(reply.send(21)),
            Message::Double(reply) => drop(reply.send(2 * get(&myself).await)),
        }
    }
}

#[solipsism::test]
async fn an_actor_asks_itself() {
    let (handle, inbox) = mpsc::channel(8);
    let running = actor(inbox, handle.clone());
    Builder::new().name("actor").spawn(running).background();
    let (reply, doubled) = oneshot::channel();
    let _ = handle.send(Message::Double(reply)).await;
    assert_eq!(doubled.await, Ok(42));
}

#[solipsism::test]
async fn a_watch_is_set_before_anybody_watches() {
    let (state, _) = watch::channel("starting");
    state.send_replace("ready");
    let mut states = state.subscribe();
    states.changed().await.expect("the server lives");
    assert_eq!(*states.borrow(), "ready");
}

#[solipsism::test]
async fn a_subscriber_is_late() {
    let (events, _) = broadcast::channel(16);
    let _ = events.send("started");
    let mut subscriber = events.subscribe();
    assert_eq!(subscriber.recv().await, Ok("started"));
}

async fn worker(wake: Arc<Notify>) {
    wake.notified().await;
}

#[solipsism::test]
async fn two_are_told_by_one_notification() {
    let stop = Arc::new(Notify::new());
    let one = Builder::new().name("reader").spawn(worker(stop.clone()));
    let other = Builder::new().name("writer").spawn(worker(stop.clone()));
    time::sleep(Duration::from_secs(1)).await;
    stop.notify_one();
    one.await.expect("it finishes");
    other.await.expect("it finishes");
}

//! Guards and permits that are kept, and futures that keep them and are not polled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use solipsism::task::Builder;
use solipsism::{spawn, time};
use tokio::sync::{Barrier, Mutex, OnceCell, RwLock, Semaphore};

#[derive(Default)]
struct Cache(Mutex<BTreeMap<u32, String>>);

impl Cache {
    async fn get(&self, key: u32) -> String {
        // The guard of the first line lives as long as the `match`.
        match self.0.lock().await.get(&key) {
            Some(value) => value.clone(),
            None => self.load(key).await,
        }
    }

    async fn load(&self, key: u32) -> String {
        let value = format!("value {key}");
        self.0.lock().await.insert(key, value.clone());
        value
    }
}

#[solipsism::test]
async fn a_guard_lives_as_long_as_a_match() {
    let cache = Cache::default();
    assert_eq!(cache.get(1).await, "value 1");
}

#[solipsism::test]
async fn a_reader_wants_to_write() {
    let config = RwLock::new(vec![1]);
    let read = config.read().await;
    if !read.contains(&2) {
        config.write().await.push(2);
    }
}

struct Limited {
    connections: Arc<Semaphore>,
}

impl Limited {
    async fn handle(&self, request: &str) -> Result<usize, std::num::ParseIntError> {
        let permit = self.connections.acquire().await.expect("it is open");
        permit.forget(); // given back below
        let parsed = request.parse()?;
        self.connections.add_permits(1);
        Ok(parsed)
    }
}

#[solipsism::test]
async fn a_permit_is_lost_to_an_error() {
    let server = Limited {
        connections: Arc::new(Semaphore::new(1)),
    };
    assert!(server.handle("one").await.is_err());
    assert_eq!(server.handle("2").await, Ok(2));
}

#[derive(Clone)]
struct Pool(Arc<Semaphore>);

async fn transaction(pool: Pool) {
    let _outer = pool.0.acquire().await.expect("the pool is open");
    time::sleep(Duration::from_millis(10)).await;
    audit(&pool).await;
}

async fn audit(pool: &Pool) {
    let _inner = pool.0.acquire().await.expect("the pool is open");
}

#[solipsism::test]
async fn every_transaction_wants_a_second_connection() {
    let pool = Pool(Arc::new(Semaphore::new(4)));
    let all: Vec<_> = (0..4).map(|_| spawn(transaction(pool.clone()))).collect();
    for one in all {
        one.await.expect("it finishes");
    }
}

#[solipsism::test]
async fn a_barrier_counts_one_too_many() {
    let barrier = Arc::new(Barrier::new(4));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let barrier = barrier.clone();
            spawn(async move { barrier.wait().await.is_leader() })
        })
        .collect();
    for worker in workers {
        worker.await.expect("it finishes");
    }
}

static SETTINGS: OnceCell<u32> = OnceCell::const_new();

async fn settings() -> u32 {
    *SETTINGS.get_or_init(load_settings).await
}

async fn load_settings() -> u32 {
    time::sleep(Duration::from_millis(1)).await;
    default_port().await
}

async fn default_port() -> u32 {
    Box::pin(settings()).await / 2
}

#[solipsism::test]
async fn a_cell_is_initialized_by_its_initializer() {
    assert_eq!(settings().await, 8080);
}

async fn update(row: &Mutex<u32>, by: u32) {
    let mut row = row.lock().await;
    time::sleep(Duration::from_secs(1)).await;
    *row += by;
}

#[solipsism::test]
async fn a_future_is_kept_and_not_polled() {
    let row = Mutex::new(0);
    let mut slow = Box::pin(update(&row, 1));
    tokio::select! {
        () = &mut slow => {}
        () = time::sleep(Duration::from_millis(500)) => update(&row, 2).await,
    }
}

#[solipsism::test]
async fn a_buffered_stream_is_not_polled_while_an_item_is_handled() {
    let row = Mutex::new(0);
    let mut updates = stream::iter(1..=3)
        .map(|by| update(&row, by))
        .buffer_unordered(2);
    while updates.next().await.is_some() {
        update(&row, 10).await;
    }
}

async fn transfer(from: Arc<Mutex<i32>>, to: Arc<Mutex<i32>>) {
    let mut from = from.lock().await;
    time::sleep(Duration::from_millis(1)).await;
    *to.lock().await += 1;
    *from -= 1;
}

#[solipsism::test]
async fn philosophers_sit_in_a_circle() {
    let forks: Vec<Arc<Mutex<i32>>> = (0..3).map(|_| Arc::default()).collect();
    let seats = (0..3).map(|seat| {
        let dines = transfer(forks[seat].clone(), forks[(seat + 1) % 3].clone());
        Builder::new()
            .name(format!("philosopher {seat}"))
            .spawn(dines)
    });
    for seat in seats.collect::<Vec<_>>() {
        seat.await.expect("it finishes");
    }
}

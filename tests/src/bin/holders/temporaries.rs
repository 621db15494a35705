//! Guards without a name, which live as long as the statement that they were taken in.

use std::rc::Rc;

use tokio::sync::{Mutex, RwLock};

use super::{named, turn};

struct Sessions(RwLock<Vec<u32>>);

impl Sessions {
    async fn find(&self, token: u32) -> usize {
        match self.0.read().await.iter().position(|it| *it == token) {
            Some(place) => place,
            None => self.insert(token).await,
        }
    }

    async fn insert(&self, token: u32) -> usize {
        let mut all = self.0.write().await;
        all.push(token);
        all.len() - 1
    }
}

#[solipsism::test]
async fn in_the_scrutinee_of_a_match() {
    let sessions = Sessions(RwLock::default());
    assert_eq!(sessions.find(1).await, 0);
}

#[solipsism::test]
async fn in_the_head_of_a_loop() {
    let jobs = Rc::new(Mutex::new(vec![1, 2]));
    let queue = Rc::clone(&jobs);
    named("worker", async move {
        while let Some(job) = queue.lock().await.pop() {
            run(job, &queue).await;
        }
    });
    turn().await;
    jobs.lock().await.push(3);
}

async fn run(job: u32, queue: &Mutex<Vec<u32>>) {
    if job > 1 {
        queue.lock().await.push(job - 1);
    }
}

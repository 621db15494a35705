//! Guards without a name: values of expressions, which live to the end of a statement, or are taken away before.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard, RwLock};

use super::yield_once;
use crate::Task;

type List = Arc<Mutex<Vec<u8>>>;

fn list() -> [List; 2] {
    let list = Arc::new(Mutex::new(vec![1, 2, 3]));
    [list.clone(), list]
}

/// One that has it like this, and one that gets it, if it was let go, and waits for it then.
fn holds(mutex: List, other: impl Future<Output = ()> + 'static) -> Vec<Task> {
    vec![
        Box::pin(other),
        Box::pin(async move {
            std::mem::forget(mutex.lock().await);
            let _ = mutex.lock().await;
        }),
    ]
}

pub fn in_scrutinee() -> Vec<Task> {
    let map = RwLock::new(vec![1]);
    vec![Box::pin(async move {
        match map.read().await.get(1) {
            Some(_) => {}
            None => map.write().await.push(2),
        }
    })]
}

pub fn in_head_of_loop() -> Vec<Task> {
    let [mutex, other] = list();
    holds(other, async move {
        while let Some(_) = mutex.lock().await.pop() {
            pending::<()>().await;
        }
    })
}

pub fn in_chain_of_calls() -> Vec<Task> {
    let (sender, queue) = tokio::sync::mpsc::channel::<u8>(1);
    let queue = Arc::new(Mutex::new(queue));
    let other = queue.clone();
    vec![
        Box::pin(async move {
            let _ = queue.lock().await.recv().await;
        }),
        Box::pin(async move {
            let _ = other.lock().await.recv().await;
            drop(sender);
        }),
    ]
}

pub fn in_arguments() -> Vec<Task> {
    fn both(_: MutexGuard<'_, Vec<u8>>, _: MutexGuard<'_, Vec<u8>>) {}
    let ([a, a2], [b, b2]) = (list(), list());
    let one = async move {
        both(a.lock().await, {
            yield_once().await;
            b.lock().await
        });
    };
    let other = async move {
        both(b2.lock().await, {
            yield_once().await;
            a2.lock().await
        });
    };
    vec![Box::pin(one), Box::pin(other)]
}

pub fn extended() -> Vec<Task> {
    let [mutex, other] = list();
    holds(other, async move {
        let list = &*mutex.lock().await;
        pending::<()>().await;
        let _ = list.len();
    })
}

pub fn at_end_of_statement() -> Vec<Task> {
    let [mutex, other] = list();
    holds(other, async move {
        mutex.lock().await.push(4);
        if mutex.lock().await.len() > 3 {
            pending::<()>().await;
        }
    })
}

pub fn given_to_call() -> Vec<Task> {
    async fn look(list: MutexGuard<'_, Vec<u8>>) {
        let _ = list.len();
        drop(list);
        pending::<()>().await;
    }
    let [mutex, other] = list();
    holds(other, async move { look(mutex.lock().await).await })
}

#[expect(clippy::match_single_binding, reason = "it is bound by a `match`")]
pub fn bound_by_match() -> Vec<Task> {
    let [mutex, other] = list();
    holds(other, async move {
        match mutex.lock().await {
            list => {
                let _ = list.len();
                drop(list);
                pending::<()>().await;
            }
        }
    })
}

pub fn bound_on_condition() -> Vec<Task> {
    let [mutex, other] = list();
    holds(other, async move {
        match mutex.lock().await {
            list if list.len() == 3 => {
                drop(list);
                pending::<()>().await;
            }
            list => drop(list),
        }
    })
}

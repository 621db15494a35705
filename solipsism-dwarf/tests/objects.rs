//! A future behind an object of an executor's own trait, in an executor's own enum, ten at once.

use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Waker};

use solipsism_dwarf::{Absent, Suspended, read};

trait Task {
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> bool;
}

enum Stage<F: Future> {
    Running(Pin<Box<F>>),
    #[expect(dead_code, reason = "these never finish")]
    Finished(F::Output),
}

impl<F: Future<Output: Unpin>> Task for Stage<F> {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> bool {
        match &mut *self {
            Self::Running(future) => future.as_mut().poll(context).is_ready(),
            Self::Finished(_) => true,
        }
    }
}

async fn waits(number: u64) -> u64 {
    if number % 2 == 0 {
        pending::<()>().await;
    }
    pending::<u64>().await + number
}

#[test]
fn tasks_of_an_executor_are_read() {
    let mut tasks: Vec<Pin<Box<dyn Task>>> = Vec::new();
    for number in 0..10 {
        tasks.push(Box::pin(Stage::Running(Box::pin(waits(number)))));
    }
    let context = &mut Context::from_waker(Waker::noop());
    assert!(!tasks.iter_mut().any(|task| task.as_mut().poll(context)));

    let suspended: Vec<_> = tasks.iter().filter_map(|it| Suspended::of(&**it)).collect();
    let findings = match read(&suspended) {
        Ok(findings) => findings,
        // Built with other debug information, or elsewhere.
        Err(Absent::NoTypes | Absent::Unreadable) => return,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(findings.tasks.len(), 10);
    for (number, chains) in findings.tasks.iter().enumerate() {
        let [chain] = chains.as_deref().unwrap_or_default() else {
            panic!("one chain each: {findings:?}");
        };
        assert!(chain.frames[0].function.ends_with("objects::waits"));
        assert!(chain.frames[0].file.ends_with("tests/objects.rs"));
        let awaited = if number % 2 == 0 { "()" } else { "u64" };
        assert_eq!(
            chain.leaf,
            format!("core::future::pending::Pending<{awaited}>")
        );
    }
    assert!(findings.holders.is_empty());
}

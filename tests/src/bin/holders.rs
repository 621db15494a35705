//! Hangs of which only the futures themselves tell, to whoever can read them without polling: who holds what is waited for,
//! and what waits within combinators. The suite `holders` compares what is told of them.

// The suite runs this from another directory.
#[path = "holders/aside.rs"]
mod aside;
#[path = "holders/circles.rs"]
mod circles;
#[path = "holders/combinators.rs"]
mod combinators;
#[path = "holders/hosted.rs"]
mod hosted;
#[path = "holders/no_circle.rs"]
mod no_circle;
#[path = "holders/temporaries.rs"]
mod temporaries;
#[path = "holders/went_on.rs"]
mod went_on;

use solipsism::task::{Builder, JoinHandle};

/// A task with a name.
#[track_caller]
fn named<T: 'static>(name: &str, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
    Builder::new().name(name).spawn(future)
}

/// Gives every other task a turn.
async fn turn() {
    solipsism::task::yield_now().await;
}

solipsism::main!();

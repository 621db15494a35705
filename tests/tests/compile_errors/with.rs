#![deny(warnings)]

use solipsism::EventLoop;

#[solipsism::test]
async fn no_settings(#[with] one: EventLoop, #[with()] two: EventLoop, #[with = 4] three: EventLoop) {
    drop((one, two, three));
}

#[solipsism::test]
async fn no_values(#[with(capacity, latency =, retries(3), 4)] event_loop: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn no_assignments(#[with(capacity == 4, latency += 5, limits.capacity = 6)] event_loop: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn no_commas(#[with(capacity = 4 latency = FIVE retries = 6; name = "x")] event_loop: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn twice(#[with(capacity = 4, latency = 5, capacity = 6)] event_loop: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn two_lists(#[with(capacity = 4)] #[allow(unused)] #[with(latency = 5)] event_loop: EventLoop) {}

/// All at once, and it is still there for those who name it.
#[solipsism::test(seed = "7f3a")]
fn among_others(#[with(capacity)] event_loop: EventLoop, #[with(capacity = 4)] other: EventLoop) {
    drop((event_loop, other));
}

fn main() {
    let _ = among_others;
}

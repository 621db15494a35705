use std::time::Duration;

/// What is wanted of a runtime, and no more.
pub trait Runtime: Clone + Send + Sync + 'static {
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Since a point in time that stays the same.
    fn elapsed(&self) -> Duration;

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static);
}

/// Does `job` once an hour.
pub fn hourly<R: Runtime>(runtime: &R, job: impl Fn(Duration) + Send + Sync + 'static) {
    let in_task = runtime.clone();
    runtime.spawn(async move {
        loop {
            in_task.sleep(Duration::from_secs(3600)).await;
            job(in_task.elapsed());
        }
    });
}

#[derive(Clone)]
pub struct Tokio(pub tokio::time::Instant);

impl Runtime for Tokio {
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solipsism::{EventLoop, time};
    use std::sync::mpsc;

    #[derive(Clone)]
    struct World(time::Instant);

    impl Runtime for World {
        fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
            time::sleep(duration)
        }

        fn elapsed(&self) -> Duration {
            self.0.elapsed()
        }

        fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
            solipsism::spawn(future).background();
        }
    }

    #[solipsism::test]
    async fn twenty_four_times_a_day(event_loop: EventLoop) {
        let (send, done) = mpsc::channel();
        hourly(&World(event_loop.now()), move |at| send.send(at).unwrap());
        event_loop.advance(Duration::from_secs(86_400)).await;
        let hours: Vec<u64> = done.try_iter().map(|at| at.as_secs() / 3600).collect();
        assert_eq!(hours, (1..=24).collect::<Vec<_>>());
    }
}

//! What the chapter says of tokio's paused clock and of ours, held against both.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use solipsism::EventLoop;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

mod a_deadline_is_rounded_up_or_exact {
    use super::Duration;

    const ASKED: Duration = Duration::from_nanos(1_500_001);

    #[tokio::test(start_paused = true)]
    async fn tokio() {
        let start = tokio::time::Instant::now();
        tokio::time::sleep(ASKED).await;
        assert_eq!(start.elapsed(), Duration::from_millis(2));
    }

    #[solipsism::test]
    async fn ours() {
        let start = solipsism::time::Instant::now();
        solipsism::time::sleep(ASKED).await;
        assert_eq!(start.elapsed(), ASKED);
    }

    #[solipsism::test(tokio)]
    async fn hosted() {
        let start = tokio::time::Instant::now();
        tokio::time::sleep(ASKED).await;
        assert_eq!(start.elapsed(), Duration::from_millis(2));
        let start = solipsism::time::Instant::now();
        solipsism::time::sleep(ASKED).await;
        assert_eq!(start.elapsed(), ASKED);
    }
}

mod the_instant_a_test_starts_at {
    use super::secs;

    #[solipsism::test]
    async fn ours_is_zero() {
        solipsism::time::sleep(secs(60)).await;
        assert_eq!(format!("{:?}", solipsism::time::Instant::now()), "60s");
        let wall = solipsism::time::SystemTime::now();
        assert_eq!(format!("{wall:?}"), "2000-01-01T00:01:00Z");
    }
}

mod advance {
    use super::{Arc, AtomicU32, Cell, EventLoop, Ordering, Rc, secs};

    #[tokio::test(start_paused = true)]
    async fn of_tokio_returns_before_the_tasks_have_run() {
        let task = tokio::spawn(async { tokio::time::sleep(secs(5)).await });
        tokio::task::yield_now().await;
        tokio::time::advance(secs(5)).await;
        assert!(!task.is_finished());
        tokio::task::yield_now().await;
        assert!(task.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn of_tokio_moves_before_a_task_that_was_just_spawned_has_begun() {
        let start = tokio::time::Instant::now();
        let task = tokio::spawn(async { tokio::time::sleep(secs(5)).await });
        tokio::time::advance(secs(5)).await;
        task.await.unwrap();
        assert_eq!(start.elapsed(), secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn of_tokio_jumps_over_deadlines() {
        let ticks = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&ticks);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(secs(1)).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        tokio::task::yield_now().await;
        tokio::time::advance(secs(5)).await;
        tokio::task::yield_now().await;
        assert_eq!(ticks.load(Ordering::Relaxed), 1);
    }

    #[solipsism::test]
    async fn of_ours_settles_steps_through_and_settles(event_loop: EventLoop) {
        let ticks = Rc::new(Cell::new(0));
        let count = Rc::clone(&ticks);
        solipsism::spawn(async move {
            loop {
                solipsism::time::sleep(secs(1)).await;
                count.set(count.get() + 1);
            }
        })
        .background();
        event_loop.advance(secs(5)).await;
        assert_eq!(ticks.get(), 5);
    }

    #[solipsism::test(tokio)]
    async fn of_ours_does_so_for_tasks_of_tokio_too(event_loop: EventLoop) {
        let ticks = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&ticks);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(secs(1)).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        event_loop.advance(secs(5)).await;
        assert_eq!(ticks.load(Ordering::Relaxed), 5);
    }

    #[solipsism::test(tokio)]
    async fn of_tokio_in_a_hosted_world_is_what_it_was() {
        let start = solipsism::time::Instant::now();
        tokio::time::advance(secs(5)).await;
        assert_eq!(start.elapsed(), secs(5));
    }
}

mod two_of_one_instant {
    use super::{Arc, AtomicU32, Cell, Ordering, Rc, secs};

    #[tokio::test(start_paused = true)]
    async fn under_tokio_the_body_may_come_first() {
        let ended = Arc::new(AtomicU32::new(0));
        let end = Arc::clone(&ended);
        tokio::spawn(async move {
            let never = std::future::pending::<()>();
            let _ = tokio::time::timeout(secs(5), never).await;
            end.store(1, Ordering::Relaxed);
        });
        tokio::time::sleep(secs(5)).await;
        assert_eq!(ended.load(Ordering::Relaxed), 0);
    }

    #[solipsism::test]
    async fn in_a_world_the_body_is_last() {
        let ended = Rc::new(Cell::new(false));
        let end = Rc::clone(&ended);
        solipsism::spawn(async move {
            let never = std::future::pending::<()>();
            let _ = solipsism::time::timeout(secs(5), never).await;
            end.set(true);
        });
        solipsism::time::sleep(secs(5)).await;
        assert!(ended.get());
    }
}

mod sleeping_for_no_time {
    use super::{Arc, AtomicU32, Cell, Duration, Ordering, Rc};

    #[tokio::test(start_paused = true)]
    async fn is_nothing_to_tokio() {
        let ran = Arc::new(AtomicU32::new(0));
        let run = Arc::clone(&ran);
        tokio::spawn(async move { run.store(1, Ordering::Relaxed) });
        tokio::time::sleep(Duration::ZERO).await;
        assert_eq!(ran.load(Ordering::Relaxed), 0);
    }

    #[solipsism::test]
    async fn lets_others_run_once() {
        let ran = Rc::new(Cell::new(false));
        let run = Rc::clone(&ran);
        solipsism::spawn(async move { run.set(true) });
        solipsism::time::sleep(Duration::ZERO).await;
        assert!(ran.get());
    }
}

mod what_never_ends {
    use super::{Duration, EventLoop, secs};

    #[tokio::test(start_paused = true)]
    async fn ends_for_tokio_after_thirty_years() {
        let start = tokio::time::Instant::now();
        tokio::time::sleep(Duration::MAX).await;
        assert_eq!(start.elapsed(), secs(86_400 * 365 * 30));
    }

    #[test]
    fn is_a_hang_in_a_world() {
        let stopped = EventLoop::new().run(async { solipsism::time::sleep(Duration::MAX).await });
        assert!(
            stopped
                .unwrap_err()
                .to_string()
                .starts_with("sleeps forever")
        );
    }
}

mod a_panic_of_a_task_that_nobody_awaits {
    use super::EventLoop;

    #[tokio::test(start_paused = true)]
    async fn is_lost_by_tokio() {
        tokio::spawn(async { panic!("nobody asks") });
        tokio::task::yield_now().await;
    }

    #[test]
    fn fails_the_run() {
        let stopped = EventLoop::new().run(async {
            drop(solipsism::spawn(async { panic!("nobody asks") }));
            solipsism::task::yield_now().await;
        });
        assert!(stopped.unwrap_err().to_string().contains("nobody asks"));
    }
}

mod blocking_jobs {
    use super::secs;

    #[tokio::test(start_paused = true)]
    async fn hold_tokio_s_clock() {
        let job = tokio::task::spawn_blocking(|| 1);
        assert!(tokio::time::timeout(secs(5), job).await.is_ok());
    }

    #[solipsism::test]
    async fn hold_ours() {
        let job = solipsism::task::spawn_blocking(|| 1);
        assert!(solipsism::time::timeout(secs(5), job).await.is_ok());
    }
}

mod pausing {
    use super::Duration;

    #[tokio::test(start_paused = true)]
    async fn off_the_milliseconds_makes_a_sleep_of_tokio_s_longer() {
        tokio::time::advance(Duration::from_micros(400)).await;
        let start = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(start.elapsed(), Duration::from_millis(2));
    }

    #[solipsism::test(tokio)]
    #[should_panic(expected = "virtual from its start: leave that out")]
    async fn again_panics_in_a_hosted_world_too() {
        tokio::time::pause();
    }
}

mod tokio_s_parts_that_need_no_runtime {
    use super::secs;

    #[solipsism::test]
    async fn are_used_in_any_world() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        solipsism::spawn(async move {
            solipsism::time::sleep(secs(60)).await;
            sender.send(7).unwrap();
        });
        let (seven, ()) = tokio::join!(receiver, solipsism::time::sleep(secs(1)));
        assert_eq!(seven.unwrap(), 7);
        tokio::select! {
            biased;
            () = solipsism::time::sleep(secs(2)) => panic!("the other is shorter"),
            () = solipsism::time::sleep(secs(1)) => {}
        }
    }
}

mod tokio_test {
    use super::secs;
    use tokio_test::io::{Builder, Mock};
    use tokio_test::{assert_pending, assert_ready, task};

    async fn waits(mut mock: Mock) {
        let mut heard = [0; 2];
        tokio::io::AsyncReadExt::read_exact(&mut mock, &mut heard)
            .await
            .unwrap();
    }

    #[solipsism::test(tokio)]
    async fn s_mock_sleeps_on_the_one_clock() {
        let start = solipsism::time::Instant::now();
        waits(Builder::new().wait(secs(60)).read(b"hi").build()).await;
        assert_eq!(start.elapsed(), secs(60));
    }

    #[solipsism::test]
    async fn s_mock_needs_no_runtime_where_it_does_not_wait() {
        waits(Builder::new().read(b"hi").build()).await;
    }

    #[solipsism::test]
    async fn s_assertions_poll_our_futures() {
        let mut sleep = task::spawn(solipsism::time::sleep(secs(1)));
        assert_pending!(sleep.poll());
        solipsism::time::sleep(secs(1)).await;
        assert_ready!(sleep.poll());
    }
}

//! One clock for both.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use solipsism::spawn;
use solipsism::time::{self, Instant};

const MILLI: Duration = Duration::from_millis(1);

#[solipsism::test(tokio)]
async fn both_clocks_show_the_same() {
    let (ours, theirs) = (Instant::now(), tokio::time::Instant::now());
    time::sleep(Duration::from_nanos(1_500_001)).await;
    assert_eq!(theirs.elapsed(), ours.elapsed());
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(theirs.elapsed(), ours.elapsed());
    assert_eq!(
        ours.elapsed(),
        Duration::from_secs(3600) + 2 * MILLI,
        "rounded up"
    );
}

#[solipsism::test(tokio)]
async fn the_body_is_last_at_its_instant_whoever_wakes_it() {
    let seen = Rc::new(Cell::new(0));
    for number in 0..3_u32 {
        let seen = Rc::clone(&seen);
        spawn(async move {
            if number == 0 {
                tokio::time::sleep(MILLI).await;
            } else {
                time::sleep(MILLI).await;
            }
            seen.set(seen.get() + 1);
        })
        .background();
    }
    let theirs = tokio::spawn(tokio::time::sleep(MILLI));
    tokio::time::sleep(MILLI).await;
    assert_eq!((seen.get(), theirs.is_finished()), (3, true));
}

#[solipsism::test(tokio)]
async fn what_tokio_advances_is_advanced_for_all() {
    let start = Instant::now();
    let ours = spawn(time::sleep(Duration::from_secs(5)));
    tokio::time::advance(Duration::from_secs(7)).await;
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    ours.await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(7));
}

#[solipsism::test(tokio)]
async fn tokio_times_out_what_is_ours_and_the_reverse() {
    let start = Instant::now();
    let never = std::future::pending::<()>;
    assert!(
        tokio::time::timeout(5 * MILLI, time::sleep(6 * MILLI))
            .await
            .is_err()
    );
    assert_eq!(start.elapsed(), 5 * MILLI);
    assert!(
        time::timeout(MILLI / 2, tokio::time::sleep(MILLI))
            .await
            .is_err()
    );
    assert_eq!(start.elapsed(), 5 * MILLI + MILLI / 2);
    assert!(time::timeout(MILLI, never()).await.is_err());
    assert_eq!(start.elapsed(), 6 * MILLI + MILLI / 2);
}

#[solipsism::test(tokio)]
async fn select_and_intervals_of_tokio_go_by_the_clock() {
    let mut interval = tokio::time::interval(10 * MILLI);
    let start = Instant::now();
    let mut ticks = 0;
    loop {
        tokio::select! {
            biased;
            () = time::sleep(MILLI * 9 + MILLI / 2) => continue,
            _ = interval.tick() => ticks += 1,
        }
        if ticks == 4 {
            break;
        }
    }
    assert_eq!(start.elapsed(), 30 * MILLI);
}

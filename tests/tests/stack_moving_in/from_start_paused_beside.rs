use std::time::Duration;

use tokio::time::{self, Instant};

async fn retry<T, E, F>(mut attempt: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, E>>,
{
    let mut pause = Duration::from_millis(100);
    let tries = async {
        loop {
            match attempt().await {
                Ok(done) => return done,
                Err(_) => time::sleep(pause).await,
            }
            pause *= 2;
        }
    };
    time::timeout(Duration::from_secs(60), tries).await.ok()
}

#[solipsism::test(tokio)]
async fn gives_up_after_a_minute() {
    let start = Instant::now();
    let mut tries = 0;
    let got: Option<()> = retry(|| {
        tries += 1;
        async { Err("busy") }
    })
    .await;
    assert_eq!((got, tries), (None, 10));
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

solipsism::main!();

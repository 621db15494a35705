//! What takes its time, and for how long the client waits.

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, RedisConnectionInfo, RedisResult, cmd};
use solipsism::net::{Network, TcpStream};
use solipsism::time::{self, Duration, Instant};

use super::server::{ADDRESS, serve};
use super::{SECOND, connect, connect_with};

async fn debug_sleep(redis: &mut MultiplexedConnection, seconds: u32) -> RedisResult<()> {
    let mut sleep = cmd("DEBUG");
    sleep.arg("SLEEP").arg(seconds);
    sleep.query_async(redis).await
}

#[solipsism::test(tokio)]
async fn a_minute_is_a_minute() -> RedisResult<()> {
    serve().await;
    let start = Instant::now();
    debug_sleep(&mut connect().await, 60).await?;
    assert_eq!(start.elapsed(), 60 * SECOND);
    Ok(())
}

#[solipsism::test(tokio)]
async fn what_is_popped_comes_at_the_instant_it_is_pushed() -> RedisResult<()> {
    serve().await;
    let start = Instant::now();
    let mut pushes = connect().await;
    tokio::spawn(async move {
        tokio::time::sleep(60 * SECOND).await;
        pushes.rpush::<_, _, u32>("jobs", "one").await.unwrap();
    });
    let popped: (String, String) = connect().await.blpop("jobs", 0.0).await?;
    assert_eq!(popped, ("jobs".to_owned(), "one".to_owned()));
    assert_eq!(start.elapsed(), 60 * SECOND);
    Ok(())
}

#[solipsism::test(tokio)]
async fn a_pop_ends_when_its_own_time_is_up() -> RedisResult<()> {
    serve().await;
    let start = Instant::now();
    let popped: Option<(String, String)> = connect().await.blpop("jobs", 30.0).await?;
    assert_eq!(popped, None);
    assert_eq!(start.elapsed(), 30 * SECOND);
    Ok(())
}

#[solipsism::test(tokio)]
async fn a_response_timeout_is_exact_and_the_late_answer_nobody_elses() -> RedisResult<()> {
    serve().await;
    let mut redis = connect_with(Some(59 * SECOND)).await;
    let start = Instant::now();
    let error = debug_sleep(&mut redis, 60).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), 59 * SECOND);
    // The server is still asleep, and what it says when it wakes up is the answer to what was given up.
    assert_eq!(redis.ping::<String>().await?, "PONG");
    assert_eq!(start.elapsed(), 60 * SECOND);
    Ok(())
}

#[solipsism::test(tokio)]
async fn the_default_is_half_a_second() {
    serve().await;
    let config = AsyncConnectionConfig::new();
    let stream = TcpStream::connect(ADDRESS).await.unwrap();
    let info = RedisConnectionInfo::default();
    let connecting = MultiplexedConnection::new_with_config(&info, stream, config);
    let (mut redis, driver) = connecting.await.unwrap();
    tokio::spawn(driver);
    let start = Instant::now();
    let error = debug_sleep(&mut redis, 60).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_millis(500));
}

#[solipsism::test(tokio)]
async fn what_a_partition_holds_back_is_answered_when_it_heals() -> RedisResult<()> {
    serve().await;
    let mut redis = connect().await;
    let network = Network::current();
    network.partition("localhost", "redis.internal");
    let start = Instant::now();
    let given_up = time::timeout(10 * SECOND, redis.ping::<String>()).await;
    assert!(given_up.is_err());
    assert_eq!(start.elapsed(), 10 * SECOND);
    network.heal();
    assert_eq!(redis.ping::<String>().await?, "PONG");
    Ok(())
}

//! A connection that is dropped, by the server or with its host.

use redis::{AsyncCommands, RedisResult, cmd};
use solipsism::net::Network;
use solipsism::time::{self, Instant};

use super::server::serve;
use super::{SECOND, connect};

#[solipsism::test(tokio)]
async fn one_that_the_server_drops_is_lost_for_this_command_and_the_next() -> RedisResult<()> {
    serve().await;
    let mut redis = connect().await;
    let mut close = cmd("DEBUG");
    let closed: RedisResult<()> = close.arg("CLOSE").query_async(&mut redis).await;
    let error = closed.unwrap_err();
    assert!(error.is_connection_dropped(), "{error}");
    let error = redis.ping::<String>().await.unwrap_err();
    assert!(error.is_unrecoverable_error(), "{error}");
    // Whoever connects again is served again.
    assert_eq!(connect().await.ping::<String>().await?, "PONG");
    Ok(())
}

#[solipsism::test(tokio)]
async fn a_host_that_crashes_ends_what_waits_for_it_at_that_instant() {
    let network = Network::current();
    let host = network.host("redis.internal");
    serve().await;
    let mut redis = connect().await;
    solipsism::spawn(async move {
        time::sleep(5 * SECOND).await;
        host.crash();
    })
    .background();
    let start = Instant::now();
    let popped: RedisResult<(String, String)> = redis.blpop("jobs", 0.0).await;
    let error = popped.unwrap_err();
    assert!(error.is_connection_dropped(), "{error}");
    assert_eq!(start.elapsed(), 5 * SECOND);
}

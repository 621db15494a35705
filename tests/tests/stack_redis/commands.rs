//! What is answered at once, one by one and together.

use futures_util::future::try_join_all;
use redis::{AsyncCommands, RedisResult, pipe};
use solipsism::time::{Duration, Instant};

use super::server::serve;
use super::{SECOND, connect};

#[solipsism::test(tokio)]
async fn a_value_is_kept_for_everybody() -> RedisResult<()> {
    serve().await;
    let start = Instant::now();
    let mut redis = connect().await;
    assert_eq!(redis.ping::<String>().await?, "PONG");
    assert_eq!(redis.get::<_, Option<u32>>("answer").await?, None);
    redis.set::<_, _, ()>("answer", 42).await?;
    let mut another = connect().await;
    assert_eq!(another.get::<_, u32>("answer").await?, 42);
    assert_eq!(start.elapsed(), Duration::ZERO);
    Ok(())
}

#[solipsism::test(tokio)]
async fn a_pipeline_is_one_message() -> RedisResult<()> {
    serve().await;
    let mut redis = connect().await;
    let mut pipe = pipe();
    pipe.set("a", 1).ignore().set("b", 2).ignore();
    pipe.cmd("DEBUG").arg("SLEEP").arg(60).ignore();
    let start = Instant::now();
    let both: (u32, u32) = pipe.get("a").get("b").query_async(&mut redis).await?;
    assert_eq!(both, (1, 2));
    assert_eq!(start.elapsed(), 60 * SECOND);
    Ok(())
}

#[solipsism::test(tokio)]
async fn an_error_of_the_servers_is_one_commands_alone() -> RedisResult<()> {
    serve().await;
    let mut redis = connect().await;
    let error = redis.del::<_, u32>("a").await.unwrap_err();
    assert!(error.to_string().contains("unknown command"), "{error}");
    assert_eq!(redis.ping::<String>().await?, "PONG");
    Ok(())
}

#[solipsism::test(tokio)]
async fn clones_share_a_connection_and_each_gets_its_own_answer() -> RedisResult<()> {
    serve().await;
    let redis = connect().await;
    let all = (0..100).map(|number| {
        let mut redis = redis.clone();
        async move {
            redis.set::<_, _, ()>(number, number * 2).await?;
            redis.get::<_, u32>(number).await
        }
    });
    let doubled: Vec<_> = (0..100).map(|number| number * 2).collect();
    assert_eq!(try_join_all(all).await?, doubled);
    Ok(())
}

//! `PubSub`, on a connection of its own.

use futures_util::StreamExt;
use redis::aio::PubSub;
use redis::{AsyncCommands, RedisConnectionInfo, RedisResult};
use solipsism::net::TcpStream;
use solipsism::time::{self, Instant};

use super::server::{ADDRESS, serve};
use super::{SECOND, connect};

async fn subscribe(channel: &str) -> RedisResult<PubSub> {
    let stream = TcpStream::connect(ADDRESS).await?;
    let mut subscription = PubSub::new(&RedisConnectionInfo::default(), stream).await?;
    subscription.subscribe(channel).await?;
    Ok(subscription)
}

#[solipsism::test(tokio)]
async fn a_message_comes_at_the_instant_it_is_published() -> RedisResult<()> {
    serve().await;
    let mut subscription = subscribe("news").await?;
    let mut publishes = connect().await;
    solipsism::spawn(async move {
        for number in 1..=3 {
            time::sleep(60 * SECOND).await;
            let other = publishes.publish::<_, _, u32>("weather", number);
            assert_eq!(other.await.unwrap(), 1);
            let news = publishes.publish::<_, _, u32>("news", number);
            assert_eq!(news.await.unwrap(), 1);
        }
    })
    .background();
    let start = Instant::now();
    let mut messages = subscription.on_message();
    for number in 1..=3 {
        let message = messages.next().await.unwrap();
        assert_eq!(message.get_channel_name(), "news");
        assert_eq!(message.get_payload::<u32>()?, number);
        assert_eq!(start.elapsed(), 60 * SECOND * number);
    }
    Ok(())
}

#[solipsism::test(tokio)]
async fn everybody_who_subscribed_is_told() -> RedisResult<()> {
    serve().await;
    let mut first = subscribe("news").await?;
    let mut second = subscribe("news").await?;
    let told: u32 = connect().await.publish("news", "it is night").await?;
    assert_eq!(told, 2);
    for subscription in [&mut first, &mut second] {
        let message = subscription.on_message().next().await.unwrap();
        assert_eq!(message.get_payload::<String>()?, "it is night");
    }
    Ok(())
}

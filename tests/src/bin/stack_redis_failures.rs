//! The `redis` crate in a test that fails on purpose. The suite `stack_redis` runs this program and compares what it prints.

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, RedisConnectionInfo};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// The server answers what introduces the client, and then waits for a push, as the client does.
#[solipsism::test(tokio)]
async fn nobody_pushes() {
    let listener = TcpListener::bind("redis.internal:6379")
        .await
        .expect("it is free");
    let server = async move {
        let (mut stream, _) = listener.accept().await.expect("it listens");
        let mut read = [0; 1024];
        let _introduction = stream.read(&mut read).await.expect("it is open");
        stream
            .write_all(b"+OK\r\n+OK\r\n")
            .await
            .expect("it is open");
        let _pop = stream.read(&mut read).await.expect("it is open");
        Notify::new().notified().await;
    };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(server)
        .background();
    let stream = TcpStream::connect("redis.internal:6379")
        .await
        .expect("it listens");
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let info = RedisConnectionInfo::default();
    let connecting = MultiplexedConnection::new_with_config(&info, stream, config);
    let (mut redis, driver) = connecting.await.expect("it is answered");
    tokio::spawn(driver);
    let popped = redis.blpop::<_, (String, String)>("jobs", 0.0).await;
    popped.expect("somebody pushes");
}

solipsism::main!();

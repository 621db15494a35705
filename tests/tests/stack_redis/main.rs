//! The `redis` crate in a world that hosts a tokio runtime: its multiplexed connection and its subscriptions are made over a
//! stream of the virtual network, and its timeouts are tokio's.

mod commands;
mod lost;
mod reports;
mod server;
mod subscriptions;
mod waiting;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo};
use solipsism::net::TcpStream;
use solipsism::time::Duration;

use server::ADDRESS;

const SECOND: Duration = Duration::from_secs(1);

/// A connection whose answers may take this long. What drives it is a task of its own.
async fn connect_with(patience: Option<Duration>) -> MultiplexedConnection {
    let stream = TcpStream::connect(ADDRESS).await.unwrap();
    let config = AsyncConnectionConfig::new().set_response_timeout(patience);
    let info = RedisConnectionInfo::default();
    let connecting = MultiplexedConnection::new_with_config(&info, stream, config);
    let (connection, driver) = connecting.await.unwrap();
    tokio::spawn(driver);
    connection
}

/// One that waits for as long as it takes.
async fn connect() -> MultiplexedConnection {
    connect_with(None).await
}

solipsism::main!();

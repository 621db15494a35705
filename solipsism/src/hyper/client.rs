//! A client that is ready to use.

use bytes::Bytes;
use http_body_util::Full;

use super::{Connector, Executor, Timer};

/// hyper-util's client with a pool of connections, on the virtual network and clock.
pub type Client<B = Full<Bytes>> = hyper_util::client::legacy::Client<Connector, B>;

/// A client for HTTP/1.1 with hyper-util's defaults: connections are kept alive, and one that is idle for more than 90
/// seconds of the world's time is not used again.
///
/// It needs no tokio runtime. Its tasks end with the world, or when it and its last response are dropped. While idle
/// connections are kept, a deadline of the pool is set: a test that hangs meanwhile is told so when the pool has let go of
/// them, up to 180 seconds of virtual time later. The pool lets connections to several hosts go in an order that differs
/// from run to run, where their time is up at one instant: hyper-util has them in a `HashMap`.
///
/// # Examples
///
/// See [the module](super).
pub fn client() -> Client {
    hyper_util::client::legacy::Client::builder(Executor)
        .pool_timer(Timer)
        .timer(Timer)
        .build(Connector::new())
}

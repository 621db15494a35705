//! Proxies that fixtures start: one for each test, and one that the tests of this module share.

use std::io;

use solipsism::EventLoop;
use solipsism::fixtures::TcpProxy;
use solipsism::time::Duration;
use solipsism_tests::net::millis;

use crate::{ask, echo};

/// An echo behind a slow proxy.
struct Slow(TcpProxy);

#[solipsism::fixture]
async fn slow() -> io::Result<Slow> {
    let proxy = TcpProxy::start(echo().await?).await?;
    proxy.set_delay(millis(1), millis(2));
    Ok(Slow(proxy))
}

/// An echo behind a proxy for all tests of this module.
struct Shared(TcpProxy);

#[solipsism::fixture(scope = "module", teardown = Shared::close)]
async fn shared(_event_loop: EventLoop) -> io::Result<Shared> {
    Ok(Shared(TcpProxy::start(echo().await?).await?))
}

impl Shared {
    async fn close(self) {
        assert!(self.0.clients().is_empty(), "each went with its test");
        self.0.close().await;
    }
}

#[solipsism::test]
async fn a_test_has_a_proxy_of_its_own(Slow(proxy): Slow) -> io::Result<()> {
    let mut client = proxy.connect().await?;
    assert_eq!(ask(&mut client, b"x").await?.1, millis(3));
    assert_eq!(proxy.statistics().accepted, 1);
    Ok(())
}

async fn use_shared(proxy: &TcpProxy) -> io::Result<()> {
    assert_eq!(proxy.delay(), (Duration::ZERO, Duration::ZERO));
    let _slow = proxy.slowdown(millis(10), millis(20));
    let mut client = proxy.connect().await?;
    assert_eq!(ask(&mut client, b"x").await?.1, millis(30));
    assert_eq!(proxy.clients().len(), 1);
    Ok(())
}

#[solipsism::test]
async fn a_proxy_is_shared(proxy: &Shared) -> io::Result<()> {
    use_shared(&proxy.0).await
}

#[solipsism::test]
async fn a_proxy_is_shared_again(proxy: &Shared) -> io::Result<()> {
    use_shared(&proxy.0).await
}

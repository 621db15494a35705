//! Connections that are cut or go dead, what calls end with then, and how a channel comes back.

use std::time::Duration;

use solipsism::fixtures::TcpProxy;
use solipsism::net::{Network, TcpListener};
use solipsism::time::{Instant, sleep};
use tonic::Code;
use tonic::transport::{Endpoint, Server};

use super::counter::{CounterServer, Number};
use super::{MINUTE, connect, endpoint, serve, slow};

const SECOND: Duration = Duration::from_secs(1);

/// Cuts all connections in five seconds.
pub(super) fn cut_soon(proxy: TcpProxy, reset: bool) {
    let cutting = async move {
        sleep(5 * SECOND).await;
        if reset {
            proxy.reset_all().await;
        } else {
            proxy.disconnect_all().await;
        }
        std::future::pending::<()>().await;
    };
    solipsism::spawn(cutting).background();
}

#[solipsism::test(tokio)]
async fn a_call_whose_connection_is_cut_ends_at_once_and_the_next_one_has_a_new_connection(
    #[values(true, false)] reset: bool,
) {
    serve(Server::builder()).await;
    let proxy = TcpProxy::start("api.internal:80").await.unwrap();
    let through = Endpoint::from_shared(format!("http://{}", proxy.addr())).unwrap();
    let mut client = connect(through).await;
    let start = Instant::now();
    cut_soon(proxy, reset);
    let cut = client.next(slow(1)).await.unwrap_err();
    assert_eq!(
        (cut.code(), cut.message()),
        (Code::Unknown, "transport error")
    );
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_stream_whose_connection_is_cut_ends_with_an_error_after_what_came(
    #[values(true, false)] reset: bool,
) {
    serve(Server::builder()).await;
    let proxy = TcpProxy::start("api.internal:80").await.unwrap();
    let through = Endpoint::from_shared(format!("http://{}", proxy.addr())).unwrap();
    let mut client = connect(through).await;
    let start = Instant::now();
    cut_soon(proxy, reset);
    let every_other = Number::new(100).after(2 * SECOND);
    let mut numbers = client.down(every_other).await.unwrap();
    for value in [99, 98] {
        assert_eq!(numbers.message().await.unwrap(), Some(Number::new(value)));
    }
    let cut = numbers.message().await.unwrap_err();
    assert_eq!(cut.code(), Code::Unknown);
    let words = "h2 protocol error: error reading a body from connection";
    assert_eq!(cut.message(), words);
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[solipsism::test(tokio)]
async fn pings_notice_a_partition(net: Network) {
    serve(Server::builder()).await;
    let pings = endpoint()
        .http2_keep_alive_interval(10 * SECOND)
        .keep_alive_timeout(20 * SECOND)
        .keep_alive_while_idle(true);
    let mut client = connect(pings).await;
    let start = Instant::now();
    assert_eq!(client.next(slow(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), MINUTE, "pings do not end what is slow");

    let start = Instant::now();
    let dead = net.clone();
    let later = async move {
        sleep(5 * SECOND).await;
        dead.partition("localhost", "api.internal");
    };
    solipsism::spawn(later).background();
    let lost = client.next(slow(1)).await.unwrap_err();
    // The ping after 10 seconds is not answered for 20.
    assert_eq!(start.elapsed(), 30 * SECOND);
    assert_eq!(lost.code(), Code::Unavailable);
    assert!(
        format!("{lost:?}").contains("KeepAliveTimedOut"),
        "{lost:?}"
    );

    net.heal();
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_server_that_pings_lets_a_dead_client_go(net: Network) {
    let server = Server::builder()
        .http2_keepalive_interval(Some(10 * SECOND))
        .http2_keepalive_timeout(Some(20 * SECOND));
    serve(server).await;
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    let call = tokio::spawn(async move { client.next(slow(1)).await });
    sleep(5 * SECOND).await;
    net.partition("localhost", "api.internal");
    sleep(40 * SECOND).await;
    net.heal();
    // What the server's end sent when it was closed comes now.
    assert_eq!(call.await.unwrap().unwrap_err().code(), Code::Unknown);
    assert_eq!(start.elapsed(), 45 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_channel_finds_a_server_that_crashed_and_came_back(net: Network) {
    let api = net.host("api.internal");
    api.run(|| async {
        let listener = TcpListener::bind("api.internal:80").await.unwrap();
        let server = Server::builder().add_service(CounterServer);
        let served = server.serve_with_incoming(listener.into_incoming()).await;
        served.unwrap();
    });
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    solipsism::spawn(async move {
        sleep(5 * SECOND).await;
        api.crash();
        sleep(5 * SECOND).await;
        api.restart();
    })
    .background();
    let cut = client.next(slow(1)).await.unwrap_err();
    assert_eq!(
        (cut.code(), cut.message()),
        (Code::Unknown, "transport error")
    );
    assert_eq!(start.elapsed(), 5 * SECOND);
    let down = client.next(Number::new(1)).await.unwrap_err();
    assert_eq!(down.code(), Code::Unavailable);
    assert_eq!(start.elapsed(), 5 * SECOND);
    sleep(5 * SECOND).await;
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_server_that_is_told_to_stop_answers_what_it_was_asked() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = Server::builder().add_service(CounterServer);
    let incoming = listener.into_incoming();
    let serving = server.serve_with_incoming_shutdown(incoming, async { stopped.await.unwrap() });
    let served = tokio::spawn(serving);
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    let mut early = client.clone();
    let asked = tokio::spawn(async move { early.next(slow(1)).await });
    sleep(SECOND).await;
    stop.send(()).unwrap();
    sleep(SECOND).await;
    // The first finds its connection going away, the next one nobody to connect to.
    for code in [Code::Cancelled, Code::Unavailable] {
        let late = client.next(Number::new(1)).await.unwrap_err();
        assert_eq!(late.code(), code, "{late:?}");
    }
    assert_eq!(asked.await.unwrap().unwrap(), 2);
    served.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), MINUTE);
}

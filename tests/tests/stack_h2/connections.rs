//! Connections that end, are cut or go dead.

use std::io::ErrorKind;
use std::time::Duration;

use h2::{Ping, Reason};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{Instant, sleep, timeout};

use super::peers::{MINUTE, answer, connect, get, serve};

const SECOND: Duration = Duration::from_secs(1);

super::in_both_worlds! {
    a_ping_takes_the_way_there_and_back
    a_partition_holds_pings_and_answers_back
    a_server_that_shuts_down_gracefully_answers_what_it_was_asked
    a_server_that_goes_away_says_why
    a_server_that_drops_its_stream
    a_server_whose_host_crashes
    what_is_no_http2_is_refused
}

async fn a_ping_takes_the_way_there_and_back() {
    serve().await;
    let net = Network::current();
    net.link("localhost", "api.internal").latency(SECOND / 4);
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (_client, mut connection) = h2::client::handshake(stream).await.unwrap();
    let mut pings = connection.ping_pong().unwrap();
    let _connection = solipsism::spawn(connection);
    sleep(SECOND).await;
    let start = Instant::now();
    for turn in 1..=3 {
        pings.ping(Ping::opaque()).await.unwrap();
        assert_eq!(start.elapsed(), SECOND / 2 * turn);
    }
}

async fn a_partition_holds_pings_and_answers_back() {
    serve().await;
    let net = Network::current();
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (client, mut connection) = h2::client::handshake(stream).await.unwrap();
    let mut pings = connection.ping_pong().unwrap();
    let _connection = solipsism::spawn(connection);
    pings.ping(Ping::opaque()).await.unwrap();

    net.partition("localhost", "api.internal");
    let start = Instant::now();
    let pong = timeout(10 * SECOND, pings.ping(Ping::opaque()));
    assert!(pong.await.is_err());
    assert_eq!(start.elapsed(), 10 * SECOND);
    let asked = solipsism::spawn(async move { get(&client, "/slow").await });
    sleep(10 * SECOND).await;
    net.heal();
    assert_eq!(asked.await.unwrap().unwrap(), "at last");
    assert_eq!(start.elapsed(), 20 * SECOND + MINUTE);
}

async fn a_server_that_shuts_down_gracefully_answers_what_it_was_asked() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let (request, respond) = connection.accept().await.unwrap().unwrap();
        let answered = solipsism::spawn(answer(request, respond));
        connection.graceful_shutdown();
        assert!(connection.accept().await.is_none());
        answered.await.unwrap().unwrap();
    });
    let (client, connection) = connect().await;
    let start = Instant::now();
    let early = client.clone();
    let asked = solipsism::spawn(async move { get(&early, "/slow").await });
    sleep(SECOND).await;
    let late = get(&client, "/slow").await.unwrap_err();
    assert!(late.is_go_away() && late.is_remote());
    assert_eq!(late.reason(), Some(Reason::NO_ERROR));
    assert_eq!(start.elapsed(), SECOND);
    assert_eq!(asked.await.unwrap().unwrap(), "at last");
    drop(client);
    connection.await.unwrap().unwrap();
    server.await.unwrap();
    assert_eq!(start.elapsed(), MINUTE);
}

async fn a_server_that_goes_away_says_why() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let _asked = connection.accept().await.unwrap().unwrap();
        connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
        assert!(connection.accept().await.is_none_or(|next| next.is_err()));
    })
    .background();
    let (client, connection) = connect().await;
    // The request had been taken, and so ends with the connection.
    let error = get(&client, "/slow").await.unwrap_err();
    assert_eq!(error.get_io().unwrap().kind(), ErrorKind::BrokenPipe);
    let error = connection.await.unwrap().unwrap_err();
    assert!(error.is_go_away() && error.is_remote());
    assert_eq!(error.reason(), Some(Reason::ENHANCE_YOUR_CALM));
}

async fn a_server_that_drops_its_stream() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let serving = async {
            while let Some(next) = connection.accept().await {
                let (request, respond) = next.unwrap();
                solipsism::spawn(async { drop(answer(request, respond).await) }).background();
            }
        };
        assert!(timeout(5 * SECOND, serving).await.is_err());
    })
    .background();
    let (client, connection) = connect().await;
    let start = Instant::now();
    let error = get(&client, "/slow").await.unwrap_err();
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert!(error.is_io());
    assert_eq!(error.get_io().unwrap().kind(), ErrorKind::BrokenPipe);
    connection.await.unwrap().unwrap();
}

async fn a_server_whose_host_crashes() {
    let host = Network::current().host("api.internal");
    host.run(serve);
    let (client, connection) = connect().await;
    let start = Instant::now();
    solipsism::spawn(async move {
        sleep(5 * SECOND).await;
        host.crash();
    })
    .background();
    let error = get(&client, "/slow").await.unwrap_err();
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert_eq!(error.get_io().unwrap().kind(), ErrorKind::ConnectionReset);
    assert!(connection.await.unwrap().is_err());
}

async fn what_is_no_http2_is_refused() {
    use solipsism::io::AsyncWriteExt as _;

    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        h2::server::handshake(stream).await.map(drop)
    });
    let mut stream = TcpStream::connect("api.internal:80").await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: any\r\n\r\n")
        .await
        .unwrap();
    let refused = server.await.unwrap().unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::PROTOCOL_ERROR));
}

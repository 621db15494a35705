//! Streams of both kinds and datagrams, on a perfect network.

use bytes::Bytes;
use quinn::{ConnectionError, TransportConfig, VarInt};
use solipsism::time::{Duration, Instant};

use super::{ask, client, connect, echo, serve};

#[solipsism::test]
async fn a_stream_goes_both_ways_and_takes_no_time() {
    serve(TransportConfig::default(), echo).await;
    let start = Instant::now();
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    assert_eq!(ask(&connection, b"hello").await.unwrap(), b"hello");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn many_streams_share_a_connection() {
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    let questions: Vec<_> = (0..50_u8).map(|n| vec![n; 2_000]).collect();
    let answers = questions.iter().map(|question| ask(&connection, question));
    let answers = futures_util::future::try_join_all(answers).await.unwrap();
    assert_eq!(answers, questions);
}

#[solipsism::test]
async fn a_stream_of_one_direction_and_datagrams_arrive() {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let sender = std::cell::Cell::new(Some(sender));
    serve(TransportConfig::default(), move |incoming| {
        let sender = sender.take().unwrap();
        async move {
            let connection = incoming.await.unwrap();
            let datagram = connection.read_datagram().await.unwrap();
            let mut stream = connection.accept_uni().await.unwrap();
            let stream = stream.read_to_end(100).await.unwrap();
            sender.send((datagram, stream)).unwrap();
            connection.closed().await;
        }
    })
    .await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    connection
        .send_datagram(Bytes::from_static(b"one"))
        .unwrap();
    let mut stream = connection.open_uni().await.unwrap();
    stream.write_all(b"two").await.unwrap();
    stream.finish().unwrap();
    let (datagram, stream) = receiver.await.unwrap();
    assert_eq!((&datagram[..], &stream[..]), (&b"one"[..], &b"two"[..]));
}

#[solipsism::test]
async fn each_side_learns_that_the_other_closed() {
    let server = serve(TransportConfig::default(), |incoming| async move {
        let connection = incoming.await.unwrap();
        connection.close(VarInt::from_u32(42), b"enough");
    })
    .await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    let ConnectionError::ApplicationClosed(closed) = connection.closed().await else {
        panic!("the server closed it")
    };
    assert_eq!(
        (closed.error_code, &closed.reason[..]),
        (42_u32.into(), &b"enough"[..])
    );
    // Both wait a while for packets that are late, as the protocol wants, and then nothing is left.
    drop(connection);
    client.wait_idle().await;
    server.wait_idle().await;
    assert_eq!(
        (client.open_connections(), server.open_connections()),
        (0, 0)
    );
}

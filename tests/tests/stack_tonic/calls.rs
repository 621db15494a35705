//! Calls of each kind that are answered, at once and after a minute.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use solipsism::net::{UnixListener, UnixStream};
use solipsism::time::Instant;
use tokio_stream::StreamExt;
use tonic::Code;
use tonic::transport::Server;

use super::counter::{CounterClient, CounterServer, Number};
use super::{MINUTE, connect, endpoint, serve, slow};

#[solipsism::test(tokio)]
async fn each_kind_of_call_is_answered_within_the_instant() {
    let start = Instant::now();
    serve(Server::builder()).await;
    let mut client = connect(endpoint()).await;
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    let mut down = client.down(Number::new(3)).await.unwrap();
    for value in [2, 1, 0] {
        assert_eq!(down.message().await.unwrap(), Some(Number::new(value)));
    }
    assert_eq!(down.message().await.unwrap(), None);
    let numbers = || tokio_stream::iter([1, 2, 3].map(Number::new));
    assert_eq!(client.sum(numbers()).await.unwrap(), 6);
    let each = client.each(numbers()).await.unwrap();
    let each: Vec<_> = each.map(|number| number.unwrap().value).collect().await;
    assert_eq!(each, [2, 3, 4]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test(tokio)]
async fn a_minute_before_each_answer_is_exactly_that() {
    serve(Server::builder()).await;
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    assert_eq!(client.next(slow(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), MINUTE);

    let mut down = client.down(slow(3)).await.unwrap();
    assert_eq!(start.elapsed(), MINUTE, "its head takes no time");
    for (value, minutes) in [(2, 2), (1, 3), (0, 4)] {
        let number = down.message().await.unwrap().unwrap();
        assert_eq!((number.value, start.elapsed()), (value, MINUTE * minutes));
    }

    let numbers = tokio_stream::iter([1, 2, 3].map(slow));
    assert_eq!(client.sum(numbers).await.unwrap(), 6);
    assert_eq!(start.elapsed(), MINUTE * 7);
}

#[solipsism::test(tokio)]
async fn each_side_of_a_call_answers_what_the_other_just_said() {
    serve(Server::builder()).await;
    let mut client = connect(endpoint()).await;
    let (say, said) = tokio::sync::mpsc::channel(1);
    let said = tokio_stream::wrappers::ReceiverStream::new(said);
    let mut answers = client.each(said).await.unwrap();
    let start = Instant::now();
    for (turn, value) in [10, 20, 30].into_iter().enumerate() {
        say.send(slow(value)).await.unwrap();
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(answer.value, value + 1);
        assert_eq!(start.elapsed(), MINUTE * (1 + u32::try_from(turn).unwrap()));
    }
    drop(say);
    assert_eq!(answers.message().await.unwrap(), None);
}

#[solipsism::test(tokio)]
async fn a_hundred_calls_share_a_connection_and_a_minute() {
    serve(Server::builder()).await;
    let client = connect(endpoint()).await;
    let start = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for value in 0..100 {
        let mut client = client.clone();
        calls.spawn(async move { client.next(slow(value)).await });
    }
    let mut sum = 0;
    while let Some(call) = calls.join_next().await {
        sum += call.unwrap().unwrap();
    }
    assert_eq!((sum, start.elapsed()), (5050, MINUTE));
}

#[solipsism::test(tokio)]
async fn what_a_service_refuses_has_its_code_and_its_words() {
    serve(Server::builder()).await;
    let mut client = connect(endpoint()).await;
    let refused = client.next(Number::new(u64::MAX)).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    assert_eq!(refused.message(), "there is no next number");
    let refused = client.unknown().await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
}

#[solipsism::test(tokio)]
async fn a_service_is_told_where_a_call_comes_from() {
    serve(Server::builder()).await;
    assert_eq!(connect(endpoint()).await.whence().await.unwrap(), 32_768);
}

#[solipsism::test(tokio)]
async fn over_unix_sockets() {
    let listener = UnixListener::bind("/run/api.sock").unwrap();
    let server = Server::builder().add_service(CounterServer);
    tokio::spawn(server.serve_with_incoming(listener.into_incoming()));
    let connector = tower::service_fn(|_| async {
        UnixStream::connect("/run/api.sock").await.map(TokioIo::new)
    });
    let channel = endpoint().connect_with_connector(connector).await.unwrap();
    assert_eq!(
        CounterClient::new(channel)
            .next(Number::new(1))
            .await
            .unwrap(),
        2
    );
}

//! A ping every thirty seconds, and connections that end in other ways than by agreement.

use std::io::ErrorKind;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use solipsism::net::{Host, Network};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::echo::{SECOND, Socket, both, connected};

/// Why a heartbeat ended.
#[derive(Debug)]
enum Lost {
    Silent,
    Failed(Error),
}

/// Pings every thirty seconds until a ping is due while one is unanswered. Notes when each answer came.
async fn heartbeat(mut socket: Socket, start: Instant, answers: &mut Vec<Duration>) -> Lost {
    let mut interval = tokio::time::interval_at(start + 30 * SECOND, 30 * SECOND);
    let mut waits = false;
    loop {
        tokio::select! {
            biased;
            message = socket.next() => match message.expect("nobody closes") {
                Ok(message) => {
                    assert!(waits && message.is_pong());
                    waits = false;
                    answers.push(start.elapsed());
                }
                Err(error) => return Lost::Failed(error),
            },
            _ = interval.tick() => {
                if waits {
                    return Lost::Silent;
                }
                waits = true;
                socket.send(Message::Ping("there?".into())).await.expect("the connection holds");
            }
        }
    }
}

fn later(seconds: u32, run: impl FnOnce() + 'static) {
    solipsism::spawn(async move {
        tokio::time::sleep(seconds * SECOND).await;
        run();
    })
    .background();
}

fn api() -> Host {
    Network::current().host("api.internal")
}

#[solipsism::test(tokio)]
async fn every_ping_of_an_hour_is_answered_over_a_link_of_a_second() {
    let link = Network::current().link("localhost", "api.internal");
    link.latency(SECOND);
    let socket = connected().await;
    let start = Instant::now();
    let mut answers = Vec::new();
    let beating = heartbeat(socket, start, &mut answers);
    assert!(tokio::time::timeout(3603 * SECOND, beating).await.is_err());
    let expected: Vec<_> = (1..=120).map(|index| (30 * index + 2) * SECOND).collect();
    assert_eq!(answers, expected);
}

#[solipsism::test(tokio)]
async fn a_silent_partition_is_noticed_by_the_heartbeat() {
    let socket = connected().await;
    let start = Instant::now();
    later(70, || {
        Network::current().partition("localhost", "api.internal")
    });
    let mut answers = Vec::new();
    let lost = heartbeat(socket, start, &mut answers).await;
    assert!(matches!(lost, Lost::Silent), "{lost:?}");
    assert_eq!(answers, [30 * SECOND, 60 * SECOND]);
    assert_eq!(start.elapsed(), 120 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_partition_that_heals_in_time_is_not_noticed() {
    let socket = connected().await;
    let start = Instant::now();
    later(70, || {
        Network::current().partition("localhost", "api.internal")
    });
    later(100, || Network::current().heal());
    let mut answers = Vec::new();
    let beating = heartbeat(socket, start, &mut answers);
    assert!(tokio::time::timeout(130 * SECOND, beating).await.is_err());
    assert_eq!(answers, [30, 60, 100, 120].map(|at| at * SECOND));
}

#[solipsism::test(tokio)]
async fn a_crash_resets_at_its_instant() {
    let host = api();
    let socket = connected().await;
    let start = Instant::now();
    later(75, move || host.crash());
    let mut answers = Vec::new();
    let lost = heartbeat(socket, start, &mut answers).await;
    let Lost::Failed(Error::Io(error)) = &lost else {
        panic!("it is reset: {lost:?}");
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(answers, [30 * SECOND, 60 * SECOND]);
    assert_eq!(start.elapsed(), 75 * SECOND);
}

#[solipsism::test(tokio)]
async fn an_end_without_a_close_handshake_is_an_error() {
    let (client, mut server) = both().await;
    let start = Instant::now();
    later(60, move || drop(client));
    let error = server.next().await.unwrap().unwrap_err();
    let told = ProtocolError::ResetWithoutClosingHandshake;
    assert!(
        matches!(&error, Error::Protocol(error) if *error == told),
        "{error}"
    );
    assert_eq!(start.elapsed(), 60 * SECOND);
    assert!(server.next().await.is_none());
}

//! That a proxy which is told nothing is not noticed, and that whatever it is told the bytes stay in order.

use std::io;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::spawn;
use solipsism::time::{Duration, sleep};
use solipsism_tests::in_own_world;
use solipsism_tests::net::{millis, noise};

use crate::through;

/// What one end does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Write(&'static [u8]),
    Read,
    ShutDown,
    Close,
    Reset,
}

use Step::{Close, Read, Reset, ShutDown, Write};

/// Who does it, and what.
type Script = &'static [(End, Step)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Client,
    Server,
}

use End::{Client, Server};

const SCRIPTS: &[Script] = &[
    &[
        (Client, Write(b"ping")),
        (Server, Read),
        (Server, Write(b"pong")),
        (Client, Read),
        (Client, Close),
        (Server, Read),
        (Server, Write(b"late")),
        (Server, Write(b"too late")),
        (Server, Write(b"again")),
        (Server, Read),
    ],
    &[
        (Client, ShutDown),
        (Server, Read),
        (Server, Write(b"all there is")),
        (Server, Close),
        (Client, Read),
        (Client, Read),
        (Client, Write(b"x")),
    ],
    &[
        (Server, Write(b"greeting")),
        (Server, ShutDown),
        (Client, Read),
        (Client, Read),
        (Client, Write(b"thanks")),
        (Client, Close),
        (Server, Read),
        (Server, Read),
    ],
    &[
        (Client, Reset),
        (Server, Read),
        (Server, Read),
        (Server, Write(b"x")),
    ],
    &[
        (Client, Write(b"last words")),
        (Client, Reset),
        (Server, Read),
        (Server, Read),
        (Server, Read),
    ],
    &[
        (Server, Write(b"last words")),
        (Server, Reset),
        (Client, Read),
        (Client, Read),
        (Client, Write(b"x")),
    ],
    &[
        (Client, ShutDown),
        (Server, Read),
        (Client, Reset),
        (Server, Write(b"x")),
        (Server, Read),
    ],
    &[
        (Server, Write(b"unread")),
        (Client, Close),
        (Server, Read),
        (Server, Write(b"x")),
    ],
    &[
        (Client, Write(b"unread")),
        (Server, ShutDown),
        (Server, Close),
        (Client, Read),
        (Client, Write(b"x")),
    ],
    &[
        (Server, ShutDown),
        (Client, ShutDown),
        (Server, Read),
        (Client, Read),
        (Server, Close),
        (Client, Read),
    ],
];

/// What each step comes to, a millisecond apart.
async fn play(script: Script, client: TcpStream, server: TcpStream) -> Vec<String> {
    let mut ends = [Some(client), Some(server)];
    let mut told = Vec::new();
    for (who, step) in script {
        let place = &mut ends[usize::from(*who == Server)];
        let stream = place.as_mut().expect("it is not closed yet");
        let outcome = match step {
            Write(bytes) => stream.write(bytes).await.map(|count| count.to_string()),
            Read => {
                let mut bytes = [0; 100];
                let read = stream.read(&mut bytes).await;
                read.map(|count| bytes[..count].escape_ascii().to_string())
            }
            ShutDown => stream.shutdown().await.map(|()| String::new()),
            Close => {
                *place = None;
                Ok(String::new())
            }
            Reset => {
                let set = stream.set_zero_linger().map(|()| String::new());
                *place = None;
                set
            }
        };
        let outcome = outcome.map_err(|error| error.kind());
        told.push(format!("{who:?} {step:?}: {outcome:?}"));
        sleep(millis(1)).await;
    }
    told
}

#[solipsism::test]
async fn nobody_notices_a_proxy() {
    for script in SCRIPTS {
        let direct = in_own_world(0, || async {
            let listener = TcpListener::bind("server.internal:80").await?;
            let client = TcpStream::connect("server.internal:80").await?;
            let (server, _) = listener.accept().await?;
            io::Result::Ok(play(script, client, server).await)
        });
        let relayed = in_own_world(0, || async {
            let (_proxy, client, server) = through().await?;
            io::Result::Ok(play(script, client, server).await)
        });
        assert_eq!(relayed.unwrap(), direct.unwrap());
    }
}

/// Writes this in pieces, each of the size of its first byte, and says that it was all.
async fn send(mut stream: impl AsyncWriteExt + Unpin, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let size = rest.len().min(1 + 300 * usize::from(*first));
        stream.write_all(&rest[..size]).await.unwrap();
        rest = &rest[size..];
        sleep(Duration::from_micros(u64::from(*first))).await;
    }
    stream.close().await.unwrap();
}

async fn receive(mut stream: impl AsyncReadExt + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    all
}

#[solipsism::test]
async fn bytes_stay_in_order_whatever_is_set() {
    for seed in 1..=20 {
        in_own_world(seed, || async move {
            let (proxy, client, server) = through().await?;
            client.set_capacity(1 + noise(1, seed)[0] as usize * 1000)?;
            let (up, down) = (noise(400_000, seed), noise(300_000, seed + 100));
            let settings = spawn(vary(proxy, seed));
            let (from_client, to_server) = client.into_split();
            let (from_server, to_client) = server.into_split();
            let (sent_up, sent_down) = (up.clone(), down.clone());
            spawn(async move { send(to_server, &sent_up).await });
            spawn(async move { send(to_client, &sent_down).await });
            let received_down = spawn(receive(from_client));
            assert!(receive(from_server).await == up, "to the server");
            assert!(received_down.await.unwrap() == down, "to the client");
            let proxy = settings.await.unwrap();
            let statistics = proxy.statistics();
            assert_eq!(statistics.bytes_to_server, 400_000);
            assert_eq!(statistics.bytes_to_client, 300_000);
            assert_eq!(proxy.clients(), []);
            io::Result::Ok(())
        })
        .unwrap();
    }
}

/// Has other delays and bandwidths every now and then, and gives the proxy back.
async fn vary(proxy: TcpProxy, seed: u64) -> TcpProxy {
    for pair in noise(100, seed).chunks(2) {
        let (read, write) = (u64::from(pair[0]), u64::from(pair[1]));
        let _slow = proxy.slowdown(Duration::from_micros(read), Duration::from_micros(write));
        proxy.to_server().set_bandwidth(1 + write * 1_000_000);
        proxy
            .to_client()
            .set_bandwidth((write > 99).then_some(1 + read * 1_000_000));
        sleep(Duration::from_micros(write)).await;
    }
    proxy.to_server().set_bandwidth(None);
    proxy.to_client().set_bandwidth(None);
    proxy
}

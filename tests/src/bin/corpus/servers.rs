//! Servers of tokio's tasks, which nobody but tokio can list or poll.

use std::io;
use std::time::Duration;

use solipsism::net::{TcpListener, TcpStream};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::{broadcast, mpsc, oneshot};

struct Connection {
    stream: BufReader<TcpStream>,
    shutdown: broadcast::Receiver<()>,
    _shutdown_complete: mpsc::Sender<()>,
}

impl Connection {
    async fn run(&mut self) -> io::Result<()> {
        let mut line = String::new();
        tokio::select! {
            read = self.stream.read_line(&mut line) => { read?; }
            _ = self.shutdown.recv() => return Ok(()),
        }
        if line.starts_with("SUBSCRIBE") {
            return self.subscribe().await;
        }
        self.stream.get_mut().write_all(b"+OK\n").await
    }

    /// It has not heard of the shutdown since.
    async fn subscribe(&mut self) -> io::Result<()> {
        let mut channel = String::new();
        while self.stream.read_line(&mut channel).await? > 0 {
            channel.clear();
        }
        Ok(())
    }
}

async fn serve(listener: TcpListener, shutdown: impl Future) -> io::Result<()> {
    let (notify_shutdown, _) = broadcast::channel(1);
    let (shutdown_complete, mut all_complete) = mpsc::channel(1);
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await?;
            let mut connection = Connection {
                stream: BufReader::new(stream),
                shutdown: notify_shutdown.subscribe(),
                _shutdown_complete: shutdown_complete.clone(),
            };
            tokio::spawn(async move { connection.run().await });
        }
    };
    let ended: io::Result<()> = tokio::select! {
        failed = accept => failed,
        _ = shutdown => Ok(()),
    };
    drop((notify_shutdown, shutdown_complete));
    all_complete.recv().await;
    ended
}

#[solipsism::test(tokio)]
async fn a_subscriber_does_not_hear_of_the_shutdown() -> io::Result<()> {
    let listener = TcpListener::bind("redis.internal:6379").await?;
    let shutdown = tokio::time::sleep(Duration::from_secs(5));
    let server = tokio::spawn(serve(listener, shutdown));
    let _idle = TcpStream::connect("redis.internal:6379").await?;
    let mut subscriber = TcpStream::connect("redis.internal:6379").await?;
    subscriber.write_all(b"SUBSCRIBE news\n").await?;
    server.await.expect("it finishes")
}

async fn read_frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    let mut frame = vec![0; length.into()];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}

async fn store(listener: TcpListener, stored: mpsc::Sender<Vec<u8>>) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let stored = stored.clone();
        tokio::spawn(async move {
            while let Ok(frame) = read_frame(&mut stream).await {
                let _ = stored.send(frame).await;
            }
        });
    }
}

#[solipsism::test(tokio)]
async fn a_frame_is_shorter_than_it_says() -> io::Result<()> {
    let listener = TcpListener::bind("store.internal:9000").await?;
    let (stored, mut frames) = mpsc::channel(1);
    tokio::spawn(store(listener, stored));
    let mut client = TcpStream::connect("store.internal:9000").await?;
    // The two bytes of the length are counted, too.
    client.write_all(&[0, 7]).await?;
    client.write_all(b"key=1").await?;
    assert_eq!(frames.recv().await.as_deref(), Some(&b"key=1"[..]));
    Ok(())
}

type Question = oneshot::Sender<bool>;

/// Answers when the other has.
async fn agree(mut asked: mpsc::Receiver<Question>, other: mpsc::Sender<Question>) {
    while let Some(reply) = asked.recv().await {
        let (ask, answer) = oneshot::channel();
        let _ = other.send(ask).await;
        let _ = reply.send(answer.await == Ok(true));
    }
}

#[solipsism::test(tokio)]
async fn two_tasks_of_tokio_ask_each_other() {
    let (to_users, users) = mpsc::channel(4);
    let (to_rights, rights) = mpsc::channel(4);
    tokio::spawn(agree(users, to_rights));
    tokio::spawn(agree(rights, to_users.clone()));
    let (ask, answer) = oneshot::channel();
    let _ = to_users.send(ask).await;
    let asked = tokio::spawn(answer);
    assert_eq!(asked.await.expect("it finishes"), Ok(true));
}

async fn count(mut events: broadcast::Receiver<u32>, counted: mpsc::Sender<u32>) {
    let mut count = 0;
    // It ends when some were missed, too.
    while let Ok(event) = events.recv().await {
        count += 1;
        if event == 0 {
            let _ = counted.send(count).await;
        }
    }
}

#[solipsism::test]
async fn a_subscriber_that_lags_ends_its_loop() {
    let (events, subscribed) = broadcast::channel(4);
    let (counted, mut counts) = mpsc::channel(1);
    let _counting = solipsism::spawn(count(subscribed, counted.clone()));
    for event in (0..10).rev() {
        events.send(event).expect("somebody counts");
    }
    assert_eq!(counts.recv().await, Some(10));
}

#[solipsism::test(step_limit = 1000)]
async fn every_request_puts_a_refill_off() {
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<bool>>(1);
    let bucket = async move {
        let mut tokens = 1;
        loop {
            tokio::select! {
                Some(reply) = asked.recv() => {
                    let _ = reply.send(tokens > 0);
                    tokens = 0;
                }
                // Begun anew in every round.
                () = solipsism::time::sleep(Duration::from_secs(10)) => tokens = 1,
                else => return,
            }
        }
    };
    let bucket = solipsism::task::Builder::new().name("bucket").spawn(bucket);
    bucket.background();
    let client = solipsism::spawn(async move {
        for _ in 0..2 {
            loop {
                let (reply, granted) = oneshot::channel();
                let _ = ask.send(reply).await;
                if granted.await == Ok(true) {
                    break;
                }
                solipsism::time::sleep(Duration::from_secs(1)).await;
            }
        }
    });
    client.await.expect("it finishes");
}

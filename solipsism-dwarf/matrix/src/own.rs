//! What waits for solipsism's own tasks and sockets, in a world. Who waits for whom is exact there, however it was compiled.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream, UdpSocket};
use solipsism::task::{Builder, JoinHandle, JoinSet, yield_now};
use solipsism::time;
use tokio::sync::{Mutex, oneshot};

use crate::Task;

crate::programs! {
    join_handle => [("joined", "", "task 1 `0` to finish")],
    join_set => [("set", "", "task 1 to finish")],
    select_of_handles => [("select_of_handles!", "", "task 1 `0` to finish"), ("select_of_handles!", "", "task 2 `1` to finish")],
    accept => [("accept", "", "a connection to 127.0.0.1:7")],
    read => [("reads<read", "", "to read from 127.0.0.1:7")],
    read_line => [("line", "", "to read from 127.0.0.1:7")],
    write => [("write", "", "to write to 127.0.0.1:7")],
    datagram => [("datagram", "", "a datagram to 127.0.0.1:7")],
    in_timeout => [("reads<timeout", "", "to read from 127.0.0.1:7"), ("timeout", "", "past the end of time")],
}

pub struct Circle {
    pub name: &'static str,
    pub body: fn() -> Task,
    /// What a report says of it; nothing where there is none.
    pub cycle: &'static str,
    /// Part of it is what others than solipsism know.
    pub needs_types: bool,
}

macro_rules! circles {
    ($($function:ident: $cycle:literal, $needs_types:literal;)*) => {
        pub const CIRCLES: &[Circle] = &[$(Circle {
            name: stringify!($function),
            body: || Box::pin($function()),
            cycle: $cycle,
            needs_types: $needs_types,
        }),*];
    };
}

circles! {
    two_handles: "they wait for each other: 0 → 1 → 0", false;
    two_reads: "they wait for each other: 0 → 1 → 0", false;
    two_writes: "they wait for each other: 0 → 1 → 0", false;
    handle_and_read: "they wait for each other, if who used a socket last still has it: 0 → 1 → 0", false;
    set_and_read: "they wait for each other, if who used a socket last still has it: 0 → 1 → 0", false;
    body_and_handle: "they wait for each other, if who used a socket last still has it: the body → 0 → the body", false;
    handle_and_mutex: "deadlock: 0 → 1 → Mutex → 0", true;
    handle_and_reply: "they wait for each other: 0 → 1 → channel → 0", true;
    read_and_mutex: "they wait for each other, if who used a socket last still has it: 0 → 1 → Mutex → 0", true;
    read_and_reply: "they wait for each other, if who used a socket last still has it: 0 → 1 → channel → 0", true;
    handles_in_a_row: "", false;
    server_and_client: "", false;
    read_of_who_waits_elsewhere: "", false;
    reads_in_a_row: "", false;
    read_and_other_lock: "", false;
    either_of_two: "", false;
    either_in_set: "", false;
    peer_given_away: "they wait for each other, if who used a socket last still has it: 0 → 1 → 0", false;
    half_given_away: "", false;
    peer_kept_by_the_body: "", false;
}

fn named<T: 'static>(name: &str, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
    Builder::new().name(name).spawn(future)
}

async fn connected() -> (TcpStream, TcpStream) {
    connected_at("127.0.0.1:7").await
}

async fn connected_at(at: &str) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(at).await.expect("the port is free");
    let (client, server) = futures::join!(TcpStream::connect(at), listener.accept());
    (client.expect("it listens"), server.expect("it connects").0)
}

async fn reads(stream: &mut TcpStream) {
    let _ = stream.read_exact(&mut [0; 4]).await; // @reads
}

async fn writes(stream: &mut TcpStream) {
    let _ = stream.write_all(&[0; 1 << 22]).await;
}

async fn join_handle() {
    let _ = named("0", pending::<()>()).await; // @joined
}

async fn join_set() {
    let mut set = JoinSet::new();
    set.spawn(pending::<()>());
    set.join_next().await; // @set
}

async fn select_of_handles() {
    let (mut one, mut other) = (named("0", pending::<()>()), named("1", pending::<()>()));
    tokio::select! { // @select_of_handles
        _ = &mut one => {}
        _ = &mut other => {}
    }
}

async fn accept() {
    let listener = TcpListener::bind("127.0.0.1:7").await;
    let _ = listener.expect("the port is free").accept().await; // @accept
}

async fn read() {
    let (mut client, _server) = connected().await;
    reads(&mut client).await; // @read
}

async fn read_line() {
    use solipsism::io::{AsyncBufReadExt, BufReader};
    let (client, _server) = connected().await;
    let _ = BufReader::new(client).read_line(&mut String::new()).await; // @line
}

async fn write() {
    let (mut client, _server) = connected().await;
    let _ = client.write_all(&[0; 1 << 22]).await; // @write
}

async fn datagram() {
    let socket = UdpSocket::bind("127.0.0.1:7").await;
    let _ = socket.expect("the port is free").recv(&mut [0; 4]).await; // @datagram
}

async fn in_timeout() {
    let (mut client, _server) = connected().await;
    let _ = time::timeout(Duration::MAX, reads(&mut client)).await; // @timeout
}

/// Each has the other's handle.
async fn two_handles() {
    let (give, take) = oneshot::channel::<JoinHandle<()>>();
    let one = named("0", async move {
        let other = take.await.expect("it is given");
        let _ = other.await;
    });
    let other = named("1", async move {
        let _ = one.await;
    });
    give.send(other).expect("it is taken");
    pending::<()>().await;
}

async fn two_reads() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move { reads(&mut client).await });
    let other = named("1", async move { reads(&mut server).await });
    futures::join!(one, other).0.expect("it finishes");
}

async fn two_writes() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move { writes(&mut client).await });
    let other = named("1", async move { writes(&mut server).await });
    futures::join!(one, other).0.expect("it finishes");
}

async fn handle_and_read() {
    let (mut client, mut server) = connected().await;
    let (give, take) = oneshot::channel::<JoinHandle<()>>();
    let one = named("0", async move {
        let _ = client.write_all(b"a").await;
        let _ = take.await.expect("it is given").await;
        drop(client);
    });
    let other = named("1", async move { reads(&mut server).await });
    give.send(other).expect("it is taken");
    one.await.expect("it finishes");
}

async fn set_and_read() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move {
        let _ = client.write_all(b"a").await;
        let mut set = JoinSet::new();
        Builder::new()
            .name("1")
            .spawn_on(async move { reads(&mut server).await }, &mut set);
        set.join_next().await;
        drop(client);
    });
    one.await.expect("it finishes");
}

async fn body_and_handle() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move { reads(&mut client).await });
    let _ = server.write_all(b"a").await;
    one.await.expect("it finishes");
    drop(server);
}

async fn handle_and_mutex() {
    let lock = Rc::new(Mutex::new(0));
    let one = named("0", async move {
        let held = lock.lock().await;
        let lock = lock.clone();
        let other = named("1", async move { *lock.lock().await += 1 });
        let _ = other.await;
        drop(held);
    });
    one.await.expect("it finishes");
}

async fn handle_and_reply() {
    let one = named("0", async {
        let (reply, answer) = oneshot::channel::<u8>();
        let other = named("1", async move { drop(answer.await) });
        let _ = other.await;
        drop(reply);
    });
    one.await.expect("it finishes");
}

async fn read_and_mutex() {
    let (mut client, mut server) = connected().await;
    let lock = Rc::new(Mutex::new(0));
    let other = lock.clone();
    let one = named("0", async move {
        let held = lock.lock().await;
        reads(&mut client).await;
        drop(held);
    });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        *other.lock().await += 1;
        drop(server);
    });
    futures::join!(one, other).0.expect("it finishes");
}

async fn read_and_reply() {
    let (mut client, mut server) = connected().await;
    let (reply, answer) = oneshot::channel::<u8>();
    let one = named("0", async move {
        reads(&mut client).await;
        let _ = reply.send(1);
    });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        let _ = answer.await;
        drop(server);
    });
    futures::join!(one, other).0.expect("it finishes");
}

async fn handles_in_a_row() {
    let last = named("0", pending::<()>());
    let middle = named("1", last);
    named("2", middle)
        .await
        .expect("it finishes")
        .expect("it does")
        .expect("it does");
}

async fn server_and_client() {
    let (mut client, mut server) = connected().await;
    let handler = named("0", async move {
        let _ = server.read_exact(&mut [0; 1]).await;
        pending::<()>().await;
    });
    let client = named("1", async move {
        let _ = client.write_all(b"a").await;
        reads(&mut client).await;
    });
    client.await.expect("it finishes");
    handler.await.expect("it finishes");
}

async fn read_of_who_waits_elsewhere() {
    let (mut client, mut server) = connected().await;
    let lock = Rc::new(RefCell::new(Vec::new()));
    let (keep, kept) = oneshot::channel::<u8>();
    lock.borrow_mut().push(keep);
    let one = named("0", async move { reads(&mut client).await });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        let _ = kept.await;
    });
    futures::join!(one, other).0.expect("it finishes");
    drop(lock);
}

async fn reads_in_a_row() {
    let (mut first, mut second) = connected().await;
    let one = named("0", async move { reads(&mut first).await });
    let other = named("1", async move {
        let _ = second.write_all(b"a").await;
        let (mut third, _fourth) = connected_at("127.0.0.1:8").await;
        reads(&mut third).await;
    });
    futures::join!(one, other).0.expect("it finishes");
}

async fn read_and_other_lock() {
    let (mut client, mut server) = connected().await;
    let (lock, other) = (Rc::new(Mutex::new(0)), Rc::new(Mutex::new(0)));
    let held = other.clone();
    let one = named("0", async move {
        let _held = lock.lock().await;
        reads(&mut client).await;
    });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        std::mem::forget(held.lock().await);
        *other.lock().await += 1;
    });
    futures::join!(one, other).0.expect("it finishes");
}

/// The second would do as well, and waits for the first.
async fn either_of_two() {
    let (give, take) = oneshot::channel::<JoinHandle<()>>();
    let third = named("2", pending::<()>());
    let one = named("0", async move {
        let other = take.await.expect("it is given");
        futures::future::select(other, third.map(drop).boxed_local()).await;
    });
    let other = named("1", async move {
        yield_now().await;
        let _ = one.await;
    });
    give.send(other).expect("it is taken");
    pending::<()>().await;
}

/// The same, in a set that has wakers of its own.
async fn either_in_set() {
    let (give, take) = oneshot::channel::<JoinHandle<()>>();
    let (keep, kept) = oneshot::channel::<u8>();
    std::mem::forget(keep);
    let one = named("0", async move {
        let other = take.await.expect("it is given");
        let mut set = FuturesUnordered::new();
        set.push(other.map(drop).boxed_local());
        set.push(kept.map(drop).boxed_local());
        set.next().await;
    });
    let other = named("1", async move {
        yield_now().await;
        let _ = one.await;
    });
    give.send(other).expect("it is taken");
    pending::<()>().await;
}

/// Who used the other end last has it no longer: of that nothing is known.
async fn peer_given_away() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move { reads(&mut client).await });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        drop(named("2", async move {
            pending::<()>().await;
            drop(server);
        }));
        let _ = one.await;
    });
    other.await.expect("it finishes");
}

async fn half_given_away() {
    let (mut client, server) = connected().await;
    let (mut reader, mut writer) = server.into_split();
    let one = named("0", async move { reads(&mut client).await });
    let other = named("1", async move {
        let _ = reader.read(&mut [0; 4]).now_or_never();
        let _ = one.await;
    });
    let third = named("2", async move {
        let _ = writer.write_all(b"a").await;
        pending::<()>().await;
    });
    other.await.expect("it finishes");
    third.await.expect("it finishes");
}

async fn peer_kept_by_the_body() {
    let (mut client, mut server) = connected().await;
    let one = named("0", async move { reads(&mut client).await });
    let other = named("1", async move {
        let _ = server.write_all(b"a").await;
        let _ = one.await;
        server
    });
    other.abort();
    pending::<()>().await;
}

//! What a restart brings back, and what cannot be restarted.

use std::cell::Cell;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use solipsism::io::AsyncReadExt;
use solipsism::net::{Network, TcpListener, TcpSocket, TcpStream};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::sleep;
use solipsism_tests::net::{ask, millis, serve};
use solipsism_tests::{Guard, Log};

use crate::hold;

#[solipsism::test]
async fn a_restart_starts_everything_that_was_run_anew(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let starts = Rc::new(Cell::new(0));
    for program in [10, 20] {
        let (log, starts) = (log.clone(), Rc::clone(&starts));
        api.run(move || {
            starts.set(starts.get() + 1);
            let log = log.clone();
            async move {
                log.note(program);
                hold(Guard(log, program + 1)).await;
            }
        });
    }
    api.spawn(hold(Guard(log.clone(), 1)));
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20]);
    api.restart();
    assert_eq!(log.take(), [11, 21, 1], "a restart begins with a crash");
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20], "what was only spawned stays gone");
    assert_eq!(starts.get(), 4);

    api.crash();
    assert_eq!(log.take(), [11, 21]);
    sleep(millis(1)).await;
    api.restart();
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20]);
}

#[solipsism::test]
async fn after_a_restart_the_ports_are_free_and_the_address_is_the_same(net: Network) {
    let api = net.host("api.internal");
    let before = api.addr();
    api.run(serve);
    let mut old = TcpStream::connect("api.internal:80").await.unwrap();
    for _ in 0..3 {
        api.restart();
        let mut client = TcpStream::connect("api.internal:80").await.unwrap();
        assert_eq!(ask(&mut client).await.unwrap(), 2);
    }
    assert_eq!(
        ask(&mut old).await.unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(api.addr(), before);
}

#[solipsism::test]
async fn a_bound_client_can_be_bound_again_after_a_restart(net: Network) {
    let listener = TcpListener::bind("hub.internal:80").await.unwrap();
    let hub = net.host("hub.internal").addr();
    let api = net.host("api.internal");
    let own = SocketAddr::new(api.addr(), 1000);
    api.run(move || async move {
        let socket = TcpSocket::new_v4()?;
        socket.bind(own)?;
        let mut stream = socket.connect(SocketAddr::new(hub, 80)).await?;
        stream.read(&mut [0]).await.map(drop)
    });
    // The other ends of the former connections are still open.
    let mut accepted = Vec::new();
    for _ in 0..3 {
        let (stream, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, own);
        accepted.push(stream);
        api.restart();
    }
    accepted.push(listener.accept().await.unwrap().0);
}

#[solipsism::test]
async fn whoever_connects_while_the_host_restarts_gets_through(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    sleep(millis(1)).await;
    api.crash();
    let client = spawn(TcpStream::connect("api.internal:80"));
    yield_now().await;
    api.restart();
    assert!(client.await.unwrap().is_ok(), "it is the same instant");
}

#[solipsism::test]
#[should_panic(
    expected = "`restart` was called on host `api.internal`, on which nothing was `run`: give `host.run(…)` what it is \
                to start"
)]
async fn a_host_on_which_nothing_was_run_cannot_be_restarted(net: Network) {
    net.host("api.internal").restart();
}

#[solipsism::test]
async fn a_restart_that_cannot_be_crashes_nothing(net: Network) {
    let api = net.host("api.internal");
    let task = api.spawn(sleep(millis(1)));
    assert!(catch_unwind(AssertUnwindSafe(|| api.restart())).is_err());
    task.await.unwrap();
}

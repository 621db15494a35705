//! That a seed repeats everything that a network does, whatever happens on it.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::spawn;
use solipsism::task::JoinSet;
use solipsism::time::{Instant, sleep};
use solipsism_tests::in_own_world;
use solipsism_tests::net::{millis, noise};

/// Clients that talk to servers over links that delay, lose and are cut, until all are done. What every end saw and when.
async fn chatter() -> Vec<String> {
    let net = Network::current();
    let log = Rc::new(RefCell::new(Vec::new()));
    let note = {
        let log = Rc::clone(&log);
        move |text: String| {
            log.borrow_mut()
                .push(format!("{:?} {text}", Instant::now()))
        }
    };
    net.every_link()
        .latency(millis(1)..=millis(50))
        .loss(0.05)
        .bandwidth(200_000);
    let served = Rc::new(Cell::new(0));
    for server in 0..3 {
        let (note, served) = (note.clone(), Rc::clone(&served));
        net.host(&format!("server-{server}")).run(move || {
            let (note, served) = (note.clone(), Rc::clone(&served));
            async move {
                let listener = TcpListener::bind("0.0.0.0:80").await?;
                loop {
                    let (mut stream, peer) = listener.accept().await?;
                    note(format!("server {server} accepts {peer}"));
                    let (note, served) = (note.clone(), Rc::clone(&served));
                    spawn(async move {
                        let mut buf = [0; 700];
                        loop {
                            match stream.read(&mut buf).await {
                                Ok(0) => break note(format!("{peer} ends")),
                                Ok(count) if stream.write_all(&buf[..count]).await.is_ok() => {
                                    served.set(served.get() + count);
                                }
                                result => break note(format!("{peer} {result:?}")),
                            }
                        }
                    });
                }
                #[expect(unreachable_code, reason = "it gives the type")]
                io::Result::Ok(())
            }
        });
    }
    let mut clients = JoinSet::new();
    for client in 0..6_u64 {
        let note = note.clone();
        let host = net.host(&format!("client-{client}"));
        let work = host.spawn(async move {
            for round in 0..5_u64 {
                let name = format!("server-{}", (client + round) % 3);
                let Ok(mut stream) = TcpStream::connect((name.as_str(), 80)).await else {
                    note(format!("{client} finds nobody at {name}"));
                    continue;
                };
                let data = noise(3000, client * 10 + round);
                let mut echo = vec![0; data.len()];
                for (sent, back) in data.chunks(500).zip(echo.chunks_mut(500)) {
                    let exchange = async {
                        stream.write_all(sent).await?;
                        stream.read_exact(back).await
                    };
                    if let Err(error) = exchange.await {
                        note(format!("{client} fails: {}", error.kind()));
                        break;
                    }
                    assert_eq!(sent, back);
                }
                note(format!("{client} is done with {name}"));
            }
        });
        clients.spawn(work);
    }
    sleep(millis(700)).await;
    net.partition("client-0", "server-0");
    net.host("server-1").crash();
    sleep(millis(300)).await;
    net.host("server-1").restart();
    net.every_link().hold();
    sleep(millis(100)).await;
    net.every_link().release();
    net.heal();
    for client in clients.join_all().await {
        client.unwrap();
    }
    note(format!("{} bytes", served.get()));
    log.take()
}

#[solipsism::test]
async fn a_run_is_the_same_for_a_seed_and_another_for_another() {
    let mut logs = Vec::new();
    for seed in 0..5 {
        let log = in_own_world(seed, chatter);
        assert_eq!(log, in_own_world(seed, chatter), "seed {seed}");
        assert!(log.len() > 60, "{log:#?}");
        assert!(log.iter().any(|line| line.contains("fails")), "{log:#?}");
        assert!(!logs.contains(&log));
        logs.push(log);
    }
}

solipsism::main!();

//! Sockets, and what was ordered of the network.

use super::*;

#[test]
fn its_sockets_are_closed_wherever_their_handles_are() {
    let outer = Outer::new();
    let ends = outer.run(async {
        let listener = TcpListener::bind("0.0.0.0:80").await.unwrap();
        let udp = UdpSocket::bind("0.0.0.0:53").await.unwrap();
        let ends = Rc::new(RefCell::new(Vec::new()));
        let into = Rc::clone(&ends);
        spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let into = Rc::clone(&into);
                spawn(async move {
                    let mut all = Vec::new();
                    let end = stream.read_to_end(&mut all).await;
                    into.borrow_mut()
                        .push((all, end.map_err(|error| error.kind())));
                    hold(stream).await;
                });
            }
        });
        (ends, udp)
    });
    let (ends, udp) = ends.unwrap();
    let child = outer.begin();
    let kept = outer.run(async {
        let mut client = TcpStream::connect("localhost:80").await.unwrap();
        client.write_all(b"hello").await.unwrap();
        let listener = TcpListener::bind("0.0.0.0:81").await.unwrap();
        let datagrams = UdpSocket::bind("0.0.0.0:54").await.unwrap();
        datagrams.connect("127.0.0.1:53").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("0.0.0.0:82".parse().unwrap()).unwrap();
        let pair = UnixStream::pair().unwrap();
        (client, listener, datagrams, socket, pair)
    });
    let (mut client, listener, datagrams, socket, (one, mut other)) = kept.unwrap();
    outer.end(child);
    let kind = |error: std::io::Error| {
        let text = error.to_string();
        assert!(
            text.contains("has ended, and what it made with it"),
            "{text}"
        );
        error.kind()
    };
    const GONE: std::io::ErrorKind = std::io::ErrorKind::ConnectionAborted;
    outer
        .run(async {
            EventLoop::current().settle().await;
            assert_eq!(*ends.borrow(), [(b"hello".to_vec(), Ok(5))]);
            assert_eq!(client.write_all(b"more").await.map_err(kind), Err(GONE));
            let mut byte = [0];
            assert_eq!(client.read(&mut byte).await.map_err(kind), Err(GONE));
            assert_eq!(other.read(&mut byte).await.map_err(kind), Err(GONE));
            assert_eq!(listener.accept().await.map(drop).map_err(kind), Err(GONE));
            assert_eq!(datagrams.send(b"x").await.map_err(kind), Err(GONE));
            assert_eq!(socket.listen(1).map(drop).map_err(kind), Err(GONE));
            drop((client, one, other, listener, datagrams));
            // The addresses are free.
            for port in [81, 82] {
                TcpListener::bind(("0.0.0.0", port)).await.unwrap();
            }
            let sender = UdpSocket::bind("0.0.0.0:54").await.unwrap();
            sender
                .send_to(b"the parent's goes on", "127.0.0.1:53")
                .await
                .unwrap();
            assert_eq!(udp.recv(&mut [0; 99]).await.unwrap(), 20);
        })
        .unwrap();
}

#[test]
fn a_stream_that_a_parents_task_made_meanwhile_stays() {
    let outer = Outer::new();
    let (sender, mut receiver) = futures_channel::mpsc::unbounded::<()>();
    outer
        .run(async {
            let listener = TcpListener::bind("0.0.0.0:80").await.unwrap();
            spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(b"!").await.unwrap();
                hold((stream, listener)).await;
            });
            spawn(async move {
                use futures_util::StreamExt;
                receiver.next().await;
                let mut stream = TcpStream::connect("localhost:80").await.unwrap();
                let mut byte = [0];
                stream.read_exact(&mut byte).await.unwrap();
                // And here it waits while the child ends.
                stream.read_exact(&mut byte).await.unwrap_err();
                panic!("the stream was closed");
            });
        })
        .unwrap();
    let child = outer.begin();
    outer
        .run(async {
            sender.unbounded_send(()).unwrap();
            EventLoop::current().settle().await;
        })
        .unwrap();
    outer.end(child);
    outer.run(time::sleep(SECOND)).unwrap();
}

#[test]
fn what_it_ordered_of_the_network_is_undone() {
    let outer = Outer::new();
    let server = outer.run(async {
        let net = Net::current();
        net.link("localhost", "far").latency(SECOND);
        net.resolve("db", ["10.9.9.9".parse().unwrap()]);
        let listener = TcpListener::bind("far:80").await.unwrap();
        let client = TcpStream::connect("far:80").await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        drop(listener);
        (client, server)
    });
    let (mut client, mut server) = server.unwrap();
    let child = outer.begin();
    outer
        .run(async {
            let net = Net::current();
            net.every_link().latency(5 * SECOND).loss(0.5);
            net.partition("localhost", "far");
            net.set_capacity(3);
            net.strict();
            net.resolve("db", ["10.8.8.8".parse().unwrap()]);
            client.write_all(b"held").await.unwrap();
            EventLoop::current().settle().await;
        })
        .unwrap();
    outer.end(child);
    outer
        .run(async {
            let mut bytes = [0; 4];
            let start = Instant::now();
            server.read_exact(&mut bytes).await.unwrap();
            assert_eq!((&bytes, start.elapsed()), (b"held", SECOND));
            let net = Net::current();
            assert_eq!(net.unfired_faults().len(), 0);
            let db: Vec<_> = crate::net::lookup_host("db:1").await.unwrap().collect();
            assert_eq!(db, ["10.9.9.9:1".parse().unwrap()]);
            assert!(crate::net::lookup_host("unheard.of:1").await.is_ok());
            let (mut one, _other) = UnixStream::pair().unwrap();
            assert_eq!(one.write(b"four").await.unwrap(), 4);
        })
        .unwrap();
}

#[test]
fn datagrams_that_it_held_go_on_and_its_own_reach_nobody_after_it() {
    let outer = Outer::new();
    let parents = outer.run(async {
        Net::current().link("localhost", "far").latency(SECOND);
        let parents = UdpSocket::bind("far:1").await.unwrap();
        (parents, UdpSocket::bind("0.0.0.0:1").await.unwrap())
    });
    let (receiver, sender) = parents.unwrap();
    let child = outer.begin();
    outer
        .run(async {
            let own = UdpSocket::bind("far:2").await.unwrap();
            let to_own = own.local_addr().unwrap();
            sender.send_to(b"to who is gone", to_own).await.unwrap();
            let from = UdpSocket::bind("0.0.0.0:0").await.unwrap();
            from.send_to(b"among its own", to_own).await.unwrap();
            Net::current().every_link().hold();
            from.send_to(b"held among its own", to_own).await.unwrap();
            sender.send_to(b"held", "far:1").await.unwrap();
        })
        .unwrap();
    outer.end(child);
    outer
        .run(async {
            let next = UdpSocket::bind("far:2").await.unwrap();
            let mut bytes = [0; 99];
            let (count, _) = receiver.recv_from(&mut bytes).await.unwrap();
            assert_eq!(&bytes[..count], b"held");
            time::sleep(9 * SECOND).await;
            let (count, _) = next.try_recv_from(&mut bytes).unwrap();
            assert_eq!(&bytes[..count], b"to who is gone", "a parent sent it");
            assert!(next.try_recv_from(&mut bytes).is_err());
        })
        .unwrap();
}

#[test]
fn what_a_parents_task_ordered_meanwhile_stays() {
    let outer = Outer::new();
    let faults = |world: &World| world.network(|network, _| network.links.faults().count());
    outer
        .run(async {
            spawn(async {
                time::sleep(SECOND).await;
                Net::current().partition("localhost", "far");
                EventLoop::current().set_wall_clock(std::time::UNIX_EPOCH.into());
            });
        })
        .unwrap();
    let child = outer.begin();
    outer
        .run(async {
            Net::current().every_link().loss(1.0);
            time::sleep(2 * SECOND).await;
            let event_loop = EventLoop::current();
            event_loop.set_wall_clock(event_loop.wall_clock() + 9 * SECOND);
        })
        .unwrap();
    assert_eq!(faults(&outer.world), 2);
    outer.end(child);
    assert_eq!(faults(&outer.world), 1);
    assert_eq!(outer.world.wall(), std::time::UNIX_EPOCH + SECOND);
    outer
        .run(async {
            let error = TcpStream::connect("far:80").await.unwrap_err();
            assert!(
                error.to_string().contains("held back by the partition"),
                "{error}"
            );
        })
        .unwrap();
}

#[test]
fn its_seed_is_its_own_and_the_parents_draws_do_not_depend_on_it() {
    async fn draw() -> Duration {
        let _listener = TcpListener::bind("far:80").await.unwrap();
        let start = Instant::now();
        TcpStream::connect("far:80").await.unwrap();
        start.elapsed()
    }
    let draws = |count: usize, seed: u64| {
        let outer = Outer::new();
        let first = outer.run(async {
            let link = Net::current().link("localhost", "far");
            link.latency(SECOND..=9 * SECOND);
            draw().await
        });
        let child = outer.begin_with(ChildSettings { seed, ..settings() });
        let own = outer.run(async {
            assert_eq!(EventLoop::current().seed(), seed);
            for _ in 1..count {
                draw().await;
            }
            // What is still open is closed on its link, which draws.
            let listener = TcpListener::bind("far:81").await.unwrap();
            for _ in 0..count {
                let client = TcpStream::connect("far:81").await.unwrap();
                std::mem::forget((client, listener.accept().await.unwrap()));
            }
            draw().await
        });
        outer.end(child);
        assert_eq!(outer.world.seed(), 0);
        (first.unwrap(), own.unwrap(), outer.run(draw()).unwrap())
    };
    let (first, own, second) = draws(1, 7);
    assert_eq!(draws(1, 7), (first, own, second));
    let (_, other, after) = draws(1, 8);
    assert!(other != own && after == second);
    assert_eq!(draws(5, 7).2, second);
}

#[test]
fn the_programs_of_a_host_are_whose_who_ran_them() {
    let outer = Outer::new();
    let started = Rc::new(RefCell::new(Vec::new()));
    let program = |what: &'static str| {
        let started = Rc::clone(&started);
        move || {
            started.borrow_mut().push(what);
            pending::<()>()
        }
    };
    let parents = program("the parent's");
    outer
        .run(async { Net::current().host("db").run(parents) })
        .unwrap();
    let child = outer.begin();
    let own = program("the child's");
    outer
        .run(async {
            let db = Net::current().host("db");
            db.run(own);
            db.restart();
            EventLoop::current().settle().await;
        })
        .unwrap();
    outer.end(child);
    let tasks = outer
        .world
        .staying(&EndingLoops::new(LoopId::MAX, Vec::new()))
        .len();
    assert_eq!(
        tasks, 1,
        "the child has restarted the parent's program for it"
    );
    outer
        .run(async {
            Net::current().host("db").restart();
            EventLoop::current().settle().await;
        })
        .unwrap();
    // The child's is restarted before its first turn.
    let expected = [
        "the parent's",
        "the parent's",
        "the child's",
        "the parent's",
    ];
    assert_eq!(*started.borrow(), expected);
}

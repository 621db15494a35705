//! Whatever happens, by chance.

use super::*;
use crate::core::Random;

/// Sixty-four worlds, each with children that nest at random, beside parents that go on.
#[test]
fn nothing_is_left_and_the_parents_are_untouched_whatever_happens() {
    for seed in 0..64 {
        let outer = Outer::new();
        let random = Rc::new(RefCell::new(Random::new(seed)));
        let mut children: Vec<Child> = Vec::new();
        // By loop: the tasks that it started and that never end, each with a stream to itself.
        let mut alive = vec![Rc::new(Cell::new(0))];
        for _ in 0..24 {
            let pick = |of: u64| random.borrow_mut().next() % of;
            match pick(4) {
                0 if children.len() < 4 => {
                    children.push(outer.begin());
                    alive.push(Rc::default());
                }
                1 if !children.is_empty() => {
                    let child = children.pop().unwrap();
                    alive.pop();
                    outer.end(child);
                }
                _ => {
                    let own = Rc::clone(alive.last().unwrap());
                    outer.run(some_work(Rc::clone(&random), own)).unwrap();
                }
            }
            let tasks = outer.world.tasks.borrow();
            let running = tasks.sorted().into_iter();
            let running = running
                .filter(|(task, _)| !task.header.is_finished())
                .count();
            let expected: usize = alive.iter().map(|alive| alive.get()).sum();
            assert_eq!(running, expected, "seed {seed}");
        }
        while let Some(child) = children.pop() {
            outer.end(child);
        }
        // Those of the outermost loop talk to themselves still, or would have panicked.
        outer.run(time::sleep(100 * SECOND)).unwrap();
    }
}

/// Starts tasks that never end, counted in `alive`, and leaves things behind.
async fn some_work(random: Rc<RefCell<Random>>, alive: Rc<Cell<usize>>) {
    let pick = move |of: u64| random.borrow_mut().next() % of;
    for _ in 0..pick(4) {
        alive.set(alive.get() + 1);
        let pause = Duration::from_millis(pick(5_000));
        let port = 1_000 + u16::try_from(pick(60_000)).unwrap();
        let kind = pick(4);
        spawn(async move {
            match kind {
                0 => loop {
                    time::sleep(pause).await;
                    task::yield_now().await;
                    time::sleep(SECOND).await;
                },
                1 => {
                    let (mut one, mut other) = UnixStream::pair().unwrap();
                    loop {
                        one.write_all(b"x").await.unwrap();
                        other.read_exact(&mut [0]).await.unwrap();
                        time::sleep(pause + SECOND).await;
                    }
                }
                2 => {
                    let Ok(listener) = TcpListener::bind(("0.0.0.0", port)).await else {
                        return pending().await;
                    };
                    let addr = format!("localhost:{}", listener.local_addr().unwrap().port());
                    let mut client = TcpStream::connect(addr).await.unwrap();
                    let (mut server, _) = listener.accept().await.unwrap();
                    loop {
                        client.write_all(b"x").await.unwrap();
                        server.read_exact(&mut [0]).await.unwrap();
                        time::sleep(pause + SECOND).await;
                    }
                }
                _ => {
                    let Ok(socket) = UdpSocket::bind(("0.0.0.0", port)).await else {
                        return pending().await;
                    };
                    socket.recv(&mut [0; 9]).await.unwrap();
                }
            }
        });
    }
    if pick(3) == 0 {
        // What is forgotten is found nevertheless.
        let mut sleep = Box::pin(time::sleep(2 * SECOND));
        let _pending = poll_immediate(&mut sleep).await;
        std::mem::forget(sleep);
        std::mem::forget(UnixStream::pair().unwrap());
        std::mem::forget(TcpListener::bind("0.0.0.0:0").await.unwrap());
    }
    if pick(3) == 0 {
        Net::current()
            .every_link()
            .latency(Duration::from_millis(pick(90)))
            .loss(0.1);
    }
    time::sleep(Duration::from_millis(pick(9_000))).await;
}

//! Children of children, and beside each other.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::join;
use solipsism::io::AsyncWriteExt;
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{Instant, sleep};
use solipsism::{ChildLoop, EventLoop, spawn, task};

use super::secs;

/// Says when it is dropped.
struct Told(&'static str, Rc<RefCell<Vec<&'static str>>>);

impl Drop for Told {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// A connection inside of the child whose server is slow to answer.
async fn serve(child: &ChildLoop, addr: &'static str) -> TcpStream {
    child
        .run(async {
            let listener = TcpListener::bind(addr).await.unwrap();
            spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                sleep(secs(30)).await;
                stream.write_all(b"late").await.unwrap();
            });
            TcpStream::connect(addr).await.unwrap()
        })
        .await
}

fn order_latency(latency: u64) {
    Network::current()
        .link("localhost", "far")
        .latency(secs(latency));
}

#[solipsism::test]
async fn three_deep_each_is_ahead_of_the_one_around_it(event_loop: EventLoop) {
    let one = event_loop.child();
    let two = one.child();
    two.advance_local(secs(5));
    let three = two.run(async { EventLoop::current().child() }).await;
    let clocks = || [&one, &two, &three].map(|child| (child.now() - event_loop.now()).as_secs());
    assert_eq!(clocks(), [0, 5, 5]);
    let tasks = [&one, &two, &three].map(|child| child.spawn(sleep(secs(10))));
    let outer = spawn(sleep(secs(10)));
    event_loop.settle().await;
    let finished = || tasks.each_ref().map(task::JoinHandle::is_finished);
    three.advance_local(secs(10));
    event_loop.settle().await;
    assert_eq!((clocks(), finished()), ([0, 5, 15], [false, false, true]));
    one.advance_local(secs(10));
    event_loop.settle().await;
    assert_eq!((clocks(), finished()), ([10, 15, 25], [true, true, true]));
    assert!(!outer.is_finished());
}

#[solipsism::test]
async fn an_end_is_that_of_those_inside(event_loop: EventLoop) {
    let log = Rc::new(RefCell::new(Vec::new()));
    let one = event_loop.child();
    let two = one.child();
    let three = two.child();
    let beside = event_loop.child();
    let all = [
        ("three", &three),
        ("beside", &beside),
        ("one", &one),
        ("two", &two),
    ];
    for (name, child) in all {
        let told = Told(name, Rc::clone(&log));
        child.spawn(async move {
            let _told = told;
            sleep(secs(1)).await;
        });
    }
    event_loop.settle().await;
    two.end().await;
    assert_eq!(*log.borrow(), ["three", "two"]);
    // It has ended already, and that does no harm.
    three.end().await;
    drop(one);
    assert_eq!(*log.borrow(), ["three", "two", "one"]);
    drop(beside);
    assert_eq!(log.borrow().len(), 4);
    assert_eq!(event_loop.pending_timers(), 0);
}

#[solipsism::test]
async fn two_beside_each_other_have_nothing_in_common(event_loop: EventLoop) {
    let (left, right) = (event_loop.child(), event_loop.child());
    let (mut first, second) = join(serve(&left, "left:1"), serve(&right, "right:1")).await;
    event_loop.settle().await;
    left.advance_local(secs(30));
    event_loop.settle().await;
    assert_eq!(first.try_read(&mut [0; 8]).unwrap(), 4);
    assert!(
        second.try_read(&mut [0; 8]).is_err(),
        "the other one's time has not come"
    );
    assert_eq!(right.now(), event_loop.now());
    // The one that began first ends first.
    left.end().await;
    let gone = first.write_all(b"x").await.unwrap_err();
    assert!(gone.to_string().contains("has ended"), "{gone}");
    sleep(secs(30)).await;
    assert_eq!(second.try_read(&mut [0; 8]).unwrap(), 4);
    right.end().await;
}

#[solipsism::test]
async fn a_child_that_began_later_may_be_around_for_longer(event_loop: EventLoop, net: Network) {
    let delay = async || {
        let _listener = TcpListener::bind("far:1").await.unwrap();
        let start = Instant::now();
        TcpStream::connect("far:1").await.unwrap();
        start.elapsed().as_secs()
    };
    let order = |child: &ChildLoop, latency| {
        let link = child.run(async move { order_latency(latency) });
        futures_util::FutureExt::now_or_never(link).unwrap();
    };
    net.host("far");
    // What only the first ordered is undone at its end, whoever else is there.
    let (first, second) = (event_loop.child(), event_loop.child());
    order(&first, 3);
    assert_eq!(delay().await, 6);
    first.end().await;
    assert_eq!(delay().await, 0);
    second.end().await;
    // What both ordered is undone when both have ended.
    let (first, second) = (event_loop.child(), event_loop.child());
    order(&first, 3);
    order(&second, 5);
    first.end().await;
    assert_eq!(delay().await, 10);
    second.end().await;
    assert_eq!(delay().await, 0);
    let (first, second) = (event_loop.child(), event_loop.child());
    order(&first, 3);
    order(&second, 5);
    second.end().await;
    assert_eq!(delay().await, 6);
    first.end().await;
    assert_eq!(delay().await, 0);
}

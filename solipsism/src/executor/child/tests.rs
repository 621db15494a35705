//! What a child leaves alone, and what ends with it.

#![expect(
    clippy::async_yields_async,
    clippy::items_after_statements,
    reason = "a run gives what its body keeps; what is used once stands where it is used"
)]

mod anything;
mod network;
mod verdicts;

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::poll_immediate;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::event_loop::Builder;
use crate::executor::current::Entered;
use crate::executor::{Inbox, Stage};
use crate::net::{Network as Net, TcpListener, TcpSocket, TcpStream, UdpSocket, UnixStream};
use crate::panics::Print;
use crate::signal::unix::{SignalKind, raise, signal};
use crate::stopped::Stopped;
use crate::time::{self, Instant, Sleep};
use crate::{EventLoop, spawn, task};

const SECOND: Duration = Duration::from_secs(1);

/// A world that was entered.
struct Outer {
    world: Rc<World>,
    _entered: Entered,
}

impl Outer {
    fn new() -> Self {
        Self::of(EventLoop::builder())
    }

    fn of(builder: Builder) -> Self {
        let world = Rc::new(builder.build_watched(Arc::new(Inbox::new())));
        let entered = world.enter("a test");
        Self {
            world,
            _entered: entered,
        }
    }

    #[track_caller]
    fn run<F: Future>(&self, future: F) -> Result<F::Output, Stopped> {
        let mut body = pin!(Stage::new(future));
        let ended = self
            .world
            .run(Print::Later, Location::caller(), body.as_mut());
        ended.map_err(|ended| ended.stopped)?;
        Ok(body.output().unwrap().unwrap())
    }

    fn begin(&self) -> Child {
        self.begin_with(settings())
    }

    fn begin_with(&self, settings: ChildSettings) -> Child {
        self.world.begin_child(&settings)
    }

    /// Ends a child that lost nothing, and left nothing.
    #[track_caller]
    fn end(&self, child: Child) {
        let id = child.id();
        let mark = self.world.nest.borrow().children.last().unwrap().deadlines;
        let ChildEnd {
            untold,
            of_parents,
            rest,
        } = self.world.end_child(child);
        rest.unwrap();
        assert!(untold.is_empty(), "{untold:?}");
        assert!(of_parents.is_empty(), "{of_parents:?}");
        self.assert_nothing_left(id, mark);
    }

    #[track_caller]
    fn assert_nothing_left(&self, id: LoopId, mark: u64) {
        let staying = self.world.nest.borrow().ending(id);
        let staying = self.world.staying(&staying);
        let tasks = self.world.tasks.borrow();
        let alive = tasks.sorted().into_iter().map(|(task, _)| task);
        let own = alive.filter(|task| task.place.owner >= id && !task.header.is_finished());
        assert_eq!(own.count(), 0, "tasks");
        let stays = |task: u32| staying.binary_search(&task).is_ok();
        let mut deadlines = self.world.deadlines.borrow_mut();
        assert_eq!(deadlines.take_since(mark, &stays).len(), 0, "deadlines");
        let network = self.world.network.borrow();
        let sockets = network
            .as_ref()
            .map_or(0, |network| network.0.sockets_of(id));
        assert_eq!(sockets, 0, "sockets");
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        let failures = self.world.close();
        assert!(
            failures.is_empty() || std::thread::panicking(),
            "{failures:?}"
        );
    }
}

fn settings() -> ChildSettings {
    ChildSettings {
        limits: Limits {
            time: None,
            since: 0,
            steps: 1_000,
            alone: 100,
            polls: 1_000,
        },
        seed: 1,
        permute: false,
    }
}

/// Says so when it is dropped.
struct Told(Rc<RefCell<Vec<&'static str>>>, &'static str);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

async fn hold<T>(value: T) {
    let _value = value;
    pending::<()>().await;
}

fn messages(failures: &[Failure]) -> Vec<&str> {
    let texts = failures.iter().map(|failure| &failure.text.message[..]);
    texts.collect()
}

#[test]
fn its_tasks_are_dropped_in_order_and_the_parents_go_on() {
    let outer = Outer::new();
    let told = Rc::new(RefCell::new(Vec::new()));
    let beats = Rc::new(Cell::new(0));
    let tell = |what| Told(Rc::clone(&told), what);
    let beat = Rc::clone(&beats);
    let parents = outer.run(async {
        spawn(async move {
            loop {
                time::sleep(SECOND).await;
                beat.set(beat.get() + 1);
            }
        });
        spawn(hold(tell("the parent's")))
    });
    let child = outer.begin();
    let last = tell("spawned by a destructor");
    struct Spawns(Option<Told>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            spawn(hold(self.0.take()));
        }
    }
    let handle = outer.run(async {
        let kept = spawn(hold(tell("first")));
        spawn(hold(Spawns(Some(last))));
        spawn(hold(tell("second")));
        time::sleep(3 * SECOND).await;
        kept
    });
    outer.end(child);
    assert_eq!(
        *told.borrow(),
        ["first", "spawned by a destructor", "second"]
    );
    let cancelled = outer.run(async { handle.unwrap().await.unwrap_err().is_cancelled() });
    assert!(cancelled.unwrap(), "a handle that was kept is told");
    outer.run(time::sleep(2 * SECOND)).unwrap();
    assert_eq!(beats.get(), 5);
    assert!(!parents.unwrap().is_finished());
}

#[test]
fn a_value_that_nobody_took_is_dropped_with_it() {
    let outer = Outer::new();
    let told = Rc::new(RefCell::new(Vec::new()));
    let value = Told(Rc::clone(&told), "the value");
    let child = outer.begin();
    let handle = outer.run(async {
        let handle = spawn(async { value });
        time::sleep(SECOND).await;
        handle
    });
    let handle = handle.unwrap();
    assert!(handle.is_finished() && told.borrow().is_empty());
    outer.end(child);
    assert_eq!(*told.borrow(), ["the value"]);
    let error = outer.run(handle).unwrap().err().unwrap();
    assert!(error.is_cancelled());
}

#[test]
fn its_loop_is_the_worlds() {
    let outer = Outer::new();
    let turns = Rc::new(Cell::new(0));
    let count = Rc::clone(&turns);
    outer
        .run(async {
            spawn(async move {
                loop {
                    time::sleep(SECOND).await;
                    for _ in 0..9 {
                        task::yield_now().await;
                        count.set(count.get() + 1);
                    }
                }
            });
        })
        .unwrap();
    let child = outer.begin();
    outer
        .run(async {
            let event_loop = EventLoop::current();
            time::sleep(SECOND).await;
            event_loop.settle().await;
            assert_eq!(turns.get(), 9, "of the parent's task");
            event_loop.advance(SECOND).await;
            assert_eq!(
                (turns.get(), event_loop.now()),
                (18, Instant::from_nanos(2_000_000_000))
            );
            let closed = spawn(async { EventLoop::current().close().is_ok() }).await;
            assert!(
                closed
                    .unwrap_err()
                    .to_string()
                    .contains("was called on a handle")
            );
        })
        .unwrap();
    outer.end(child);
}

#[test]
fn what_a_parents_task_spawns_is_the_parents() {
    let outer = Outer::new();
    let made: Rc<RefCell<Option<task::JoinHandle<()>>>> = Rc::default();
    let into = Rc::clone(&made);
    outer
        .run(async {
            spawn(async move {
                time::sleep(SECOND).await;
                let inner = spawn(time::sleep(9 * SECOND).map(|()| ()));
                into.replace(Some(inner));
            });
        })
        .unwrap();
    let child = outer.begin();
    outer.run(time::sleep(2 * SECOND)).unwrap();
    outer.end(child);
    let handle = made.take().unwrap();
    assert!(outer.run(handle).unwrap().is_ok());
    assert_eq!(outer.world.now(), 10_000_000_000);
}

#[test]
fn timers_that_it_set_are_taken_out_and_those_who_keep_one_set_it_anew() {
    let outer = Outer::new();
    let child = outer.begin();
    let kept: RefCell<Option<Pin<Box<Sleep>>>> = RefCell::default();
    outer
        .run(async {
            let mut sleep = Box::pin(time::sleep(5 * SECOND));
            assert_eq!(poll_immediate(&mut sleep).await, None);
            kept.replace(Some(sleep));
        })
        .unwrap();
    assert_eq!(outer.world.next_event(), Some(5_000_000_000));
    outer.end(child);
    assert_eq!(outer.world.next_event(), None);
    outer.run(kept.take().unwrap()).unwrap();
    assert_eq!(outer.world.now(), 5_000_000_000);
}

#[test]
fn the_clock_is_its_parents_and_what_it_ordered_of_it_is_undone() {
    let outer = Outer::new();
    let before = outer.world.wall();
    let child = outer.begin();
    let frozen = outer.run(async {
        let event_loop = EventLoop::current();
        event_loop.set_wall_clock(std::time::UNIX_EPOCH.into());
        event_loop.advance(SECOND).await;
        assert_eq!(event_loop.now(), Instant::from_nanos(1_000_000_000));
        event_loop.freeze()
    });
    outer.end(child);
    assert_eq!(outer.world.wall(), before + SECOND);
    let next = outer.begin();
    let own = outer.run(async { EventLoop::current().freeze() }).unwrap();
    drop(frozen);
    assert!(outer.run(time::sleep(SECOND)).unwrap_err().is_time_frozen());
    drop(own);
    outer.run(time::sleep(SECOND)).unwrap();
    outer.end(next);
}

#[test]
fn the_order_of_ready_tasks_is_by_its_seed() {
    let outer = Outer::new();
    let order = |seed: Option<u64>| {
        let child = outer.begin_with(ChildSettings {
            seed: seed.unwrap_or_default(),
            permute: seed.is_some(),
            ..settings()
        });
        let order = Rc::new(RefCell::new(Vec::new()));
        outer
            .run(async {
                for i in 0..20 {
                    let order = Rc::clone(&order);
                    spawn(async move { order.borrow_mut().push(i) });
                }
                EventLoop::current().settle().await;
            })
            .unwrap();
        outer.end(child);
        order.take()
    };
    let plain: Vec<_> = (0..20).collect();
    assert_eq!(order(None), plain);
    let (one, again) = (order(Some(5)), order(Some(5)));
    assert!(one == again && one != plain);
    assert_eq!(order(None), plain);
}

#[test]
fn jobs_settles_advances_and_listeners_are_taken_out() {
    let outer = Outer::new();
    let parents = outer.run(async { signal(SignalKind::hangup()).unwrap() });
    let (release, released) = std::sync::mpsc::channel::<()>();
    let child = outer.begin();
    let kept = outer.run(async {
        let job = task::spawn_blocking(move || released.recv());
        let mut terms = signal(SignalKind::terminate()).unwrap();
        assert!(terms.recv().now_or_never().is_none());
        spawn(async {
            EventLoop::current().advance(SECOND).await;
        });
        // By a task that goes on, and kept in what outlives it.
        let mut settle = Box::pin(EventLoop::current().settle());
        poll_fn(|cx| {
            assert!(settle.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        task::yield_now().await;
        (job, terms, settle)
    });
    let kept = kept.unwrap();
    outer.end(child);
    assert!(outer.world.settling().is_empty() && outer.world.advancing().is_none());
    assert!(
        !outer.world.inbox().is_announced(),
        "time does not wait for the job"
    );
    outer
        .run(async {
            raise(SignalKind::hangup());
            EventLoop::current().advance(SECOND).await;
            // Jobs go on, though the child's may never end.
            assert_eq!(task::spawn_blocking(|| 3).await.unwrap(), 3);
            let raised = spawn(async { raise(SignalKind::terminate()) }).await;
            let text = raised.unwrap_err().to_string();
            assert!(text.contains("nobody listens for SIGTERM"), "{text}");
        })
        .unwrap();
    release.send(()).unwrap();
    drop((kept, parents));
}

#[test]
fn children_nest() {
    let outer = Outer::new();
    let told = Rc::new(RefCell::new(Vec::new()));
    let tell = |what| Told(Rc::clone(&told), what);
    let module = outer.begin();
    outer
        .run(async {
            spawn(hold(tell("the module's")));
            Net::current().set_capacity(2);
        })
        .unwrap();
    let test = outer.begin();
    outer
        .run(async {
            spawn(hold(tell("the test's")));
            Net::current().set_capacity(1);
        })
        .unwrap();
    let capacity = || {
        let write = async {
            let (mut one, _other) = UnixStream::pair().unwrap();
            one.write(b"four").await.unwrap()
        };
        outer.run(write).unwrap()
    };
    outer.end(test);
    assert_eq!((capacity(), told.borrow().len()), (2, 1));
    outer.end(module);
    assert_eq!((capacity(), told.borrow().len()), (4, 2));
}

#[test]
fn a_world_closes_with_the_children_that_are_there() {
    let outer = Outer::new();
    let told = Rc::new(RefCell::new(Vec::new()));
    let value = Told(Rc::clone(&told), "the child's");
    outer
        .run(async {
            drop(spawn(async { panic!("before") }));
        })
        .unwrap();
    outer.world.run_to_rest().unwrap();
    let _child = outer.begin();
    outer.run(async { drop(spawn(hold(value))) }).unwrap();
    assert_eq!(messages(&outer.world.close()), ["before"]);
    assert_eq!(told.borrow().len(), 1);
}

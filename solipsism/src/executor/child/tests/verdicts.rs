//! Whose a failure is, and what a child is told of.

use super::*;

#[test]
fn panics_are_told_as_at_the_end_of_a_world() {
    let outer = Outer::new();
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("a destructor");
        }
    }
    let parents = outer.run(async { spawn(async { panic!("held by the parent") }) });
    let child = outer.begin();
    let handle = outer.run(async {
        spawn(hold(Bad));
        let unread = spawn(async { panic!("held by a handle") });
        time::sleep(SECOND).await;
        unread
    });
    let end = outer.world.end_child(child);
    assert_eq!(messages(&end.untold), ["held by a handle", "a destructor"]);
    assert_eq!(end.of_parents.len(), 0);
    let again = outer.run(handle.unwrap()).unwrap().unwrap_err();
    assert!(again.is_cancelled(), "it was told once");
    assert!(outer.run(parents.unwrap()).unwrap().unwrap_err().is_panic());
}

#[test]
fn a_panic_of_a_parents_task_fails_the_child_at_once() {
    let outer = Outer::new();
    outer
        .run(async {
            drop(spawn(async {
                time::sleep(SECOND).await;
                panic!("the parent's");
            }));
        })
        .unwrap();
    let module = outer.begin();
    let test = outer.begin();
    let stopped = outer.run(time::sleep(9 * SECOND)).unwrap_err();
    assert!(stopped.is_background_failure() && stopped.now() == Instant::from_nanos(1_000_000_000));
    let end = outer.world.end_child(test);
    assert_eq!(end.untold.len(), 0, "the report has told it");
    assert_eq!(messages(&end.of_parents), ["the parent's"]);
    assert!(end.of_parents[0].owner < module.id());
    let end = outer.world.end_child(module);
    assert_eq!((end.untold.len(), end.of_parents.len()), (0, 1));
}

#[test]
fn what_a_parents_task_makes_of_its_end_is_not_put_down_to_the_next() {
    let outer = Outer::new();
    outer
        .run(async {
            let listener = TcpListener::bind("0.0.0.0:80").await.unwrap();
            drop(spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.read_exact(&mut [0]).await.expect("a request");
            }));
        })
        .unwrap();
    let child = outer.begin();
    let client = outer.run(TcpStream::connect("localhost:80")).unwrap();
    let end = outer.world.end_child(child);
    assert!(messages(&end.of_parents)[0].starts_with("a request"));
    assert_eq!((end.untold.len(), end.of_parents.len()), (1, 1));
    let next = outer.begin();
    outer.run(time::sleep(SECOND)).unwrap();
    outer.end(next);
    drop(client);
}

#[test]
fn what_failed_before_is_not_the_childs() {
    let outer = Outer::new();
    outer
        .run(async {
            drop(spawn(async { panic!("before") }));
        })
        .unwrap();
    outer.world.run_to_rest().unwrap();
    let child = outer.begin();
    outer.run(time::sleep(SECOND)).unwrap();
    outer.end(child);
    assert_eq!(messages(&outer.world.take_unheld_failures()), ["before"]);
}

#[test]
fn a_stuck_childs_report_lists_its_own_tasks() {
    let outer = Outer::new();
    let (_sender, receiver) = futures_channel::oneshot::channel::<()>();
    let awaited = outer.run(async {
        spawn(pending::<()>());
        spawn(pending::<()>());
        task::Builder::new()
            .name("awaited")
            .spawn(async { receiver.await.is_ok() })
    });
    let mut awaited = awaited.unwrap();
    let child = outer.begin();
    let stopped = outer.run(async {
        task::Builder::new()
            .name("its own")
            .spawn(hold(()))
            .background();
        (&mut awaited).await
    });
    let text = stopped.unwrap_err().to_string();
    assert!(text.starts_with("sleeps forever"), "{text}");
    assert!(
        text.contains("`its own`") && text.contains("task 3 `awaited`,"),
        "{text}"
    );
    assert!(
        text.contains("\n  and 2 tasks of the loop around it\n"),
        "{text}"
    );
    assert!(!text.contains("task 1,"), "{text}");
    outer.end(child);
}

#[test]
fn budgets_are_the_childs() {
    let outer = Outer::of(EventLoop::builder().time_limit(100 * SECOND));
    outer.run(time::sleep(50 * SECOND)).unwrap();
    let mut short = settings();
    short.limits.time = Some(10_000_000_000);
    let child = outer.begin_with(short);
    outer.run(time::sleep(10 * SECOND)).unwrap();
    let stopped = outer.run(time::sleep(SECOND)).unwrap_err();
    assert!(stopped.is_time_limit());
    let text = stopped.to_string();
    assert!(
        text.contains("not finished after 10s of virtual time"),
        "{text}"
    );
    outer.world.begin_teardown(20 * SECOND);
    outer.run(time::sleep(20 * SECOND)).unwrap();
    outer.end(child);
    assert!(!outer.world.lenient.get());
    outer.run(time::sleep(20 * SECOND)).unwrap();
    assert!(outer.run(time::sleep(SECOND)).unwrap_err().is_time_limit());
}

#[test]
fn a_parents_heartbeat_ends_in_the_step_limit_which_names_it() {
    let outer = Outer::new();
    outer
        .run(async {
            spawn(pending::<()>());
            let heart = async {
                loop {
                    time::sleep(SECOND).await;
                }
            };
            drop(task::Builder::new().name("heart").spawn(heart));
        })
        .unwrap();
    let child = outer.begin();
    // What has a deadline of its own may go on.
    outer.run(time::sleep(500 * SECOND)).unwrap();
    let (_sender, receiver) = futures_channel::oneshot::channel::<()>();
    let stopped = outer.run(receiver).unwrap_err();
    assert!(stopped.is_step_limit());
    let text = stopped.to_string();
    assert!(
        text.starts_with("step limit: the clock moved 100 times, to 599s, for the loop around"),
        "{text}"
    );
    assert!(text.contains("task 2 `heart`"), "{text}");
    assert!(text.contains("and 1 task of the loop around it"), "{text}");
    outer.end(child);
}

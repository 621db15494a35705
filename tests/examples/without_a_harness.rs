use solipsism::EventLoop;

fn main() {
    let event_loop = EventLoop::new();
    let answer = event_loop.run(async { 42 }).expect("it finishes");
    assert_eq!(answer, 42);

    let stopped = event_loop.run(std::future::pending::<()>()).unwrap_err();
    assert!(stopped.is_sleep_forever());
    println!("{stopped}"); // the same report a failing test prints
    println!("{:?}", event_loop.now()); // the clock can still be read
}

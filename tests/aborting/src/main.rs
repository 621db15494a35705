//! What is told of a hang where a panic ends the process: the tasks are listed before anything is polled once more.
//!
//! Without an argument the program runs itself once for each way to hang, and compares what that printed.

use std::env;
use std::future::{Future, poll_fn};
use std::process::Command;
use std::task::{Context, Poll};

use solipsism::{EventLoop, spawn};

fn main() {
    match env::args().nth(1).as_deref() {
        Some("bears_it") => hang(|_| Poll::Pending),
        Some("panics") => hang(|polls| match polls {
            1 => Poll::Pending,
            _ => panic!("polled again, with nobody having woken it"),
        }),
        _ => {
            check("bears_it", Ends::WithReport, &[LISTED, REPORT]);
            check("panics", Ends::ByAbort, &[LISTED, PANIC]);
        }
    }
}

/// A world in which a task waits for what never comes; `polled` is told which of its polls this is.
fn hang(polled: impl FnMut(usize) -> Poll<()> + 'static) {
    let stopped = EventLoop::new().run(async {
        let told = spawn(never_woken(polled));
        told.await.expect("it waits forever");
    });
    eprintln!("{}", stopped.expect_err("nothing wakes the task"));
}

fn never_woken(mut polled: impl FnMut(usize) -> Poll<()>) -> impl Future<Output = ()> {
    let mut wakers = Vec::new();
    poll_fn(move |context: &mut Context<'_>| {
        wakers.push(context.waker().clone());
        polled(wakers.len())
    })
}

#[derive(PartialEq, Eq)]
enum Ends {
    WithReport,
    ByAbort,
}

fn check(how: &str, ends: Ends, printed: &[&str]) {
    let this = env::current_exe().expect("a program knows where it is");
    let output = Command::new(this)
        .arg(how)
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("it can be run again");
    assert_eq!(output.status.success(), ends == Ends::WithReport, "{how}");
    let stderr = without_process(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(stderr, printed.concat(), "{how}");
}

/// The text without the process' number, which std prints beside the thread's name.
fn without_process(text: &str) -> String {
    let mut parts = text.split("thread 'main' (");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (_, rest) = part.split_once(')').expect("std closes what it opens");
        text + "thread 'main'" + rest
    })
}

const LISTED: &str = "\
before its tasks are polled once more, which may end the process:
sleeps forever: at 0ns nothing in this world can wake the body
  task 1, spawned at src/main.rs:29:20
    waits for something that is not solipsism's: a channel, a lock, a future of another crate
  the body, at src/main.rs:28:36
    waits for task 1 to finish
  no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
";

const REPORT: &str = "\
sleeps forever: at 0ns nothing in this world can wake the body
  task 1, spawned at src/main.rs:29:20
    waits for a future that is polled by hand
      never_woken  src/main.rs:38  wakers.push(context.waker().clone());
  the body, at src/main.rs:28:36
    waits for task 1 to finish
      hang  src/main.rs:30  told.await.expect(\"it waits forever\");
  no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
";

const PANIC: &str = "
thread 'main' panicked at src/main.rs:17:18:
polled again, with nobody having woken it
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
";

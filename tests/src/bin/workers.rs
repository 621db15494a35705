//! Tests that do to their process what a test should not, beside tests that do not.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::{self, Command};
use std::thread;

#[solipsism::test]
async fn aborts() {
    println!("before");
    process::abort();
}

#[solipsism::test]
async fn exits() {
    print!("without an end");
    process::exit(0);
}

#[solipsism::test]
async fn overflows_its_stack() {
    #[expect(unconditional_recursion, reason = "that is how it overflows")]
    fn below(depth: u64) -> u64 {
        black_box(below(black_box(depth) + 1)) + 1
    }
    println!("{}", below(0));
}

#[solipsism::test(wall_limit = "200ms")]
async fn spins() {
    println!("spinning");
    loop {
        black_box(());
    }
}

/// And never gives it back.
#[solipsism::test(wall_limit = "200ms")]
async fn spins_with_the_lock_of_stdout() {
    println!("spinning");
    let _stdout = io::stdout().lock();
    loop {
        black_box(());
    }
}

#[solipsism::test]
async fn prints_in_every_way() {
    println!("to stdout");
    eprintln!("to stderr");
    thread::spawn(|| println!("from a thread"))
        .join()
        .expect("it prints");
    let echo = Command::new("echo").arg("from a process").status();
    assert!(echo.expect("there is an echo").success());
    io::stdout()
        .write_all(b"no text: \xFF\n")
        .expect("it is taken");
    print!("without an end");
    panic!("all was printed");
}

#[solipsism::test]
async fn prints_more_than_anybody_reads() {
    for line in 0..100_000 {
        println!("line {line} of very many");
    }
    panic!("all was printed");
}

#[solipsism::test]
async fn prints_and_passes() {
    println!("nobody wants to know");
}

#[solipsism::test]
async fn reads_stdin() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).expect("it can be read");
    assert_eq!(line, "");
}

struct Db;

#[solipsism::fixture(scope = "session", teardown = close)]
fn db() -> Db {
    println!("set up");
    Db
}

async fn close(_: Db) {
    println!("torn down");
}

mod shares {
    use super::{Db, process};

    #[solipsism::test]
    async fn a_passes(_db: &Db) {}

    #[solipsism::test]
    async fn b_aborts(_db: &Db) {
        process::abort();
    }

    #[solipsism::test]
    async fn c_fails(_db: &Db) {
        panic!("and its database is another");
    }
}

/// What is woken when the verdict on it is given; both run in one process if there is one worker.
mod late {
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel as signal};
    use std::thread::JoinHandle;

    use futures_channel::oneshot;

    use super::thread;

    static WAKES: Mutex<Option<(Sender<()>, JoinHandle<()>)>> = Mutex::new(None);

    #[solipsism::test]
    async fn a_waits() {
        let (sender, receiver) = oneshot::channel();
        let (wake, woken) = signal();
        let thread = thread::spawn(move || {
            woken.recv().expect("another test sends");
            sender.send(()).expect("the receiver is kept");
        });
        *WAKES.lock().expect("nobody panicked") = Some((wake, thread));
        let receiver = Box::leak(Box::new(receiver));
        receiver.await.expect("the sender sends");
    }

    #[solipsism::test]
    async fn b_wakes_it() {
        let wakes = WAKES.lock().expect("nobody panicked").take();
        let (wake, thread) = wakes.expect("both run in one process");
        wake.send(()).expect("the thread is there");
        thread.join().expect("it sends");
    }
}

/// What a test leaves to whoever comes after it in its process, and should not.
mod spoils {
    #[solipsism::test]
    async fn a_sets_a_panic_hook() {
        std::panic::set_hook(Box::new(|_| eprintln!("there is no more to it")));
    }

    /// It is told by the report: were the hook still that of the test before it, the message and the place would be missing.
    #[solipsism::test]
    async fn b_panics() {
        panic!("the report says where");
    }
}

solipsism::main!();

//! A worker that is a process: what it is told, what it tells, and what is to be said when it ends before its time.

use std::env;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::printing::{Printing, path_of_ours};
use super::wire::{Event, Order, Over, Wire as _};
use super::{Brought, Sending, Shared, not_ended};
use crate::Instance;
use crate::plan::Plan;
use crate::scopes::CameTo;

/// How often it is looked whether a case prints and prints.
const LOOK: Duration = Duration::from_millis(100);

/// Has parts of the schedule run until there are none left, by one process, or by one after another if they do not last.
pub(super) fn work(shared: &Shared, results: &Sending) {
    let mut process = None;
    while let Some(part) = shared.next_part() {
        let mut left = part;
        while let [first, others @ ..] = left {
            if shared.is_left_out(*first) {
                break;
            }
            left = match process.take().map_or_else(Process::start, Ok) {
                Err(error) => {
                    let why = format!(
                        "no process could be started to run it: {error}; with `--in-process` the tests run without"
                    );
                    shared.bring(*first, Brought::without(not_ended(why)), results);
                    others
                }
                Ok(started) => match started.run(shared, left, results) {
                    Ran::All(lasting) => {
                        process = Some(lasting);
                        &[]
                    }
                    Ran::AllButThreads(process) => {
                        process.finish(shared);
                        &[]
                    }
                    Ran::Until(over) => &left[over..],
                },
            };
        }
    }
    if let Some(process) = process {
        process.finish(shared);
    }
}

/// A worker process.
struct Process {
    orders: UnixStream,
    printing: Printing,
    /// How it ended, as soon as it has.
    ended: JoinHandle<io::Result<ExitStatus>>,
}

/// How far a part was run.
enum Ran {
    /// To its end.
    All(Process),
    /// To its end, but a thread was left behind and runs on: another process is better for what comes.
    AllButThreads(Process),
    /// The process ended while it ran the last of so many cases.
    Until(usize),
}

impl Process {
    fn start() -> io::Result<Self> {
        let printing = Printing::new()?;
        let address = path_of_ours();
        let listener = UnixListener::bind(&address)?;
        let started = Command::new(env::current_exe()?)
            .arg("--worker")
            .arg(&address)
            .args(env::args_os().skip(1))
            .stdin(Stdio::null())
            .stdout(printing.for_process()?)
            .stderr(printing.for_process()?)
            .spawn();
        let connected = started.and_then(|mut child| {
            let ended = thread::Builder::new().spawn({
                let address = address.clone();
                move || {
                    let ended = child.wait();
                    // If it never came so far, this ends the waiting for it.
                    _ = UnixStream::connect(address);
                    ended
                }
            })?;
            let (orders, _) = listener.accept()?;
            orders.set_read_timeout(Some(LOOK))?;
            Ok(Self {
                orders,
                printing,
                ended,
            })
        });
        // Whoever is connected needs no name any more.
        _ = fs::remove_file(&address);
        connected
    }

    fn run(mut self, shared: &Shared, part: &[usize], results: &Sending) -> Ran {
        // If it is gone, that is found out by the next event, which does not come.
        _ = Order::Part(part.to_vec()).send(&self.orders);
        let (mut over, mut is_lost, mut is_cut) = (0, false, false);
        loop {
            let event = self.event();
            if is_cut && matches!(event, Ok(Event::Done)) {
                // By teardowns: it is none of the next case's.
                _ = self.printing.read_rest();
            }
            match event {
                Ok(Event::Began(_) | Event::Late(_)) => {}
                Ok(Event::Done) if is_lost => return Ran::AllButThreads(self),
                Ok(Event::Done) => return Ran::All(self),
                Ok(Event::Came(came)) => {
                    is_lost |= matches!(&came.came.to, CameTo::Ran(ran) if ran.is_lost);
                    let waits = came.waits;
                    shared.bring(part[over], self.brought(came), results);
                    over += 1;
                    if waits {
                        let mut left = part[over..].iter();
                        is_cut = left.all(|&place| shared.is_left_out(place));
                        let order = if is_cut {
                            Order::LeaveRest
                        } else {
                            Order::GoOn
                        };
                        _ = order.send(&self.orders);
                    }
                }
                Err(_) => {
                    let printed = self.printing.read_rest();
                    let end = end(self.ended);
                    if over == part.len() {
                        shared.broke(after_the_last(&end, &printed));
                        return Ran::Until(over);
                    }
                    let mut report = format!("the process in which it ran {end}");
                    report += &left_behind(&shared.plan, part, over);
                    let mut brought = Brought::without(not_ended(report));
                    brought.printed = printed;
                    shared.bring(part[over], brought, results);
                    return Ran::Until(over + 1);
                }
            }
        }
    }

    fn brought(&mut self, over: Over) -> Brought {
        let printed = self.printing.read_to(over.printed_to);
        if over.waits {
            self.printing.empty();
        }
        Brought {
            came: over.came,
            printed,
            took: over.took,
        }
    }

    /// The next thing that it tells, while it is looked after what it prints.
    fn event(&mut self) -> io::Result<Event> {
        struct Patient<'a>(&'a mut Process);
        impl Read for Patient<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                loop {
                    match (&self.0.orders).read(buffer) {
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            self.0.printing.limit();
                        }
                        read => return read,
                    }
                }
            }
        }
        Event::receive(Patient(self))
    }

    /// Lets it end, after it has told what came late.
    fn finish(mut self, shared: &Shared) {
        _ = Order::Finish.send(&self.orders);
        let late = self.event();
        let end = end(self.ended);
        match late {
            Ok(Event::Late(late)) if end == WELL => {
                for (place, what) in late {
                    shared.came_late(place, what);
                }
            }
            _ => {
                let printed = self.printing.read_rest();
                shared.broke(after_the_last(&end, &printed));
            }
        }
    }
}

/// What is to be said where no case is to blame.
fn after_the_last(end: &str, printed: &str) -> String {
    format!("a process in which tests ran {end}, after the last of them\n{printed}")
}

/// The end of a process that did what it was to do.
const WELL: &str = "ended with code 0, as by a call of `exit`";

/// "ended with code 3, as by a call of `exit`", "was killed by signal 6 (SIGABRT)"
fn end(ended: JoinHandle<io::Result<ExitStatus>>) -> String {
    let status = match ended.join() {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => return format!("is gone, and nothing is known of its end: {error}"),
        Err(_) => return "is gone, and nothing is known of its end".to_owned(),
    };
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with code {code}, as by a call of `exit`"),
        (None, Some(signal)) => format!("was killed by signal {signal}{}", name(signal)),
        (None, None) => format!("ended: {status}"),
    }
}

/// Those that processes bring on themselves, where all systems number them alike.
fn name(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// What is to be said of the values that the case shared with others of its part, which are gone with the process.
fn left_behind(plan: &Plan, part: &[usize], over: usize) -> String {
    let to_come: Vec<&Instance> = instances(plan, &part[over + 1..]).collect();
    let mut lost: Vec<&Instance> = Vec::new();
    for instance in instances(plan, &part[..=over]) {
        let is_there = |other: &&Instance| std::ptr::eq(*other, instance);
        let is_of_scope = |other: &&Instance| other.module == instance.module;
        let is_needed = instances(plan, &part[over..=over]).any(|it| is_of_scope(&it))
            || to_come.iter().any(is_of_scope);
        if is_needed && !lost.iter().any(is_there) {
            lost.push(instance);
        }
    }
    if lost.is_empty() {
        return String::new();
    }
    let names: Vec<_> = lost.iter().map(|it| it.provider.to_string()).collect();
    let mut text = format!(
        "\n  not torn down, since it was there: {}",
        names.join(" and ")
    );
    if to_come
        .iter()
        .any(|it| lost.iter().any(|lost| std::ptr::eq(*lost, *it)))
    {
        text += "; set up again for the tests to come";
    }
    text
}

fn instances<'a>(plan: &'a Plan, places: &'a [usize]) -> impl Iterator<Item = &'a Instance> {
    let needs = places.iter().flat_map(|&place| plan.needs(place));
    needs.map(|&one| &*plan.instances[one])
}

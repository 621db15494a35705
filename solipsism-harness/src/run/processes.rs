//! A worker that is a process: what it is told, what it tells, and what is to be said when it ends before its time.

use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::AsFd as _;
use std::thread;
use std::time::Duration;

use super::attempts::Attempts;
use super::child::{Child, End};
use super::hearing::Hearing;
use super::printing::Printing;
use super::protocol::{Event, Order, Over};
use super::wire::Wire as _;
use super::{Brought, Sending, Shared, not_ended, threads};
use crate::Instance;
use crate::plan::Plan;
use crate::retries::at_each;
use crate::scopes::CameTo;
use crate::stopwatch::Stopwatch;

/// How often a process is started in vain before it is done without.
const TRIES: usize = 100;

/// How long it is waited between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// Cases that take no longer are ordered several at a time, so that nobody waits for orders.
const QUICK: Duration = Duration::from_millis(2);

/// But no more: another worker might have nothing to do.
const AT_ONCE: usize = 32;

/// Parts of the schedule, or what is left of one.
type Parts<'a> = Vec<&'a [usize]>;

/// Has parts of the schedule run until there are none left, by one process, or by one after another if they do not last. Where the
/// system gives no process, it is left to the other workers; and where it gives none to anybody, this process does it.
pub(super) fn work(shared: &Shared, results: &Sending) {
    let mut process = match Process::start(shared) {
        Ok(process) => Some(process),
        Err(_) if shared.gives_up() => return,
        Err(error) => {
            shared.goes_without(&error);
            None
        }
    };
    let mut at_once = 1;
    while let Some(parts) = shared.next_parts(at_once) {
        let mut left: Parts<'_> = parts.iter().map(Vec::as_slice).collect();
        let mut attempts = Attempts::default();
        while !left.is_empty() {
            // Those after it are too, since parts are in the order of their first cases.
            if shared.is_left_out(left[0][0]) {
                break;
            }
            if process.is_none() {
                process = shared.start_another();
            }
            let Some(started) = process.take() else {
                for part in left {
                    threads::run(shared, part, mem::take(&mut attempts), results);
                }
                break;
            };
            let ran = started.run(shared, &left, attempts, results);
            at_once = if ran.is_quick {
                AT_ONCE.min(2 * at_once)
            } else {
                1
            };
            (process, left, attempts) = (ran.process, ran.left, ran.attempts);
        }
    }
    if let Some(process) = process {
        process.finish(shared);
    }
}

impl Shared {
    /// A process in place of one that ended before its time.
    fn start_another(&self) -> Option<Process> {
        if self.is_without() {
            return None;
        }
        for _ in 1..TRIES {
            match Process::start(self) {
                Ok(process) => return Some(process),
                // The others may be about to give back what it takes.
                Err(_) => thread::park_timeout(PAUSE),
            }
        }
        let started = Process::start(self);
        started.map_err(|error| self.goes_without(&error)).ok()
    }
}

/// A worker process.
struct Process {
    child: Child,
    heard: Hearing,
    printing: Printing,
    /// Whether it has run anything.
    has_run: bool,
    /// The last case that it ran.
    last: Option<usize>,
    /// The case whose thread was left behind, and may print on.
    lost: Option<usize>,
}

/// How far parts were run.
struct Ran<'a> {
    /// What can run more.
    process: Option<Process>,
    /// What is still to be run.
    left: Parts<'a>,
    /// What is known of the first case of that.
    attempts: Attempts,
    /// Whether that took no time.
    is_quick: bool,
}

impl Process {
    fn start(shared: &Shared) -> io::Result<Self> {
        let printing = Printing::new()?;
        let prints_to = || {
            if shared.captures {
                return printing.for_process();
            }
            Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
        };
        Ok(Self {
            child: Child::start(prints_to)?,
            heard: Hearing::default(),
            printing,
            has_run: false,
            last: None,
            lost: None,
        })
    }

    /// Has these parts run, at the first case of which these attempts were made before.
    fn run<'a>(
        mut self,
        shared: &Shared,
        parts: &[&'a [usize]],
        mut attempts: Attempts,
        results: &Sending,
    ) -> Ran<'a> {
        let order = parts.iter().map(|part| part.to_vec()).collect();
        let order = Order::Parts(order, attempts.gone());
        if order.send(&self.child.orders).is_err() && self.has_run {
            // It ended while it had nothing to do, and so by what a case left behind that is over.
            self.broke(shared);
            return Ran {
                process: None,
                left: parts.to_vec(),
                attempts,
                is_quick: false,
            };
        }
        self.has_run = true;
        let (mut at, mut over) = (0, 0);
        let (mut is_quick, mut is_spoilt, mut is_cut) = (true, false, false);
        let mut began = Stopwatch::start();
        while let Some(part) = parts.get(at) {
            match self.event() {
                Ok(Event::Began(_, printed_to)) => {
                    let printed = self.printing.read_to(printed_to);
                    between(shared, self.last, printed);
                }
                Ok(Event::Late(_)) => {}
                Ok(Event::Again(report)) => attempts.failed(report),
                Ok(Event::Spoilt) => is_spoilt = true,
                Ok(Event::Done) => {
                    if is_cut {
                        // By teardowns: it is none of the next case's.
                        _ = self.printing.read_rest();
                    }
                    (at, over) = (at + 1, 0);
                    if is_spoilt {
                        break;
                    }
                }
                Ok(Event::Came(came)) => {
                    let is_lost = matches!(&came.came.to, CameTo::Ran(ran) if ran.is_lost);
                    is_spoilt |= is_lost;
                    is_quick &= came.took < QUICK;
                    let waits = came.waits;
                    if let Some(&place) = part.get(over) {
                        if !is_cut {
                            self.last = Some(place);
                        }
                        let brought = attempts.complete(self.brought(came));
                        shared.bring(place, brought, results);
                    }
                    if is_lost {
                        self.lost = self.lost.or(self.last);
                    }
                    (over, began) = (over + 1, Stopwatch::start());
                    if waits {
                        let rest = part.get(over..).unwrap_or_default();
                        is_cut =
                            !rest.is_empty() && rest.iter().all(|&place| shared.is_left_out(place));
                        let order = if is_cut {
                            Order::LeaveRest
                        } else {
                            Order::GoOn
                        };
                        _ = order.send(&self.child.orders);
                    }
                }
                Err(_) => {
                    let rest = if over < part.len() && !is_cut {
                        let failed = &mut attempts;
                        self.died(shared, part.split_at(over), failed, began, results)
                    } else {
                        self.broke(shared);
                        &[]
                    };
                    let rest = Some(rest).filter(|rest| !rest.is_empty());
                    return Ran {
                        process: None,
                        left: rest.iter().chain(&parts[at + 1..]).copied().collect(),
                        attempts,
                        is_quick: false,
                    };
                }
            }
        }
        let process = if is_spoilt {
            // Another process is better for what comes.
            self.finish(shared);
            None
        } else {
            Some(self)
        };
        Ran {
            process,
            left: parts[at..].to_vec(),
            attempts,
            is_quick,
        }
    }

    /// It ended while it ran the first of the cases that are not `over`. Gives what is still to be run of them: without that one,
    /// unless it is to be run again.
    fn died<'a>(
        mut self,
        shared: &Shared,
        (over, left): (&[usize], &'a [usize]),
        attempts: &mut Attempts,
        began: Stopwatch,
        results: &Sending,
    ) -> &'a [usize] {
        let (place, printed) = (left[0], self.printing.read_rest());
        let goes_on = attempts.may_go_on(&shared.plan[place]);
        let rest = if goes_on { left } else { &left[1..] };
        let mut report = format!("the process in which it ran {}", self.child.end().how);
        report += &left_behind(&shared.plan, over, place, rest);
        if goes_on {
            attempts.lost(report, &printed, began.elapsed());
            return rest;
        }
        report += &at_each(attempts.count());
        let brought = Brought {
            printed,
            beside: self.lost,
            took: began.elapsed(),
            ..Brought::without(not_ended(report))
        };
        shared.bring(place, attempts.complete_gone(brought), results);
        rest
    }

    fn brought(&mut self, over: Over) -> Brought {
        let printed = self.printing.read_to(over.printed_to);
        if over.waits {
            self.printing.empty();
        }
        Brought {
            came: over.came,
            printed,
            beside: self.lost,
            took: over.took,
        }
    }

    /// The next thing that it tells, while it is looked after it and after what it prints.
    fn event(&mut self) -> io::Result<Event> {
        let mut is_over = false;
        loop {
            if let Some(event) = self.heard.take()? {
                return Ok(event);
            }
            match self.heard.listen(&self.child.orders) {
                // What it started itself may hold the stream open after its end.
                Err(error) if error.kind() == ErrorKind::WouldBlock && !is_over => {
                    self.printing.limit();
                    is_over = self.child.look();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                heard => heard?,
            }
        }
    }

    /// Lets it end, after it has told what came late.
    fn finish(mut self, shared: &Shared) {
        _ = Order::Finish.send(&self.child.orders);
        let late = self.event();
        let end = match late {
            Ok(_) => self.child.end_by_itself(),
            Err(_) => self.child.end(),
        };
        match late {
            Ok(Event::Late(late)) if end.is_well => {
                for (place, what) in late {
                    shared.came_late(place, what);
                }
                let printed = self.printing.read_rest();
                between(shared, self.last, printed);
            }
            _ => broke(shared, &end, &mut self.printing),
        }
    }

    /// It ended between cases.
    fn broke(mut self, shared: &Shared) {
        broke(shared, &self.child.end(), &mut self.printing);
    }
}

fn broke(shared: &Shared, End { how, .. }: &End, printing: &mut Printing) {
    let printed = printing.read_rest();
    shared.broke(format!(
        "a process in which tests ran {how}, after the last of them\n{printed}"
    ));
}

/// This was printed while no case was run. What comes before the first is what every process prints as it starts.
fn between(shared: &Shared, last: Option<usize>, printed: String) {
    if let (Some(after), false) = (last, printed.is_empty()) {
        shared.strayed(after, printed);
    }
}

/// What is to be said of the values that the case shared with others of its part, those that are `over` and those `to_come`, and that are
/// gone with the process.
fn left_behind(plan: &Plan, over: &[usize], place: usize, to_come: &[usize]) -> String {
    let to_come: Vec<&Instance> = instances(plan, to_come).collect();
    let mut lost: Vec<&Instance> = Vec::new();
    let last = [place];
    for instance in instances(plan, over).chain(instances(plan, &last)) {
        let is_there = |other: &&Instance| std::ptr::eq(*other, instance);
        let is_of_scope = |other: &&Instance| other.module == instance.module;
        let is_needed =
            instances(plan, &last).any(|it| is_of_scope(&it)) || to_come.iter().any(is_of_scope);
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

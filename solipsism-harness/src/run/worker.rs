//! A worker process: the same binary, told by `--worker` to run what it is told to, and to tell what became of it.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::threads::bring;
use super::wire::{Event, Order, Over, Wire as _};
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::repetition::Marks;
use crate::scopes::{Came, CameTo, Scopes};
use crate::stage::ForReal;
use crate::{Ended, Postscript};

/// What a case may leave in the file to which all print before it is read and emptied.
const MUCH: u64 = 1 << 20;

/// Runs what whoever listens at this address orders.
pub(crate) fn work(plan: &Arc<Plan>, address: &Path, fail_fast: bool) -> Result<ExitCode, Refusal> {
    let done = Worker::new(plan, address, fail_fast).and_then(Worker::run);
    // Whoever gave the orders is gone, or there never was anybody.
    done.map(|()| ExitCode::SUCCESS).map_err(|error| {
        Refusal::misuse(format!(
            "this process was started to run tests on behalf of another, which is not there: {error}; start it without `--worker`"
        ))
    })
}

struct Worker<'a> {
    plan: &'a Arc<Plan>,
    orders: UnixStream,
    /// Whether it is asked after each case if there is to be another.
    fail_fast: bool,
    /// Where all that is printed goes.
    printed: File,
    postscripts: Vec<(usize, Postscript)>,
    /// Whether a thread was left behind, which may hold the lock of stdout.
    is_lost: bool,
}

impl<'a> Worker<'a> {
    fn new(plan: &'a Arc<Plan>, address: &Path, fail_fast: bool) -> io::Result<Self> {
        Ok(Self {
            plan,
            orders: UnixStream::connect(address)?,
            fail_fast,
            printed: io::stdout().as_fd().try_clone_to_owned()?.into(),
            postscripts: Vec::new(),
            is_lost: false,
        })
    }

    fn run(mut self) -> io::Result<()> {
        loop {
            match Order::receive(&self.orders)? {
                Order::Part(part) => self.run_part(&part)?,
                Order::GoOn | Order::LeaveRest => {}
                Order::Finish => {
                    let late = self.postscripts.into_iter();
                    let late = late.filter_map(|(place, tells)| Some((place, tells()?)));
                    return Event::Late(late.collect()).send(&self.orders);
                }
            }
        }
    }

    fn run_part(&mut self, part: &[usize]) -> io::Result<()> {
        let scopes = Scopes::new(self.plan, part, ForReal(Marks::Wanted));
        for (turn, &place) in part.iter().enumerate() {
            Event::Began(place).send(&self.orders)?;
            let brought = bring(&scopes, place);
            let mut came = brought.came;
            self.keep_postscript(place, &mut came);
            self.flush()?;
            let printed_to = self.printed.metadata()?.len();
            let waits = self.fail_fast || printed_to > MUCH;
            let over = Over {
                came,
                took: brought.took,
                printed_to,
                waits,
            };
            Event::Came(over).send(&self.orders)?;
            if waits && Order::receive(&self.orders)? == Order::LeaveRest {
                for &place in &part[turn + 1..] {
                    scopes.leave_out(place);
                }
                self.flush()?;
                break;
            }
        }
        Event::Done.send(&self.orders)
    }

    fn flush(&self) -> io::Result<()> {
        if self.is_lost {
            return Ok(());
        }
        io::stdout().flush()
    }

    fn keep_postscript(&mut self, place: usize, came: &mut Came) {
        let CameTo::Ran(ran) = &mut came.to else {
            return;
        };
        self.is_lost |= ran.is_lost;
        if let Ended::Failed(failure) = &mut ran.ended {
            let postscript = failure.postscript.take();
            self.postscripts.extend(postscript.map(|it| (place, it)));
        }
    }
}

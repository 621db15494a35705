//! A worker process: the same binary, told by `--worker` to run what it is told to, and to tell what became of it.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::found::Found;
use super::protocol::{Event, Order, Over};
use super::telling::Telling;
use super::threads::{bring, scopes};
use super::wire::Wire as _;
use crate::audience::Audience;
use crate::plan::Plan;
use crate::refusal::Refusal;
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
    telling: Arc<Telling>,
    /// Whether it is asked after each case if there is to be another.
    fail_fast: bool,
    /// Where all that is printed goes.
    printed: File,
    /// What cases find, and may change.
    found: Found,
    postscripts: Vec<(usize, Postscript)>,
    /// Whether a thread was left behind, which may hold the lock of stdout.
    is_lost: bool,
}

impl<'a> Worker<'a> {
    fn new(plan: &'a Arc<Plan>, address: &Path, fail_fast: bool) -> io::Result<Self> {
        let orders = UnixStream::connect(address)?;
        let lifeline = UnixStream::connect(address)?;
        let watch = thread::Builder::new().name("lifeline".to_owned());
        watch.spawn(move || end_with(&lifeline))?;
        Ok(Self {
            plan,
            telling: Arc::new(Telling::on(orders.try_clone()?)),
            orders,
            fail_fast,
            printed: io::stdout().as_fd().try_clone_to_owned()?.into(),
            found: Found::now(),
            postscripts: Vec::new(),
            is_lost: false,
        })
    }

    fn run(mut self) -> io::Result<()> {
        loop {
            match Order::receive(&self.orders)? {
                Order::Parts(parts, failed_before) => {
                    self.telling.set_failed_before(failed_before);
                    self.run_parts(&parts)?;
                }
                Order::GoOn | Order::LeaveRest => {}
                Order::Finish => {
                    let late = self.postscripts.into_iter();
                    let late = late.filter_map(|(place, tells)| Some((place, tells()?)));
                    self.telling.along(&Event::Late(late.collect()));
                    return self.telling.now();
                }
            }
        }
    }

    /// As far as this process is as it was.
    fn run_parts(&mut self, parts: &[Vec<usize>]) -> io::Result<()> {
        for part in parts {
            self.run_part(part)?;
            let is_spoilt = self.found != Found::now();
            if is_spoilt {
                self.telling.along(&Event::Spoilt);
            }
            self.telling.along(&Event::Done);
            self.telling.now()?;
            if is_spoilt || self.is_lost {
                break;
            }
        }
        Ok(())
    }

    fn run_part(&mut self, part: &[usize]) -> io::Result<()> {
        let audience = Audience::of(Arc::clone(&self.telling) as _);
        let scopes = scopes(self.plan, part, &audience);
        for (turn, &place) in part.iter().enumerate() {
            self.telling.along(&Event::Began(place, self.printed_to()?));
            let brought = bring(self.plan, scopes.as_ref(), place, &audience);
            self.telling.set_failed_before(0);
            let mut came = brought.came;
            self.keep_postscript(place, &mut came);
            self.flush();
            let printed_to = self.printed_to()?;
            let waits = self.fail_fast || printed_to > MUCH;
            let over = Over {
                came,
                took: brought.took,
                printed_to,
                waits,
            };
            self.telling.along(&Event::Came(over));
            if waits || part.last() != Some(&place) {
                self.telling.now()?;
            }
            if waits && Order::receive(&self.orders)? == Order::LeaveRest {
                self.leave_out(scopes.as_ref(), &part[turn + 1..])?;
                break;
            }
        }
        Ok(())
    }

    /// Tears down what these would have needed, which are not run.
    fn leave_out(&self, scopes: Option<&Scopes<ForReal>>, places: &[usize]) -> io::Result<()> {
        for &place in places {
            if let Some(scopes) = scopes {
                let came = scopes.leave_out(place);
                self.flush();
                self.telling.along(&Event::Came(Over {
                    came,
                    took: Duration::ZERO,
                    printed_to: self.printed_to()?,
                    waits: false,
                }));
            }
        }
        Ok(())
    }

    fn printed_to(&self) -> io::Result<u64> {
        Ok(self.printed.metadata()?.len())
    }

    fn flush(&self) {
        if !self.is_lost {
            // Where it cannot be written there is nothing to be read.
            _ = io::stdout().flush();
        }
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

/// Ends this process as soon as the one that gives the orders is no more, whatever is being run: nobody wants to know.
fn end_with(mut lifeline: &UnixStream) {
    while let Err(error) = lifeline.read(&mut [0]) {
        if error.kind() != io::ErrorKind::Interrupted {
            break;
        }
    }
    // In the proper way, which is shut if another thread is stuck in it.
    _ = thread::Builder::new().spawn(|| process::exit(101));
    thread::park_timeout(Duration::from_secs(1));
    process::abort();
}

//! A worker process: the same binary, told by `--worker` to run what it is told to, and to tell what became of it.

use std::env;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::protocol::{Event, Order, Over};
use super::threads::{bring, scopes};
use super::wire::Wire as _;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::repetition::Marks;
use crate::scopes::{Came, CameTo};
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
    /// What is told next.
    tells: Vec<u8>,
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
            orders,
            fail_fast,
            tells: Vec::new(),
            printed: io::stdout().as_fd().try_clone_to_owned()?.into(),
            found: Found::now(),
            postscripts: Vec::new(),
            is_lost: false,
        })
    }

    fn run(mut self) -> io::Result<()> {
        loop {
            match Order::receive(&self.orders)? {
                Order::Parts(parts) => self.run_parts(&parts)?,
                Order::GoOn | Order::LeaveRest => {}
                Order::Finish => {
                    let late = self.postscripts.into_iter();
                    let late = late.filter_map(|(place, tells)| Some((place, tells()?)));
                    return Event::Late(late.collect()).send(&self.orders);
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
                Event::Spoilt.put_frame(&mut self.tells);
            }
            Event::Done.put_frame(&mut self.tells);
            self.tell()?;
            if is_spoilt || self.is_lost {
                break;
            }
        }
        Ok(())
    }

    fn run_part(&mut self, part: &[usize]) -> io::Result<()> {
        let scopes = scopes(self.plan, part, Marks::Wanted);
        for (turn, &place) in part.iter().enumerate() {
            // Told along with what comes next: each time that the other side is woken costs more than many a case.
            Event::Began(place, self.printed_to()?).put_frame(&mut self.tells);
            let brought = bring(self.plan, scopes.as_ref(), place, Marks::Wanted);
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
            Event::Came(over).put_frame(&mut self.tells);
            if waits || part.last() != Some(&place) {
                self.tell()?;
            }
            if waits && Order::receive(&self.orders)? == Order::LeaveRest {
                for &place in &part[turn + 1..] {
                    if let Some(scopes) = &scopes {
                        scopes.leave_out(place);
                    }
                }
                self.flush();
                break;
            }
        }
        Ok(())
    }

    fn tell(&mut self) -> io::Result<()> {
        (&self.orders).write_all(&std::mem::take(&mut self.tells))
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

/// What a process is given, and what a case had better leave as it is.
#[derive(PartialEq, Eq)]
struct Found {
    directory: Option<PathBuf>,
    /// The files that stdout and stderr go to.
    streams: [Option<(u64, u64)>; 2],
}

impl Found {
    fn now() -> Self {
        let file = |descriptor: io::Result<OwnedFd>| {
            let file = File::from(descriptor.ok()?).metadata().ok()?;
            Some((file.dev(), file.ino()))
        };
        Self {
            directory: env::current_dir().ok(),
            streams: [
                file(io::stdout().as_fd().try_clone_to_owned()),
                file(io::stderr().as_fd().try_clone_to_owned()),
            ],
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

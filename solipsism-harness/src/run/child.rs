//! [`Child`]: a process of this very binary, started to work for this one; and its end, whatever keeps it from coming.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{self, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::places::in_any_directory;

/// How often it is looked after a process that says nothing.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// How long a process that just begins is waited for at a time: longer and longer, as its second connection comes right after its first.
const SHORT: Duration = Duration::from_micros(20);
const LONG: Duration = Duration::from_micros(200);

/// For how many looks in a row a process must be stopped before it is ended: a run that is stopped as a whole, as by Ctrl-Z, goes on
/// as a whole.
const STOPPED: u32 = 10;

/// How long a process may take to end when it has nothing more to do: some write what they measured.
const ENDING: Duration = Duration::from_secs(10);

/// A process that works for this one.
pub(super) struct Child {
    process: process::Child,
    /// What it is told, and what it tells.
    pub(super) orders: UnixStream,
    /// Says nothing. When it is closed, as it is when this process dies, the child ends too.
    _lifeline: UnixStream,
    /// For how many looks in a row it has been stopped.
    stopped: u32,
    end: Option<End>,
}

/// How a process ended.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// "was killed by signal 6 (SIGABRT)"
    pub(super) how: String,
    /// Whether that is as it should be, or nobody knows better.
    pub(super) is_well: bool,
}

impl Child {
    /// Starts one that prints there.
    pub(super) fn start(prints_to: impl Fn() -> io::Result<Stdio>) -> io::Result<Self> {
        let (listener, address) =
            in_any_directory(|path| Ok((UnixListener::bind(path)?, path.to_owned())))?;
        let child = Self::connect(&listener, &address, prints_to);
        // Whoever is connected needs no name any more.
        _ = fs::remove_file(&address);
        child
    }

    fn connect(
        listener: &UnixListener,
        address: &PathBuf,
        prints_to: impl Fn() -> io::Result<Stdio>,
    ) -> io::Result<Self> {
        let (binary, name) = this_binary()?;
        let mut process = Command::new(binary)
            .arg0(name)
            .arg("--worker")
            .arg(address)
            .args(env::args_os().skip(1))
            .stdin(Stdio::null())
            .stdout(prints_to()?)
            .stderr(prints_to()?)
            .spawn()?;
        listener.set_nonblocking(true)?;
        let mut accept = || -> io::Result<UnixStream> {
            let mut pause = SHORT;
            loop {
                match listener.accept() {
                    Ok((stream, _)) => {
                        stream.set_nonblocking(false)?;
                        return Ok(stream);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
                if let Some(end) = ended(&mut process) {
                    return Err(io::Error::other(format!("it {} at once", end.how)));
                }
                thread::park_timeout(pause);
                pause = LONG.min(pause * 2);
            }
        };
        let (orders, lifeline) = (accept()?, accept()?);
        orders.set_read_timeout(Some(LOOK))?;
        Ok(Self {
            process,
            orders,
            _lifeline: lifeline,
            stopped: 0,
            end: None,
        })
    }

    /// Looks after it when it has said nothing for a while: whether it has ended. One that is stopped never says anything, and is
    /// ended.
    pub(super) fn look(&mut self) -> bool {
        if self.end.is_none() {
            self.end = ended(&mut self.process);
        }
        self.stopped = if is_stopped(self.process.id()) {
            self.stopped + 1
        } else {
            0
        };
        if self.end.is_none() && self.stopped >= STOPPED {
            self.kill("was stopped by a signal (SIGSTOP), did not go on");
        }
        self.end.is_some()
    }

    /// Waits for its end, now that it says nothing any more. One that lives on is ended.
    pub(super) fn end(self) -> End {
        self.end_within(
            LOOK * STOPPED,
            "closed the connection by which it tells what becomes of tests, lived on",
        )
    }

    /// Waits for its end, which is all that is left for it to do.
    pub(super) fn end_by_itself(self) -> End {
        self.end_within(
            ENDING,
            "did not end, as when `atexit` was told of something that hangs,",
        )
    }

    fn end_within(mut self, limit: Duration, else_it: &str) -> End {
        let (mut pause, mut waited) = (Duration::from_micros(50), Duration::ZERO);
        loop {
            if let Some(end) = self.end.take().or_else(|| ended(&mut self.process)) {
                return end;
            }
            if waited > limit {
                self.kill(else_it);
            } else {
                thread::park_timeout(pause);
                waited += pause;
                pause = LOOK.min(pause * 2);
            }
        }
    }

    /// Ends it for what it did.
    fn kill(&mut self, why: &str) {
        // It may be gone by now, and is as good as dead else.
        _ = self.process.kill();
        _ = self.process.wait();
        self.end = Some(End {
            how: format!("{why} and was killed for that"),
            is_well: false,
        });
    }
}

/// What to start, and what to call it. A file that was replaced meanwhile is another binary; Linux still knows the one that runs.
fn this_binary() -> io::Result<(PathBuf, OsString)> {
    let called = env::args_os().next();
    match env::current_exe() {
        Ok(path) if path.exists() => Ok((path.clone(), path.into_os_string())),
        Ok(path) => Ok(("/proc/self/exe".into(), path.into_os_string())),
        // As where there is no `/proc`.
        Err(error) => called
            .filter(|name| name.as_encoded_bytes().contains(&b'/'))
            .map(|name| (PathBuf::from(&name), name))
            .ok_or(error),
    }
}

/// How it ended, if it has.
fn ended(process: &mut process::Child) -> Option<End> {
    match process.try_wait() {
        Ok(status) => status.map(end),
        // As where whoever started this process told the system to forget its children (`SIGCHLD` is ignored).
        Err(error) => Some(End {
            how: format!("is gone, and nothing is known of its end: {error}"),
            is_well: true,
        }),
    }
}

/// "ended with code 3, as by a call of `exit`", "was killed by signal 6 (SIGABRT)"
fn end(status: ExitStatus) -> End {
    End {
        how: match (status.code(), status.signal()) {
            (Some(code), _) => format!("ended with code {code}, as by a call of `exit`"),
            (None, Some(signal)) => format!("was killed by signal {signal}{}", name(signal)),
            (None, None) => format!("ended: {status}"),
        },
        is_well: status.success(),
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
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// Whether a signal stopped it and no debugger did, as far as Linux tells.
fn is_stopped(process: u32) -> bool {
    let told = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Its name stands in parentheses before its state, and may hold some.
    let state = told.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|rest| rest.starts_with('T'))
}

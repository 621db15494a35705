//! [`Script`]: what a mock stream's other side does.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::Arc;

use super::MockStream;
use super::handle::{Added, ScriptHandle};
use super::playing::Playing;
use crate::time::Duration;

/// What the other side of a [`MockStream`] does, step by step.
///
/// # Examples
///
/// ```
/// use solipsism::testing::MockStream;
///
/// let hello = MockStream::builder().read(b"hello");
/// let (_one, _another) = (hello.clone(), hello.write(b"hi")); // scripts can be told on
/// ```
#[derive(Clone, Debug)]
#[must_use = "a script is played by the stream that `build` makes of it"]
pub struct Script {
    pub(super) name: Option<String>,
    pub(super) site: &'static Location<'static>,
    pub(super) steps: VecDeque<Step>,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) action: Action,
    pub(super) site: &'static Location<'static>,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Read(VecDeque<u8>),
    Write(VecDeque<u8>),
    Wait(Duration),
    ReadError(Arc<io::Error>),
    WriteError(Arc<io::Error>),
    Close,
}

impl Script {
    pub(super) fn new(site: &'static Location<'static>) -> Self {
        Self {
            name: None,
            site,
            steps: VecDeque::new(),
        }
    }

    /// A name for messages.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// These bytes can be read, in as many reads as it takes.
    #[track_caller]
    pub fn read(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Action::read(bytes.as_ref()))
    }

    /// These bytes must be written, in as many writes as it takes.
    #[track_caller]
    pub fn write(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Action::write(bytes.as_ref()))
    }

    /// Nothing happens for this long of virtual time, from when a read or a write first waits for it. `Duration::MAX` is for
    /// ever.
    #[track_caller]
    pub fn wait(self, duration: Duration) -> Self {
        self.step(Action::Wait(duration))
    }

    /// A read fails.
    #[track_caller]
    pub fn read_error(self, error: impl Into<io::Error>) -> Self {
        self.step(Action::ReadError(Arc::new(error.into())))
    }

    /// A write, or a close, fails.
    #[track_caller]
    pub fn write_error(self, error: impl Into<io::Error>) -> Self {
        self.step(Action::WriteError(Arc::new(error.into())))
    }

    /// The stream must be closed (`shutdown`, with tokio's traits). Without this step it may be.
    #[track_caller]
    pub fn close(self) -> Self {
        self.step(Action::Close)
    }

    /// The stream that plays it.
    pub fn build(self) -> MockStream {
        MockStream {
            playing: Playing::new(self, None),
        }
    }

    /// The stream that plays it, and a handle that adds steps while it does. As long as the handle is there the script is not
    /// at its end: reads and writes wait for what it adds.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
    /// use solipsism::{EventLoop, testing::{MockStream, settle}};
    ///
    /// EventLoop::new().run(async {
    ///     let (mut stream, script) = MockStream::builder().write(b"hello\n").build_with_handle();
    ///     let code = solipsism::spawn(async move {
    ///         stream.write_all(b"hello\n").await?;
    ///         let mut answer = String::new();
    ///         stream.read_to_string(&mut answer).await?;
    ///         std::io::Result::Ok(answer)
    ///     });
    ///     settle().await; // it has said hello, and waits
    ///     script.read(b"hi ").read(b"there\n");
    ///     drop(script); // and that was all
    ///     assert_eq!(code.await.unwrap().unwrap(), "hi there\n");
    /// }).unwrap();
    /// ```
    pub fn build_with_handle(self) -> (MockStream, ScriptHandle) {
        let added = Arc::<Added>::default();
        let stream = MockStream {
            playing: Playing::new(self, Some(Arc::clone(&added))),
        };
        (stream, ScriptHandle::new(added))
    }

    #[track_caller]
    fn step(mut self, action: Action) -> Self {
        self.steps.extend(Step::new(action, Location::caller()));
        self
    }
}

impl Step {
    /// `None` if it is none: no bytes.
    pub(super) fn new(action: Action, site: &'static Location<'static>) -> Option<Self> {
        let is_nothing =
            matches!(&action, Action::Read(bytes) | Action::Write(bytes) if bytes.is_empty());
        (!is_nothing).then_some(Self { action, site })
    }
}

impl Action {
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self::Read(bytes.iter().copied().collect())
    }

    pub(super) fn write(bytes: &[u8]) -> Self {
        Self::Write(bytes.iter().copied().collect())
    }

    pub(super) fn error(error: &io::Error) -> io::Error {
        match (error.raw_os_error(), error.get_ref()) {
            (Some(code), _) => io::Error::from_raw_os_error(code),
            (None, Some(_)) => io::Error::new(error.kind(), error.to_string()),
            (None, None) => error.kind().into(),
        }
    }
}

/// As messages name it: `to read b"hello"`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(bytes) => write!(f, "to be read {}", Bytes::of(bytes)),
            Self::Write(bytes) => write!(f, "to be written {}", Bytes::of(bytes)),
            Self::Wait(duration) => write!(f, "to wait {duration:?}"),
            Self::ReadError(error) => write!(f, "to fail a read: {error}"),
            Self::WriteError(error) => write!(f, "to fail a write: {error}"),
            Self::Close => f.write_str("to be closed"),
        }
    }
}

/// Bytes as a literal, the first of them.
pub(super) struct Bytes(Vec<u8>);

const SHOWN: usize = 64;

impl Bytes {
    fn of(bytes: &VecDeque<u8>) -> Self {
        Self(bytes.iter().copied().collect())
    }

    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(SHOWN)];
        write!(f, "b\"{}\"", shown.escape_ascii())?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} bytes more"),
        }
    }
}

//! [`Disturbed`]: a stream whose operations are cut, held up and made to fail.

use std::fmt;
use std::io::{self, ErrorKind};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead, AsyncWrite};

use crate::core::Random;
use crate::executor::World;
use crate::time::{Duration, Instant, Sleep};

/// A stream around another, whose operations are cut into pieces, held up or made to fail: what code must live with, and
/// seldom meets.
///
/// Its operations are counted by kind, each when it is done; one that waits and is polled again is the same. With the feature
/// `tokio` it has tokio's traits too.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::net::UnixStream;
/// use solipsism::testing::{Disturbed, Operation};
/// use solipsism::{EventLoop, time::{Duration, Instant}};
///
/// EventLoop::new().run(async {
///     let (one, mut other) = UnixStream::pair().unwrap();
///     let mut stream = Disturbed::new(one)
///         .read_at_most(1)
///         .pending_first()
///         .delay(Duration::from_millis(10))
///         .fail(Operation::Read, 3, std::io::ErrorKind::ConnectionReset);
///     other.write_all(b"hello").await.unwrap();
///     let mut read = [0; 5];
///     assert_eq!(stream.read(&mut read).await.unwrap(), 1);
///     assert_eq!(stream.read(&mut read).await.unwrap(), 1);
///     let error = stream.read(&mut read).await.unwrap_err();
///     assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
///     assert_eq!(format!("{:?}", Instant::now()), "30ms");
/// }).unwrap();
/// ```
pub struct Disturbed<S> {
    inner: S,
    most: [usize; 2],
    pieces: Option<Random>,
    yields: bool,
    delay: Duration,
    site: &'static Location<'static>,
    failures: Vec<(Operation, usize, ErrorKind)>,
    hook: Option<Hook>,
    reading: Course,
    writing: Course,
    /// How many of each kind are done.
    done: [usize; 4],
}

type Hook = Box<dyn FnMut(Operation, usize) -> Disturbance + Send>;

/// What is done with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `poll_read`
    Read,
    /// `poll_write`
    Write,
    /// `poll_flush`
    Flush,
    /// `poll_close`, tokio's `poll_shutdown`
    Close,
}

/// What a hook does to an operation; see [`Disturbed::before_each`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Disturbance {
    /// Nothing.
    None,
    /// It moves no more bytes than these, and one at least. A flush and a close move none, and go on.
    AtMost(usize),
    /// It begins so much later.
    Delay(Duration),
    /// It fails.
    Fail(io::Error),
}

/// An operation of one direction: it is begun, then held up, then it goes on.
#[derive(Default)]
struct Course {
    begun: Option<Operation>,
    yields: bool,
    sleeps: Option<Sleep>,
    most: usize,
}

impl<S> Disturbed<S> {
    /// A stream that is not disturbed yet.
    #[track_caller]
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            most: [usize::MAX; 2],
            pieces: None,
            yields: false,
            delay: Duration::ZERO,
            site: Location::caller(),
            failures: Vec::new(),
            hook: None,
            reading: Course::default(),
            writing: Course::default(),
            done: [0; 4],
        }
    }

    /// A read gives no more bytes than these, and one at least.
    #[must_use]
    pub fn read_at_most(mut self, bytes: usize) -> Self {
        self.most[0] = bytes.max(1);
        self
    }

    /// A write takes no more bytes than these, and one at least.
    #[must_use]
    pub fn write_at_most(mut self, bytes: usize) -> Self {
        self.most[1] = bytes.max(1);
        self
    }

    /// Each read and write moves a random part of what it could, by the world's seed. Streams that are made one after the
    /// other draw different parts.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[must_use]
    #[track_caller]
    pub fn in_random_pieces(mut self) -> Self {
        let seed = World::with("Disturbed::in_random_pieces", |world| {
            world.seed() ^ world.ticket().wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        self.pieces = Some(Random::new(seed));
        self
    }

    /// Each operation is pending once before it does anything, and wakes its task at once.
    #[must_use]
    pub fn pending_first(mut self) -> Self {
        self.yields = true;
        self
    }

    /// Each operation begins so much later, in virtual time.
    #[must_use]
    pub fn delay(mut self, duration: Duration) -> Self {
        self.delay = duration;
        self
    }

    /// The `number`th operation of this kind fails, counted from 1; those after it go on.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[must_use]
    #[track_caller]
    pub fn fail(mut self, operation: Operation, number: usize, error: ErrorKind) -> Self {
        assert!(
            number > 0,
            "operations are counted from 1, and 0 was given: the first is 1"
        );
        self.failures.push((operation, number, error));
        self
    }

    /// Asks before each operation, with its number among those of its kind from 1 on, what to do to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::io::{AsyncWriteExt, Cursor};
    /// use solipsism::testing::{Disturbance, Disturbed, Operation};
    ///
    /// solipsism::EventLoop::new().run(async {
    ///     let mut stream = Disturbed::new(Cursor::new(Vec::new())).before_each(|operation, number| {
    ///         match (operation, number) {
    ///             (Operation::Write, 1) => Disturbance::AtMost(2),
    ///             _ => Disturbance::None,
    ///         }
    ///     });
    ///     assert_eq!(stream.write(b"hello").await.unwrap(), 2);
    ///     assert_eq!(stream.write(b"llo").await.unwrap(), 3);
    ///     assert_eq!(stream.into_inner().into_inner(), b"hello");
    /// }).unwrap();
    /// ```
    #[must_use]
    pub fn before_each(
        mut self,
        hook: impl FnMut(Operation, usize) -> Disturbance + Send + 'static,
    ) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// The stream inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The stream inside.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The stream inside, without the disturbance.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Holds an operation up; how many bytes it may move then.
    fn begin(
        &mut self,
        operation: Operation,
        cx: &mut Context<'_>,
        room: usize,
    ) -> Poll<io::Result<usize>> {
        let mut course = std::mem::take(self.course(operation));
        if course.begun != Some(operation) {
            course = self.course_of(operation)?;
        }
        if std::mem::take(&mut course.yields) {
            *self.course(operation) = course;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(sleep) = &mut course.sleeps {
            if Pin::new(sleep).poll(cx).is_pending() {
                *self.course(operation) = course;
                return Poll::Pending;
            }
            course.sleeps = None;
        }
        let number = self.done[operation as usize] + 1;
        let failure = self
            .failures
            .iter()
            .find(|(kind, at, _)| *kind == operation && *at == number);
        if let Some((_, _, error)) = failure {
            let error = *error;
            self.done[operation as usize] = number;
            return Poll::Ready(Err(error.into()));
        }
        let most = course.most.min(room);
        *self.course(operation) = course;
        Poll::Ready(Ok(most))
    }

    /// What becomes of an operation that begins.
    fn course_of(&mut self, operation: Operation) -> io::Result<Course> {
        let mut course = Course {
            begun: Some(operation),
            yields: self.yields,
            sleeps: None,
            most: match operation {
                Operation::Read => self.most[0],
                _ => self.most[1],
            },
        };
        let mut delay = self.delay;
        let number = self.done[operation as usize] + 1;
        match self.hook.as_mut().map(|hook| hook(operation, number)) {
            None | Some(Disturbance::None) => {}
            Some(Disturbance::AtMost(bytes)) => course.most = course.most.min(bytes.max(1)),
            Some(Disturbance::Delay(duration)) => delay += duration,
            Some(Disturbance::Fail(error)) => {
                self.done[operation as usize] = number;
                return Err(error);
            }
        }
        if !delay.is_zero() {
            course.sleeps = Some(Sleep::at(Instant::now().deadline(delay), self.site));
        }
        if let Some(pieces) = &mut self.pieces {
            let drawn = usize::try_from(pieces.next() >> 33).expect("it has 31 bits");
            course.most = course.most.min(1 << (drawn % 15));
        }
        Ok(course)
    }

    fn course(&mut self, operation: Operation) -> &mut Course {
        match operation {
            Operation::Read => &mut self.reading,
            _ => &mut self.writing,
        }
    }

    /// It is done, or it waits.
    fn end<T>(&mut self, operation: Operation, polled: Poll<T>) -> Poll<T> {
        if polled.is_ready() {
            *self.course(operation) = Course::default();
            self.done[operation as usize] += 1;
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Disturbed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let most = ready!(self.begin(Operation::Read, cx, buf.len()))?;
        let polled = Pin::new(&mut self.inner).poll_read(cx, &mut buf[..most]);
        self.end(Operation::Read, polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Disturbed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = ready!(self.begin(Operation::Write, cx, buf.len()))?;
        let polled = Pin::new(&mut self.inner).poll_write(cx, &buf[..most]);
        self.end(Operation::Write, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.begin(Operation::Flush, cx, 0))?;
        let polled = Pin::new(&mut self.inner).poll_flush(cx);
        self.end(Operation::Flush, polled)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.begin(Operation::Close, cx, 0))?;
        let polled = Pin::new(&mut self.inner).poll_close(cx);
        self.end(Operation::Close, polled)
    }
}

impl<S: fmt::Debug> fmt::Debug for Disturbed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Disturbed").field(&self.inner).finish()
    }
}

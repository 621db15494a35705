//! `assert_ready!`, `assert_pending!`, `assert_elapsed!` and [`expect_silence`].

use std::fmt::{Arguments, Debug};
use std::panic::Location;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::panics::panic_at;
use crate::time::{Duration, Instant, timeout};

/// Polls a future once, and gives its output: it must be ready. A `Poll` will do, too. More arguments are a message of
/// one's own, as in `assert!`.
///
/// A future that is taken by value is dropped then; `&mut future` or `future.as_mut()` keeps it.
///
/// # Panics
///
/// If it is pending.
///
/// # Examples
///
/// ```
/// use solipsism::testing::assert_ready;
///
/// assert_eq!(assert_ready!(std::future::ready(7)), 7);
/// let (sender, mut receiver) = futures_channel::oneshot::channel();
/// sender.send("hello").unwrap();
/// assert_eq!(assert_ready!(&mut receiver, "it was sent"), Ok("hello"));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_ready {
    ($future:expr $(,)?) => {
        $crate::testing::assert_ready!($future, "")
    };
    ($future:expr, $($message:tt)+) => {{
        #[allow(unused_imports, reason = "a `Poll` has a method of its own")]
        use $crate::__private::testing::PollFuture as _;
        $crate::__private::testing::ready(
            $crate::__private::testing::Once($future).poll_once(),
            ::core::stringify!($future),
            ::core::format_args!($($message)+),
        )
    }};
}

/// Polls a future once: it must be pending. A `Poll` will do, too. More arguments are a message of one's own, as in
/// `assert!`.
///
/// A future that is taken by value is dropped then; `&mut future` or `future.as_mut()` keeps it.
///
/// # Panics
///
/// If it is ready, with what it gave.
///
/// # Examples
///
/// ```
/// use solipsism::testing::{assert_pending, assert_ready};
///
/// let (sender, mut receiver) = futures_channel::oneshot::channel();
/// assert_pending!(&mut receiver);
/// sender.send(7).unwrap();
/// assert_eq!(assert_ready!(receiver), Ok(7));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_pending {
    ($future:expr $(,)?) => {
        $crate::testing::assert_pending!($future, "")
    };
    ($future:expr, $($message:tt)+) => {{
        #[allow(unused_imports, reason = "which of them it is depends on the type")]
        use $crate::__private::testing::{PollFuture as _, ShowNothing as _};
        match $crate::__private::testing::Once($future).poll_once() {
            ::core::task::Poll::Pending => {}
            ::core::task::Poll::Ready(output) => $crate::__private::testing::not_pending(
                &$crate::__private::testing::Output(&output).show(),
                ::core::stringify!($future),
                ::core::format_args!($($message)+),
            ),
        }
    }};
}

/// Awaits a future, which must take exactly this much virtual time, and gives its output.
///
/// # Panics
///
/// If it takes more or less. Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, testing::assert_elapsed, time::{self, Duration}};
///
/// EventLoop::new().run(async {
///     let answer = assert_elapsed!(Duration::from_secs(60), async {
///         time::sleep(Duration::from_secs(60)).await;
///         42
///     });
///     assert_eq!(answer, 42);
/// }).unwrap();
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_elapsed {
    ($expected:expr, $future:expr $(,)?) => {{
        let (expected, began): ($crate::time::Duration, _) =
            ($expected, $crate::time::Instant::now());
        let output = ($future).await;
        $crate::__private::testing::elapsed(expected, began);
        output
    }};
}

/// A future to poll once, or what came of that.
#[derive(Debug)]
pub struct Once<T>(pub T);

impl<T> Once<Poll<T>> {
    /// It was polled already.
    pub fn poll_once(self) -> Poll<T> {
        self.0
    }
}

/// What a future is polled by.
pub trait PollFuture {
    /// What it gives.
    type Output;

    /// Polls it, and drops it.
    fn poll_once(self) -> Poll<Self::Output>;
}

impl<F: Future> PollFuture for Once<F> {
    type Output = F::Output;

    fn poll_once(self) -> Poll<F::Output> {
        pin!(self.0).poll(&mut Context::from_waker(Waker::noop()))
    }
}

/// The output of a future that should have none yet.
#[derive(Debug)]
pub struct Output<'a, T>(pub &'a T);

impl<T: Debug> Output<'_, T> {
    /// It can be shown.
    pub fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// What cannot be shown is told by its type.
pub trait ShowNothing {
    /// The type.
    fn show(&self) -> String;
}

impl<T> ShowNothing for Output<'_, T> {
    fn show(&self) -> String {
        format!("a `{}`", std::any::type_name::<T>())
    }
}

/// What was ready.
///
/// # Panics
///
/// If it was not.
#[track_caller]
pub fn ready<T>(poll: Poll<T>, what: &str, message: Arguments<'_>) -> T {
    match poll {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("`{what}` is pending, and should be ready{}", tail(message)),
    }
}

/// It was ready.
///
/// # Panics
///
/// Always.
#[track_caller]
pub fn not_pending(output: &str, what: &str, message: Arguments<'_>) -> ! {
    panic!(
        "`{what}` is ready, and should be pending{}\n  it gave {output}",
        tail(message)
    )
}

fn tail(message: Arguments<'_>) -> String {
    match message.to_string() {
        none if none.is_empty() => none,
        some => format!(": {some}"),
    }
}

/// What began then is over.
///
/// # Panics
///
/// If it took another time than was expected.
#[track_caller]
pub fn elapsed(expected: Duration, began: Instant) {
    let now = Instant::now();
    let took = now - began;
    assert!(
        took == expected,
        "it took {took:?} of virtual time, and should have taken {expected:?}\n  it began at {began:?} and ended at {now:?}"
    );
}

/// Waits for `duration` of virtual time, in which `future` must not become ready: a read of a stream, the next item of a
/// channel, whatever should not come. What comes at the very end of the time breaks the silence too.
///
/// The future is dropped then; `&mut future` keeps it.
///
/// # Panics
///
/// At once when the future is ready, with what it gave and when. Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::io::AsyncReadExt;
/// use solipsism::net::UnixStream;
/// use solipsism::{EventLoop, testing::expect_silence, time::{Duration, Instant}};
///
/// EventLoop::new().run(async {
///     let (mut one, _other) = UnixStream::pair().unwrap();
///     expect_silence(Duration::from_secs(60), one.read(&mut [0; 8])).await;
///     assert_eq!(format!("{:?}", Instant::now()), "60s");
/// }).unwrap();
/// ```
#[track_caller]
pub fn expect_silence<F>(duration: Duration, future: F) -> impl Future<Output = ()>
where
    F: IntoFuture<Output: Debug>,
{
    let site = Location::caller();
    let began = Instant::now();
    let limited = timeout(duration, future);
    async move {
        if let Ok(output) = limited.await {
            panic_at(site, noise(duration, began, &format!("{output:?}")));
        }
    }
}

/// What is said of whatever came.
pub(super) fn noise(silence: Duration, began: Instant, output: &str) -> String {
    let now = Instant::now();
    format!(
        "{silence:?} of silence were expected, and after {:?} something came, at {now:?}: {output}",
        now - began
    )
}

//! [`MockStream`]: the other side of a connection, by a script.

mod handle;
mod playing;
mod script;

pub use handle::ScriptHandle;
pub use script::Script;

use std::fmt;
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

use crate::executor::World;
use crate::panics::panic_at;
use playing::Playing;

/// A stream whose other side goes by a script: it sends this, it must be sent that, it waits, it fails.
///
/// Steps are played one after the other. A read waits while the script wants a write, and the other way round; a test that
/// hangs over that says which step is next. After the last step reads find the end of the stream, and a write is one too
/// many; [`Script::build_with_handle`] gives a handle that adds steps later. When the stream is dropped, the script must have been played to its end.
///
/// With the feature `tokio` it has tokio's traits too.
///
/// # Panics
///
/// When other bytes are written than the script says, with both. When it is dropped before its script is at its end (waits
/// at the end need not be over), unless by another panic.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::{EventLoop, testing::MockStream, time::{Duration, Instant}};
///
/// EventLoop::new().run(async {
///     let mut stream = MockStream::builder()
///         .read(b"hello\n")
///         .write(b"hi\n")
///         .wait(Duration::from_secs(5))
///         .read_error(std::io::ErrorKind::ConnectionReset)
///         .build();
///     let mut greeting = [0; 6];
///     stream.read_exact(&mut greeting).await.unwrap();
///     assert_eq!(&greeting, b"hello\n");
///     stream.write_all(b"hi\n").await.unwrap();
///     let error = stream.read(&mut greeting).await.unwrap_err();
///     assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
///     assert_eq!(format!("{:?}", Instant::now()), "5s");
/// }).unwrap();
/// ```
pub struct MockStream {
    playing: Playing,
}

impl MockStream {
    /// A script without steps.
    #[track_caller]
    pub fn builder() -> Script {
        Script::new(Location::caller())
    }
}

impl AsyncRead for MockStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.playing.read(cx, buf)
    }
}

impl AsyncWrite for MockStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.playing.write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.playing.close(cx)
    }
}

impl Drop for MockStream {
    fn drop(&mut self) {
        self.playing.end();
        if std::thread::panicking() {
            return;
        }
        let Some((site, message)) = self.playing.unplayed() else {
            return;
        };
        if World::try_with(|_| ()).is_some() {
            panic_at(site, message);
        }
        panic!("{message}");
    }
}

/// The step that is next.
impl fmt::Debug for MockStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockStream")
            .field("next", &self.playing.next_step())
            .finish_non_exhaustive()
    }
}

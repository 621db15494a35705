//! [`VirtualTime`]: the time of the world as a time stamp.

use std::fmt;

use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::executor::World;
use crate::time::{Instant, SystemTime};

/// Time stamps from the clocks of the world whose thread a record is made on; `-` outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration}, tracing::VirtualTime};
/// # use std::sync::{Arc, Mutex};
/// # #[derive(Clone, Default)]
/// # struct Page(Arc<Mutex<Vec<u8>>>);
/// # impl std::io::Write for Page {
/// #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { self.0.lock().unwrap().write(bytes) }
/// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// # }
/// # let page = Page::default();
/// # let writer = { let page = page.clone(); move || page.clone() };
///
/// let subscriber = tracing_subscriber::fmt()
///     .with_ansi(false)
///     .with_timer(VirtualTime::Elapsed)
///     .with_writer(writer)
///     .finish();
/// tracing::subscriber::with_default(subscriber, || {
///     EventLoop::new().run(async {
///         time::sleep(Duration::from_secs(5)).await;
///         tracing::info!(target: "app", "awake");
///     }).unwrap();
/// });
/// # let page = page.0.lock().unwrap();
/// # let page = std::str::from_utf8(&page).unwrap();
/// assert_eq!(page, "5s  INFO app: awake\n");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VirtualTime {
    /// Time since the loop began, as reports have it: `5s`, `1.5ms`.
    #[default]
    Elapsed,
    /// What the wall clock shows: `2000-01-01T00:00:05Z`.
    WallClock,
}

impl FormatTime for VirtualTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        match (World::clocks(), self) {
            (None, _) => writer.write_str("-"),
            (Some((now, _)), Self::Elapsed) => write!(writer, "{:?}", Instant::from_nanos(now)),
            (Some((_, wall)), Self::WallClock) => write!(writer, "{:?}", SystemTime::from(wall)),
        }
    }
}

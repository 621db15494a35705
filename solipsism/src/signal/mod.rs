//! Signals that a test raises, with tokio's names. No real signal ever comes in or goes out.
//!
//! They belong to a world: [`unix::raise`] tells every listener of the world it is called in, and no other. They are
//! there on every machine, and everywhere Linux's.
//!
//! # Examples
//!
//! ```
//! use solipsism::{EventLoop, signal::{self, unix::{SignalKind, raise}}, time::{self, Duration}};
//!
//! let event_loop = EventLoop::new();
//! let handle = event_loop.clone();
//! let stopped_at = event_loop.run(async move {
//!     let server = solipsism::spawn(async {
//!         signal::ctrl_c().await.unwrap();
//!         time::sleep(Duration::from_secs(30)).await; // it lets its clients finish
//!     });
//!     handle.settle().await; // now the server listens
//!     raise(SignalKind::interrupt());
//!     server.await.unwrap();
//!     handle.now()
//! });
//! assert_eq!(format!("{:?}", stopped_at.unwrap()), "30s");
//! ```

mod kind;
pub mod unix;

use std::io;
use std::panic::Location;

use unix::{Signal, SignalKind};

/// Waits for the next SIGINT, which Ctrl-C sends.
///
/// As with tokio's, what counts is the first poll, not the call: a signal raised before that is not seen, and ends the
/// test if nobody else has listened.
///
/// # Errors
///
/// None; the type is tokio's.
///
/// # Panics
///
/// When it is polled outside of a world, or in another one than before.
///
/// # Cancel safety
///
/// Dropping the future ends the listening: what is raised between two calls is lost. A
/// [`Signal`] loses nothing.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, signal::{ctrl_c, unix::{SignalKind, raise}}};
///
/// let event_loop = EventLoop::new();
/// event_loop.run(async {
///     solipsism::spawn(async { raise(SignalKind::interrupt()) });
///     ctrl_c().await.unwrap(); // polled first, so it listens by the time of the task's turn
/// }).unwrap();
/// ```
#[track_caller]
pub fn ctrl_c() -> impl Future<Output = io::Result<()>> + use<> {
    let site = Location::caller();
    async move {
        let mut interrupts = Signal::listen(SignalKind::interrupt(), "ctrl_c", site)?;
        interrupts.recv().await;
        Ok(())
    }
}

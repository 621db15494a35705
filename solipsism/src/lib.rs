//! Tests of asynchronous code, each in a world of its own: a clock that costs no real time, one deterministic thread,
//! and a verdict at once where a test would sleep for ever, with the reason why.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use solipsism::{EventLoop, time::{self, Instant}};
//!
//! let event_loop = EventLoop::new();
//! let elapsed = event_loop.run(async {
//!     let start = Instant::now();
//!     time::sleep(Duration::from_secs(3600)).await;
//!     start.elapsed()
//! });
//! assert_eq!(elapsed.unwrap(), Duration::from_secs(3600)); // exact, and no hour has passed
//! ```
//!
//! Whoever has tests already finds in [`moving_in`] what becomes of them.

mod core;
mod executor;
mod frames;
mod panics;

mod event_loop;
pub mod fixtures;
#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "net")]
pub mod io;
pub mod leaks;
#[cfg(feature = "net")]
pub mod net;
pub mod signal;
// Their programs are compiled and run elsewhere, against what they come from.
#[cfg(all(doc, not(doctest)))]
pub mod moving_in;
mod stopped;
pub mod task;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
#[cfg(feature = "tls")]
pub mod tls;
pub mod trace;
#[cfg(feature = "tracing")]
pub mod tracing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod case;
mod ending;
mod fixture;
mod ignoring;
mod scope;

pub use event_loop::{Builder, ChildLoop, ClockKind, EventLoop, External, Freeze};
pub use fixture::{Asker, BuiltIn, Configurable, Fixture, NoSettings, NoTeardown, Outcome, Skip};
pub use ignoring::IgnoreIf;
pub use stopped::Stopped;
pub use task::spawn;

#[doc(inline)]
pub use solipsism_macros::{configure, defaults, fixture, test};

/// The `main` of a test target with `harness = false`: runs every test that is registered in it, with the command line
/// of `cargo test`.
///
/// Needs the default feature `harness`. A target without `harness = false` needs no `main!`, and takes no harm from it.
///
/// # Defaults
///
/// Between its parentheses stand defaults for every test of the target, those of linked libraries included: the arguments
/// of [`defaults!`], of which those of a module are closer.
///
/// ```
/// # #[solipsism::test] async fn passes() {}
/// solipsism::main!(time_limit = "1h", wall_limit = "10s");
/// ```
///
/// # Plain tests
///
/// In a target with `harness = false` rustc drops each plain `#[test]` without a word, and all that stands below it: nobody
/// would run it, and no macro gets to see it. So are `#[tokio::test]` and others that expand to it. With
/// `use solipsism::test;` at the top of a module its `#[test]` is ours: on an `async fn` it is a test, and on any other
/// function an error of the compiler. To look for those that there are, `grep -rnE '#\[(\w+::)*test\b' tests/`.
#[cfg(feature = "harness")]
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::__private::main($crate::__private::target!())
        }
    };
    ($($defaults:tt)+) => {
        $crate::__private::defaults_of_target! { crate = $crate, $($defaults)+ }
        $crate::main!();
    };
}

/// What cargo says of the binary that is being compiled.
#[doc(hidden)]
#[macro_export]
macro_rules! __target {
    () => {
        $crate::__private::Target {
            package: ::core::option_env!("CARGO_PKG_NAME"),
            krate: ::core::option_env!("CARGO_CRATE_NAME"),
            bin: ::core::option_env!("CARGO_BIN_NAME"),
            tmpdir: ::core::option_env!("CARGO_TARGET_TMPDIR"),
            file: ::core::file!(),
        }
    };
}

//! [`Logs`]: the records of one test.

use std::env;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_core::Dispatch;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{Registry, fmt as format};

use super::{Noted, VirtualTime};
use crate::Fixture;
use crate::executor::World;
use crate::fixture::{Asker, BuiltIn, Configurable, NoTeardown, Provider, built_in};

/// What the test recorded with `tracing` since it asked for this.
///
/// `filter` says which records there are, and is `"info"` unless set: a level, or levels by target, as `"warn,my_crate=debug"`.
/// `time` says what their time stamps show.
///
/// They are printed as they come, with `print!`, and so are a part of the test's output wherever that goes. The variable
/// `RUST_LOG` says in the stead of `filter` what is printed; what the test finds here is the same whatever it says.
///
/// Whoever asks for `&Logs` gets the one of the test. With several of them, as after `#[with(…)]`, the one that was asked for last
/// gets the records.
///
/// # Examples
///
/// ```
/// use solipsism::time::{Duration, sleep};
/// use solipsism::tracing::Logs;
/// use tracing::{debug, info_span, Instrument};
///
/// #[solipsism::test]
/// async fn tells_of_each_attempt(#[with(filter = "debug")] logs: Logs) {
///     let job = async {
///         sleep(Duration::from_secs(5)).await;
///         debug!(attempt = 2, "trying again");
///     };
///     job.instrument(info_span!("job", id = 7)).await;
///     assert!(logs.contain("trying again"));
///     assert!(logs.text().starts_with("5s DEBUG job{id=7}: "));
/// }
/// ```
pub struct Logs {
    kept: Arc<Mutex<String>>,
}

/// What [`Logs`] can be told with `#[with(…)]`, or for a whole module by `#[solipsism::configure]`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogsSettings {
    /// Which records there are.
    pub filter: &'static str,
    /// What their time stamps show.
    pub time: VirtualTime,
}

impl Default for LogsSettings {
    fn default() -> Self {
        Self {
            filter: "info",
            time: VirtualTime::Elapsed,
        }
    }
}

impl Configurable for LogsSettings {}

impl Logs {
    /// All records so far, as they are printed, each on lines of its own.
    pub fn text(&self) -> String {
        lock(&self.kept).clone()
    }

    /// Whether that text has this in it.
    pub fn contain(&self, text: &str) -> bool {
        lock(&self.kept).contains(text)
    }

    fn new(settings: LogsSettings) -> Result<Self, Box<dyn Error>> {
        let LogsSettings { filter, time } = settings;
        let kept_filter = parse("`filter`", filter)?;
        let printed_filter = match env::var("RUST_LOG") {
            Ok(wanted) if !wanted.is_empty() => parse("the variable `RUST_LOG`", &wanted)?,
            _ => kept_filter.clone(),
        };
        let kept = Arc::default();
        let page = {
            let kept = Arc::clone(&kept);
            move || Page(Arc::clone(&kept))
        };
        let lines = format::layer().with_ansi(false).with_timer(time);
        let printed = format::layer().with_ansi(false).with_timer(time);
        let subscriber = Registry::default()
            .with(Noted.with_filter(kept_filter.clone()))
            .with(lines.with_writer(page).with_filter(kept_filter))
            .with(printed.with_test_writer().with_filter(printed_filter));
        World::with("Logs", |world| {
            world.record_with(Dispatch::new(subscriber));
        });
        Ok(Self { kept })
    }
}

fn parse(what: &str, filter: &str) -> Result<Targets, Box<dyn Error>> {
    filter.parse().map_err(|error| {
        format!(
            "{what} is {filter:?}, which is no filter ({error}): write a level, such as \"debug\", or levels by target, such as \
             \"warn,my_crate=debug\""
        )
        .into()
    })
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").finish_non_exhaustive()
    }
}

impl Fixture<BuiltIn> for Logs {
    type Settings = LogsSettings;
    type Teardown = NoTeardown;

    fn provider() -> &'static Provider {
        static PROVIDER: Provider = built_in("Logs", Location::caller(), Vec::new);
        &PROVIDER
    }

    async fn set_up(settings: LogsSettings, _: Asker) -> Result<Self, Box<dyn Error>> {
        Self::new(settings)
    }
}

/// Writes to the end of what is kept. It is handed whole records.
struct Page(Arc<Mutex<String>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock(kept: &Mutex<String>) -> MutexGuard<'_, String> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

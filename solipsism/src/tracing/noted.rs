//! Records as events of a trace: a layer beside those of [`Logs`](super::Logs), and a subscriber where a test has none of its own.

use std::fmt;
use std::fmt::Write as _;

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Level, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::executor::World;
use crate::trace::Kind;

/// Adds to the trace of the world on this thread what is recorded, if that keeps one.
pub(crate) struct Noted;

impl<S: Subscriber> Layer<S> for Noted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        note(event);
    }
}

/// Where nobody says what is of interest: what `Logs` would record, and no spans.
impl Subscriber for Noted {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        note(event);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn note(event: &Event<'_>) {
    // On the thread of a blocking job there is no world: in which order its records and those of tasks come is anybody's guess.
    if World::try_with(|world| world.is_traced()) != Some(true) {
        return;
    }
    let metadata = event.metadata();
    let mut text = Text::default();
    // Before the world is asked, since a field's `Debug` may be code of a user's.
    event.record(&mut text);
    World::try_with(|world| {
        world.note(|| Kind::Logs {
            level: metadata.level().as_str(),
            target: text.target.unwrap_or_else(|| metadata.target().to_owned()),
            text: text.message + &text.fields,
        });
    });
}

/// The message, and the fields after it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
    /// Of a record of the crate `log`.
    target: Option<String>,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            // Where in the code a record of the crate `log` comes from.
            name if name.starts_with("log.") => {}
            name => _ = write!(self.fields, " {name}={value:?}"),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target = Some(value.to_owned()),
            "message" => value.clone_into(&mut self.message),
            _ => self.record_debug(field, &value),
        }
    }
}

//! [`Object`]: a verdict as plain data, for whoever reads reports by program. The runner says what is in it; here it is kept, sent and
//! written.

use std::borrow::Cow;
use std::time::Duration;

/// A value with parts that have names, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(pub(crate) Vec<(Cow<'static, str>, Data)>);

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Any text.
    Text(String),
    /// A count, or a number by which something is known.
    Number(u64),
    /// A time, or how long something takes.
    Time(Duration),
    /// Whether something holds.
    Truth(bool),
    /// Several values.
    List(Vec<Data>),
    /// A value with parts.
    Object(Object),
}

impl Object {
    /// A verdict of this kind, of which no more is known.
    pub fn verdict(kind: &str) -> Self {
        Self::default().with("kind", kind)
    }

    /// The same, with this.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Data>) -> Self {
        self.0.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// The same, with this if it is there.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Data>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same, with these if there are any.
    #[must_use]
    pub fn with_each(self, name: &'static str, values: Vec<Data>) -> Self {
        if values.is_empty() {
            return self;
        }
        self.with(name, Data::List(values))
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Data {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Data {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Data {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Duration> for Data {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl From<bool> for Data {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Object> for Data {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

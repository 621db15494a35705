//! What a test's parameters are: fixtures, found by their types.

use std::pin::Pin;

use crate::EventLoop;

/// A type that a test can ask for. `By` tells apart who provides it: a type of its own for each provider, so that a
/// foreign type can be a fixture too and the compiler lists the candidates where there are two.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, Fixture};
///
/// struct Queue(Vec<u32>);
///
/// #[derive(Default)]
/// struct QueueSettings {
///     capacity: usize,
/// }
///
/// enum ThisCrate {}
///
/// impl Fixture<ThisCrate> for Queue {
///     type Settings = QueueSettings;
///
///     async fn set_up(settings: QueueSettings) -> Self {
///         Queue(Vec::with_capacity(settings.capacity))
///     }
/// }
///
/// #[solipsism::test]
/// async fn starts_empty(#[with(capacity = 4)] Queue(items): Queue) {
///     assert!(items.is_empty() && items.capacity() >= 4);
/// }
///
/// // What a test without `#[with]` gets:
/// let queue = EventLoop::new().run(Queue::set_up(QueueSettings::default()));
/// assert_eq!(queue.unwrap().0.capacity(), 0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no fixture",
    label = "no fixture provides this type",
    note = "a test's parameters are fixtures, found by their types, such as `solipsism::EventLoop` or `solipsism::net::Network`"
)]
pub trait Fixture<By>: Sized + 'static {
    /// What a test can choose with `#[with(field = value)]`, each a field that it can see; the default is what it gets
    /// without. [`NoSettings`] if there is nothing to choose.
    type Settings: Default + 'static;

    /// Makes the value, inside of the world of the test that asks for it.
    fn set_up(settings: Self::Settings) -> impl Future<Output = Self> + 'static;
}

/// The settings of a fixture that has none: rustc names this type to whoever writes `#[with(…)]` before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSettings;

/// The provider of the fixtures of this crate.
#[derive(Debug)]
pub enum BuiltIn {}

/// The test's own loop.
impl Fixture<BuiltIn> for EventLoop {
    type Settings = NoSettings;

    async fn set_up(NoSettings: NoSettings) -> Self {
        Self::current()
    }
}

/// The set-ups of a test's fixtures, first to last: `(first, (second, ()))`. They are awaited here, and not in the
/// expansion, so that tests with the same fixtures share what is compiled for that.
pub trait Fixtures: 'static {
    /// What the test is called with.
    type Values: 'static;

    /// Makes one after the other.
    fn set_up(self) -> impl Future<Output = Self::Values>;
}

impl Fixtures for () {
    type Values = ();

    async fn set_up(self) {}
}

impl<T: 'static, Rest: Fixtures> Fixtures for (Pin<Box<dyn Future<Output = T>>>, Rest) {
    type Values = (T, Rest::Values);

    async fn set_up(self) -> Self::Values {
        let (first, rest) = self;
        (first.await, rest.set_up().await)
    }
}

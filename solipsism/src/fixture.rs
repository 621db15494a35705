//! What a test's parameters are: fixtures, found by their types.

use crate::EventLoop;

/// A type that a test can ask for. `By` tells apart who provides it: a type of its own for each provider, so that a
/// foreign type can be a fixture too and the compiler lists the candidates where there are two.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no fixture",
    label = "no fixture provides this type",
    note = "a test's parameters are fixtures, found by their types; `solipsism::EventLoop` is one"
)]
pub trait Fixture<By>: Sized + 'static {
    /// Makes the value, inside of the world of the test that asks for it.
    fn set_up() -> impl Future<Output = Self> + 'static;
}

/// The provider of the fixtures of this crate.
#[derive(Debug)]
pub enum BuiltIn {}

/// The test's own loop.
impl Fixture<BuiltIn> for EventLoop {
    async fn set_up() -> Self {
        Self::current()
    }
}

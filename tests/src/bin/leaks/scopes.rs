//! What loops and worlds of wider fixtures leave behind when they end.

macro_rules! scopes {
    ($($name:ident, $policy:literal;)+) => {$(
        mod $name {
            use std::future::pending;

            use solipsism::{EventLoop, spawn};

            solipsism::defaults!(leaks = $policy);

            /// It asks for the loop that the tests of the module run in.
            struct InLoop;

            #[solipsism::fixture(scope = "module")]
            async fn in_loop(_event_loop: EventLoop) -> InLoop {
                spawn(pending::<()>());
                InLoop
            }

            /// It is made in a world of its own.
            struct Alone;

            #[solipsism::fixture(scope = "module")]
            async fn alone() -> Alone {
                spawn(pending::<()>());
                Alone
            }

            #[solipsism::test]
            async fn uses_both(_one: &InLoop, _other: &Alone) {}
        }
    )+};
}

scopes! {
    fails, "fail";
    is_allowed, "allow";
    warns, "warn";
}

//! What tests leave behind, once for each kind, in tests that pass, fail and hang. The suite `leaks_reports` runs this program
//! and compares what it prints.

#[path = "leaks/allowed.rs"]
mod allowed;
#[path = "leaks/clean_up.rs"]
mod clean_up;
#[path = "leaks/fixtures.rs"]
mod fixtures;
#[path = "leaks/others.rs"]
mod others;
#[path = "leaks/scopes.rs"]
mod scopes;
#[path = "leaks/sockets.rs"]
mod sockets;
#[path = "leaks/tasks.rs"]
mod tasks;

/// A module of tests that leave the same behind: one that passes and one that fails by that, one that fails for another
/// reason, and one that hangs.
macro_rules! leaves {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use super::$name as leave;

            #[solipsism::test]
            async fn passes() {
                leave().await;
            }

            #[solipsism::test(leaks = "fail")]
            async fn fails() {
                leave().await;
            }

            #[solipsism::test(leaks = "fail")]
            async fn fails_anyway() {
                leave().await;
                panic!("for another reason");
            }

            #[solipsism::test(leaks = "fail")]
            async fn hangs() {
                leave().await;
                std::future::pending::<()>().await;
            }
        }
    )+};
}
pub(crate) use leaves;

solipsism::main!();

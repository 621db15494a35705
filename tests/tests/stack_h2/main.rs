//! h2's clients and servers on a virtual network, in plain worlds and in such that host tokio.

mod connections;
mod peers;
mod reports;
mod streams;

/// A test of each function, in a plain world and in one that hosts tokio.
macro_rules! in_both_worlds {
    ($($name:ident)*) => {
        mod plain {
            $(
                #[solipsism::test]
                async fn $name() {
                    super::$name().await;
                }
            )*
        }

        mod hosted {
            $(
                #[solipsism::test(tokio)]
                async fn $name() {
                    super::$name().await;
                }
            )*
        }
    };
}
use in_both_worlds;

solipsism::main!();

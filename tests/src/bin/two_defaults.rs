//! Two sets of defaults for one module.

mod inner {
    solipsism::defaults!(time_limit = "1h");

    solipsism::defaults!(tags = ["slow"]);

    #[solipsism::test]
    async fn which() {}
}

solipsism::main!();

//! Two tests of one name: with our own harness the compiler cannot notice.

#[solipsism::test]
async fn twice() {}

#[allow(unnameable_test_items, reason = "that is how two can have one name")]
const _: () = {
    #[solipsism::test]
    async fn twice() {}
};

solipsism::main!();

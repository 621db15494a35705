//! Two tests of one name: with our own harness the compiler cannot notice.

#[solipsism::test]
async fn twice() {}

const _: () = {
    #[solipsism::test]
    async fn twice() {}
};

solipsism::main!();

#![deny(warnings)]

mod empty {
    solipsism::defaults!();
}

mod wrong {
    solipsism::defaults!(time_limit = 30, leeks = "fail", clock = "manuel", retries = 1);
}

mod unreadable {
    solipsism::defaults!(time_limit = "an hour");
}

mod retried {
    solipsism::defaults!(unrepeatable, clock = "real");

    #[solipsism::test(retries = 2)]
    async fn by_a_test_alone() {}
}

solipsism::main!(time_limit = "1h", seed = "x", crate = solipsism);

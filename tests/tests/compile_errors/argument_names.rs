#![deny(warnings)]

#[solipsism::test(clok = "manual")]
async fn nearly_known() {}

#[solipsism::test(retries = 3, flaky)]
async fn unknown() {}

#[solipsism::test(seed = 1, clock = "manual", seed = 2)]
async fn twice() {}

#[solipsism::test("manual", -1)]
async fn no_name() {}

fn main() {}

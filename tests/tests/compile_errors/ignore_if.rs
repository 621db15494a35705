#![deny(warnings)]

fn number() -> u32 {
    1
}

async fn later() -> bool {
    true
}

fn of_a_parameter(_value: u32) -> bool {
    true
}

#[solipsism::test(ignore_if = number)]
async fn no_reason() {}

#[solipsism::test(ignore_if = later)]
async fn no_async_fn() {}

#[solipsism::test(ignore_if = of_a_parameter)]
async fn no_parameter() {}

#[solipsism::test(ignore_if = unheard_of)]
async fn unknown() {}

fn main() {}

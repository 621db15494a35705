#![deny(warnings)]

#[solipsism::test(clock = "manuel")]
async fn nearly_a_clock() {}

#[solipsism::test(clock = "sundial")]
async fn no_clock() {}

#[solipsism::test(clock, seed =, time_limit("1h"))]
async fn no_value() {}

#[solipsism::test(clock = manual, time_limit = 30, wall_limit = "30s" + "1s", epoch = 2024)]
async fn no_string() {}

#[solipsism::test(seed = "7f3a", step_limit = -1, poll_budget = 99_999_999_999_999_999_999)]
async fn no_integer() {}

#[solipsism::test(seed = 1u8 step_limit = 5)]
async fn no_comma() {}

#[solipsism::test(crate = "solipsism")]
async fn no_path() {}

#[solipsism::test(tokio)]
async fn no_feature() {}

#[solipsism::test(tokio = true)]
async fn no_word() {}

fn main() {}

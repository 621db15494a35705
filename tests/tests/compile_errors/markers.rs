#![deny(warnings)]

#[solipsism::test(tags = "slow", serial = [1], ignore_if = || true, unrepeatable = true, retries = "2")]
async fn wrong_values() {}

#[solipsism::test(tags = ["slow", "very slow", "slow", ""], serial = "", ignore_if = 5)]
async fn wrong_texts() {}

#[solipsism::test(tags = ["slow", "slow"])]
async fn twice() {}

#[solipsism::test(tags = [])]
async fn none() {}

#[solipsism::test(tags, serial, ignore_if, retries)]
async fn no_values() {}

#[solipsism::test(retries = 3)]
async fn deterministic() {}

#[solipsism::test(clock = "manual", retries = 3)]
async fn manual() {}

#[solipsism::test(unrepeatable, retries = -1)]
async fn negative() {}

fn main() {}

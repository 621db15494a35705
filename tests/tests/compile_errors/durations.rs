#![deny(warnings)]

#[solipsism::test(time_limit = "1 fortnight")]
async fn no_unit() {}

#[solipsism::test(wall_limit = "")]
async fn empty() {}

#[solipsism::test(epoch = "yesterday")]
async fn no_date() {}

fn main() {}

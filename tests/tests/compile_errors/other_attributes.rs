#![deny(warnings)]

#[solipsism::test]
#[test]
async fn also_under_libtest() {}

#[solipsism::test]
#[core::prelude::v1::test]
async fn also_under_libtest_by_path() {}

#[solipsism::test]
#[solipsism::test(clock = "manual")]
async fn twice() {}

#[solipsism::test]
#[cfg_attr(all(), solipsism::test)]
async fn twice_at_times() {}

#[solipsism::test]
#[ignore("slow")]
async fn ignored() {}

#[solipsism::test]
#[ignore = 3]
async fn ignored_for_a_number() {}

#[solipsism::test]
#[should_panic(message = "overflow")]
async fn panics() {}

#[solipsism::test]
#[should_panic(expected = overflow)]
async fn panics_without_quotes() {}

fn main() {}

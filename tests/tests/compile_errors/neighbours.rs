#![deny(warnings)]

#[solipsism::test]
#[tokio::test]
async fn tokios() {}

#[solipsism::test]
#[async_std::test]
async fn async_stds() {}

#[solipsism::test]
#[test_log::test]
async fn test_logs() {}

#[solipsism::test]
#[rstest::rstest]
async fn rstests() {}

#[solipsism::test]
#[test_case::test_case(1; "one")]
async fn test_cases() {}

#[solipsism::test]
#[googletest::gtest]
async fn googletests() {}

#[solipsism::test]
#[quickcheck_macros::quickcheck]
async fn quickchecks() {}

fn main() {}

#[solipsism::test]
#[case::short(1, "1s")]
#[case::long(60, "1m")]
async fn formats(#[case] secs: u64, #[case] text: &str) {
    /* formats::short, formats::long */
    assert_eq!(render(secs), text);
}

#[solipsism::test]
async fn matrix(#[values(1, 2, 3)] a: u32, #[values("x", "y")] b: &str) {
    /* matrix::a_1::b_x … six tests */
    assert!(a > 0 && !b.is_empty());
}

fn render(secs: u64) -> String {
    if secs < 60 {
        format!("{secs}s")
    } else {
        format!("{}m", secs / 60)
    }
}

solipsism::main!();

#![deny(warnings)]

#[solipsism::test]
#[case(1, "x")]
#[case("one", later().await)]
async fn wrong_types(#[case] a: u8, #[case] b: &str, #[values(1, 'x')] c: char) {
    let _ = (a, b, c);
}

fn main() {}

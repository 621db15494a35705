#![deny(warnings)]

#[solipsism::test]
#[case(1)]
#[case::two(1, 2)]
#[case(1, 2, 3)]
#[case()]
async fn wrong_numbers(#[case] a: u8, #[case] b: u8) {
    let _ = (a, b);
}

#[solipsism::test]
#[case(1)]
#[case(2)]
async fn no_parameters(event_loop: solipsism::EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn no_rows(#[case] a: u8, #[case] b: u8) {
    let _ = (a, b);
}

#[solipsism::test]
#[case]
#[case = 3]
#[case::a::b(1)]
async fn no_values(#[case] a: u8, #[case(3)] b: u8) {
    let _ = (a, b);
}

#[solipsism::test]
async fn values(#[values] a: u8, #[values()] b: u8, #[values = 3] c: u8, #[values(; ids = [])] d: u8) {
    let _ = (a, b, c, d);
}

#[solipsism::test]
async fn ids(
    #[values(1, 2; ids = ["one"])] a: u8,
    #[values(1; ["one"])] b: u8,
    #[values(1; ids = ["a b"])] c: u8,
    #[values(1; names = ["one"])] d: u8,
) {
    let _ = (a, b, c, d);
}

fn main() {}

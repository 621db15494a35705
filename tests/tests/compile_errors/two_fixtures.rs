#![deny(warnings)]

#[solipsism::fixture]
fn one() -> String {
    String::new()
}

#[solipsism::fixture]
fn two() -> String {
    String::new()
}

#[solipsism::fixture]
fn number() -> u32 {
    1
}

#[solipsism::test]
async fn which(text: &String) {
    let _ = text;
}

#[solipsism::test]
async fn another(#[from(number)] text: String) {
    let _ = text;
}

#[solipsism::test]
async fn nowhere(#[from(three)] text: String) {
    let _ = text;
}

fn main() {}

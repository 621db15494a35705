#![deny(warnings)]

#[solipsism::test]
async fn a_number() -> u32 {
    1
}

#[solipsism::test]
async fn a_text() -> Option<std::string::String> {
    None
}

#[solipsism::test]
async fn not_what_it_says() -> std::io::Result<()> {
    "text"
}

fn main() {}

#![deny(warnings)]

#[solipsism::test]
fn not_async() {}

#[solipsism::test]
pub(crate) struct NoFunction {
    pub(crate) field: u32,
}

#[solipsism::test]
mod no_function {}

#[solipsism::test]
const NO_FUNCTION: u32 = 1;

#[solipsism::test]
unsafe extern "C" {}

fn main() {
    let _ = NoFunction { field: NO_FUNCTION }.field;
}

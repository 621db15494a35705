//! What rustc prints for each mistake that a user of `#[solipsism::test]` can make.
//!
//! Each file in `compile_errors/` is one family of messages, several mistakes to a file: all are reported at once, each
//! at its own tokens. `#![deny(warnings)]` in them shows that nothing else is printed beside ours.

#[test]
fn each_mistake_is_named_with_its_cure() {
    trybuild::TestCases::new().compile_fail("tests/compile_errors/*.rs");
}

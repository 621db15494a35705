#![deny(warnings)]

/// It is still there for those who name it.
#[solipsism::test(clok = "manual", seed = "7f3a")]
#[ignore("slow")]
#[should_panic(message = "overflow")]
fn everything<T>(value: impl Into<T>) -> T {
    value.into()
}

fn main() {
    let _ = everything::<u64>(1_u32);
}

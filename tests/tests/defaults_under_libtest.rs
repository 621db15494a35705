//! Defaults under libtest, where `main!` is of no use but for these.

#[path = "defaults/closest.rs"]
mod closest;

solipsism::main!(epoch = "2031-06-01T00:00:00Z");

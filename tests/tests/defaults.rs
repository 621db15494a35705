//! Defaults for the tests of a module and of a target.

#[path = "defaults/closest.rs"]
mod closest;

solipsism::main!(epoch = "2031-06-01T00:00:00Z");

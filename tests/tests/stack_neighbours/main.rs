//! Other people's test crates in a world: the programs of the chapter on neighbours, and what is seen when they fail.

mod cases;
mod chapter;
mod properties;
mod quick;
mod reports;
mod snapshots;

solipsism::main!();

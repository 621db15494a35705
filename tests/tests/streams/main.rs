//! Streams: what two ends that are connected do to each other. Whatever holds for all kinds runs on each of them.

mod kinds;

mod bulk;
mod capacity;
mod closing;
mod halves;
mod one_way;
mod pipes;
mod resets;
mod tcp;
mod traits;
mod waiting;

solipsism::main!();

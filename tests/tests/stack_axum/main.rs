//! `axum::serve` on our listeners, in a world that hosts tokio.

mod reports;
#[rustfmt::skip]
mod section_12;
mod serving;

solipsism::main!();

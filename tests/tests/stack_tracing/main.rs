//! `solipsism::tracing`: whose records a test sees, and when they were made.

mod apart;
mod autouse;
mod loops;
mod reports;
mod time_stamps;

solipsism::main!();

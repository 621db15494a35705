//! Tests in worlds inside of a tokio runtime: one clock, and tasks and handles of both kinds in each other.

mod clock;
mod control;
mod outside;
mod tasks;

solipsism::main!();

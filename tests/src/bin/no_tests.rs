//! A target in which nothing is registered.

solipsism::main!();

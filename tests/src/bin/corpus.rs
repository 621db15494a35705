//! Faults in the style of those that people report against tokio, hyper and mini-redis, each planted in a small program. The
//! suite `corpus` compares what is told of them. Whoever reads that without these files should be able to name the line.

// The suite runs this from another directory.
#[path = "corpus/channels.rs"]
mod channels;
#[path = "corpus/locks.rs"]
mod locks;
#[path = "corpus/servers.rs"]
mod servers;
#[path = "corpus/sockets.rs"]
mod sockets;
#[path = "corpus/tasks.rs"]
mod tasks;

solipsism::main!();

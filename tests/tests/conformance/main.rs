//! The same scenarios on the kernel's loopback and in a world. What every operation gave is written into a transcript, and the
//! transcripts are compared with each other and with what stands here, so that this is also a list of what Linux does, and of
//! what differs. Elsewhere than on Linux the world's is compared alone.
//!
//! `side` says what a side offers; `kernel` is the real one, `world` ours. `transcript` is what is compared; `noted` (streams,
//! listeners) and `mailbox` (datagrams) write it. The rest are scenarios. Under libtest, since a loop does not run inside of a
//! test's own.

#[cfg(target_os = "linux")]
mod kernel;
mod mailbox;
mod noted;
mod side;
mod together;
#[macro_use]
mod transcript;
mod world;

mod bulk;
mod closing;
mod reading_and_writing;
mod resets;
mod tcp_addresses;
mod tcp_listeners;
mod tcp_resets;
mod tcp_streams;
mod unix_listeners;
mod waiting;

mod pipes;
mod udp;
mod udp_addresses;
mod unix_datagrams;

//! Tasks: `spawn` and what it gives back, with tokio's names.

mod abort_handle;
mod builder;
#[cfg(feature = "tokio")]
mod forgive;
mod id;
mod join_error;
mod join_handle;
mod join_set;
#[cfg(feature = "blocking")]
mod spawn_blocking;
mod yield_now;

pub use abort_handle::AbortHandle;
pub(crate) use builder::spawn_at;
pub use builder::{Builder, spawn, spawn_local};
#[cfg(feature = "tokio")]
pub use forgive::forgive;
pub use id::{Id, id, try_id};
pub use join_error::JoinError;
pub use join_handle::JoinHandle;
pub use join_set::JoinSet;
#[cfg(feature = "blocking")]
pub use spawn_blocking::spawn_blocking;
pub use yield_now::yield_now;

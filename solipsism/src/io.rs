//! Reading and writing: the traits of futures-io, which every stream of [`net`](crate::net) implements, their extension
//! methods, and what comes with them, all of it re-exported from futures-util.
//!
//! # Examples
//!
//! ```
//! use solipsism::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
//! use solipsism::{EventLoop, net::UnixStream};
//!
//! EventLoop::new().run(async {
//!     let (mut client, server) = UnixStream::pair().unwrap();
//!     client.write_all(b"one\ntwo\n").await.unwrap();
//!     let mut line = String::new();
//!     BufReader::new(server).read_line(&mut line).await.unwrap();
//!     assert_eq!(line, "one\n");
//! }).unwrap();
//! ```

pub use futures_util::io::*;

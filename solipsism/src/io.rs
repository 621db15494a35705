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
//!
//! # Beside tokio's
//!
//! With the feature `tokio` every stream has tokio's `AsyncRead` and `AsyncWrite` as well, whose extension traits have
//! methods of the same names as these. Import one family in a module, or name the trait: where both are in scope
//! `stream.read(…)` is ambiguous (E0034), and `solipsism::io::AsyncReadExt::read(&mut stream, …)` is not.

pub use futures_util::io::*;

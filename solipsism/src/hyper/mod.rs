//! hyper 1 in a world: clients and servers on the virtual network and the virtual clock, and no other runtime.
//!
//! Every stream of [`net`](crate::net) reads and writes by hyper's own traits, so hyper's builders take it as it is. What
//! they want besides is here: an [`Executor`], a [`Timer`], a [`Connector`]; and, made of these, a [`client`] and
//! [`serve_connection`].
//!
//! # Examples
//!
//! ```
//! use solipsism::hyper::{client, serve_connection};
//! use solipsism::net::TcpListener;
//! use bytes::Bytes;
//! use http_body_util::{BodyExt, Full};
//! use hyper::{Request, Response, body::Incoming, service::service_fn};
//! use std::convert::Infallible;
//!
//! async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new(Full::from(format!("hello from {}", request.uri().path()))))
//! }
//!
//! solipsism::EventLoop::new().run(async {
//!     let listener = TcpListener::bind("api.internal:80").await.unwrap();
//!     solipsism::spawn(async move {
//!         let (stream, _) = listener.accept().await.unwrap();
//!         serve_connection(stream, service_fn(hello)).await.unwrap();
//!     }).background();
//!     let response = client().get("http://api.internal/there".parse().unwrap()).await.unwrap();
//!     let body = response.into_body().collect().await.unwrap().to_bytes();
//!     assert_eq!(body, "hello from /there");
//! }).unwrap();
//! ```

mod client;
mod connector;
mod executor;
mod server;
mod timer;

pub use client::{Client, client};
pub use connector::{Connecting, Connection, Connector};
pub use executor::Executor;
pub use server::serve_connection;
pub use timer::{Sleep, Timer};

//! TLS in a world: rustls over the streams of [`net`](crate::net), with an authority that the whole world trusts, the
//! world's wall clock, and secrets from the world's seed.
//!
//! [`acceptor`] and [`connector`] are those of futures-rustls. What they are made from, rustls's configurations, can be had
//! from the [`Authority`]: change them, or give them to another crate that takes them, such as tokio-rustls.
//!
//! # Examples
//!
//! ```
//! use solipsism::io::{AsyncReadExt, AsyncWriteExt};
//! use solipsism::net::{TcpListener, TcpStream};
//! use solipsism::tls;
//!
//! solipsism::EventLoop::new().run(async {
//!     let listener = TcpListener::bind("api.internal:443").await.unwrap();
//!     solipsism::spawn(async move {
//!         let (stream, _) = listener.accept().await.unwrap();
//!         let mut stream = tls::acceptor("api.internal").accept(stream).await.unwrap();
//!         stream.write_all(b"hello").await.unwrap();
//!         stream.close().await.unwrap();
//!     }).background();
//!     let stream = TcpStream::connect("api.internal:443").await.unwrap();
//!     let mut stream = tls::connector().connect(tls::name("api.internal"), stream).await.unwrap();
//!     let mut all = String::new();
//!     stream.read_to_string(&mut all).await.unwrap();
//!     assert_eq!(all, "hello");
//! }).unwrap();
//! ```
//!
//! A certificate is valid from the day before it is made until a year after; step the wall clock, and it is not:
//!
//! ```
//! use solipsism::net::UnixStream;
//! use solipsism::time::{Duration, SystemTime};
//! use solipsism::{EventLoop, tls};
//!
//! EventLoop::new().run(async {
//!     let (one, other) = UnixStream::pair().unwrap();
//!     let acceptor = tls::acceptor("api.internal");
//!     solipsism::spawn(async move { acceptor.accept(one).await.map(drop) }).background();
//!     EventLoop::current().set_wall_clock(SystemTime::now() + Duration::from_secs(366 * 86_400));
//!     let error = tls::connector().connect(tls::name("api.internal"), other).await.unwrap_err();
//!     assert!(error.to_string().contains("certificate expired"), "{error}");
//! }).unwrap();
//! ```
//!
//! # What is the same in every run
//!
//! With TLS 1.3 between two of these configurations every byte is: keys and signatures are Ed25519's, X25519's secrets and
//! all else that rustls draws come from the seed. Not so where a peer insists on the curves P-256 or P-384: *ring* draws
//! their secrets itself, though as many bytes are sent; nor for keys of others than the authority.
//!
//! None of this is secret: who knows the seed knows every key.

mod authority;
mod clock;
mod key_exchange;
mod provider;

pub use authority::{Authority, Certificate};
pub use clock::WallClock;
pub use provider::crypto_provider;

use std::sync::Arc;

pub use futures_rustls::{TlsAcceptor, TlsConnector, TlsStream, client, server};
pub use rustls;

use rustls::pki_types::ServerName;

/// What connects to servers that the world's authority has certified, without a certificate of its own.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// See [the module](self).
#[track_caller]
pub fn connector() -> TlsConnector {
    Arc::new(Authority::current().client_config()).into()
}

/// What accepts clients as this host, with a certificate of the world's authority made now. A client's certificate is not
/// asked for.
///
/// # Panics
///
/// Outside of a world; if this is neither a host's name nor an address.
///
/// # Examples
///
/// See [the module](self).
#[track_caller]
pub fn acceptor(host: &str) -> TlsAcceptor {
    Arc::new(Authority::current().server_config(host)).into()
}

/// A host's name or address as rustls has it.
///
/// # Panics
///
/// If it is neither.
///
/// # Examples
///
/// ```
/// assert_eq!(solipsism::tls::name("api.internal").to_str(), "api.internal");
/// ```
#[track_caller]
pub fn name(host: &str) -> ServerName<'static> {
    let Ok(name) = ServerName::try_from(host) else {
        panic!("`{host}` is neither a host's name nor an address: write one such as `api.internal`")
    };
    name.to_owned()
}

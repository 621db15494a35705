use std::fmt::Debug;
use std::io;

use axum::Router;
use axum::routing::get;
use axum::serve::Listener;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;

/// axum asks for a listener of any kind, so ask for no more.
pub async fn serve<L: Listener<Addr: Debug>>(listener: L) -> io::Result<()> {
    axum::serve(listener, Router::new().route("/", get(|| async { "hi" }))).await
}

/// hyper's client asks for a connector of any kind.
pub struct Greeter<C>(Client<C, Full<Bytes>>);

impl<C: Connect + Clone + Send + Sync + 'static> Greeter<C> {
    pub fn new(connector: C) -> Self {
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    pub async fn greeting(&self, uri: &'static str) -> Result<Bytes, Box<dyn std::error::Error>> {
        let response = self.0.get(uri.parse()?).await?;
        Ok(response.into_body().collect().await?.to_bytes())
    }
}

/// What `main` calls.
pub async fn run(listener: tokio::net::TcpListener) -> io::Result<()> {
    serve(listener).await
}

impl Greeter<HttpConnector> {
    pub fn over_tcp() -> Self {
        Self::new(HttpConnector::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solipsism::hyper::Connector;
    use solipsism::net::TcpListener;

    #[solipsism::test(tokio)] // since axum and the client's executor spawn on tokio
    async fn greets() {
        let listener = TcpListener::bind("api.internal:80").await.unwrap();
        solipsism::spawn(serve(listener)).background();
        let greeter = Greeter::new(Connector::new());
        let greeting = greeter.greeting("http://api.internal/").await.unwrap();
        assert_eq!(greeting, "hi");
    }
}

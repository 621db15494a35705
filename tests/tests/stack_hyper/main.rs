//! hyper's client and server in a plain world: no other runtime is there.

mod axum_app;
mod by_hand;
mod pool;
mod reports;
mod timer;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::Incoming;
use solipsism::hyper::Client;

/// The body of what is answered.
async fn get(client: &Client, uri: &str) -> Result<Bytes, hyper_util::client::legacy::Error> {
    let response: Response<Incoming> = client.get(uri.parse().unwrap()).await?;
    assert_eq!(response.status(), 200);
    Ok(response.into_body().collect().await.unwrap().to_bytes())
}

solipsism::main!();

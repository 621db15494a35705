use axum::{routing::get, Router};

#[solipsism::test(tokio)] // hosts a tokio runtime on the same clock: `tokio::spawn` and `tokio::time` work inside
async fn an_axum_app_on_a_virtual_network() {
    let listener = solipsism::net::TcpListener::bind("api.internal:80").await.unwrap();
    solipsism::spawn(async move { axum::serve(listener, Router::new().route("/", get(|| async { "hi" }))).await }).background();
    let client = solipsism::hyper::client(); // hyper_util's legacy Client<Connector, Full<Bytes>> on the virtual network and clock
    let response = client.get("http://api.internal/".parse().unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
}

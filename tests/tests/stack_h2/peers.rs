//! The two sides of an HTTP/2 connection: a server that does as a request's path says, and a client.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{Request, Response};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::sleep;

pub const MINUTE: Duration = Duration::from_secs(60);

/// Serves in the background.
pub async fn serve() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let serving = async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            solipsism::spawn(connection(stream)).background();
        }
    };
    solipsism::spawn(serving).background();
}

/// A connection that is cut ends.
async fn connection(stream: TcpStream) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        solipsism::spawn(async {
            // Whoever asked may be gone.
            let _ = answer(request, respond).await;
        })
        .background();
    }
}

pub async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
) -> Result<(), h2::Error> {
    let path = request.uri().path().to_owned();
    match path.as_str() {
        "/echo" => {
            let mut body = request.into_body();
            let mut back = respond.send_response(Response::new(()), false)?;
            while let Some(chunk) = body.data().await {
                let chunk = chunk?;
                let length = chunk.len();
                send(&mut back, chunk).await?;
                body.flow_control().release_capacity(length)?;
            }
            back.send_data(Bytes::new(), true)?;
        }
        "/slow" => {
            sleep(MINUTE).await;
            let mut body = respond.send_response(Response::new(()), false)?;
            body.send_data(Bytes::from_static(b"at last"), true)?;
        }
        "/patient" => {
            sleep(MINUTE).await;
            let length = read(&mut request.into_body()).await?.len();
            let mut body = respond.send_response(Response::new(()), false)?;
            body.send_data(length.to_string().into(), true)?;
        }
        "/refuse" => respond.send_reset(Reason::REFUSED_STREAM),
        other => panic!("nobody asks for {other}"),
    }
    Ok(())
}

/// As much at a time as the other side lets.
pub async fn send(stream: &mut SendStream<Bytes>, mut data: Bytes) -> Result<(), h2::Error> {
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let Some(room) = poll_fn(|cx| stream.poll_capacity(cx)).await else {
            return Err(Reason::STREAM_CLOSED.into());
        };
        stream.send_data(data.split_to(room?), false)?;
    }
    Ok(())
}

/// A client whose connection is driven in the background, and what became of that.
pub async fn connect() -> (
    SendRequest<Bytes>,
    solipsism::task::JoinHandle<Result<(), h2::Error>>,
) {
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    (client, solipsism::spawn(connection))
}

pub fn request(path: &str) -> Request<()> {
    let uri = format!("http://api.internal{path}");
    Request::get(uri).body(()).unwrap()
}

pub async fn get(client: &SendRequest<Bytes>, path: &str) -> Result<Bytes, h2::Error> {
    let mut client = client.clone().ready().await?;
    let (response, _) = client.send_request(request(path), true)?;
    let mut body = response.await?.into_body();
    read(&mut body).await
}

pub async fn read(body: &mut RecvStream) -> Result<Bytes, h2::Error> {
    let mut all = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        all.extend(chunk);
    }
    Ok(all.into())
}

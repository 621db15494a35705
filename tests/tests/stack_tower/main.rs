//! tower's middleware around hyper's client, which goes over the virtual network. tower's time is tokio's, so the worlds host
//! a tokio runtime.

mod backoff;
mod buffer;
mod limit;
mod reports;
mod retry;
mod timeout;

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::hyper::serve_connection;
use solipsism::net::TcpListener;
use solipsism::time::{self, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// When the server got what it was asked, since the test began.
type Log = Rc<RefCell<Vec<Duration>>>;

fn request(path: &str) -> Request<Full<Bytes>> {
    let uri = format!("http://api.internal{path}");
    Request::get(uri).body(Full::default()).unwrap()
}

/// Answers with the path; `/slow` takes a minute.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if path == "/slow" {
        time::sleep(60 * SECOND).await;
    }
    Ok(Response::new(Full::from(path)))
}

/// A server that answers every request.
async fn serve() -> Log {
    serve_after(0).await
}

/// A server that drops so many connections before it answers, each at its first request.
async fn serve_after(drops: usize) -> Log {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let log = Log::default();
    let (start, noted) = (Instant::now(), Rc::clone(&log));
    let accept = async move {
        let mut left = drops;
        while let Ok((stream, _)) = listener.accept().await {
            let drops = left > 0;
            left = left.saturating_sub(1);
            let log = Rc::clone(&noted);
            let service = service_fn(move |request| {
                log.borrow_mut().push(start.elapsed());
                let answer = answer(request);
                async move {
                    if drops {
                        Err("dropped")
                    } else {
                        Ok(answer.await.unwrap())
                    }
                }
            });
            // A client that gives up cuts its connection, and hyper cuts one whose service fails.
            let serving = async move { drop(serve_connection(stream, service).await) };
            solipsism::spawn(serving).background();
        }
    };
    solipsism::spawn(accept).background();
    log
}

solipsism::main!();

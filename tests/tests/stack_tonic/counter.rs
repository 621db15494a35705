//! A gRPC service with a method of each kind, written out as tonic's generator would do it, but for what nobody uses here.
//!
//! Its answers are numbers, and what it is asked says how long each of them takes.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use solipsism::time::sleep;
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::{
    ClientStreamingService, NamedService, ServerStreamingService, StreamingService, UnaryService,
};
use tonic::transport::Channel;
use tonic::{Code, IntoRequest, IntoStreamingRequest, Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

/// What is asked, and what is answered.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Number {
    #[prost(uint64, tag = "1")]
    pub value: u64,
    /// Nanoseconds before each answer.
    #[prost(uint64, tag = "2")]
    pub pause: u64,
}

pub type Numbers = Pin<Box<dyn Stream<Item = Result<Number, Status>> + Send>>;

impl Number {
    pub fn new(value: u64) -> Self {
        Self { value, pause: 0 }
    }

    pub fn after(self, pause: Duration) -> Self {
        let pause = pause.as_nanos().try_into().expect("it is short");
        Self { pause, ..self }
    }

    async fn pause(&self) {
        // One of `u64::MAX` is no deadline.
        sleep(Duration::from_nanos(self.pause)).await;
    }
}

/// The next number.
async fn next(request: Request<Number>) -> Result<Response<Number>, Status> {
    let asked = request.into_inner();
    asked.pause().await;
    match asked.value.checked_add(1) {
        Some(value) => Ok(Response::new(Number::new(value))),
        None => Err(Status::out_of_range("there is no next number")),
    }
}

/// All numbers below this one, the greatest first.
async fn down(request: Request<Number>) -> Result<Response<Numbers>, Status> {
    let Number { value, pause } = request.into_inner();
    let numbers = tokio_stream::iter((0..value).rev()).then(move |value| async move {
        sleep(Duration::from_nanos(pause)).await;
        Ok(Number::new(value))
    });
    Ok(Response::new(Box::pin(numbers)))
}

/// The sum of what comes.
async fn sum(request: Request<Streaming<Number>>) -> Result<Response<Number>, Status> {
    let mut numbers = request.into_inner();
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        let number = number?;
        number.pause().await;
        sum += number.value;
    }
    Ok(Response::new(Number::new(sum)))
}

/// The next number of each that comes.
async fn each(request: Request<Streaming<Number>>) -> Result<Response<Numbers>, Status> {
    let numbers = request.into_inner().then(|number| async {
        let number = number?;
        number.pause().await;
        Ok(Number::new(number.value + 1))
    });
    Ok(Response::new(Box::pin(numbers)))
}

/// Where a request came from, as a number: its port.
async fn whence(request: Request<Number>) -> Result<Response<Number>, Status> {
    let from = request.remote_addr();
    let from = from.ok_or_else(|| Status::not_found("no address"))?;
    Ok(Response::new(Number::new(from.port().into())))
}

#[derive(Clone)]
pub struct CounterServer;

struct Method<F>(F);

macro_rules! method {
    ($($kind:ident: $request:ty => $response:ty $(, $name:ident)?;)*) => {$(
        impl<F, O> $kind<Number> for Method<F>
        where
            F: FnMut(Request<$request>) -> O,
            O: Future<Output = Result<Response<$response>, Status>> + Send + 'static,
        {
            type Response = Number;
            $(type $name = $response;)?
            type Future = BoxFuture<Response<$response>, Status>;

            fn call(&mut self, request: Request<$request>) -> Self::Future {
                Box::pin((self.0)(request))
            }
        }
    )*};
}

method! {
    UnaryService: Number => Number;
    ServerStreamingService: Number => Numbers, ResponseStream;
    ClientStreamingService: Streaming<Number> => Number;
    StreamingService: Streaming<Number> => Numbers, ResponseStream;
}

impl Service<http::Request<Body>> for CounterServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::default());
            Ok(match request.uri().path() {
                "/count.Counter/Next" => grpc.unary(Method(next), request).await,
                "/count.Counter/Down" => grpc.server_streaming(Method(down), request).await,
                "/count.Counter/Sum" => grpc.client_streaming(Method(sum), request).await,
                "/count.Counter/Each" => grpc.streaming(Method(each), request).await,
                "/count.Counter/Whence" => grpc.unary(Method(whence), request).await,
                _ => Status::new(Code::Unimplemented, "no such method").into_http(),
            })
        })
    }
}

impl NamedService for CounterServer {
    const NAME: &'static str = "count.Counter";
}

#[derive(Clone)]
pub struct CounterClient(Grpc<Channel>);

type Answer<T> = Result<T, Status>;

impl CounterClient {
    pub fn new(channel: Channel) -> Self {
        Self(Grpc::new(channel))
    }

    async fn ready(&mut self) -> Answer<&mut Grpc<Channel>> {
        let ready = self.0.ready().await;
        ready.map_err(|error| Status::unknown(format!("not ready: {error}")))?;
        Ok(&mut self.0)
    }

    async fn unary(&mut self, path: &'static str, of: Request<Number>) -> Answer<u64> {
        let path = http::uri::PathAndQuery::from_static(path);
        let grpc = self.ready().await?;
        let answered = grpc.unary(of, path, ProstCodec::<Number, Number>::default());
        Ok(answered.await?.into_inner().value)
    }

    pub async fn next(&mut self, of: impl IntoRequest<Number>) -> Answer<u64> {
        self.unary("/count.Counter/Next", of.into_request()).await
    }

    pub async fn whence(&mut self) -> Answer<u64> {
        let any = Number::new(0).into_request();
        self.unary("/count.Counter/Whence", any).await
    }

    pub async fn unknown(&mut self) -> Answer<u64> {
        let any = Number::new(0).into_request();
        self.unary("/count.Counter/Unknown", any).await
    }

    pub async fn down(&mut self, from: impl IntoRequest<Number>) -> Answer<Streaming<Number>> {
        let path = http::uri::PathAndQuery::from_static("/count.Counter/Down");
        let (grpc, codec) = (self.ready().await?, ProstCodec::default());
        let answered = grpc
            .server_streaming(from.into_request(), path, codec)
            .await;
        Ok(answered?.into_inner())
    }

    pub async fn sum(&mut self, of: impl IntoStreamingRequest<Message = Number>) -> Answer<u64> {
        let path = http::uri::PathAndQuery::from_static("/count.Counter/Sum");
        let (grpc, codec) = (self.ready().await?, ProstCodec::<Number, Number>::default());
        let answered = grpc
            .client_streaming(of.into_streaming_request(), path, codec)
            .await;
        Ok(answered?.into_inner().value)
    }

    pub async fn each(
        &mut self,
        of: impl IntoStreamingRequest<Message = Number>,
    ) -> Answer<Streaming<Number>> {
        let path = http::uri::PathAndQuery::from_static("/count.Counter/Each");
        let (grpc, codec) = (self.ready().await?, ProstCodec::default());
        let answered = grpc
            .streaming(of.into_streaming_request(), path, codec)
            .await;
        Ok(answered?.into_inner())
    }
}

use tokio::io::{self, AsyncRead, AsyncWrite};

pub trait Listen {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn next(&mut self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

pub trait Connect: Clone + Send + 'static {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn connect(&self, addr: &str) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Hands each connection on to `backend`.
pub async fn proxy(mut listener: impl Listen, connector: impl Connect, backend: &'static str) {
    while let Ok(mut inward) = listener.next().await {
        let connector = connector.clone();
        tokio::spawn(async move {
            let mut outward = connector.connect(backend).await?;
            io::copy_bidirectional(&mut inward, &mut outward).await
        });
    }
}

impl Listen for tokio::net::TcpListener {
    type Stream = tokio::net::TcpStream;

    async fn next(&mut self) -> io::Result<Self::Stream> {
        Ok(self.accept().await?.0)
    }
}

#[derive(Clone)]
pub struct Tcp;

impl Connect for Tcp {
    type Stream = tokio::net::TcpStream;

    async fn connect(&self, addr: &str) -> io::Result<Self::Stream> {
        tokio::net::TcpStream::connect(addr).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solipsism::net::{TcpListener, TcpStream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    impl Listen for TcpListener {
        type Stream = TcpStream;

        async fn next(&mut self) -> io::Result<TcpStream> {
            Ok(self.accept().await?.0)
        }
    }

    #[derive(Clone)]
    struct Virtual;

    impl Connect for Virtual {
        type Stream = TcpStream;

        async fn connect(&self, addr: &str) -> io::Result<TcpStream> {
            TcpStream::connect(addr).await
        }
    }

    #[solipsism::test(tokio)] // since `proxy` spawns on tokio
    async fn what_the_backend_says_comes_through() {
        let backend = TcpListener::bind("backend.internal:80").await.unwrap();
        let front = TcpListener::bind("front.internal:80").await.unwrap();
        tokio::spawn(proxy(front, Virtual, "backend.internal:80"));
        let mut client = TcpStream::connect("front.internal:80").await.unwrap();
        let (mut inward, _) = backend.accept().await.unwrap();
        inward.write_all(b"hello").await.unwrap();
        drop(inward);
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "hello");
    }
}

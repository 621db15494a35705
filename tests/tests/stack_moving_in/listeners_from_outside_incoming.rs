use futures_util::stream::{Stream, StreamExt, poll_fn};
use tokio::io::{self, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// One conversation, wherever its stream is from.
async fn converse(stream: impl AsyncRead + AsyncWrite) -> io::Result<()> {
    let (reader, mut writer) = io::split(stream);
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = line.to_uppercase() + "\n";
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// All of them, until there are no more.
async fn serve<S: AsyncRead + AsyncWrite>(incoming: impl Stream<Item = io::Result<S>>) {
    incoming
        .for_each_concurrent(None, |stream| async {
            if let Err(error) = async { converse(stream?).await }.await {
                eprintln!("a conversation failed: {error}");
            }
        })
        .await;
}

/// What `main` calls.
pub async fn run(listener: tokio::net::TcpListener) {
    serve(poll_fn(move |cx| {
        let accepted = listener.poll_accept(cx);
        accepted.map(|accepted| Some(accepted.map(|(stream, _)| stream)))
    }))
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use solipsism::net::{TcpListener, TcpStream};

    #[solipsism::test]
    async fn answers_in_capitals() {
        let listener = TcpListener::bind("shout.internal:7").await.unwrap();
        solipsism::spawn(serve(listener.into_incoming())).background();
        let stream = TcpStream::connect("shout.internal:7").await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"hello\n").await.unwrap();
        let mut answer = String::new();
        stream.read_line(&mut answer).await.unwrap();
        assert_eq!(answer, "HELLO\n");
    }
}

//! The tests of "Advanced asyncio testing" on a channel with messages.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use solipsism::fixtures::{EachTransport, Server};
use solipsism::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use solipsism::net::{Stream, TcpListener};

use super::shout;

struct Channel(BufReader<Stream>);

impl Channel {
    fn new(stream: Stream) -> Self {
        Self(BufReader::new(stream))
    }

    async fn recv(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        Ok(line.trim_end().to_owned())
    }

    async fn send(&mut self, message: &str) -> io::Result<()> {
        self.0.write_all(format!("{message}\n").as_bytes()).await
    }

    async fn close(mut self) -> io::Result<()> {
        self.0.close().await
    }
}

async fn channel(server: Server) -> io::Result<()> {
    let results = Rc::new(RefCell::new(Vec::new()));
    let handle_client = {
        let results = Rc::clone(&results);
        move |stream| {
            let results = Rc::clone(&results);
            async move {
                let mut channel = Channel::new(stream);
                let req = channel.recv().await?;
                results.borrow_mut().push(req);
                channel.send("cya").await?;
                channel.close().await
            }
        }
    };
    let mut channel = Channel::new(server.start_and_connect(handle_client).await?);
    channel.send("ohai").await?;
    let rep = channel.recv().await?;
    results.borrow_mut().push(rep);
    channel.close().await?;

    assert_eq!(*results.borrow(), ["ohai", "cya"]);
    Ok(())
}

#[solipsism::test]
async fn channel_over_tcp(server: Server) -> io::Result<()> {
    channel(server).await
}

#[solipsism::test]
async fn channel_over_unix(
    #[with(transports = [unix])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    channel(server).await
}

#[solipsism::test]
async fn no_address_is_in_use_after_a_server_was_closed(server: Server) -> io::Result<()> {
    let addr = server.addr();
    server.start(shout).await?;
    server.close().await;
    let _listener = TcpListener::bind(addr).await?;
    Ok(())
}

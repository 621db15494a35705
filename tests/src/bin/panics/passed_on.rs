//! No panics: errors, and the `?` that they come by.

use std::error::Error;
use std::io;
use std::num::ParseIntError;

use solipsism::fixtures::Server;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, Stream, TcpStream};
use solipsism::time::sleep;

use super::{NoConfiguration, SECOND};

#[solipsism::test]
async fn from_a_chain_of_calls() -> Result<(), Box<dyn Error>> {
    let half = |number: &str| Ok::<_, ParseIntError>(number.parse::<u32>()? / 2);
    assert_eq!(half("8"), Ok(4));
    sleep(SECOND).await;
    let _stream = TcpStream::connect("example.org:80")
        .await
        .map_err(Box::new)?;
    Ok(())
}

#[solipsism::test]
async fn out_of_a_task() -> Result<(), Box<dyn Error>> {
    let parse = async { "x".parse::<u32>().map_err(NoConfiguration) };
    solipsism::spawn(parse).await??;
    Ok(())
}

#[solipsism::test]
async fn within_a_block_and_then_another_error() -> Result<(), Box<dyn Error>> {
    let parse = async { Ok::<_, ParseIntError>("x".parse::<u32>()? + 1) };
    match parse.await {
        Ok(_) => Ok(()),
        Err(_) => Err("no number was found".into()),
    }
}

#[solipsism::test]
async fn in_an_earlier_turn_and_then_another_error() -> Result<(), Box<dyn Error>> {
    let parse = async { Ok::<_, ParseIntError>("x".parse::<u32>()? + 1) };
    let _ = parse.await;
    sleep(SECOND).await;
    Err("nobody was found".into())
}

#[solipsism::test]
async fn in_a_handler(server: Server) -> io::Result<()> {
    let handler = async |mut stream: Stream| {
        let line = read_line(&mut stream).await?;
        line.parse::<u32>().map_err(io::Error::other)?;
        Ok::<_, io::Error>(())
    };
    let mut client = server.start_and_connect(handler).await?;
    client.write_all(b"x\n").await?;
    sleep(SECOND).await;
    Ok(())
}

async fn read_line(stream: &mut Stream) -> io::Result<String> {
    let mut line = [0; 2];
    stream.read_exact(&mut line).await?;
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}

#[solipsism::test]
async fn on_a_host(network: Network) {
    network.host("shop").run(|| async {
        TcpStream::connect("stock:80").await?;
        Ok::<_, io::Error>(())
    });
    sleep(SECOND).await;
}

struct Settings;

#[solipsism::fixture]
fn settings() -> Result<Settings, ParseIntError> {
    let _port: u16 = "x".parse()?;
    Ok(Settings)
}

#[solipsism::test]
async fn in_a_fixture(_settings: Settings) {}

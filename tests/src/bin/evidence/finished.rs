//! Tasks that are finished when it matters what they did.

use std::io;

use futures_channel::oneshot;
use solipsism::io::AsyncReadExt;
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::task::{Builder, spawn};

/// Its sender is alive, and sends nothing.
async fn waits_in_vain() {
    let (_sender, receiver) = oneshot::channel::<()>();
    _ = receiver.await;
}

#[solipsism::test]
async fn one_with_a_name_woke_it_last() {
    let (sender, receiver) = oneshot::channel();
    Builder::new()
        .name("replies")
        .spawn(async { sender.send(22) });
    receiver.await.expect("it was sent");
    waits_in_vain().await;
}

#[solipsism::test]
async fn one_without_a_name_woke_it_last() {
    let (sender, receiver) = oneshot::channel();
    drop(spawn(async { sender.send(22) }));
    receiver.await.expect("it was sent");
    waits_in_vain().await;
}

#[solipsism::test]
async fn the_end_of_one_woke_it_last() {
    let step = Builder::new().name("step").spawn(async {});
    step.await.expect("it does not panic");
    waits_in_vain().await;
}

/// Accepts a connection in a task of its own, which hands it over.
async fn connect(net: &Network) -> io::Result<(TcpStream, TcpStream)> {
    let served = net.host("api.internal").spawn(async {
        let listener = TcpListener::bind("0.0.0.0:80").await?;
        let accept = Builder::new().name("accept");
        let accepted = accept.spawn(async move { listener.accept().await });
        accepted.await?
    });
    let client = TcpStream::connect("api.internal:80").await?;
    let (served, _) = served.await??;
    Ok((client, served))
}

#[solipsism::test]
async fn one_had_the_peer(net: Network) -> io::Result<()> {
    let (mut client, _served) = connect(&net).await?;
    client.read_exact(&mut [0]).await
}

/// Only the last ones are remembered by name.
#[solipsism::test]
async fn one_of_many_had_the_peer(net: Network) -> io::Result<()> {
    let (mut client, _served) = connect(&net).await?;
    for step in 0..32 {
        Builder::new()
            .name(format!("step {step}"))
            .spawn(async {})
            .await?;
    }
    client.read_exact(&mut [0]).await
}

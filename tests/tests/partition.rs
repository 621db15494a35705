use solipsism::net::{Network, TcpStream};
use std::time::Duration;

#[solipsism::test]
async fn survives_a_partition(net: Network) -> std::io::Result<()> {
    let db = net.host("db.internal");
    db.run(serve_forever); // what the host runs, with its name and address; `db.spawn(future)` is for one-off tasks
    net.link("localhost", "db.internal")
        .latency(Duration::from_millis(20)); // "localhost" is the test body's host
    let client = TcpStream::connect("db.internal:5432").await?; // 40 ms of virtual time: there and back
    net.partition("localhost", "db.internal");
    // …
    net.heal();
    db.crash(); // its tasks are dropped and its connections reset; `db.restart()` calls `serve_forever` again
    drop(client);
    Ok(())
}

async fn serve_forever() {
    let listener = solipsism::net::TcpListener::bind("db.internal:5432")
        .await
        .unwrap();
    loop {
        let _ = listener.accept().await;
    }
}

solipsism::main!();

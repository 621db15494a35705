//! With the randomness of the seed, two runs send the same bytes at the same instants.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, TransportConfig, UdpPoller};
use solipsism::net::{Network, UdpSocket};
use solipsism::time::{Duration, Instant};
use solipsism_tests::in_own_world;
use solipsism_tests::quic::{Socket, endpoint_over, seeded};

use super::{ask, connect, echo, serve};

type Sent = Arc<Mutex<Vec<(Instant, Vec<u8>)>>>;

/// Notes what is sent.
#[derive(Debug)]
struct Tap(Arc<Socket>, Sent);

impl AsyncUdpSocket for Tap {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.0).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let datagram = (Instant::now(), transmit.contents.to_vec());
        self.1.lock().unwrap().push(datagram);
        self.0.try_send(transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_recv(cx, bufs, meta)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn may_fragment(&self) -> bool {
        self.0.may_fragment()
    }
}

/// What a client sends while it has something echoed over a bad link.
async fn sent() -> Vec<(Instant, Vec<u8>)> {
    let latency = Duration::from_millis(20)..=Duration::from_millis(70);
    Network::current().every_link().latency(latency).loss(0.1);
    serve(TransportConfig::default(), echo).await;
    let socket = Socket::new(UdpSocket::bind("0.0.0.0:0").await.unwrap());
    let sent = Sent::default();
    let tap = Arc::new(Tap(Arc::new(socket), Arc::clone(&sent)));
    let mut client = endpoint_over(tap, None).unwrap();
    client.set_default_client_config(seeded::client_config(TransportConfig::default()));
    let connection = connect(&client).await.unwrap();
    ask(&connection, &vec![7; 100_000]).await.unwrap();
    drop(connection);
    client.wait_idle().await;
    std::mem::take(&mut *sent.lock().unwrap())
}

#[solipsism::test]
async fn of_one_seed_every_byte_is_the_same() {
    let (one, other) = (in_own_world(1, sent), in_own_world(1, sent));
    assert!(one.len() > 100, "{}", one.len());
    assert!(one == other);
    assert!(one != in_own_world(2, sent));
}

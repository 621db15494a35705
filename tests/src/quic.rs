//! quinn in a world: [`Runtime`] is all that it needs, and [`seeded`] what makes a run of it the same every time.

mod runtime;
pub mod seeded;

pub use runtime::{Runtime, Socket};

use std::io;
use std::sync::Arc;

use quinn::{AsyncUdpSocket, Endpoint, ServerConfig};
use solipsism::net::UdpSocket;

/// An endpoint at an address of the virtual network.
///
/// # Errors
///
/// Those of [`UdpSocket::bind`].
pub async fn endpoint(addr: &str, server: Option<ServerConfig>) -> io::Result<Endpoint> {
    let socket = Socket::new(UdpSocket::bind(addr).await?);
    endpoint_over(Arc::new(socket), server)
}

/// An endpoint over any socket, with the randomness of the world.
///
/// # Errors
///
/// Those of the socket.
pub fn endpoint_over(
    socket: Arc<dyn AsyncUdpSocket>,
    server: Option<ServerConfig>,
) -> io::Result<Endpoint> {
    let (config, runtime) = (seeded::endpoint_config(), Arc::new(Runtime::new()));
    Endpoint::new_with_abstract_socket(config, server, socket, runtime)
}

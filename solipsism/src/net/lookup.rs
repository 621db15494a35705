//! From names to addresses.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::Addr;
use crate::executor::World;
use crate::time;

/// What a socket can be bound or connected to: socket addresses, an [`Addr`] that is one, `"host:port"`, and pairs of a
/// host and a port.
///
/// Every name is a host. It resolves without regard to case, always to the same address, in every run; see
/// [`Network`](super::Network) for other answers.
///
/// The trait is sealed: it has no methods for others to call or implement.
pub trait ToSocketAddrs: sealed::Sealed {}

/// The addresses of a host, with the port.
///
/// # Errors
///
/// `InvalidInput` where there is no port or no name, and what the test asked for.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net};
///
/// let addrs = EventLoop::new().run(async {
///     let one: Vec<_> = net::lookup_host("api.internal:80").await.unwrap().collect();
///     let same: Vec<_> = net::lookup_host(("API.internal", 80)).await.unwrap().collect();
///     assert_eq!(one, same);
///     one
/// }).unwrap();
/// assert_eq!(addrs.len(), 1);
/// ```
pub async fn lookup_host<A: ToSocketAddrs>(
    host: A,
) -> io::Result<impl Iterator<Item = SocketAddr> + Send> {
    // Also for an address, of which nobody is asked.
    World::with("lookup_host", |_| ());
    Ok(look_up(host.target()?).await?.into_iter())
}

pub(super) async fn look_up(target: sealed::Target) -> io::Result<Vec<SocketAddr>> {
    let (name, port) = match target {
        sealed::Target::Addrs(addrs) => return Ok(addrs),
        sealed::Target::Name(name, port) => (name, port),
    };
    let (delay, found) = World::with("lookup_host", |world| {
        world.network(|network, _| network.hosts.look_up(&name))
    });
    if !delay.is_zero() {
        time::sleep(delay).await;
    }
    Ok(found?
        .into_iter()
        .map(|ip| SocketAddr::new(ip, port))
        .collect())
}

/// As `first_of`, for binding: the name is known from then on.
pub(super) async fn first_free<T, F>(
    target: sealed::Target,
    attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    if let sealed::Target::Name(name, _) = &target {
        World::with("bind", |world| {
            world.network(|network, _| network.hosts.make_known(name));
        });
    }
    first_of(target, attempt).await
}

/// Tries each of the addresses in their order. The error is that of the last.
pub(super) async fn first_of<T, F>(
    target: sealed::Target,
    mut attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut error = io::Error::new(ErrorKind::InvalidInput, "there is no address to try");
    for addr in look_up(target).await? {
        match attempt(addr).await {
            Ok(done) => return Ok(done),
            Err(failed) => error = failed,
        }
    }
    Err(error)
}

pub(crate) mod sealed {
    use std::io;
    use std::net::SocketAddr;

    #[derive(Clone, Debug)]
    pub enum Target {
        Addrs(Vec<SocketAddr>),
        Name(String, u16),
    }

    pub trait Sealed {
        fn target(&self) -> io::Result<Target>;
    }
}

use sealed::{Sealed, Target};

fn from_name(host: &str, port: u16) -> Target {
    match host.parse::<IpAddr>() {
        Ok(ip) => Target::Addrs(vec![SocketAddr::new(ip, port)]),
        Err(_) => Target::Name(host.to_owned(), port),
    }
}

impl ToSocketAddrs for str {}

impl Sealed for str {
    fn target(&self) -> io::Result<Target> {
        if let Ok(addr) = self.parse() {
            return Ok(Target::Addrs(vec![addr]));
        }
        let parts = self
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host, port.parse().ok()?)));
        match parts {
            Some((host, port)) => Ok(from_name(host, port)),
            None => Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "`{}` is no address: write \"host:port\"",
                    self.escape_debug()
                ),
            )),
        }
    }
}

impl ToSocketAddrs for Target {}

impl Sealed for Target {
    fn target(&self) -> io::Result<Target> {
        Ok(self.clone())
    }
}

impl ToSocketAddrs for String {}

impl Sealed for String {
    fn target(&self) -> io::Result<Target> {
        self.as_str().target()
    }
}

impl ToSocketAddrs for (&str, u16) {}

impl Sealed for (&str, u16) {
    fn target(&self) -> io::Result<Target> {
        Ok(from_name(self.0, self.1))
    }
}

impl ToSocketAddrs for (String, u16) {}

impl Sealed for (String, u16) {
    fn target(&self) -> io::Result<Target> {
        Ok(from_name(&self.0, self.1))
    }
}

impl ToSocketAddrs for Addr {}

impl Sealed for Addr {
    fn target(&self) -> io::Result<Target> {
        match self {
            Self::Inet(addr) => Ok(Target::Addrs(vec![*addr])),
            Self::Unix(_) => Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "`{self}` is the address of a unix socket: `Stream::connect` takes any address"
                ),
            )),
        }
    }
}

impl ToSocketAddrs for [SocketAddr] {}

impl Sealed for [SocketAddr] {
    fn target(&self) -> io::Result<Target> {
        Ok(Target::Addrs(self.to_vec()))
    }
}

impl ToSocketAddrs for Vec<SocketAddr> {}

impl Sealed for Vec<SocketAddr> {
    fn target(&self) -> io::Result<Target> {
        Ok(Target::Addrs(self.clone()))
    }
}

impl<const N: usize> ToSocketAddrs for [SocketAddr; N] {}

impl<const N: usize> Sealed for [SocketAddr; N] {
    fn target(&self) -> io::Result<Target> {
        Ok(Target::Addrs(self.to_vec()))
    }
}

impl<A: ToSocketAddrs + ?Sized> ToSocketAddrs for &A {}

impl<A: Sealed + ?Sized> Sealed for &A {
    fn target(&self) -> io::Result<Target> {
        (**self).target()
    }
}

macro_rules! single {
    ($($addr:ty),*) => {
        $(
            impl ToSocketAddrs for $addr {}

            impl Sealed for $addr {
                fn target(&self) -> io::Result<Target> {
                    Ok(Target::Addrs(vec![(*self).into()]))
                }
            }
        )*
    };
}

single!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16)
);

//! The network of a world, as a test holds it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::panic::Location;
use std::time::Duration;

use super::home::Home;
use super::{Host, Link};
use crate::core::net::{self as core, HostId, Which};
use crate::executor::World;

/// The handle on a world's network: its hosts, what lies between them, and what its names resolve to.
///
/// A test is given it by type; elsewhere there is [`current`](Self::current). All faults are drawn from the world's
/// seed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use solipsism::net::{Network, TcpListener, TcpStream};
/// use solipsism::time::Instant;
///
/// #[solipsism::test]
/// async fn there_and_back(net: Network) -> std::io::Result<()> {
///     net.link("localhost", "api.internal").latency(Duration::from_millis(20));
///     let _listener = TcpListener::bind("api.internal:80").await?;
///     let start = Instant::now();
///     let _client = TcpStream::connect("api.internal:80").await?;
///     assert_eq!(start.elapsed(), Duration::from_millis(40));
///     Ok(())
/// }
/// # solipsism::EventLoop::new().run(async { there_and_back_(Network::current()).await }).unwrap().unwrap();
/// # async fn there_and_back_(net: Network) -> std::io::Result<()> {
/// #     net.link("localhost", "api.internal").latency(Duration::from_millis(20));
/// #     let _listener = TcpListener::bind("api.internal:80").await?;
/// #     let start = Instant::now();
/// #     let _client = TcpStream::connect("api.internal:80").await?;
/// #     assert_eq!(start.elapsed(), Duration::from_millis(40));
/// #     Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Network {
    home: Home,
}

impl Network {
    /// The network of the world that is running on this thread.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn current() -> Self {
        Self {
            home: World::with("Network::current", |world| Home::new(world)),
        }
    }

    #[track_caller]
    fn with<R>(&self, f: impl FnOnce(&mut core::Network, &mut core::Call) -> R) -> R {
        self.home.with("a network", |world| world.network(f))
    }

    /// The host with this name or address. Every name is one; `localhost` is that of the test's body.
    ///
    /// # Panics
    ///
    /// If it cannot be the name of a host: it is empty, or has a port.
    #[track_caller]
    pub fn host(&self, name: &str) -> Host {
        Host::new(self.home.clone(), self.named(name))
    }

    #[track_caller]
    fn named(&self, name: &str) -> HostId {
        assert!(
            name.parse::<IpAddr>().is_ok() || core::is_name(name),
            "`{}` is no host: give a name or an address, without a port",
            name.escape_debug()
        );
        self.with(|network, _| network.hosts.named(name))
    }

    /// The links between two hosts, in both directions.
    ///
    /// # Panics
    ///
    /// As [`host`](Self::host).
    #[track_caller]
    pub fn link(&self, one: &str, other: &str) -> Link {
        let (one, other) = self.two(one, other);
        Link::new(self.home.clone(), Which::Both(one, other))
    }

    /// The link from one host to another, and not the one back.
    ///
    /// # Panics
    ///
    /// As [`host`](Self::host).
    #[track_caller]
    pub fn one_way(&self, from: &str, to: &str) -> Link {
        let (from, to) = self.two(from, to);
        Link::new(self.home.clone(), Which::OneWay(from, to))
    }

    /// The links between all different hosts, also those that are not used yet.
    pub fn every_link(&self) -> Link {
        Link::new(self.home.clone(), Which::All)
    }

    #[track_caller]
    fn two(&self, one: &str, other: &str) -> (HostId, HostId) {
        (self.named(one), self.named(other))
    }

    /// Cuts the links between two hosts; see [`Link::partition`].
    ///
    /// # Panics
    ///
    /// As [`host`](Self::host).
    #[track_caller]
    pub fn partition(&self, one: &str, other: &str) {
        self.link(one, other).cut(Location::caller());
    }

    /// Ends all partitions.
    #[track_caller]
    pub fn heal(&self) {
        self.every_link().heal();
    }

    /// How many bytes fit into each direction of the streams that are made from now on, unless another capacity is asked
    /// for; 64 KiB at first.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn set_capacity(&self, capacity: usize) {
        assert!(
            capacity > 0,
            "a capacity of 0 would let nothing through: it must be at least 1"
        );
        self.with(|network, call| network.set_capacity(capacity, call));
    }

    /// From now on looking up an unknown name is an error, which lists those that are known: names that were used before,
    /// that a host or an answer is asked for here, or that something is bound to.
    #[track_caller]
    pub fn strict(&self) {
        self.with(|network, call| network.hosts.set_strict(call.owner));
    }

    /// Has a name resolve to these addresses, in their order, instead of that of its host.
    ///
    /// # Panics
    ///
    /// If it is no name: an address is not looked up.
    #[track_caller]
    pub fn resolve(&self, name: &str, addrs: impl IntoIterator<Item = IpAddr>) {
        let addrs: Vec<_> = addrs.into_iter().collect();
        check_name(name);
        self.with(|network, call| network.hosts.set_answer(name, &addrs, call.owner));
    }

    /// Has every lookup of a name fail, until [`resolve`](Self::resolve) gives it an answer.
    ///
    /// # Panics
    ///
    /// As `resolve`.
    #[track_caller]
    pub fn fail_lookup(&self, name: &str, kind: ErrorKind) {
        check_name(name);
        self.with(|network, call| network.hosts.set_failure(name, kind, call.owner));
    }

    /// Has every lookup of a name take this long.
    ///
    /// # Panics
    ///
    /// As [`resolve`](Self::resolve).
    #[track_caller]
    pub fn delay_lookup(&self, name: &str, delay: Duration) {
        check_name(name);
        self.with(|network, call| network.hosts.set_delay(name, delay, call.owner));
    }

    /// The name of the host with this address.
    ///
    /// # Errors
    ///
    /// `NotFound` if no name was used for it yet.
    #[track_caller]
    pub fn reverse_lookup(&self, addr: IpAddr) -> io::Result<String> {
        self.with(|network, _| network.hosts.reverse(addr).map(str::to_owned))
            .ok_or_else(|| {
                io::Error::new(ErrorKind::NotFound, format!("no name was used for {addr}"))
            })
    }

    /// The faults that were ordered and never did anything, each with where it was ordered: a test that passes with one of
    /// these has not tested it.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, net::Network};
    ///
    /// EventLoop::new().run(async {
    ///     let net = Network::current();
    ///     net.partition("localhost", "db.internal");
    ///     assert!(net.unfired_faults()[0].starts_with("the partition ordered at "));
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn unfired_faults(&self) -> Vec<String> {
        self.with(|network, _| {
            let unfired = network.links.faults().filter(|fault| !fault.fired);
            unfired
                .map(|fault| format!("the {} ordered at {}", fault.what, fault.site))
                .collect()
        })
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

#[track_caller]
fn check_name(name: &str) {
    assert!(
        core::is_name(name) && name.parse::<IpAddr>().is_err(),
        "`{}` is never looked up: give the name of a host, without a port",
        name.escape_debug()
    );
}

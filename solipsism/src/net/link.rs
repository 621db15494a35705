//! What lies between hosts.

use std::fmt;
use std::panic::Location;

use super::Latency;
use super::home::Home;
use crate::core::net::{Call, Mishap, Network, Which};
use crate::trace::Kind;

/// One or several links between hosts, to be given delays and faults.
///
/// What is ordered holds for what is sent from then on. A packet is a datagram, or up to 1460 bytes of what one write has
/// added to a stream of TCP. A link delays and loses packets of TCP and UDP alike; TCP never loses bytes, its losses are
/// retransmissions that take time. Unix sockets and pipes do not use links.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use solipsism::{EventLoop, net::Network};
///
/// EventLoop::new().run(async {
///     let net = Network::current();
///     net.link("localhost", "db.internal")
///         .latency(Duration::from_millis(10)..=Duration::from_millis(30))
///         .loss(0.01)
///         .bandwidth(1_000_000);
///     net.one_way("db.internal", "localhost").partition();
/// }).unwrap();
/// ```
#[derive(Clone)]
pub struct Link {
    home: Home,
    which: Which,
}

impl Link {
    pub(super) fn new(home: Home, which: Which) -> Self {
        Self { home, which }
    }

    #[track_caller]
    fn with<R>(&self, f: impl FnOnce(&mut Network, &mut Call) -> R) -> R {
        self.home.with("a link", |world| world.network(f))
    }

    /// Tells a trace what was ordered.
    fn note(&self, what: impl fmt::Display) {
        self.home.with("a link", |world| {
            world.note(|| {
                let links = world.network(|network, _| {
                    let name = |host| network.hosts.name(host);
                    match self.which {
                        Which::OneWay(from, to) => {
                            format!("the link from {} to {}", name(from), name(to))
                        }
                        Which::Both(one, other) => {
                            format!("the links between {} and {}", name(one), name(other))
                        }
                        Which::All => "every link".to_owned(),
                    }
                });
                Kind::Orders {
                    what: format!("{what} {links}"),
                }
            });
        });
    }

    /// How long a packet is on its way: a [`Duration`](std::time::Duration), or a range of which each packet gets a
    /// random one. The order of TCP's bytes stays; so does that of datagrams, unless they are to be reordered.
    ///
    /// # Panics
    ///
    /// If a range ends before it starts.
    #[track_caller]
    pub fn latency(&self, latency: impl Into<Latency>) -> &Self {
        let latency = latency.into();
        latency.check();
        self.note(format_args!("sets a latency of {latency} on"));
        self.with(|network, call| network.links.set_latency(self.which, latency, call.owner));
        self
    }

    /// How many bytes a second fit through. What is sent faster waits its turn.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn bandwidth(&self, bytes_per_second: u64) -> &Self {
        assert!(
            bytes_per_second > 0,
            "a bandwidth of 0 would let nothing through: that is a `partition` or a `hold`"
        );
        self.note(format_args!("allows {bytes_per_second} bytes a second on"));
        self.with(|network, call| {
            network
                .links
                .set_bandwidth(self.which, bytes_per_second, call.owner);
        });
        self
    }

    /// Loses this share of the packets. A datagram is gone; a segment of TCP arrives after its retransmissions, the first
    /// 200 ms later, each further one after twice the time before. TCP takes 1.0 for a partition.
    ///
    /// # Panics
    ///
    /// Unless it is from 0.0 to 1.0.
    #[track_caller]
    pub fn loss(&self, probability: f64) -> &Self {
        self.chance(Mishap::Loss, probability)
    }

    /// Has this share of the datagrams arrive twice.
    ///
    /// # Panics
    ///
    /// Unless it is from 0.0 to 1.0.
    #[track_caller]
    pub fn duplication(&self, probability: f64) -> &Self {
        self.chance(Mishap::Duplication, probability)
    }

    /// Has this share of the datagrams arrive late, up to as late again as the longest latency and at least up to a
    /// millisecond, so that others overtake them.
    ///
    /// # Panics
    ///
    /// Unless it is from 0.0 to 1.0.
    #[track_caller]
    pub fn reordering(&self, probability: f64) -> &Self {
        self.chance(Mishap::Reordering, probability)
    }

    #[track_caller]
    fn chance(&self, mishap: Mishap, probability: f64) -> &Self {
        assert!(
            (0.0..=1.0).contains(&probability),
            "a probability is from 0.0 to 1.0, and this is {probability}"
        );
        let site = Location::caller();
        self.note(format_args!("sets a {} of {probability} on", mishap.word()));
        self.with(|network, call| {
            network
                .links
                .set_chance(self.which, mishap, probability, site, call.owner);
            network.reroute(call);
        });
        self
    }

    /// Cuts the link. Datagrams are lost. Bytes of TCP, also those under way, are held back until [`heal`](Self::heal);
    /// writing goes on until the buffers are full, and a connect times out.
    ///
    /// What is held back is not under way: a world that waits for it alone sleeps forever, and the report names this
    /// line.
    #[track_caller]
    pub fn partition(&self) -> &Self {
        self.cut(Location::caller());
        self
    }

    #[track_caller]
    pub(super) fn cut(&self, site: &'static Location<'static>) {
        self.note("cuts");
        self.with(|network, call| {
            network.links.partition(self.which, site, call.owner);
            network.reroute(call);
        });
    }

    /// Ends a partition. What was held back sets out now.
    #[track_caller]
    pub fn heal(&self) -> &Self {
        self.note("heals");
        self.with(|network, call| {
            network.links.heal(self.which, call.owner);
            network.reroute(call);
        });
        self
    }

    /// Holds everything back that is sent, datagrams too, until [`release`](Self::release).
    #[track_caller]
    pub fn hold(&self) -> &Self {
        let site = Location::caller();
        self.note("holds");
        self.with(|network, call| {
            network.links.hold(self.which, site, call.owner);
            network.reroute(call);
        });
        self
    }

    /// Ends a hold. What was held back sets out now, in the order in which it was sent.
    #[track_caller]
    pub fn release(&self) -> &Self {
        self.note("releases");
        self.with(|network, call| {
            for datagram in network.links.release(self.which, call.owner) {
                network.send_off(datagram, call);
            }
            network.reroute(call);
        });
        self
    }
}

/// With the names of the hosts.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.home.debug(f, "Link", |network| {
            let name = |host| Some(network.hosts.name(host).to_owned());
            match self.which {
                Which::OneWay(from, to) => [("from", name(from)), ("to", name(to))],
                Which::Both(one, other) => [("one", name(one)), ("other", name(other))],
                Which::All => ["one", "other"].map(|end| (end, Some("every host".to_owned()))),
            }
        })
    }
}

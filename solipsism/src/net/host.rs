//! A host of the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::panic::Location;
use std::rc::Rc;

use super::home::Home;
use crate::core::net::{HostId, Network};
use crate::ending::TestReturn;
use crate::ending::passed_on::{PassedOnBy, told};
use crate::executor::World;
use crate::panics;
use crate::task::JoinHandle;
use crate::trace::Kind;

/// A host of the network: a name, addresses, and the tasks that run on it.
///
/// # Examples
///
/// ```
/// use solipsism::net::{Network, TcpListener, TcpStream};
///
/// async fn serve() -> std::io::Result<()> {
///     let listener = TcpListener::bind("0.0.0.0:80").await?;
///     loop {
///         listener.accept().await?;
///     }
/// }
///
/// solipsism::EventLoop::new().run(async {
///     let api = Network::current().host("api.internal");
///     api.run(serve);
///     assert!(TcpStream::connect("api.internal:80").await.is_ok());
///     api.crash();
///     assert!(TcpStream::connect("api.internal:80").await.is_err());
///     api.restart();
///     assert!(TcpStream::connect("api.internal:80").await.is_ok());
/// }).unwrap();
/// ```
#[derive(Clone)]
pub struct Host {
    home: Home,
    id: HostId,
}

impl Host {
    pub(super) fn new(home: Home, id: HostId) -> Self {
        Self { home, id }
    }

    #[track_caller]
    fn with<R>(&self, f: impl FnOnce(&mut Network) -> R) -> R {
        self.home
            .with("a host", |world| world.network(|network, _| f(network)))
    }

    /// Tells a trace what was ordered.
    fn note(&self, what: &str) {
        self.home.with("a host", |world| {
            world.note(|| {
                let name = world.network(|network, _| network.hosts.name(self.id).to_owned());
                Kind::Orders {
                    what: format!("{what} the host {name}"),
                }
            });
        });
    }

    /// The name, in lower case; of a host that has none, its address.
    #[track_caller]
    pub fn name(&self) -> String {
        self.with(|network| network.hosts.name(self.id).to_owned())
    }

    /// The address that its name resolves to.
    #[track_caller]
    pub fn addr(&self) -> IpAddr {
        self.v4().into()
    }

    /// Its address of IPv4.
    #[track_caller]
    pub fn v4(&self) -> Ipv4Addr {
        self.with(|network| network.hosts.v4(self.id))
    }

    /// Its address of IPv6.
    #[track_caller]
    pub fn v6(&self) -> Ipv6Addr {
        self.with(|network| network.hosts.v6(self.id))
    }

    /// Starts a task on this host. What it spawns runs here as well.
    ///
    /// # Panics
    ///
    /// Outside of the host's world.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let site = Location::caller();
        self.home.with("a host", |world| {
            JoinHandle::new(world.spawn_on(self.id.0, future, None, site))
        })
    }

    /// Starts what this host runs: the future that `program` gives, now and at each [`restart`](Self::restart). Its task
    /// is named after the host. If it returns an error, or panics, the test fails.
    ///
    /// # Panics
    ///
    /// Outside of the host's world.
    #[track_caller]
    pub fn run<P, F>(&self, program: P)
    where
        P: Fn() -> F + 'static,
        F: Future + 'static,
        F::Output: TestReturn + 'static,
    {
        let site = Location::caller();
        let (id, name) = (self.id.0, self.name());
        let program = Rc::new(program);
        let start = move |world: &World| {
            let (program, host) = (Rc::clone(&program), name.clone());
            let future = async move {
                if let Err(error) = program().await.ending() {
                    let passed_on = told(PassedOnBy::last());
                    panics::panic_at(
                        site,
                        format!(
                            "the program of host `{host}` returned an error: {error}{passed_on}"
                        ),
                    );
                }
            };
            let name = Some(Box::new(name.clone().into_boxed_str()));
            let task = world.spawn_on(id, future, name, site);
            // A machine goes on when the test is over, as it was asked to.
            world.excuse(&task);
            world.detach(&task);
        };
        self.home.with("a host", |world| {
            start(world);
            world.add_program(id, Rc::new(start));
        });
    }

    /// Ends everything on this host at once: its tasks are dropped, its connections are reset, and nobody listens there
    /// any more. The addresses can be bound anew. Bytes that a partition holds back are lost with it. A task of the host
    /// that calls this goes on to its next `.await`; what it spawns until then is dropped.
    ///
    /// # Panics
    ///
    /// On `localhost`, where the test's body is. Outside of the host's world.
    #[track_caller]
    pub fn crash(&self) {
        assert!(
            self.id != HostId::LOCAL,
            "`localhost` is the host of the test's body and cannot crash: run what is to crash on a host of its own, with \
             `net.host(\"…\").run(…)`"
        );
        self.note("crashes");
        self.home.with("a host", |world| {
            // Or else the tasks would close their connections in peace.
            world.network(|network, call| network.crash(self.id, call));
            world.drop_tasks_of(self.id.0);
        });
    }

    /// Crashes the host if something runs there, and starts again what [`run`](Self::run) had started.
    ///
    /// # Panics
    ///
    /// If nothing was ever `run` on this host; on `localhost`. Outside of the host's world.
    #[track_caller]
    pub fn restart(&self) {
        let programs = self.home.with("a host", |world| world.programs(self.id.0));
        assert!(
            !programs.is_empty(),
            "`restart` was called on host `{}`, on which nothing was `run`: give `host.run(…)` what it is to start",
            self.name()
        );
        self.note("restarts");
        self.crash();
        self.home.with("a host", |world| {
            for program in programs {
                program(world);
            }
        });
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.home.debug(f, "Host", |network| {
            [("name", Some(network.hosts.name(self.id).to_owned()))]
        })
    }
}

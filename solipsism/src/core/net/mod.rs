//! The network of a world, as one plain state machine.
//!
//! It is told who asks and when (a [`Call`]), and gives back results, wakers to wake and the instant of its next event;
//! whoever drives it calls [`fire`](Network::fire) then, and [`settle`](Network::settle) when an instant has come to
//! rest. Hosts and their names are in `hosts`, ports in `ports`, what lies between two hosts in `links`. A stream is a
//! `connection`: two ends, with their `options`, and a `pipe` for each direction. `listening` and `connecting` make them,
//! `transfer` reads and writes, `closing` ends them. `datagrams` come one by one. `events` are what happens by itself,
//! `crash` ends all that a host has, `nesting` all that a child loop has, `explain` says what everybody waits for, `deeds` what
//! happened, which `noting` notes down, and `leftovers` what nobody has closed.

mod addr;
mod closing;
mod connecting;
mod connection;
mod crash;
mod datagrams;
mod deeds;
mod events;
mod explain;
mod hosts;
mod leftovers;
mod links;
mod listening;
mod nesting;
mod noting;
mod options;
mod pipe;
mod ports;
#[cfg(feature = "tls")]
mod secrets;
mod transfer;
mod waiters;

pub use addr::{Addr, UnixAddr};
pub(crate) use connection::{EndKey, Kind};
pub(crate) use datagrams::{Datagram, DatagramKey};
pub use deeds::{NetEvent, Preview};
pub(crate) use explain::{Keeper, Stream, Upcoming, What};
pub(crate) use hosts::{HostId, Hosts, is_name};
pub(crate) use leftovers::{OpenKind, OpenSocket, SocketKey};
pub use links::Latency;
pub(crate) use links::{Links, Mishap, Which};
pub(crate) use listening::{Backlog, ListenerKey};
pub(crate) use options::Options;
pub(crate) use ports::{Claim, Protocol, Sharing};
pub(crate) use waiters::Ticket;

use std::collections::BTreeMap;
use std::panic::Location;
use std::task::Waker;

use slab::Slab;

use self::connection::Connection;
use self::datagrams::Datagrams;
use self::events::Events;
use self::listening::{Listener, UnixEntry};
use self::pipe::Spare;
use self::ports::Ports;
use self::waiters::Asked;
use crate::core::random::Random;
use crate::core::{LoopId, Nested};

/// The capacity of each direction of a stream, unless another is asked for.
const CAPACITY: usize = 64 * 1024;

/// Who asks the network for something and when, and what is to be done once the network is left.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// The time, unless `clock` knows better.
    pub(crate) seen: u64,
    /// Asked where it matters, since most of what is asked of the network takes no time.
    pub(crate) clock: Option<fn() -> Option<u64>>,
    pub(crate) task: u32,
    pub(crate) host: u32,
    /// The loop to which what is made belongs.
    pub(crate) owner: LoopId,
    /// Where somebody asks to make something, if that is known.
    pub(crate) site: Option<&'static Location<'static>>,
    /// To be woken, in this order.
    pub(crate) wake: Vec<Waker>,
    /// To be dropped where user code may run.
    pub(crate) drop: Vec<Waker>,
    /// What happened, if somebody wants to know.
    pub(crate) deeds: Option<Vec<NetEvent>>,
}

impl Call {
    /// What is made was asked for there, unless it is known better.
    pub(crate) fn made_at(&mut self, site: &'static Location<'static>) {
        self.site.get_or_insert(site);
    }

    /// When and where something comes to be.
    pub(crate) fn birth(&self) -> Birth {
        Birth {
            since: self.now(),
            site: self.site,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.and_then(|clock| clock()).unwrap_or(self.seen)
    }
}

/// When and where a socket was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Birth {
    pub(crate) since: u64,
    pub(crate) site: Option<&'static Location<'static>>,
}

/// What can be waited for at a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Read,
    Write,
}

#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) hosts: Hosts,
    pub(crate) links: Links,
    ports: Ports,
    connections: Slab<Connection>,
    listeners: Slab<Listener>,
    datagrams: Slab<Datagrams>,
    unix: BTreeMap<(HostId, UnixAddr), UnixEntry>,
    events: Events,
    /// Connections that nobody answers, until their instant has settled.
    unanswered: Vec<EndKey>,
    asked: Asked,
    spare: Spare,
    random: Nested<Random>,
    #[cfg(feature = "tls")]
    pub(crate) secrets: secrets::Secrets,
    capacity: Nested<usize>,
    /// How many sockets were ever made, and how often somebody waited.
    serial: u64,
    /// How many paths were given out.
    paths: u32,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            hosts: Hosts::new(),
            links: Links::default(),
            ports: Ports::default(),
            connections: Slab::new(),
            listeners: Slab::new(),
            datagrams: Slab::new(),
            unix: BTreeMap::new(),
            events: Events::default(),
            unanswered: Vec::new(),
            asked: Asked::default(),
            spare: Spare::default(),
            random: Nested::new(Random::new(seed)),
            #[cfg(feature = "tls")]
            secrets: secrets::Secrets::new(seed),
            capacity: Nested::new(CAPACITY),
            serial: 0,
            paths: 0,
        }
    }

    /// Of each direction of the streams that are made from now on.
    pub(crate) fn set_capacity(&mut self, capacity: usize, call: &Call) {
        self.capacity.change(call.owner, |now| *now = capacity);
    }

    /// For a future that will wait beside others.
    pub(crate) fn ticket(&mut self) -> Ticket {
        Ticket(self.serial())
    }

    /// A path for a unix socket that nobody was given before.
    pub(crate) fn unused_path(&mut self) -> UnixAddr {
        self.paths += 1;
        UnixAddr::new(format!("/run/solipsism/{}.sock", self.paths).as_ref())
    }

    fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

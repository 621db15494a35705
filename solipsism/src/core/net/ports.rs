//! The ports: who has bound which, on which address of which host.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::HostId;
use super::nesting::Gone;
use crate::core::{EndingLoops, LoopId};

/// Port 0 asks for the first free one from here.
const FIRST_FREE: u16 = 60_001;

/// The ports that connecting takes: those of Linux, but none that port 0 gives.
const CLIENTS: std::ops::Range<u16> = 32_768..FIRST_FREE;

/// The ports that are given to whoever asks for an unused one: the network itself never takes one of these.
const UNUSED: std::ops::Range<u16> = 20_000..CLIENTS.start;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

/// A bound address, until it is released.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) host: HostId,
    pub(crate) protocol: Protocol,
    pub(crate) addr: SocketAddr,
    id: u64,
}

/// Whether an address may be shared, and with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    Exclusive,
    /// With others of its kind, while none of them listens: `SO_REUSEADDR`.
    Reuse,
}

/// What answers at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nothing yet.
    Bound,
    Listener(u32),
    Datagrams(u32),
}

#[derive(Debug)]
struct Entry {
    owner: LoopId,
    ip: IpAddr,
    id: u64,
    sharing: Sharing,
    holder: Holder,
}

#[derive(Debug, Default)]
pub(super) struct Ports {
    claims: BTreeMap<(HostId, Protocol, u16), Vec<Entry>>,
    clients: BTreeMap<(HostId, IpAddr), Clients>,
    claimed: u64,
    /// How many of the unused ports were given away.
    given: u16,
}

/// The client ports of one address: the lowest that is free is taken next.
#[derive(Debug)]
struct Clients {
    next: u16,
    freed: BinaryHeap<Reverse<u16>>,
}

impl Ports {
    /// Takes an address, and for port 0 the first free port.
    ///
    /// # Errors
    ///
    /// `AddrInUse`.
    pub(super) fn claim(
        &mut self,
        host: HostId,
        protocol: Protocol,
        mut addr: SocketAddr,
        sharing: Sharing,
        owner: LoopId,
    ) -> io::Result<Claim> {
        if addr.port() == 0 {
            let ip = addr.ip().to_canonical();
            let Some(port) = self.first_free(host, protocol, ip) else {
                return Err(io::Error::new(
                    ErrorKind::AddrInUse,
                    format!(
                        "address in use: all ports from {FIRST_FREE} of {} are taken",
                        addr.ip()
                    ),
                ));
            };
            addr.set_port(port);
        }
        // What an IPv6 socket binds of IPv4 is in the way of IPv4's.
        let ip = addr.ip().to_canonical();
        self.claimed += 1;
        let id = self.claimed;
        let entries = self
            .claims
            .entry((host, protocol, addr.port()))
            .or_default();
        if entries.iter().any(|other| other.excludes(ip, sharing)) {
            return Err(in_use(addr));
        }
        entries.push(Entry {
            owner,
            ip,
            id,
            sharing,
            holder: Holder::Bound,
        });
        Ok(Claim {
            host,
            protocol,
            addr,
            id,
        })
    }

    fn first_free(&self, host: HostId, protocol: Protocol, ip: IpAddr) -> Option<u16> {
        let from = (host, protocol, FIRST_FREE);
        let mut free = FIRST_FREE;
        for ((.., port), entries) in self.claims.range(from..=(host, protocol, u16::MAX)) {
            let is_taken = entries.iter().any(|entry| overlap(entry.ip, ip));
            if *port > free || !is_taken {
                break;
            }
            free = free.checked_add(1)?;
        }
        Some(free)
    }

    /// A port that nobody has bound, and that nobody gets but by naming it. It is never the same twice.
    pub(super) fn unused(&mut self) -> Option<u16> {
        loop {
            let port = UNUSED.start + self.given;
            if !UNUSED.contains(&port) {
                return None;
            }
            self.given += 1;
            if !self.claims.keys().any(|(.., bound)| *bound == port) {
                return Some(port);
            }
        }
    }

    /// Says what answers at a claimed address.
    ///
    /// # Errors
    ///
    /// `AddrInUse` if another listens there already, or shares it no longer; `ConnectionAborted` once the loop has ended
    /// that claimed it.
    pub(super) fn hold(&mut self, claim: Claim, holder: Holder) -> io::Result<()> {
        let key = (claim.host, claim.protocol, claim.addr.port());
        // A handle has its claim until the loop ends that made it.
        let gone = || Gone::Loop.error("socket");
        let entries = self.claims.get_mut(&key).ok_or_else(gone)?;
        let place = entries.iter().position(|entry| entry.id == claim.id);
        let place = place.ok_or_else(gone)?;
        let (ip, sharing) = (entries[place].ip, entries[place].sharing);
        let mut others = entries.iter().filter(|other| other.id != claim.id);
        if others.any(|other| other.excludes(ip, sharing)) {
            return Err(in_use(claim.addr));
        }
        entries[place].holder = holder;
        Ok(())
    }

    /// Changes with whom a claimed address is shared from now on; who shares it already goes on.
    pub(super) fn share(&mut self, claim: Claim, sharing: Sharing) {
        let key = (claim.host, claim.protocol, claim.addr.port());
        let entries = self.claims.get_mut(&key);
        let entry =
            entries.and_then(|entries| entries.iter_mut().find(|entry| entry.id == claim.id));
        // That of a loop that has ended is shared with all the world.
        if let Some(entry) = entry {
            entry.sharing = sharing;
        }
    }

    /// Releases what a child has bound, and nothing answers at.
    pub(super) fn end_child(&mut self, ending: &EndingLoops) {
        self.claims.retain(|_, entries| {
            entries.retain(|entry| !ending.has(entry.owner) || entry.holder != Holder::Bound);
            !entries.is_empty()
        });
    }

    #[cfg(test)]
    pub(super) fn owned_since(&self, child: LoopId) -> usize {
        let entries = self.claims.values().flatten();
        entries.filter(|entry| entry.owner >= child).count()
    }

    pub(super) fn release(&mut self, claim: Claim) {
        let key = (claim.host, claim.protocol, claim.addr.port());
        if let Some(entries) = self.claims.get_mut(&key) {
            entries.retain(|entry| entry.id != claim.id);
            if entries.is_empty() {
                self.claims.remove(&key);
            }
        }
    }

    /// What answers at this address of the host, and the address that it was bound to.
    pub(super) fn find(
        &self,
        host: HostId,
        protocol: Protocol,
        addr: SocketAddr,
    ) -> Option<(Holder, IpAddr)> {
        let entries = self.claims.get(&(host, protocol, addr.port()))?;
        let bound_to = |ip: IpAddr| {
            entries
                .iter()
                .find(|entry| entry.ip == ip && entry.holder != Holder::Bound)
        };
        let any = match addr.ip() {
            IpAddr::V4(_) => bound_to(Ipv4Addr::UNSPECIFIED.into()),
            IpAddr::V6(_) => None,
        };
        bound_to(addr.ip())
            .or(any)
            .or_else(|| bound_to(Ipv6Addr::UNSPECIFIED.into()))
            .map(|entry| (entry.holder, entry.ip))
    }

    /// Everything that answers on a port, whatever the host.
    pub(super) fn on_port(
        &self,
        protocol: Protocol,
        port: u16,
    ) -> impl Iterator<Item = (HostId, IpAddr, Holder)> {
        self.claims
            .iter()
            .filter(move |((_, other, number), _)| *other == protocol && *number == port)
            .flat_map(|((host, ..), entries)| {
                entries.iter().map(|entry| (*host, entry.ip, entry.holder))
            })
    }

    /// Takes a port to connect from.
    pub(super) fn take_client(&mut self, host: HostId, ip: IpAddr) -> Option<u16> {
        let clients = self.clients.entry((host, ip)).or_insert_with(|| Clients {
            next: CLIENTS.start,
            freed: BinaryHeap::new(),
        });
        let claims = &self.claims;
        let is_bound = |port| claims.contains_key(&(host, Protocol::Tcp, port));
        // Those that were bound meanwhile are free again some time.
        let mut bound = Vec::new();
        let mut lowest = None;
        while let Some(Reverse(port)) = clients.freed.pop() {
            if !is_bound(port) {
                lowest = Some(port);
                break;
            }
            bound.push(Reverse(port));
        }
        clients.freed.extend(bound);
        if lowest.is_some() {
            return lowest;
        }
        while clients.next < CLIENTS.end {
            let port = clients.next;
            clients.next += 1;
            if !is_bound(port) {
                return Some(port);
            }
        }
        None
    }

    pub(super) fn free_client(&mut self, host: HostId, addr: SocketAddr) {
        if let Some(clients) = self.clients.get_mut(&(host, addr.ip())) {
            clients.freed.push(Reverse(addr.port()));
        }
    }
}

impl Entry {
    /// Whether nobody else can have this address beside it.
    fn excludes(&self, ip: IpAddr, sharing: Sharing) -> bool {
        let both_share = sharing == Sharing::Reuse && self.sharing == Sharing::Reuse;
        overlap(self.ip, ip) && !(both_share && self.holder == Holder::Bound)
    }
}

/// Whether both cannot be bound to one port: the wildcard of IPv6 takes IPv4 in, as on Linux.
fn overlap(one: IpAddr, other: IpAddr) -> bool {
    let wild = |ip: IpAddr, other: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_unspecified() && other.is_ipv4(),
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    one == other || wild(one, other) || wild(other, one)
}

fn in_use(addr: SocketAddr) -> io::Error {
    io::Error::new(
        ErrorKind::AddrInUse,
        format!(
            "address in use: another socket is bound to {addr}, or to a wildcard that takes it in"
        ),
    )
}

//! The hosts: every name is one, and every address belongs to one.
//!
//! A name's address is made from the name, so that it is the same in every run. Two names never share one: the one that
//! is used later moves on to the next that is free.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use solipsism_harness::ordered::{Map, sort_by};

use crate::core::{EndingLoops, LoopId, Nested};

/// A host's place in the order of first use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostId(pub(crate) u32);

impl HostId {
    /// The host of the test's body.
    pub(crate) const LOCAL: Self = Self(0);
}

/// The local host's name; every host calls itself so as well.
const LOCALHOST: &str = "localhost";

/// Its address: above all that are made from names, and none that a test gives to a machine of its own, as 10.0.0.1 is.
const LOCAL_V4: Ipv4Addr = Ipv4Addr::new(10, 255, 255, 254);

#[derive(Debug)]
struct Host {
    name: String,
    v4: Ipv4Addr,
    v6: Ipv6Addr,
}

/// What a lookup of a name gives instead of the host's own address.
#[derive(Clone, Debug, Default)]
struct Answer {
    addrs: Option<Vec<IpAddr>>,
    failure: Option<ErrorKind>,
    delay: Duration,
}

/// What was ordered of lookups.
#[derive(Clone, Debug, Default)]
struct Lookups {
    answers: Map<String, Answer>,
    strict: bool,
}

#[derive(Debug)]
pub(crate) struct Hosts {
    all: Vec<Host>,
    by_name: Map<String, HostId>,
    by_ip: Map<IpAddr, HostId>,
    lookups: Nested<Lookups>,
}

impl Hosts {
    pub(super) fn new() -> Self {
        let mut hosts = Self {
            all: Vec::new(),
            by_name: Map::default(),
            by_ip: Map::default(),
            lookups: Nested::default(),
        };
        hosts.add(LOCALHOST, LOCAL_V4);
        hosts.by_name.insert(LOCALHOST.to_owned(), HostId::LOCAL);
        hosts
    }

    /// The host with this name or address; it is made if there is none.
    pub(crate) fn named(&mut self, name: &str) -> HostId {
        if let Ok(ip) = name.parse::<IpAddr>() {
            return self.at(ip, HostId::LOCAL);
        }
        let name = canonical(name);
        if is_localhost(&name) {
            return HostId::LOCAL;
        }
        if let Some(id) = self.by_name.get(&name) {
            return *id;
        }
        let v4 = self.vacant(&name);
        let id = self.add(&name, v4);
        self.by_name.insert(name, id);
        id
    }

    /// An address that no host has: the name's own, or the next after it.
    fn vacant(&self, name: &str) -> Ipv4Addr {
        let mut place = hash(name);
        loop {
            let v4 = address(place);
            if !self.by_ip.contains_key(&IpAddr::V4(v4)) {
                return v4;
            }
            place = place.wrapping_add(1);
        }
    }

    /// Has a strict network know a name, since something is bound to it.
    pub(crate) fn make_known(&mut self, name: &str) {
        if is_name(name) {
            self.named(name);
        }
    }

    /// The host to which an address belongs, as `from` sees it: a loopback address is everybody's own.
    pub(crate) fn at(&mut self, ip: IpAddr, from: HostId) -> HostId {
        let ip = ip.to_canonical();
        if ip.is_loopback() || ip.is_unspecified() {
            return from;
        }
        if let Some(id) = self.by_ip.get(&ip) {
            return *id;
        }
        match ip {
            IpAddr::V4(v4) => self.add(&ip.to_string(), v4),
            IpAddr::V6(v6) => {
                // Or else the host that gets this IPv4 address later would share its IPv6 address with this one.
                if let Some(v4) = local_v4(v6) {
                    return self.at(v4.into(), from);
                }
                let name = ip.to_string();
                let id = self.add(&name, self.vacant(&name));
                self.all[id.0 as usize].v6 = v6;
                self.by_ip.insert(ip, id);
                id
            }
        }
    }

    fn add(&mut self, name: &str, v4: Ipv4Addr) -> HostId {
        let id = HostId(u32::try_from(self.all.len()).expect("fewer than 2^32 hosts"));
        let v6 = unique_local(v4);
        self.all.push(Host {
            name: name.to_owned(),
            v4,
            v6,
        });
        self.by_ip.insert(IpAddr::V4(v4), id);
        self.by_ip.insert(IpAddr::V6(v6), id);
        id
    }

    pub(crate) fn name(&self, id: HostId) -> &str {
        &self.all[id.0 as usize].name
    }

    pub(crate) fn v4(&self, id: HostId) -> Ipv4Addr {
        self.all[id.0 as usize].v4
    }

    pub(crate) fn v6(&self, id: HostId) -> Ipv6Addr {
        self.all[id.0 as usize].v6
    }

    /// The address from which `host` talks to `to`.
    pub(super) fn source(&self, host: HostId, to: IpAddr) -> IpAddr {
        match to {
            IpAddr::V4(to) if to.is_loopback() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(to) if to.is_loopback() => Ipv6Addr::LOCALHOST.into(),
            IpAddr::V4(_) => self.v4(host).into(),
            IpAddr::V6(_) => self.v6(host).into(),
        }
    }

    /// The name of the host that has this address; of addresses that no name was used for, nothing.
    pub(crate) fn reverse(&self, ip: IpAddr) -> Option<&str> {
        let ip = ip.to_canonical();
        if ip.is_loopback() {
            return Some(LOCALHOST);
        }
        let name = self.name(*self.by_ip.get(&ip)?);
        name.parse::<IpAddr>().is_err().then_some(name)
    }

    /// What a name resolves to, and how long that takes.
    ///
    /// # Errors
    ///
    /// As was asked for, and of an unknown name in strict mode.
    pub(crate) fn look_up(&mut self, name: &str) -> (Duration, io::Result<Vec<IpAddr>>) {
        if !is_name(name) {
            let error = io::Error::new(
                ErrorKind::InvalidInput,
                format!("`{}` is no host name", name.escape_debug()),
            );
            return (Duration::ZERO, Err(error));
        }
        let name = canonical(name);
        let mut delay = Duration::ZERO;
        if let Some(answer) = self.lookups.answers.get(&name) {
            delay = answer.delay;
            if let Some(kind) = answer.failure {
                let error = io::Error::new(
                    kind,
                    format!("the lookup of `{name}` failed, as the test asked"),
                );
                return (delay, Err(error));
            }
            if let Some(addrs) = &answer.addrs {
                return (delay, Ok(addrs.clone()));
            }
        }
        if is_localhost(&name) {
            return (delay, Ok(vec![Ipv4Addr::LOCALHOST.into()]));
        }
        let is_known = self.by_name.contains_key(&name) || self.lookups.answers.contains_key(&name);
        if self.lookups.strict && !is_known {
            return (delay, Err(self.unknown(&name)));
        }
        let id = self.named(&name);
        (delay, Ok(vec![self.v4(id).into()]))
    }

    fn unknown(&self, name: &str) -> io::Error {
        let hosts = self.by_name.iter().map(|(name, _)| name.as_str());
        let answers = self.lookups.answers.iter().map(|(name, _)| name.as_str());
        let mut known: Vec<&str> = hosts.chain(answers).collect();
        sort_by(&mut known, Ord::cmp);
        known.dedup();
        let nearest = known
            .iter()
            .map(|other| (distance(name, other), *other))
            .min();
        // Half of a name may be mistyped; what is further away is another name.
        let meant = match nearest.filter(|(distance, _)| *distance * 2 <= name.len()) {
            Some((_, other)) => format!(", did you mean `{other}`?"),
            None => ".".to_owned(),
        };
        let known = known.join(", ");
        io::Error::new(
            ErrorKind::NotFound,
            format!("`{name}` is an unknown host{meant} The network is strict and knows: {known}"),
        )
    }

    /// From now on only names are known that were used before, or are given a host, an answer or a socket.
    pub(crate) fn set_strict(&mut self, by: LoopId) {
        self.lookups.change(by, |lookups| lookups.strict = true);
    }

    pub(crate) fn set_answer(&mut self, name: &str, addrs: &[IpAddr], by: LoopId) {
        self.change(name, by, |answer| {
            answer.addrs = Some(addrs.to_vec());
            answer.failure = None;
        });
    }

    pub(crate) fn set_failure(&mut self, name: &str, kind: ErrorKind, by: LoopId) {
        self.change(name, by, |answer| answer.failure = Some(kind));
    }

    pub(crate) fn set_delay(&mut self, name: &str, delay: Duration, by: LoopId) {
        self.change(name, by, |answer| answer.delay = delay);
    }

    fn change(&mut self, name: &str, by: LoopId, mut change: impl FnMut(&mut Answer)) {
        let name = canonical(name);
        self.lookups.change(by, |lookups| {
            change(lookups.answers.or_insert(name.clone(), Answer::default()));
        });
    }

    pub(super) fn begin_child(&mut self, child: LoopId) {
        self.lookups.begin(child);
    }

    /// The hosts that the child used stay: an address that was seen is never another's.
    pub(super) fn end_child(&mut self, ending: &EndingLoops) {
        self.lookups.end(ending);
    }
}

/// Whether this can be a host's name. It is no address, and has no port behind it.
pub(crate) fn is_name(name: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '/');
    !matches!(name, "" | ".") && !name.contains(is_odd)
}

/// Names are compared without regard to case, and may end in the dot of the root (RFC 1034).
fn canonical(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_lowercase()
}

/// RFC 6761 gives the whole domain to the loopback address.
fn is_localhost(name: &str) -> bool {
    name == LOCALHOST || name.ends_with(".localhost")
}

/// FNV-1a: short, and the same everywhere.
fn hash(name: &str) -> u32 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    u32::try_from(hash >> 32).expect("half of it") ^ (hash & 0xFFFF_FFFF) as u32
}

/// An address of 10.0.0.0/8 that is neither a network's nor a broadcast's, and not in 10.0.0.0/16.
fn address(place: u32) -> Ipv4Addr {
    let octet = |count: u32, of: u32| u8::try_from(count % of).expect("less than 256");
    Ipv4Addr::new(
        10,
        1 + octet(place / (254 * 256), 254),
        octet(place / 254, 256),
        1 + octet(place, 254),
    )
}

/// The same host's address of IPv6, in the unique local range (RFC 4193).
fn unique_local(v4: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = v4.octets();
    Ipv6Addr::new(
        0xFD00,
        0,
        0,
        0,
        0,
        0,
        u16::from_be_bytes([a, b]),
        u16::from_be_bytes([c, d]),
    )
}

/// The host's address of IPv4, of an address that `unique_local` makes.
fn local_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b] = v6.segments();
    let v4 = Ipv4Addr::from_bits(u32::from(a) << 16 | u32::from(b));
    (unique_local(v4) == v6 && !v4.is_loopback() && !v4.is_unspecified()).then_some(v4)
}

/// How many letters must be put in, taken out or replaced to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

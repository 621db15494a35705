//! The links between hosts, each for one direction: how long a packet takes, and what may happen to it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::time::Duration;

use super::{Datagram, HostId};
use crate::core::random::Random;
use crate::core::{EndingLoops, Left, LoopId, Nested};

/// The first timeout of a retransmission; each further one is twice as long (RFC 6298 begins with a second, Linux goes
/// down to this).
const RETRANSMISSION: Duration = Duration::from_millis(200);

/// And no longer than this: Linux's `TCP_RTO_MAX`.
const LONGEST: Duration = Duration::from_secs(120);

/// After as many Linux gives the connection up; here the next one gets through.
const RETRANSMISSIONS: u32 = 15;

/// How long a packet is on its way: fixed, or chosen between two times for each packet, with the world's seed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use solipsism::net::Latency;
///
/// let fixed = Latency::from(Duration::from_millis(20));
/// let jittery = Latency::from(Duration::from_millis(10)..=Duration::from_millis(30));
/// assert_ne!(fixed, jittery);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    least: Duration,
    most: Duration,
}

impl From<Duration> for Latency {
    fn from(fixed: Duration) -> Self {
        Self {
            least: fixed,
            most: fixed,
        }
    }
}

/// Each time between these is as likely as the others.
impl From<RangeInclusive<Duration>> for Latency {
    fn from(range: RangeInclusive<Duration>) -> Self {
        let (least, most) = range.into_inner();
        Self { least, most }
    }
}

/// "20ms", or "10ms to 30ms".
impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.least)?;
        if self.least == self.most {
            Ok(())
        } else {
            write!(f, " to {:?}", self.most)
        }
    }
}

impl Latency {
    /// # Panics
    ///
    /// If its range ends before it starts.
    #[track_caller]
    pub(crate) fn check(self) {
        let Self { least, most } = self;
        assert!(
            least <= most,
            "a latency from {least:?} to {most:?} is none: the shorter one comes first"
        );
    }
}

/// A fault that a test ordered, and whether it ever did something.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(super) owner: LoopId,
    pub(crate) what: &'static str,
    pub(crate) site: &'static Location<'static>,
    pub(crate) fired: bool,
}

/// The place of a fault in the order of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FaultId(u64);

/// A probability, and the fault that it is.
#[derive(Clone, Copy, Debug)]
struct Chance {
    probability: f64,
    fault: FaultId,
}

#[derive(Clone, Debug, Default)]
struct Link {
    latency: Latency,
    /// In bytes per second.
    bandwidth: Option<u64>,
    /// When it began to send without a pause, and how many bytes since: to round once, not for each packet.
    began: u64,
    sent: u64,
    loss: Option<Chance>,
    duplication: Option<Chance>,
    reordering: Option<Chance>,
    partition: Option<FaultId>,
    hold: Option<FaultId>,
    /// When the last datagram arrives: the next one does not before.
    last: u64,
}

/// A chance that can be set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mishap {
    Loss,
    Duplication,
    Reordering,
}

impl Mishap {
    /// As reports call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Duplication => "duplication",
            Self::Reordering => "reordering",
        }
    }
}

/// Which links an order is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    OneWay(HostId, HostId),
    Both(HostId, HostId),
    /// All between different hosts, also those that are not used yet.
    All,
}

/// Where a segment of a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Now,
    At(u64),
    Held,
}

/// The links that are used, and what those are like that are not.
#[derive(Clone, Debug, Default)]
struct Plan {
    default: Link,
    used: BTreeMap<(HostId, HostId), Link>,
}

/// All links. Where nothing was ordered there is none, and a packet arrives at once.
#[derive(Debug, Default)]
pub(crate) struct Links {
    plan: Nested<Plan>,
    faults: BTreeMap<FaultId, Fault>,
    /// How many faults were ever ordered.
    orders: u64,
    /// Datagrams that a hold keeps, in the order in which they were sent.
    held: VecDeque<Datagram>,
    /// Whether anything was ever ordered.
    ordered: bool,
}

impl Links {
    /// Whether every packet arrives at once.
    pub(super) fn are_plain(&self) -> bool {
        !self.ordered
    }

    pub(crate) fn set_latency(&mut self, which: Which, latency: Latency, by: LoopId) {
        self.each(which, by, |link| link.latency = latency);
    }

    pub(crate) fn set_bandwidth(&mut self, which: Which, bandwidth: u64, by: LoopId) {
        self.each(which, by, |link| link.set_bandwidth(Some(bandwidth)));
    }

    pub(crate) fn set_chance(
        &mut self,
        which: Which,
        mishap: Mishap,
        probability: f64,
        site: &'static Location<'static>,
        by: LoopId,
    ) {
        let what = mishap.word();
        let chance = (probability > 0.0).then(|| Chance {
            probability,
            fault: self.order(what, site, by),
        });
        self.each(which, by, |link| match mishap {
            Mishap::Loss => link.loss = chance,
            Mishap::Duplication => link.duplication = chance,
            Mishap::Reordering => link.reordering = chance,
        });
    }

    pub(crate) fn partition(&mut self, which: Which, site: &'static Location<'static>, by: LoopId) {
        let fault = Some(self.order("partition", site, by));
        self.each(which, by, |link| {
            link.partition = fault;
            link.stop();
        });
    }

    pub(crate) fn heal(&mut self, which: Which, by: LoopId) {
        self.each(which, by, |link| link.partition = None);
        self.each_loopback(which, by, |link| link.partition = None);
    }

    pub(crate) fn hold(&mut self, which: Which, site: &'static Location<'static>, by: LoopId) {
        let fault = Some(self.order("hold", site, by));
        self.each(which, by, |link| {
            link.hold = fault;
            link.stop();
        });
    }

    /// Gives the datagrams that go on.
    pub(crate) fn release(&mut self, which: Which, by: LoopId) -> Vec<Datagram> {
        self.each(which, by, |link| link.hold = None);
        self.each_loopback(which, by, |link| link.hold = None);
        self.let_go()
    }

    /// The datagrams that no hold keeps any more.
    fn let_go(&mut self) -> Vec<Datagram> {
        let (go, stay) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|datagram| self.link(datagram.from.0, datagram.to.0).hold.is_none());
        self.held = stay;
        Vec::from(go)
    }

    /// The datagrams that a hold keeps.
    pub(super) fn held(&self) -> impl Iterator<Item = &Datagram> {
        self.held.iter()
    }

    /// The same, to be looked through, and kept again.
    pub(super) fn take_held(&mut self) -> VecDeque<Datagram> {
        std::mem::take(&mut self.held)
    }

    pub(super) fn keep(&mut self, datagram: Datagram) {
        self.held.push_back(datagram);
    }

    /// The faults that were ordered, in this order.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.values()
    }

    fn order(
        &mut self,
        what: &'static str,
        site: &'static Location<'static>,
        owner: LoopId,
    ) -> FaultId {
        let id = FaultId(self.orders);
        self.orders += 1;
        let fault = Fault {
            owner,
            what,
            site,
            fired: false,
        };
        self.faults.insert(id, fault);
        id
    }

    fn fire(&mut self, fault: FaultId) {
        let fault = self.faults.get_mut(&fault);
        fault.expect("a link's fault was ordered").fired = true;
    }

    fn each(&mut self, which: Which, by: LoopId, mut change: impl FnMut(&mut Link)) {
        self.ordered = true;
        self.plan.change(by, |plan| match which {
            Which::OneWay(from, to) => change(plan.link(from, to)),
            Which::Both(one, other) => {
                change(plan.link(one, other));
                if one != other {
                    change(plan.link(other, one));
                }
            }
            Which::All => {
                change(&mut plan.default);
                for ((from, to), link) in &mut plan.used {
                    if from != to {
                        change(link);
                    }
                }
            }
        });
    }

    /// An order for all links is none for those of hosts to themselves; its end is one for these too.
    fn each_loopback(&mut self, which: Which, by: LoopId, mut change: impl FnMut(&mut Link)) {
        if matches!(which, Which::All) {
            self.plan.change(by, |plan| {
                let links = plan.used.iter_mut();
                links
                    .filter(|((from, to), _)| from == to)
                    .for_each(|(_, link)| change(link));
            });
        }
    }

    fn link(&mut self, from: HostId, to: HostId) -> &mut Link {
        self.plan.now_mut().link(from, to)
    }

    pub(super) fn begin_child(&mut self, child: LoopId) {
        self.plan.begin(child);
    }

    /// Undoes what the child ordered. Gives the datagrams that go on.
    pub(super) fn end_child(&mut self, ending: &EndingLoops) -> Vec<Datagram> {
        match self.plan.end(ending) {
            Left::With(other) => {
                let faults = self.faults.values_mut();
                for fault in faults.filter(|fault| ending.has(fault.owner)) {
                    fault.owner = other;
                }
            }
            Left::Undone(left) => {
                self.plan.now_mut().go_on_from(left);
                self.faults.retain(|_, fault| !ending.has(fault.owner));
            }
            Left::Unknown => {}
        }
        self.let_go()
    }

    /// The way of a segment: a loss delays it by its retransmissions, and a link that is down keeps it.
    pub(super) fn route(
        &mut self,
        from: HostId,
        to: HostId,
        bytes: usize,
        now: u64,
        random: &mut Random,
    ) -> Route {
        let link = self.link(from, to);
        if let Some(fault) = link.down() {
            self.fire(fault);
            return Route::Held;
        }
        let mut delay = random.between(link.latency.least, link.latency.most);
        let mut fired = None;
        if let Some(loss) = link.loss {
            let mut timeout = RETRANSMISSION;
            for _ in 0..RETRANSMISSIONS {
                if !random.happens(loss.probability) {
                    break;
                }
                fired = Some(loss.fault);
                delay = delay.saturating_add(timeout);
                timeout = LONGEST.min(timeout * 2);
            }
        }
        let sent = link.occupy(bytes, now);
        if let Some(fault) = fired {
            self.fire(fault);
        }
        match sent.saturating_add(nanos(delay)) {
            at if at == now => Route::Now,
            at => Route::At(at),
        }
    }

    /// What keeps the segments from one host to another, if anything does.
    pub(super) fn keeper(&self, from: HostId, to: HostId) -> Option<&Fault> {
        let fault = self.existing(from, to)?.down()?;
        self.faults.get(&fault)
    }

    /// Whether the segments from one host to another are kept by whoever sends them, to be sent again: what a hold
    /// keeps is on its way.
    pub(super) fn is_cut(&self, from: HostId, to: HostId) -> bool {
        let link = self.existing(from, to);
        link.is_some_and(|link| link.cut().is_some())
    }

    fn existing(&self, from: HostId, to: HostId) -> Option<&Link> {
        let default = (from != to).then_some(&self.plan.default);
        self.plan.used.get(&(from, to)).or(default)
    }

    /// When a datagram arrives, and when a copy of it does. A link that is held keeps it.
    pub(super) fn scatter(
        &mut self,
        datagram: Datagram,
        now: u64,
        random: &mut Random,
    ) -> Vec<(u64, Datagram)> {
        if self.are_plain() {
            return vec![(now, datagram)];
        }
        let (from, to) = (datagram.from.0, datagram.to.0);
        let link = self.link(from, to);
        let mut fired = Vec::new();
        let mut arrivals = Vec::new();
        if let Some(fault) = link.partition {
            fired.push(fault);
        } else if let Some(fault) = link.hold {
            fired.push(fault);
            self.held.push_back(datagram);
        } else {
            let sent = link.occupy(datagram.bytes.len(), now);
            let copies = match link.duplication {
                Some(chance) if random.happens(chance.probability) => {
                    fired.push(chance.fault);
                    2
                }
                _ => 1,
            };
            for _ in 0..copies {
                match link.loss {
                    Some(chance) if random.happens(chance.probability) => {
                        fired.push(chance.fault);
                        continue;
                    }
                    _ => {}
                }
                let mut at = sent
                    .saturating_add(nanos(random.between(link.latency.least, link.latency.most)));
                match link.reordering {
                    Some(chance) if random.happens(chance.probability) => {
                        fired.push(chance.fault);
                        // As late again, and at least so late that others overtake it.
                        let most = link.latency.most.max(Duration::from_millis(1));
                        let late = nanos(random.between(Duration::ZERO, most));
                        at = at.saturating_add(late).saturating_add(1);
                    }
                    _ => {
                        at = at.max(link.last);
                        link.last = at;
                    }
                }
                // What takes longer than time lasts never arrives.
                if at != u64::MAX {
                    arrivals.push((at, datagram.clone()));
                }
            }
        }
        for fault in fired {
            self.fire(fault);
        }
        arrivals
    }
}

impl Plan {
    fn link(&mut self, from: HostId, to: HostId) -> &mut Link {
        let default = &self.default;
        self.used.entry((from, to)).or_insert_with(|| {
            if from == to {
                Link::default()
            } else {
                default.clone()
            }
        })
    }

    /// What these links are sending is under way in ours.
    fn go_on_from(&mut self, other: Self) {
        for ((from, to), left) in other.used {
            self.link(from, to).go_on_from(&left);
        }
    }
}

impl Link {
    /// What is being sent is sent as fast as before.
    fn set_bandwidth(&mut self, bandwidth: Option<u64>) {
        if self.bandwidth != bandwidth {
            self.began = self.busy_until();
            self.sent = 0;
            self.bandwidth = bandwidth;
        }
    }

    /// Keeps its own settings, and is where the other has got to.
    fn go_on_from(&mut self, other: &Self) {
        let mut moved = other.clone();
        moved.set_bandwidth(self.bandwidth);
        (self.began, self.sent, self.last) = (moved.began, moved.sent, moved.last);
        if moved.down().is_none() != self.down().is_none() {
            self.stop();
        }
    }

    /// What keeps its segments.
    fn down(&self) -> Option<FaultId> {
        self.partition.or(self.hold).or(self.cut())
    }

    /// What lets none of its segments through. A loss that is certain does that to retransmissions as well.
    fn cut(&self) -> Option<FaultId> {
        let certain = self.loss.filter(|loss| loss.probability >= 1.0);
        self.partition.or(certain.map(|loss| loss.fault))
    }

    /// What it was sending will be sent again.
    fn stop(&mut self) {
        self.began = 0;
        self.sent = 0;
    }

    /// Sends bytes as fast as it can, behind what is being sent. Gives when the last one is off.
    fn occupy(&mut self, bytes: usize, now: u64) -> u64 {
        if self.busy_until() < now {
            self.began = now;
            self.sent = 0;
        }
        self.sent += bytes as u64;
        self.busy_until()
    }

    /// When what it is sending is off.
    fn busy_until(&self) -> u64 {
        let Some(bandwidth) = self.bandwidth else {
            return self.began;
        };
        let takes = (u128::from(self.sent) * 1_000_000_000).div_ceil(u128::from(bandwidth));
        self.began
            .saturating_add(u64::try_from(takes).unwrap_or(u64::MAX))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

//! The links between hosts, each for one direction, and what was ordered of them. A single one is a `link`; how packets make their `way`
//! over it, and in which time, is told apart.

mod latency;
mod link;
mod way;

pub use self::latency::Latency;
pub(super) use self::way::Route;

use std::collections::{BTreeMap, VecDeque};
use std::panic::Location;

use self::link::{Chance, Link};
use super::{Datagram, HostId};
use crate::core::{EndingLoops, Left, LoopId, Nested};

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

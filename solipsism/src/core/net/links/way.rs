//! How a packet makes its way over a link: when it arrives, and whether it does.

use std::time::Duration;

use super::Links;
use crate::core::net::{Datagram, HostId};
use crate::core::random::Random;

/// The first timeout of a retransmission; each further one is twice as long (RFC 6298 begins with a second, Linux goes
/// down to this).
const RETRANSMISSION: Duration = Duration::from_millis(200);

/// And no longer than this: Linux's `TCP_RTO_MAX`.
const LONGEST: Duration = Duration::from_secs(120);

/// After as many Linux gives the connection up; here the next one gets through.
const RETRANSMISSIONS: u32 = 15;

/// Where a segment of a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core::net) enum Route {
    Now,
    At(u64),
    Held,
}

impl Links {
    /// The way of a segment: a loss delays it by its retransmissions, and a link that is down keeps it.
    pub(in crate::core::net) fn route(
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

    /// When a datagram arrives, and when a copy of it does. A link that is held keeps it.
    pub(in crate::core::net) fn scatter(
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

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

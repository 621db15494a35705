//! What the network does by itself: which packet arrives when, and who gives up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use solipsism_harness::ordered::sort_by_key;

use super::connection::{End, Stage};
use super::datagrams::Datagram;
use super::links::Route;
use super::noting::Way;
use super::pipe::{HELD, Payload, Pipe};
use super::{Call, EndKey, Network, Upcoming};
use crate::core::EndingLoops;

/// The events to come, in the order in which they were scheduled at each instant. One whose reason is gone stays until
/// it comes to the top, or until there may be more of these than of the others.
#[derive(Debug, Default)]
pub(super) struct Events {
    heap: BinaryHeap<Reverse<Event>>,
    /// And segments that were sent.
    scheduled: u64,
    /// How many there may be before they are looked through.
    looked_through_at: usize,
}

#[derive(Debug)]
struct Event {
    at: u64,
    order: u64,
    what: Happening,
}

#[derive(Debug)]
pub(super) enum Happening {
    /// Something arrives at this end of a stream.
    Arrival(EndKey),
    /// This end of a stream has waited long enough for its connection.
    GiveUp(EndKey),
    Datagram(Datagram),
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Network {
    pub(super) fn schedule(&mut self, at: u64, what: Happening) {
        if self.events.heap.len() >= self.events.looked_through_at {
            let mut heap = std::mem::take(&mut self.events.heap);
            heap.retain(|Reverse(event)| self.is_live(event));
            // So that this is done for each event a fixed number of times, however many there are.
            self.events.looked_through_at = 2 * heap.len().max(32);
            self.events.heap = heap;
        }
        self.events.scheduled += 1;
        self.events.heap.push(Reverse(Event {
            at,
            order: self.events.scheduled,
            what,
        }));
    }

    /// The earliest instant at which something happens by itself.
    pub(crate) fn next(&mut self) -> Option<u64> {
        while let Some(Reverse(event)) = self.events.heap.peek() {
            if self.is_live(event) {
                return Some(event.at);
            }
            self.events.heap.pop();
        }
        None
    }

    /// Datagrams of a child for others of its sockets arrive no more: whoever takes an address after it would get them.
    pub(super) fn lose_strays(&mut self, ending: &EndingLoops) {
        let mut heap = std::mem::take(&mut self.events.heap);
        heap.retain(|Reverse(event)| match &event.what {
            Happening::Datagram(datagram) => !self.is_stray(datagram, ending),
            Happening::Arrival(_) | Happening::GiveUp(_) => true,
        });
        self.events.heap = heap;
        for datagram in self.links.take_held() {
            if !self.is_stray(&datagram, ending) {
                self.links.keep(datagram);
            }
        }
    }

    /// What happens then.
    pub(crate) fn upcoming(&mut self) -> Option<Upcoming> {
        self.next()?;
        let Reverse(event) = self.events.heap.peek()?;
        Some(match &event.what {
            Happening::Arrival(end) => {
                let ends = &self.connection(*end)?.ends;
                let named = |end: &End| self.named(end.host, &end.addr);
                Upcoming::Packet {
                    from: named(&ends[1 - end.side()]),
                    to: named(&ends[end.side()]),
                }
            }
            Happening::GiveUp(end) => {
                let server = &self.connection(*end)?.ends[1];
                let to = self.named(server.host, &server.addr);
                Upcoming::TimeOut { to }
            }
            Happening::Datagram(Datagram { from, to, .. }) => Upcoming::Packet {
                from: self.named(from.0, &from.1.into()),
                to: self.named(to.0, &to.1.into()),
            },
        })
    }

    fn is_live(&self, event: &Event) -> bool {
        match &event.what {
            Happening::Arrival(end) => self
                .connection(*end)
                .is_some_and(|connection| connection.pipes[end.side()].next() == Some(event.at)),
            Happening::GiveUp(end) => self
                .connection(*end)
                .is_some_and(|connection| connection.stage == Stage::Connecting),
            Happening::Datagram(_) => true,
        }
    }

    /// Lets happen what is due at the earliest instant, which has come.
    pub(crate) fn fire(&mut self, call: &mut Call) {
        let now = call.now();
        while self.next().is_some_and(|at| at <= now) {
            let Some(Reverse(event)) = self.events.heap.pop() else {
                return;
            };
            match event.what {
                Happening::Arrival(end) => self.arrivals(end, call),
                Happening::GiveUp(end) => self.give_up(end, call),
                Happening::Datagram(datagram) => {
                    if call.deeds.is_some() {
                        self.note_datagram(Way::Arrived, &datagram, call);
                    }
                    self.deliver(datagram, call);
                }
            }
        }
    }

    fn arrivals(&mut self, end: EndKey, call: &mut Call) {
        if let Some(pipe) = self.pipe_to(end) {
            pipe.scheduled = None;
        }
        let now = call.now();
        // Looked up anew each time, since what arrives may end the connection.
        while let Some(payload) = self.pipe_to(end).and_then(|pipe| pipe.arrive(now)) {
            if call.deeds.is_some() {
                self.note_arrival(end, &payload, call);
            }
            self.receive(end, payload, call);
        }
        self.schedule_arrival(end);
    }

    /// Sees to it that what arrives next at this end does. There is one event for each pipe, whatever is under way in it.
    fn schedule_arrival(&mut self, end: EndKey) {
        let Some(pipe) = self.pipe_to(end) else {
            return;
        };
        let next = pipe.next();
        if next != pipe.scheduled {
            pipe.scheduled = next;
            if let Some(at) = next {
                self.schedule(at, Happening::Arrival(end));
            }
        }
    }

    fn pipe_to(&mut self, end: EndKey) -> Option<&mut Pipe> {
        let connection = self.connections.get_mut(end.slot())?;
        (connection.serial == end.serial()).then(|| &mut connection.pipes[end.side()])
    }

    /// Sends something to an end, by the link that leads there.
    pub(super) fn transmit(&mut self, to: EndKey, payload: Payload, call: &mut Call) {
        let connection = &self.connections[to.slot()];
        let (from_host, to_host) = (
            connection.ends[1 - to.side()].host,
            connection.ends[to.side()].host,
        );
        let pipe = &connection.pipes[to.side()];
        if self.links.are_plain() || !connection.kind.is_tcp() {
            self.receive(to, payload, call);
            return;
        }
        let is_still = pipe.is_still();
        let is_held = pipe.is_held();
        let route = if is_held {
            Route::Held
        } else {
            self.links.route(
                from_host,
                to_host,
                payload.len(),
                call.now(),
                self.random.now_mut(),
            )
        };
        let at = match route {
            Route::Now if is_still => {
                self.receive(to, payload, call);
                return;
            }
            Route::Now => call.now(),
            Route::At(at) => at,
            Route::Held => HELD,
        };
        self.events.scheduled += 1;
        let order = self.events.scheduled;
        self.connections[to.slot()].pipes[to.side()].send(at, order, payload);
        self.schedule_arrival(to);
    }

    /// Sends everything again that is under way or held back, after a change of the links.
    ///
    /// What a partition cut off is lost on its way; its retransmission arrives when the link is back, if it ever is.
    pub(crate) fn reroute(&mut self, call: &mut Call) {
        let mut again = Vec::new();
        for (slot, connection) in &mut self.connections {
            for side in [0, 1] {
                let (from, to) = (connection.ends[1 - side].host, connection.ends[side].host);
                let pipe = &mut connection.pipes[side];
                // A link that came down stops what is under way, one that is back lets go what was held.
                if pipe.is_still() || pipe.is_held() == self.links.keeper(from, to).is_some() {
                    continue;
                }
                let end = EndKey::new(slot, connection.serial, side);
                again.extend(pipe.recall().into_iter().map(|segment| (end, segment)));
            }
        }
        sort_by_key(&mut again, |(_, segment)| segment.order);
        for (end, segment) in again {
            if self.connection(end).is_some() {
                self.transmit(end, segment.payload, call);
            }
        }
    }

    /// The instant has come to rest: who was not answered until now is refused. Says whether there was anybody.
    pub(crate) fn settle(&mut self, call: &mut Call) -> bool {
        let mut any = false;
        for end in std::mem::take(&mut self.unanswered) {
            let is_waiting = self
                .connection(end)
                .is_some_and(|connection| connection.stage == Stage::Connecting);
            if is_waiting {
                any = true;
                self.transmit(end, Payload::Refused, call);
            }
        }
        any
    }
}

//! Child loops: what one made of sockets ends with it, and what it ordered of the network is undone.
//!
//! A handle may be kept where it outlives the child, in the data of a loop around it. Whoever uses it there is told what
//! became of its socket.

use std::io::{self, ErrorKind};

use super::listening::UnixEntry;
use super::waiters::Waiters;
use super::{Call, EndKey, Network};
use crate::core::random::Random;
use crate::core::{EndingLoops, LoopId};

/// Why a socket is gone whose handle is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// Its host crashed.
    Host,
    /// The loop ended in which it was made.
    Loop,
}

impl Gone {
    /// What whoever uses it is told: a stream, a listener, a socket.
    pub(super) fn error(self, what: &str) -> io::Error {
        let text = match self {
            Self::Host => format!("the host of this {what} crashed: bind a new one"),
            Self::Loop => format!(
                "the test or child loop that made this {what} has ended, and what it made with it: make what \
                 is to outlive it in the loop around it, as a fixture does"
            ),
        };
        io::Error::new(ErrorKind::ConnectionAborted, text)
    }
}

impl Network {
    /// From here on what a child orders of the network can be undone, and faults and latencies are drawn from this seed.
    pub(crate) fn begin_child(&mut self, child: LoopId, seed: u64) {
        self.random.begin(child);
        *self.random.now_mut() = Random::new(seed);
        #[cfg(feature = "tls")]
        self.secrets.begin_child(child, seed);
        self.begin_child_by_hand(child);
    }

    /// The same for one that draws as the loop around it does.
    pub(crate) fn begin_child_by_hand(&mut self, child: LoopId) {
        self.capacity.begin(child);
        self.hosts.begin_child(child);
        self.links.begin_child(child);
    }

    /// Undoes what a child ordered, but for the seed, and ends its sockets as if their handles were dropped. Of those who wait only tasks
    /// stay that `stays` knows.
    ///
    /// A host that the child crashed stays so: what ran there is gone, and whoever shares it says when it is to run again.
    pub(crate) fn end_child(
        &mut self,
        ending: &EndingLoops,
        stays: &dyn Fn(u32) -> bool,
        call: &mut Call,
    ) {
        self.capacity.end(ending);
        self.hosts.end_child(ending);
        for datagram in self.links.end_child(ending) {
            self.send_off(datagram, call);
        }
        // Before the sockets are closed, or else a fault of the child's would keep that from the other ends.
        self.reroute(call);
        self.end_sockets(ending, call);
        let mut forget = |waiters: &mut Waiters| waiters.retain(stays, call);
        for (_, connection) in &mut self.connections {
            for pipe in &mut connection.pipes {
                forget(&mut pipe.readers);
                forget(&mut pipe.writers);
            }
        }
        for (_, listener) in &mut self.listeners {
            forget(&mut listener.acceptors);
        }
        for (_, socket) in &mut self.datagrams {
            forget(&mut socket.readers);
            forget(&mut socket.writers);
        }
    }

    /// From here on is drawn as if the child had never drawn.
    pub(crate) fn end_draws(&mut self, ending: &EndingLoops) {
        self.random.end(ending);
        #[cfg(feature = "tls")]
        self.secrets.end_child(ending);
    }

    fn end_sockets(&mut self, ending: &EndingLoops, call: &mut Call) {
        // Streams first, so that who waits in a backlog has said goodbye before it is closed.
        let ends = self.connections.iter().flat_map(|(slot, connection)| {
            [0, 1].map(|side| {
                let key = EndKey::new(slot, connection.serial, side);
                (key, &connection.ends[side])
            })
        });
        let leaving: Vec<EndKey> = ends
            .filter(|(_, end)| ending.has(end.owner) && end.held)
            .map(|(key, _)| key)
            .collect();
        for end in leaving {
            self.orphan(end, call);
        }
        self.end_listeners(Gone::Loop, |listener| ending.has(listener.owner), call);
        self.end_datagrams(Gone::Loop, |socket| ending.has(socket.owner), call);
        // Addresses that are bound and not used yet, and those of streams whose other ends take their time.
        self.ports.end_child(ending);
        self.lose_strays(ending);
        self.unix
            .retain(|_, entry| !matches!(entry, UnixEntry::Stale { owner } if ending.has(*owner)));
    }

    /// How many sockets of this loop and those inside of it are left, but for what handles still refer to.
    #[cfg(test)]
    pub(crate) fn sockets_of(&self, child: LoopId) -> usize {
        let connections = self.connections.iter().flat_map(|(_, c)| &c.ends);
        let listeners = self.listeners.iter().map(|(_, listener)| listener);
        let datagrams = self.datagrams.iter().map(|(_, socket)| socket);
        connections
            .filter(|end| end.owner >= child && end.held)
            .count()
            + listeners
                .filter(|listener| listener.owner >= child && listener.gone.is_none())
                .count()
            + datagrams
                .filter(|socket| socket.owner >= child && !socket.is_gone())
                .count()
            + self.ports.owned_since(child)
    }
}

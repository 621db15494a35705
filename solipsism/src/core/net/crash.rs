//! The end of all that a host has.

use std::io::ErrorKind;

use super::connection::Stage;
use super::nesting::Gone;
use super::pipe::Payload;
use super::{Call, EndKey, HostId, Network};

impl Network {
    /// Resets the connections of a host and closes what listens there.
    pub(crate) fn crash(&mut self, host: HostId, call: &mut Call) {
        self.lose_what_is_held(host, call);
        let ends: Vec<EndKey> = self
            .connections
            .iter()
            .flat_map(|(slot, connection)| {
                [0, 1].map(|side| {
                    (
                        EndKey::new(slot, connection.serial, side),
                        &connection.ends[side],
                    )
                })
            })
            .filter(|(_, end)| end.host == host && end.held)
            .map(|(key, _)| key)
            .collect();
        for end in ends {
            let Some(connection) = self.connection(end) else {
                continue;
            };
            if connection.stage == Stage::Connecting && end.side() == 0 {
                self.fail(end, ErrorKind::ConnectionAborted, call);
                continue;
            }
            let is_tcp = connection.kind.is_tcp();
            let own = &connection.ends[end.side()];
            let is_cut = self
                .links
                .is_cut(host, connection.ends[end.peer().side()].host);
            // The address can be bound anew at once, however long the other end takes to close.
            if let Some(claim) = own.claim {
                self.ports.release(claim);
            }
            let connection = &mut self.connections[end.slot()];
            connection.reset(end.side(), call);
            if is_tcp {
                if is_cut {
                    // Whoever was to send them again is gone.
                    connection.pipes[end.peer().side()].recall();
                }
                self.transmit(end.peer(), Payload::Reset, call);
            }
        }
        self.end_listeners(Gone::Host, |listener| listener.host == host, call);
        self.end_datagrams(Gone::Host, |socket| socket.host == host, call);
    }

    /// What the host's closed ends have sent and a fault cuts off: nobody is left to send it again.
    fn lose_what_is_held(&mut self, host: HostId, call: &mut Call) {
        let mut cut = Vec::new();
        for (slot, connection) in &mut self.connections {
            for side in 0..2 {
                let (own, peer) = (&connection.ends[side], &connection.ends[1 - side]);
                let is_lost = own.host == host
                    && !own.held
                    && peer.held
                    && connection.stage == Stage::Open
                    && self.links.is_cut(host, peer.host);
                if is_lost && connection.pipes[1 - side].is_held() {
                    connection.pipes[1 - side].recall();
                    cut.push(EndKey::new(slot, connection.serial, 1 - side));
                }
            }
        }
        for end in cut {
            self.transmit(end, Payload::Reset, call);
        }
    }
}

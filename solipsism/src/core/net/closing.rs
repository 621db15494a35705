//! How a stream ends: a direction by a shutdown, an end by its handle's drop, all of it by a reset.

use std::io::{self, ErrorKind};
use std::time::Duration;

use super::connection::{Connection, Kind, Stage};
use super::pipe::Payload;
use super::{Call, EndKey, Network};

/// What the other end learns when one is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Farewell {
    /// The end of the stream, unless bytes were left unread.
    Finish,
    Reset,
}

impl Network {
    /// Says that this end sends no more.
    ///
    /// # Errors
    ///
    /// `NotConnected` where both directions have ended already.
    pub(crate) fn shut_down(&mut self, key: EndKey, call: &mut Call) -> io::Result<()> {
        if call.deeds.is_some() {
            self.note_shut_down(key, call);
        }
        let connection = self.held(key);
        let side = key.side();
        let end = &mut connection.ends[side];
        end.user = call.task;
        if connection.kind.is_tcp() && (end.broken || (end.shut && end.ended)) {
            return Err(ErrorKind::NotConnected.into());
        }
        if std::mem::replace(&mut end.shut, true) {
            return Ok(());
        }
        connection.pipes[1 - side].writers.wake(call);
        self.transmit(key.peer(), Payload::Finish, call);
        Ok(())
    }

    /// The handle of an end was dropped.
    pub(crate) fn close(&mut self, key: EndKey, call: &mut Call) {
        self.leave(key, Farewell::Finish, call);
    }

    /// As `close`, and the other end is reset whatever was read.
    pub(super) fn abort(&mut self, key: EndKey, call: &mut Call) {
        self.leave(key, Farewell::Reset, call);
    }

    /// The loop of an end has ended: it is closed, and its handle may still be there.
    pub(super) fn orphan(&mut self, key: EndKey, call: &mut Call) {
        let connection = self.held(key);
        connection.ends[key.side()].is_orphan = true;
        // Whoever waits there will not be told when it is over.
        connection.wake_end(key.side(), call);
        self.leave(key, Farewell::Finish, call);
        let end = &mut self.held(key).ends[key.side()];
        end.broken = true;
        end.error = None;
    }

    fn leave(&mut self, key: EndKey, farewell: Farewell, call: &mut Call) {
        if call.deeds.is_some() {
            self.note_close(key, call);
        }
        let Some(connection) = self.connections.get_mut(key.slot()) else {
            return;
        };
        if connection.serial != key.serial() {
            return;
        }
        let side = key.side();
        // Closed already: this is its handle, which has outlived its loop.
        if !connection.ends[side].held {
            connection.ends[side].is_orphan = false;
            if connection.stage == Stage::Over && !connection.has_orphans() {
                self.connections.remove(key.slot());
            }
            return;
        }
        let was_open = connection.stage == Stage::Open || (side == 1 && connection.is_answered);
        let end = &mut connection.ends[side];
        end.held = false;
        let was_shut = std::mem::replace(&mut end.shut, true);
        let is_broken = end.broken;
        let lingers_zero = end.options.linger == Some(Duration::ZERO);
        let resets = farewell == Farewell::Reset || connection.pipes[side].unread() > 0;
        connection.pipes[side].discard();
        let peer = &mut connection.ends[1 - side];
        if !peer.held {
            if !was_open {
                self.withdraw(key);
            }
            self.free(key, call);
            return;
        }
        match connection.kind {
            Kind::Tcp if is_broken => {}
            Kind::Tcp if resets || lingers_zero || !was_open => {
                self.transmit(key.peer(), Payload::Reset, call);
            }
            Kind::Tcp if !was_shut => self.transmit(key.peer(), Payload::Finish, call),
            Kind::Tcp => {}
            Kind::Unix | Kind::Pipe => {
                peer.ended = true;
                if resets && connection.kind == Kind::Unix {
                    peer.error = Some(ErrorKind::ConnectionReset);
                }
                connection.wake_end(1 - side, call);
            }
        }
        // Whoever is blocked in a write finds room now: nobody minds what is written.
        if let Some(connection) = self.connections.get_mut(key.slot()) {
            if connection.serial == key.serial() {
                connection.pipes[side].writers.wake(call);
            }
        }
    }

    /// Both ends are closed.
    fn free(&mut self, key: EndKey, call: &mut Call) {
        let connection = &mut self.connections[key.slot()];
        connection.stage = Stage::Over;
        for pipe in &mut connection.pipes {
            pipe.recall();
            pipe.readers.clear(call);
            pipe.writers.clear(call);
        }
        let [client, server] = &connection.ends;
        match (client.claim, client.addr.as_inet()) {
            (Some(claim), _) => self.ports.release(claim),
            (None, Some(addr)) if addr.port() != 0 => self.ports.free_client(client.host, addr),
            _ => {}
        }
        if let Some(claim) = server.claim {
            self.ports.release(claim);
        }
        if !connection.has_orphans() {
            self.connections.remove(key.slot());
        }
    }
}

impl Connection {
    /// Whether a handle refers to it that has outlived its loop.
    fn has_orphans(&self) -> bool {
        self.ends.iter().any(|end| end.is_orphan)
    }

    /// A reset arrives at this end.
    pub(super) fn reset(&mut self, side: usize, call: &mut Call) {
        let end = &mut self.ends[side];
        // When both directions have ended there is nothing left to reset.
        if !end.held || end.broken || (end.shut && end.ended) {
            return;
        }
        // As the answer to a connect it is a refusal.
        if self.stage == Stage::Connecting {
            self.stage = Stage::Failed(ErrorKind::ConnectionRefused);
            self.wake_end(side, call);
            return;
        }
        end.broken = true;
        end.error = Some(if end.ended {
            ErrorKind::BrokenPipe
        } else {
            ErrorKind::ConnectionReset
        });
        self.wake_end(side, call);
    }
}

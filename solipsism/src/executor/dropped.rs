//! What was dropped where its world was not running, and how that world makes up for it.

#[cfg(feature = "net")]
use super::leaks::Thing;
use super::world::World;
use crate::core::net::{Claim, DatagramKey, EndKey, ListenerKey};

/// What a handle of the network ends when it is dropped.
#[cfg_attr(
    not(feature = "net"),
    expect(dead_code, reason = "only sockets are dropped so")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dropped {
    End(EndKey),
    /// The direction in which an end writes.
    Writer(EndKey),
    Listener(ListenerKey),
    Datagrams(DatagramKey),
    Claim(Claim),
}

impl World {
    /// Ends what was dropped. What was dropped elsewhere before it goes first: half a stream before the stream.
    #[cfg(feature = "net")]
    pub(crate) fn end_dropped(&self, dropped: Dropped) {
        self.end_dropped_elsewhere();
        self.end_one(dropped);
    }

    /// Ends what was dropped where this world was not running.
    pub(super) fn end_dropped_elsewhere(&self) {
        while self.inbox.has_dropped() {
            // One by one, so that what a waker drops meanwhile comes after them.
            if let Some(dropped) = self.inbox.next_dropped() {
                self.end_one(dropped);
            }
        }
    }

    fn end_one(&self, dropped: Dropped) {
        #[cfg(feature = "net")]
        match dropped {
            Dropped::End(key) => self.leave(|| Thing::Socket(key.into())),
            Dropped::Listener(key) => self.leave(|| Thing::Socket(key.into())),
            Dropped::Datagrams(key) => self.leave(|| Thing::Socket(key.into())),
            Dropped::Writer(_) | Dropped::Claim(_) => {}
        }
        self.call_network(|network, call| match dropped {
            Dropped::End(key) => network.close(key, call),
            Dropped::Writer(key) => {
                // What has ended already is no failure.
                let _ended = network.shut_down(key, call);
            }
            Dropped::Listener(key) => network.close_listener(key, call),
            Dropped::Datagrams(key) => network.close_datagrams(key, call),
            Dropped::Claim(claim) => network.release(claim),
        });
    }
}

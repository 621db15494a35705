//! One link, for one direction: what was set for it, and how much it is sending.

use super::{FaultId, Latency};

#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    pub(super) latency: Latency,
    /// In bytes per second.
    bandwidth: Option<u64>,
    /// When it began to send without a pause, and how many bytes since: to round once, not for each packet.
    began: u64,
    sent: u64,
    pub(super) loss: Option<Chance>,
    pub(super) duplication: Option<Chance>,
    pub(super) reordering: Option<Chance>,
    pub(super) partition: Option<FaultId>,
    pub(super) hold: Option<FaultId>,
    /// When the last datagram arrives: the next one does not before.
    pub(super) last: u64,
}

/// A probability, and the fault that it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    pub(super) probability: f64,
    pub(super) fault: FaultId,
}

impl Link {
    /// What is being sent is sent as fast as before.
    pub(super) fn set_bandwidth(&mut self, bandwidth: Option<u64>) {
        if self.bandwidth != bandwidth {
            self.began = self.busy_until();
            self.sent = 0;
            self.bandwidth = bandwidth;
        }
    }

    /// Keeps its own settings, and is where the other has got to.
    pub(super) fn go_on_from(&mut self, other: &Self) {
        let mut moved = other.clone();
        moved.set_bandwidth(self.bandwidth);
        (self.began, self.sent, self.last) = (moved.began, moved.sent, moved.last);
        if moved.down().is_none() != self.down().is_none() {
            self.stop();
        }
    }

    /// What keeps its segments.
    pub(super) fn down(&self) -> Option<FaultId> {
        self.partition.or(self.hold).or(self.cut())
    }

    /// What lets none of its segments through. A loss that is certain does that to retransmissions as well.
    pub(super) fn cut(&self) -> Option<FaultId> {
        let certain = self.loss.filter(|loss| loss.probability >= 1.0);
        self.partition.or(certain.map(|loss| loss.fault))
    }

    /// What it was sending will be sent again.
    pub(super) fn stop(&mut self) {
        self.began = 0;
        self.sent = 0;
    }

    /// Sends bytes as fast as it can, behind what is being sent. Gives when the last one is off.
    pub(super) fn occupy(&mut self, bytes: usize, now: u64) -> u64 {
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

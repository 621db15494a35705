//! The random numbers of a world: a seed's own sequence, the same on every machine.

#[cfg(feature = "net")]
use std::time::Duration;

/// `SplitMix64` (Steele, Lea, Flood 2014): every seed is a good one, zero too, and a step is four lines.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    #[cfg(feature = "tls")]
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }

    /// At least 0 and less than 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "53 bits are what a float holds exactly"
        )]
        let bits = (self.next() >> 11) as f64;
        bits * 2f64.powi(-53)
    }

    /// True with this probability. One that is certain, or out of the question, takes no number from the sequence.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        probability >= 1.0 || (probability > 0.0 && self.fraction() < probability)
    }

    /// A time between these two, both included.
    #[cfg(feature = "net")]
    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        if least >= most {
            return least;
        }
        let span = u64::try_from((most - least).as_nanos()).unwrap_or(u64::MAX - 1);
        least + Duration::from_nanos(self.next() % (span + 1))
    }
}

//! What a worker process and the one that started it say to each other: frames of plain data on a stream, each with its length before
//! it. Both are the same binary, so that nothing needs a version.

use std::io::{self, Read, Write};
use std::time::Duration;

use crate::scopes::{BrokenSetUp, Came, CameTo};
use crate::{Ended, Failure, FailureKind, Outcome, Ran, Repetition};

/// What a worker process is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To run the cases at these places, part by part. Those of a part share nothing with others.
    Parts(Vec<Vec<usize>>),
    /// To go on: what was printed so far has been read.
    GoOn,
    /// The same, but to run no more of the part.
    LeaveRest,
    /// To tell what came after its verdicts, and to end.
    Finish,
}

/// What a worker process tells.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and nearly all are the large one"
)]
pub(super) enum Event {
    /// It begins with the case at this place, when the file to which it prints is so long.
    Began(usize, u64),
    /// That case is over, and this became of it.
    Came(Over),
    /// The part has changed its process for whoever comes after it.
    Spoilt,
    /// The part is done, and the next begins unless it was [spoilt](Self::Spoilt) or a thread was left behind.
    Done,
    /// What came after the verdicts on cases.
    Late(Vec<(usize, String)>),
}

/// A case that is over.
pub(super) struct Over {
    pub(super) came: Came,
    pub(super) took: Duration,
    /// How long the file was to which it printed.
    pub(super) printed_to: u64,
    /// Whether the worker waits until that has been read.
    pub(super) waits: bool,
}

/// Something that can be sent.
pub(super) trait Wire: Sized {
    fn put(&self, to: &mut Vec<u8>);

    /// `None` for what was never put.
    fn get(from: &mut &[u8]) -> Option<Self>;

    /// Sends it.
    fn send(&self, mut to: impl Write) -> io::Result<()> {
        let mut frame = Vec::new();
        self.put_frame(&mut frame);
        to.write_all(&frame)
    }

    /// What is to be sent, after what else is.
    fn put_frame(&self, to: &mut Vec<u8>) {
        let start = to.len();
        0_u64.put(to);
        self.put(to);
        let length = (to.len() - start - size_of::<u64>()) as u64;
        to[start..start + size_of::<u64>()].copy_from_slice(&length.to_le_bytes());
    }

    /// Waits for it.
    fn receive(mut from: impl Read) -> io::Result<Self> {
        let mut length = [0; size_of::<u64>()];
        from.read_exact(&mut length)?;
        let mut frame = Vec::new();
        from.take(u64::from_le_bytes(length))
            .read_to_end(&mut frame)?;
        Self::get(&mut frame.as_slice()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Wire for u64 {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let (number, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_le_bytes(*number))
    }
}

impl Wire for usize {
    fn put(&self, to: &mut Vec<u8>) {
        (*self as u64).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        u64::get(from)?.try_into().ok()
    }
}

impl Wire for bool {
    fn put(&self, to: &mut Vec<u8>) {
        u64::from(*self).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(u64::get(from)? != 0)
    }
}

impl Wire for Duration {
    fn put(&self, to: &mut Vec<u8>) {
        self.as_secs().put(to);
        u64::from(self.subsec_nanos()).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let seconds = u64::get(from)?;
        Some(Self::new(seconds, u64::get(from)?.try_into().ok()?))
    }
}

impl Wire for String {
    fn put(&self, to: &mut Vec<u8>) {
        self.len().put(to);
        to.extend(self.bytes());
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let length = usize::get(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        Self::from_utf8(text.to_vec()).ok()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.len().put(to);
        for one in self {
            one.put(to);
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        (0..usize::get(from)?).map(|_| T::get(from)).collect()
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        if let Some(one) = self {
            one.put(to);
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        if bool::get(from)? {
            T::get(from).map(Some)
        } else {
            Some(None)
        }
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
        self.1.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some((A::get(from)?, B::get(from)?))
    }
}

impl Wire for Order {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Parts(parts) => {
                0_u64.put(to);
                parts.put(to);
            }
            Self::GoOn => 1_u64.put(to),
            Self::Finish => 2_u64.put(to),
            Self::LeaveRest => 3_u64.put(to),
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Parts(Vec::get(from)?),
            1 => Self::GoOn,
            2 => Self::Finish,
            3 => Self::LeaveRest,
            _ => return None,
        })
    }
}

impl Wire for Event {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Began(place, printed_to) => {
                0_u64.put(to);
                place.put(to);
                printed_to.put(to);
            }
            Self::Came(over) => {
                1_u64.put(to);
                over.put(to);
            }
            Self::Done => 2_u64.put(to),
            Self::Late(late) => {
                3_u64.put(to);
                late.put(to);
            }
            Self::Spoilt => 4_u64.put(to),
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Began(usize::get(from)?, u64::get(from)?),
            1 => Self::Came(Over::get(from)?),
            2 => Self::Done,
            3 => Self::Late(Vec::get(from)?),
            4 => Self::Spoilt,
            _ => return None,
        })
    }
}

impl Wire for Over {
    fn put(&self, to: &mut Vec<u8>) {
        self.came.put(to);
        self.took.put(to);
        self.printed_to.put(to);
        self.waits.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            came: Came::get(from)?,
            took: Duration::get(from)?,
            printed_to: u64::get(from)?,
            waits: bool::get(from)?,
        })
    }
}

impl Wire for Came {
    fn put(&self, to: &mut Vec<u8>) {
        match &self.to {
            CameTo::Ran(ran) => {
                0_u64.put(to);
                ran.put(to);
            }
            CameTo::TakenAlong(broken) => {
                1_u64.put(to);
                broken.instance.put(to);
                broken.report.put(to);
                broken.users.put(to);
            }
            CameTo::LeftOut => 2_u64.put(to),
        }
        self.teardowns.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            to: match u64::get(from)? {
                0 => CameTo::Ran(Ran::get(from)?),
                1 => CameTo::TakenAlong(BrokenSetUp {
                    instance: usize::get(from)?,
                    report: String::get(from)?,
                    users: usize::get(from)?,
                }),
                2 => CameTo::LeftOut,
                _ => return None,
            },
            teardowns: Vec::get(from)?,
        })
    }
}

impl Wire for Ran {
    fn put(&self, to: &mut Vec<u8>) {
        self.ended.put(to);
        self.virtual_time.put(to);
        self.seed.put(to);
        self.is_lost.put(to);
        self.failed_before.put(to);
        self.repetition.put(to);
        self.remarks.put(to);
        self.left_behind.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            ended: Ended::get(from)?,
            virtual_time: Option::get(from)?,
            seed: Option::get(from)?,
            is_lost: bool::get(from)?,
            failed_before: Vec::get(from)?,
            repetition: Option::get(from)?,
            remarks: Vec::get(from)?,
            left_behind: Vec::get(from)?,
        })
    }
}

impl Wire for Repetition {
    fn put(&self, to: &mut Vec<u8>) {
        u64::from(self.number).put(to);
        u64::from(self.of).put(to);
        self.seed.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            number: u64::get(from)?.try_into().ok()?,
            of: u64::get(from)?.try_into().ok()?,
            seed: Option::get(from)?,
        })
    }
}

/// All but its postscript, which stays where it can be asked.
impl Wire for Ended {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Passed => 0_u64.put(to),
            Self::Skipped(why) => {
                1_u64.put(to);
                why.put(to);
            }
            Self::Failed(failure) => {
                2_u64.put(to);
                failure.kind.put(to);
                failure.outcome.put(to);
                failure.report.put(to);
            }
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Passed,
            1 => Self::Skipped(String::get(from)?),
            2 => Self::Failed(Failure {
                kind: FailureKind::get(from)?,
                outcome: Outcome::get(from)?,
                report: String::get(from)?,
                postscript: None,
            }),
            _ => return None,
        })
    }
}

impl Wire for FailureKind {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Panicked { message, alone } => {
                0_u64.put(to);
                message.put(to);
                alone.put(to);
            }
            Self::Failed => 1_u64.put(to),
            Self::Fixture => 2_u64.put(to),
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Panicked {
                message: String::get(from)?,
                alone: bool::get(from)?,
            },
            1 => Self::Failed,
            2 => Self::Fixture,
            _ => return None,
        })
    }
}

impl Wire for Outcome {
    fn put(&self, to: &mut Vec<u8>) {
        (*self as u64).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let number = u64::get(from)?;
        let all = [Self::Passed, Self::Failed, Self::Panicked, Self::Stuck];
        all.into_iter().find(|&one| one as u64 == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent<T: Wire>(what: &T) -> T {
        let mut stream = Vec::new();
        what.send(&mut stream).unwrap();
        // What follows is another's.
        stream.extend([7; 20]);
        T::receive(stream.as_slice()).unwrap()
    }

    #[test]
    fn what_is_sent_is_received() {
        for order in [
            Order::Parts(vec![vec![3], vec![0, 500]]),
            Order::GoOn,
            Order::LeaveRest,
            Order::Finish,
        ] {
            assert_eq!(sent(&order), order);
        }
        for outcome in [
            Outcome::Passed,
            Outcome::Failed,
            Outcome::Panicked,
            Outcome::Stuck,
        ] {
            assert_eq!(sent(&outcome), outcome);
        }
        let kinds = [
            FailureKind::Failed,
            FailureKind::Fixture,
            FailureKind::Panicked {
                message: "ä".to_owned(),
                alone: true,
            },
        ];
        for kind in kinds {
            let ran = Ran {
                ended: Ended::Failed(Failure {
                    kind,
                    outcome: Outcome::Stuck,
                    report: "two\nlines".to_owned(),
                    postscript: None,
                }),
                virtual_time: Some(Duration::new(5, 6)),
                seed: Some(u64::MAX),
                is_lost: true,
                failed_before: vec!["once".to_owned()],
                repetition: Some(Repetition {
                    number: 2,
                    of: 3,
                    seed: Some(4),
                }),
                remarks: vec!["slow".to_owned()],
                left_behind: vec!["1 task".to_owned()],
            };
            let expected = format!("{ran:?}");
            let over = Over {
                came: Came {
                    to: CameTo::Ran(ran),
                    teardowns: vec!["broken".to_owned()],
                },
                took: Duration::from_nanos(1),
                printed_to: 9,
                waits: true,
            };
            let Event::Came(over) = sent(&Event::Came(over)) else {
                panic!("another event")
            };
            let CameTo::Ran(ran) = over.came.to else {
                panic!("another outcome")
            };
            assert_eq!(format!("{ran:?}"), expected);
            assert_eq!(over.came.teardowns, ["broken"]);
            assert_eq!(
                (over.took.as_nanos(), over.printed_to, over.waits),
                (1, 9, true)
            );
        }
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        let mut stream = Vec::new();
        let late = vec![(3, "late".to_owned())];
        Event::Late(late).send(&mut stream).unwrap();
        for length in 0..stream.len() {
            assert!(Event::receive(&stream[..length]).is_err(), "{length}");
        }
    }
}

//! What a worker process and the one that started it say to each other.

use std::time::Duration;

use super::wire::Wire;
use crate::scopes::Came;

/// What a worker process is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To run the cases at these places, part by part. Those of a part share nothing with others. As many attempts at the first of all
    /// have failed with their processes.
    Parts(Vec<Vec<usize>>, u64),
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
    /// An attempt at that case failed with this report, and another begins.
    Again(String),
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

impl Wire for Order {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Parts(parts, failed_before) => {
                0_u64.put(to);
                parts.put(to);
                failed_before.put(to);
            }
            Self::GoOn => 1_u64.put(to),
            Self::Finish => 2_u64.put(to),
            Self::LeaveRest => 3_u64.put(to),
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Parts(Vec::get(from)?, u64::get(from)?),
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
            Self::Again(report) => {
                5_u64.put(to);
                report.put(to);
            }
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Began(usize::get(from)?, u64::get(from)?),
            1 => Self::Came(Over::get(from)?),
            2 => Self::Done,
            3 => Self::Late(Vec::get(from)?),
            4 => Self::Spoilt,
            5 => Self::Again(String::get(from)?),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scopes::{BrokenTeardown, CameTo};
    use crate::{Data, Ended, Failure, FailureKind, Object, Outcome, Ran, Repetition};

    fn sent<T: Wire>(what: &T) -> T {
        let mut stream = Vec::new();
        what.send(&mut stream).unwrap();
        // What follows is another's.
        stream.extend([7; 20]);
        T::receive(stream.as_slice()).unwrap()
    }

    fn verdict() -> Object {
        let body = Object::default().with("id", 0_u32).with("who", "the body");
        Object::verdict("sleeps_forever")
            .with("at", Duration::new(5, 6))
            .with("tasks", Data::List(vec![body.into()]))
            .with("lost", false)
    }

    #[test]
    fn what_is_sent_is_received() {
        for order in [
            Order::Parts(vec![vec![3], vec![0, 500]], 2),
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
                    verdict: verdict(),
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
                events: Some("  the trace: nothing happened".to_owned()),
            };
            let expected = format!("{ran:?}");
            let over = Over {
                came: Came {
                    to: CameTo::Ran(ran),
                    teardowns: vec![BrokenTeardown {
                        instance: 3,
                        report: "broken".to_owned(),
                    }],
                },
                took: Duration::from_nanos(1),
                printed_to: 9,
                waits: true,
            };
            let Event::Came(over) = sent(&Event::Came(over)) else {
                panic!("another event")
            };
            let CameTo::Ran(ran) = &over.came.to else {
                panic!("another outcome")
            };
            assert_eq!(format!("{ran:?}"), expected);
            let Ended::Failed(failure) = &ran.ended else {
                panic!("another end")
            };
            assert_eq!(failure.verdict, verdict());
            assert_eq!(over.came.teardowns[0].instance, 3);
            assert_eq!(over.came.broken(), ["broken"]);
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

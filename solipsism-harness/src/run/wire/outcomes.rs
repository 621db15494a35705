//! What became of a case, as it is sent.

use super::Wire;
use crate::scopes::{BrokenSetUp, BrokenTeardown, Came, CameTo};
use crate::{Ended, Failure, FailureKind, Object, Outcome, Ran, Repetition};

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
                broken.verdict.put(to);
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
                    verdict: Object::get(from)?,
                    users: usize::get(from)?,
                }),
                2 => CameTo::LeftOut,
                _ => return None,
            },
            teardowns: Vec::get(from)?,
        })
    }
}

impl Wire for BrokenTeardown {
    fn put(&self, to: &mut Vec<u8>) {
        self.instance.put(to);
        self.report.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            instance: usize::get(from)?,
            report: String::get(from)?,
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
        self.events.put(to);
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
            events: Option::get(from)?,
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
                failure.verdict.put(to);
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
                verdict: Object::get(from)?,
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

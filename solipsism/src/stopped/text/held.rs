//! The words for what keeps the clock from moving.

use std::fmt;

use crate::executor::HeldBy;

impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { jobs, guards, next } = self;
        match &jobs[..] {
            [site] => write!(f, "it waited for the blocking job submitted at {site}")?,
            [site, ..] => write!(
                f,
                "it waited for {} blocking jobs, the first of them submitted at {site}",
                jobs.len()
            )?,
            [] => {}
        }
        if let Some((site, who, at)) = guards.first() {
            let lead = if jobs.is_empty() { "it waited" } else { " and" };
            write!(
                f,
                "{lead} for the outside wake announced at {site} by {who}"
            )?;
            if let Some(at) = at {
                write!(f, " at {at:?}")?;
            }
        }
        if guards.len() > 1 {
            write!(f, " and {} more", guards.len() - 1)?;
        }
        match next {
            Some((at, site)) if jobs.is_empty() => write!(
                f,
                "\n  until that comes, or its guard is dropped, the clock stands still: the next deadline is {at:?}, set at {site}"
            ),
            Some((at, site)) => write!(
                f,
                "\n  until a job is done the clock stands still: the next deadline is {at:?}, set at {site}, and a job that \
                 waits for what a task does after that waits for ever; `.await` that before the job, or outside of it"
            ),
            None => Ok(()),
        }
    }
}

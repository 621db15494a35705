//! Whether what fires all the time has to do with what the body waits for: evidence, as far as it is known who waits for whom.

use std::fmt;

use super::holders;
use crate::executor::{Heartbeats, StuckTask};

/// More names than these say nothing more.
const NAMED: usize = 3;

pub(super) fn write(
    f: &mut fmt::Formatter<'_>,
    heartbeats: &Heartbeats,
    tasks: &[StuckTask],
) -> fmt::Result {
    let body = tasks.iter().find(|task| task.task == 0);
    let (Some(body), Some(began)) = (body, heartbeats.began_at) else {
        return Ok(());
    };
    let slept = |task: &StuckTask| task.since.is_some_and(|since| since <= began);
    let Some(since) = body.since.filter(|_| slept(body)) else {
        return Ok(());
    };
    let awaited = awaited_by(body, tasks);
    let polled: Vec<_> = awaited.iter().filter(|task| !slept(task)).collect();
    if let Some(first) = polled.first() {
        let who = &first.who;
        return write!(f, "\n    {who}, for which the body waits, ran meanwhile");
    }
    write!(
        f,
        "\n    none of them woke the body, asleep since {since:?}"
    )?;
    for (place, task) in awaited.iter().take(NAMED).enumerate() {
        let link = if place == 0 { ", or" } else { " or" };
        write!(f, "{link} {}", task.who)?;
    }
    match awaited.len() {
        0 => Ok(()),
        more if more > NAMED => write!(f, " or {} more, for which it waits", more - NAMED),
        _ => f.write_str(", for which it waits"),
    }
}

/// Whom it waits for, and whom these do.
fn awaited_by<'a>(body: &'a StuckTask, tasks: &'a [StuckTask]) -> Vec<&'a StuckTask> {
    let mut awaited: Vec<&StuckTask> = vec![body];
    let mut next = 0;
    while let Some(task) = awaited.get(next).copied() {
        next += 1;
        for whom in holders::whom(task) {
            let found = tasks.iter().find(|other| other.task == whom);
            let new = found.filter(|found| !awaited.iter().any(|known| known.task == found.task));
            awaited.extend(new);
        }
    }
    awaited.remove(0);
    awaited
}

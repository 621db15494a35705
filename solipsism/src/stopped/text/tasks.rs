//! The tasks that are stuck: whose fault it is first, then who merely waits for one of those, those in the background last.
//! What differs in nothing but its number is told once.

use std::fmt;

use solipsism_harness::ordered::sort_by_key;

use super::facts::fact;
use super::{WAITS, holders, is_foreign, place, repeated};
use crate::executor::{Again, Progress, Standing, StuckTask, Wait};
use crate::frames::{Chain, Leaf, Primitive, Step};
use crate::time::Instant;

/// More than this are counted, not listed: who is stuck for a reason of its own is among the first.
const LISTED: usize = 40;

pub(super) fn write(f: &mut fmt::Formatter<'_>, tasks: &[StuckTask], now: Instant) -> fmt::Result {
    let cycles = cycles(tasks);
    for cycle in cycles.iter().filter(|cycle| cycle.len() > 1) {
        let cycle: Vec<_> = cycle.iter().map(|place| &tasks[*place]).collect();
        holders::write_cycle(f, &cycle)?;
    }
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    sort_by_key(&mut order, |place| {
        let task = &tasks[*place];
        let is_in_cycle = cycles.iter().any(|cycle| cycle.contains(place));
        let is_cause = is_in_cycle || !waits_for_one_of(task, tasks);
        let went_on = task.again.is_lost_wake_up();
        let is_consequence = !task.is_background && !is_cause;
        let depth = if is_consequence {
            depth(*place, tasks)
        } else {
            0
        };
        let is_behind = task.is_background && !is_in_cycle;
        (is_behind, !went_on, depth, !is_in_cycle, *place)
    });
    let mut groups: Vec<(String, Vec<&StuckTask>)> = Vec::new();
    for task in order.into_iter().map(|place| &tasks[place]) {
        let told = Told(task).to_string();
        match groups
            .iter_mut()
            .find(|(known, of)| *known == told && is_like(of[0], task))
        {
            Some((_, of)) => of.push(task),
            None => groups.push((told, vec![task])),
        }
    }
    for (told, of) in groups.iter().take(LISTED) {
        write_head(f, of, now)?;
        f.write_str(told)?;
        super::wakes::write(f, of)?;
    }
    let mut steps = tasks
        .iter()
        .flat_map(|task| task.stacks.chains())
        .flat_map(|chain| &chain.steps);
    if steps.any(|step| step.file.is_empty()) {
        f.write_str(
            "\n  lines are not known: the program was built without them; `debug = \"line-tables-only\"` in its profile has them",
        )?;
    }
    let rest: usize = groups.iter().skip(LISTED).map(|(_, of)| of.len()).sum();
    match rest {
        0 => Ok(()),
        1 => f.write_str("\n  and 1 more task"),
        rest => write!(f, "\n  and {rest} more tasks"),
    }
}

/// Where a task of a livelock stood when it was polled once more.
pub(super) fn write_round(
    f: &mut fmt::Formatter<'_>,
    task: u32,
    tasks: &[StuckTask],
) -> fmt::Result {
    let task = tasks.iter().find(|other| other.task == task);
    let chains = task.map(|task| task.stacks.chains()).unwrap_or_default();
    for chain in chains.iter().take(WAITS) {
        write_leaf(f, "goes round in", chain, Seen::Now)?;
        for step in &chain.steps {
            write!(f, "\n      {step}")?;
        }
    }
    Ok(())
}

/// How many waits lie between a task and whoever waits for none that is stuck.
fn depth(place: usize, tasks: &[StuckTask]) -> usize {
    let next = |place: &usize| {
        let whom = holders::whom(&tasks[*place]);
        let mut places = whom.filter_map(|whom| tasks.iter().position(|other| other.task == whom));
        places.next()
    };
    // In a circle there is no end.
    std::iter::successors(Some(place), next)
        .take(tasks.len())
        .count()
}

/// Whether somebody waits for a task that is stuck itself.
fn waits_for_one_of(task: &StuckTask, tasks: &[StuckTask]) -> bool {
    let mut whom = holders::whom(task);
    whom.any(|whom| whom != task.task && tasks.iter().any(|other| other.task == whom))
}

/// Tasks of which each waits for the next and for nothing else, and the last for the first, or one for itself; by their
/// places.
pub(in crate::stopped) fn cycles(tasks: &[StuckTask]) -> Vec<Vec<usize>> {
    let next = |place: usize| {
        let (whom, _) = holders::only_link(&tasks[place])?;
        tasks.iter().position(|other| other.task == whom)
    };
    let mut cycles: Vec<Vec<usize>> = Vec::new();
    for start in 0..tasks.len() {
        if cycles.iter().any(|cycle| cycle.contains(&start)) {
            continue;
        }
        let mut path = vec![start];
        while let Some(place) = path.last().and_then(|last| next(*last)) {
            if place == start {
                cycles.push(path);
                break;
            }
            if path.contains(&place) {
                break;
            }
            path.push(place);
        }
    }
    cycles
}

fn is_like(one: &StuckTask, other: &StuckTask) -> bool {
    one.task != 0
        && other.task != 0
        && one.is_background == other.is_background
        && one.site == other.site
}

fn write_head(f: &mut fmt::Formatter<'_>, of: &[&StuckTask], now: Instant) -> fmt::Result {
    let first = of[0];
    let last = of[of.len() - 1];
    let is_foreign = is_foreign(first.task);
    if of.len() == 1 {
        write!(f, "\n  {}", first.who)?;
    } else if is_foreign {
        write!(f, "\n  {} tokio tasks", of.len())?;
        let number = |task: &StuckTask| Some(task.who.strip_prefix("tokio task ")?.to_owned());
        if let (Some(first), Some(last)) = (number(first), number(last)) {
            let link = if of.len() == 2 { "and" } else { "…" };
            write!(f, ", {first} {link} {last}")?;
        }
    } else {
        let named = |task: &StuckTask| {
            let number = task.task.to_string();
            let name = task.who.split_once('`').map(|(_, name)| format!("`{name}"));
            name.unwrap_or(number)
        };
        let link = if of.len() == 2 { "and" } else { "…" };
        write!(
            f,
            "\n  {} tasks, {} {link} {}",
            of.len(),
            named(first),
            named(last)
        )?;
    }
    if is_foreign {
        return Ok(());
    }
    write!(f, ", {}", place(first.task, first.site))?;
    if first.is_background {
        f.write_str(", in the background")?;
    }
    let Some(since) = first.since.filter(|since| *since != now) else {
        return Ok(());
    };
    let is_told = |wait: &Wait| wait.since() == Some(since);
    if first.waits.iter().any(is_told) || of.iter().any(|task| task.since != Some(since)) {
        return Ok(());
    }
    write!(f, ", asleep since {since:?}")
}

/// All that is to be told of a task but who it is.
pub(super) struct Told<'a>(pub(super) &'a StuckTask);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(task) = self;
        if let Again::WentOn(progress) = &task.again {
            write!(
                f,
                "\n    polled once more it {progress}, though nobody had woken it: "
            )?;
            f.write_str(match (task.again.is_lost_wake_up(), task.standing) {
                (true, Standing::NeverWoken) => "what it waited for had kept no waker of it",
                (true, _) => "the wake-up was lost by what it waited for",
                (false, _) => {
                    "either it does so at every poll, or what it waited for has lost a wake-up"
                }
            })?;
            if !task.stacks.chains().is_empty() {
                f.write_str(if task.stacks.are_of_before() {
                    "\n    until then it stood here:"
                } else {
                    "\n    since that poll it stands here:"
                })?;
            }
        }
        let common = common(task.stacks.chains());
        let heads: Vec<Vec<&Wait>> = task
            .stacks
            .chains()
            .iter()
            .map(|chain| waits_of(task, chain))
            .collect();
        let is_told = |wait: &Wait| heads.iter().flatten().any(|told| std::ptr::eq(*told, wait));
        let untold: Vec<&Wait> = task.waits.iter().filter(|wait| !is_told(wait)).collect();
        write_waits(f, &untold)?;
        for (chain, waits) in task.stacks.chains().iter().zip(&heads) {
            if waits.is_empty() {
                write_leaf(f, "waits for", chain, Seen::of(task))?;
                holders::write(f, task, chain)?;
            } else {
                write_waits(f, waits)?;
            }
            for step in &chain.steps[..chain.steps.len() - common] {
                write!(f, "\n      {step}")?;
            }
        }
        if common > 0 {
            let steps = &task.stacks.chains()[0].steps;
            match task.stacks.chains().len() {
                1 => {}
                2 => f.write_str("\n    both of these in")?,
                _ => f.write_str("\n    all of these in")?,
            }
            for step in &steps[steps.len() - common..] {
                write!(f, "\n      {step}")?;
            }
        }
        self.write_standing(f)
    }
}

impl Told<'_> {
    fn write_standing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(task) = self;
        let is_silent = task.waits.is_empty() && task.stacks.chains().is_empty();
        match (&task.again, task.standing) {
            (_, Standing::Ready) if is_silent => f.write_str("\n    is ready to run"),
            (Again::WokenBy(who), _) => write!(f, "\n    was woken when {who} was polled once more"),
            (Again::Panicked(text), _) => {
                let first: Vec<_> = text.lines().take(2).collect();
                write!(f, "\n    polled once more, though nobody had woken it, it {}", first.join(" "))
            }
            (Again::Waits | Again::Unseen, Standing::NeverWoken) if task.waits.is_empty() => {
                f.write_str("\n    kept no waker: nothing can ever wake it")
            }
            (Again::Unseen, _) if is_silent => f.write_str(
                "\n    waits for something that is not solipsism's: a channel, a lock, a future of another crate",
            ),
            (Again::Waits, _) if is_silent => f.write_str(
                "\n    waits for something that is not solipsism's and kept no waker when it was polled once more: the future of a \
                 combinator that has wakers of its own, say",
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("finished"),
            Self::Spawned(1) => f.write_str("spawned a task (which was dropped at once)"),
            Self::Spawned(count) => write!(f, "spawned {count} tasks (which were dropped at once)"),
            Self::Woke(who) => write!(f, "woke {who}"),
            Self::Moved => f.write_str("went on to another await"),
        }
    }
}

/// `function  file:line  source line`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        if !self.file.is_empty() {
            let gap = if self.function.is_empty() { "" } else { "  " };
            write!(f, "{gap}{}:{}", self.file, self.line)?;
        }
        match &self.source {
            Some(source) => write!(f, "  {source}"),
            None => Ok(()),
        }
    }
}

/// As many tasks whose ends are awaited are listed one by one.
const AWAITED: usize = 3;

fn write_waits(f: &mut fmt::Formatter<'_>, waits: &[&Wait]) -> fmt::Result {
    let awaited = waits.iter().filter_map(|wait| match wait {
        Wait::Task { who, .. } => Some(who),
        _ => None,
    });
    let awaited: Vec<_> = awaited.collect();
    let others;
    let waits = match &awaited[..] {
        [first, .., last] if awaited.len() > AWAITED => {
            write!(
                f,
                "\n    waits for {} tasks to finish, {first} … {last}",
                awaited.len()
            )?;
            let is_other = |wait: &&&Wait| !matches!(wait, Wait::Task { .. });
            others = waits.iter().filter(is_other).copied().collect::<Vec<_>>();
            &others
        }
        _ => waits,
    };
    repeated::write(f, waits)
}

/// How fresh is what is known of a future.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// It was polled once more, or its task could have been.
    Now,
    /// It was read: what it has missed since its last poll is not known.
    AtItsLastPoll,
}

impl Seen {
    fn of(task: &StuckTask) -> Self {
        if is_foreign(task.task) {
            Self::AtItsLastPoll
        } else {
            Self::Now
        }
    }
}

fn write_leaf(f: &mut fmt::Formatter<'_>, lead: &str, chain: &Chain, seen: Seen) -> fmt::Result {
    if let Some((_, who)) = &chain.awaits {
        return write!(f, "\n    {lead} {who} to finish");
    }
    match &chain.leaf {
        Leaf::Ours(primitive) => write!(f, "\n    {lead} {primitive}")?,
        Leaf::Library(name) | Leaf::Combinator(name) => write!(f, "\n    {lead} {name}")?,
        Leaf::Users => write!(f, "\n    {lead} a future that is polled by hand")?,
    }
    let last = |name: &String| name.rsplit("::").next().unwrap_or_default().to_owned();
    let through: Vec<_> = chain.through.iter().map(last).collect();
    if !through.is_empty() {
        write!(f, ", through {}", through.join(" and "))?;
    }
    if matches!(chain.leaf, Leaf::Combinator(_)) {
        f.write_str("; what waits in that has a waker of its own, and is not seen")?;
    }
    if let Leaf::Library(name) = &chain.leaf {
        if let Some(fact) = fact(name) {
            let since = match seen {
                Seen::Now => "",
                Seen::AtItsLastPoll => "as of its last poll, ",
            };
            write!(f, ": {since}{fact}")?;
        }
    }
    holders::write_unknown(f, chain)
}

/// Where it is not known which.
impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "a deadline",
            Self::Task => "a task to finish",
            Self::Job => "a blocking job",
            Self::Signal => "a signal",
            Self::Value => "somebody to set a value in the context",
            Self::Clock => "the clock",
            Self::Network => "a socket",
        })
    }
}

/// The waits of a task's that this chain leads to, where there is no doubt.
pub(in crate::stopped) fn waits_of<'a>(task: &'a StuckTask, chain: &Chain) -> Vec<&'a Wait> {
    let Leaf::Ours(primitive) = chain.leaf else {
        return Vec::new();
    };
    let waits = task
        .waits
        .iter()
        .filter(|wait| wait.primitive() == primitive);
    let waits: Vec<&Wait> = waits.collect();
    let is_of_kind = |other: &&Chain| other.leaf == chain.leaf;
    // What has a waker of its own may hide others of the kind.
    let chains = task.stacks.chains().iter();
    let hides = chains
        .clone()
        .any(|other| matches!(other.leaf, Leaf::Combinator(_)));
    let is_only = chains.filter(is_of_kind).count() == 1;
    // Where nothing was polled, futures that are no coroutines are not among the chains.
    let hides = hides || is_foreign(task.task);
    if is_only && (waits.len() == 1 || !hides) {
        return waits;
    }
    let stands_there = |wait: &&Wait| match wait {
        Wait::Deadline { site, .. } | Wait::Never { site } => chain
            .steps
            .first()
            .is_some_and(|step| step.file == site.file() && step.line == site.line()),
        _ => false,
    };
    waits.into_iter().filter(stands_there).collect()
}

/// How many of the outermost steps all chains share.
fn common(chains: &[Chain]) -> usize {
    let Some((first, rest)) = chains.split_first() else {
        return 0;
    };
    if rest.is_empty() {
        return 0;
    }
    let own = first.steps.iter().rev();
    own.enumerate()
        .take_while(|(depth, step)| {
            rest.iter().all(|chain| {
                let other = chain
                    .steps
                    .len()
                    .checked_sub(depth + 1)
                    .map(|place| &chain.steps[place]);
                other.is_some_and(|other| other.is_at(step))
            })
        })
        .count()
}

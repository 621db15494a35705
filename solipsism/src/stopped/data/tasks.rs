//! The tasks that are stuck: who each is, what it waits for, and in which functions.

use solipsism_harness::{Data, Object};

use super::{chain, place, since_start, text};
use crate::executor::{Again, Standing, StuckTask, Wait};
use crate::frames::{Chain, Held, Leaf, Primitive, Thing, is_ours};
use crate::stopped::text::waits_of;

pub(super) fn data(task: &StuckTask) -> Data {
    let standing = match task.standing {
        Standing::Ready => "ready",
        Standing::Spinning => "spinning",
        Standing::Waiting => "waiting",
        Standing::NeverWoken => "never_woken",
    };
    let own_place = (!is_ours(task.site)).then(|| place(task.site));
    let woken_by = task.woken_by.as_ref().map(|woken| woken.by.to_string());
    let told = Object::default()
        .with("id", task.task)
        .with("who", task.who.as_str())
        .with_some("name", name(&task.who))
        .with_some("place", own_place)
        .with("background", task.is_background)
        .with_some("since", task.since.map(since_start))
        .with_some("woken_by", woken_by.map(|by| text(&by)))
        .with("standing", standing)
        .with_some("polled_again", again(&task.again))
        .with_each("waits", waits(task));
    told.into()
}

/// ``task 1 `server` `` has one.
fn name(who: &str) -> Option<&str> {
    let (_, name) = who.split_once('`')?;
    name.strip_suffix('`')
}

/// What came of the second poll, if that is more than that it waits.
fn again(again: &Again) -> Option<Data> {
    match again {
        Again::Unseen | Again::Waits => None,
        Again::WentOn(progress) => Some(text(&progress.to_string())),
        Again::WokenBy(who) => Some(text(&format!("was woken when {who} was polled once more"))),
        Again::Panicked(told) => Some(text(told)),
    }
}

/// Of each chain of awaits what it leads to, after what no chain leads to.
pub(super) fn waits(task: &StuckTask) -> Vec<Data> {
    let chains = task.stacks.chains();
    let heads: Vec<Vec<&Wait>> = chains.iter().map(|chain| waits_of(task, chain)).collect();
    let is_told = |wait: &Wait| heads.iter().flatten().any(|told| std::ptr::eq(*told, wait));
    let untold = task.waits.iter().filter(|wait| !is_told(wait));
    let mut all: Vec<Data> = untold.map(|own| wait(own).into()).collect();
    for (of, heads) in chains.iter().zip(&heads) {
        let steps = chain(&of.steps);
        if heads.is_empty() {
            all.push(leaf(of).with_each("chain", steps).into());
            continue;
        }
        let heads = heads.iter();
        all.extend(heads.map(|head| wait(head).with_each("chain", steps.clone()).into()));
    }
    all
}

/// For something of ours, of which all is known.
fn wait(wait: &Wait) -> Object {
    let own = Object::default()
        .with("for", word(wait))
        .with("text", text(&wait.to_string()))
        .with_some("task", wait.whom())
        .with_some("since", wait.since().map(since_start));
    match wait {
        Wait::Deadline { at, site } => own
            .with("until", since_start(*at))
            .with("place", place(site)),
        Wait::Advance { to } => own.with("until", since_start(*to)),
        Wait::Never { site }
        | Wait::Job { site }
        | Wait::Signal { site, .. }
        | Wait::Value { site, .. } => own.with("place", place(site)),
        Wait::Task { .. } | Wait::Settle | Wait::Network { .. } => own,
    }
}

fn word(wait: &Wait) -> &'static str {
    match wait {
        Wait::Deadline { .. } | Wait::Never { .. } => "deadline",
        Wait::Task { .. } => "task",
        Wait::Job { .. } => "job",
        Wait::Signal { .. } => "signal",
        Wait::Value { .. } => "value",
        Wait::Settle | Wait::Advance { .. } => "clock",
        Wait::Network { what, .. } => what.word(),
    }
}

/// For something of which no more is known than what it is.
fn leaf(chain: &Chain) -> Object {
    let (word, future) = match &chain.leaf {
        Leaf::Library(name) => ("library", Some(name)),
        Leaf::Combinator(name) => ("combinator", Some(name)),
        Leaf::Users => ("own_future", None),
        Leaf::Ours(primitive) => (of_ours(*primitive), None),
    };
    let through = chain.through.iter().map(|name| name.as_str().into());
    Object::default()
        .with("for", word)
        .with_some("future", future.map(|name| text(name)))
        .with_each("through", through.collect())
        .with_each("held_by", chain.held.iter().map(held).collect())
}

fn of_ours(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Deadline => "deadline",
        Primitive::Task => "task",
        Primitive::Job => "job",
        Primitive::Signal => "signal",
        Primitive::Value => "value",
        Primitive::Clock => "clock",
        Primitive::Network => "network",
    }
}

/// Who holds what is waited for.
fn held(held: &Held) -> Data {
    let what = match held.thing {
        Thing::Guard => "guard",
        Thing::Permit => "permit",
        Thing::Sender => "sender",
        Thing::Receiver => "receiver",
    };
    let told = Object::default()
        .with("task", held.task)
        .with("what", what)
        .with_some("variable", held.variable.as_deref())
        .with_some("within", held.within.as_deref());
    told.into()
}

//! Who holds what another one waits for: addresses in a leaf, and in the frames of the library that it belongs to, against
//! addresses in guards, permits, senders and receivers among the variables of suspended coroutines.
//!
//! Only equal addresses count: a lock may lie within what another lock guards.

use std::sync::Arc;

use crate::names;
use crate::source::{Kind, Sources};
use crate::types::Type;
use crate::values::{Value, Values};
use crate::walk::{Found, Local, Walk};
use crate::{Holder, Thing};

/// A guard, permit, sender or receiver.
struct Held<'a> {
    task: usize,
    local: &'a Local,
    /// The variable with the future that it is in, if nobody awaits that.
    within: Option<&'a Local>,
    path: Arc<str>,
    /// Whether the variable is no more than that.
    is_itself: bool,
    kind: Kind,
    pointers: Vec<u64>,
    /// Whether it is still there, once somebody asked.
    is_kept: Option<bool>,
}

/// How deep in a variable such a thing may lie.
const DEPTH: u32 = 8;

pub(crate) fn holders(values: &mut Values, walks: &[Option<Walk>]) -> Vec<Holder> {
    let walked = || {
        let walks = walks.iter().enumerate();
        walks.filter_map(|(task, walk)| Some((task, walk.as_ref()?)))
    };
    let mut waiting = Vec::new();
    for (waiter, walk) in walked() {
        for (chain, found) in walk.found.iter().enumerate() {
            let waits = Waits::of(values, walk, found);
            waiting.extend(waits.map(|waits| (waiter, chain, waits)));
        }
    }
    let mut sources = Sources::default();
    let mut holders = Vec::new();
    let mut held = Vec::new();
    for (task, walk) in walked() {
        for local in &walk.locals {
            add_held(values, task, local, None, &mut held);
        }
    }
    for waits in &waiting {
        add_holders(values, waits, &mut held, &mut sources, &mut holders);
    }
    let is_found = |(waiter, chain, _): &(usize, usize, Waits)| {
        let mut found = holders.iter();
        found.any(|it: &Holder| (it.waiter, it.chain) == (*waiter, *chain))
    };
    waiting.retain(|waits| !is_found(waits));
    if waiting.is_empty() {
        return holders;
    }
    // Whoever is not found yet may be in a future that nobody polls now.
    let aside: Vec<_> = walked()
        .map(|(task, walk)| (task, walk, walk.aside(values)))
        .collect();
    let mut held = Vec::new();
    for (task, walk, locals) in &aside {
        for (variable, local) in locals {
            let within = Some(&walk.locals[*variable]);
            add_held(values, *task, local, within, &mut held);
        }
    }
    for waits in &waiting {
        add_holders(values, waits, &mut held, &mut sources, &mut holders);
    }
    holders.sort_by_key(|holder| (holder.waiter, holder.chain));
    holders
}

fn add_held<'a>(
    values: &mut Values,
    task: usize,
    local: &'a Local,
    within: Option<&'a Local>,
    all: &mut Vec<Held<'a>>,
) {
    let mut things = Vec::new();
    add_things(values, local.value, DEPTH, &mut things);
    let around = values.path(local.value);
    for (path, thing) in things {
        let is_itself = thing == local.value;
        let kind = Kind::of(&path, is_itself, around.as_deref());
        let pointers = values.pointers(thing, 0);
        all.push(Held {
            task,
            local,
            within,
            path,
            is_itself,
            kind,
            pointers,
            is_kept: None,
        });
    }
}

fn add_holders(
    values: &mut Values,
    (waiter, chain, waits): &(usize, usize, Waits),
    held: &mut [Held<'_>],
    sources: &mut Sources,
    holders: &mut Vec<Holder>,
) {
    for held in held {
        let is_right = waits.for_any.iter().any(|it| held.path.starts_with(it));
        if !is_right || !waits.at.iter().any(|it| held.pointers.contains(it)) {
            continue;
        }
        let is_kept = match held.is_kept {
            Some(is_kept) => is_kept,
            None => held.is_kept(values, sources),
        };
        held.is_kept = Some(is_kept);
        if is_kept {
            holders.push(Holder {
                waiter: *waiter,
                chain: *chain,
                holder: held.task,
                local: held.name().map(str::to_owned),
                within: held.within.map(|it| it.name.clone()),
                thing: names::thing(&held.path),
                holds: held.path.to_string(),
                frame: held.local.stop.frame.clone(),
            });
        }
    }
}

impl Held<'_> {
    fn name(&self) -> Option<&str> {
        let name = self.local.name.as_str();
        (!names::is_temporary(name)).then_some(name)
    }

    /// Whether it is still there for certain.
    fn is_kept(&self, values: &mut Values, sources: &mut Sources) -> bool {
        let is_around = self.within.is_none_or(|around| {
            let kind = Kind::of_futures(values.path(around.value).as_deref());
            !names::is_temporary(&around.name) && sources.keeps(around, kind)
        });
        is_around
            && match self.name() {
                _ if self.local.is_fresh => true,
                Some(_) => sources.keeps(self.local, self.kind),
                None => self.is_itself && sources.keeps_temporary(self.local),
            }
    }
}

/// What somebody waits for.
struct Waits {
    for_any: &'static [&'static str],
    at: Vec<u64>,
}

impl Waits {
    fn of(values: &mut Values, walk: &Walk, found: &Found) -> Option<Self> {
        let (for_any, outermost) = called(found)?;
        let Some(outermost) = outermost else {
            let polled = polled(values, found.leaf);
            let at = values.pointers(polled.unwrap_or(found.leaf), 1);
            return Some(Self { for_any, at });
        };
        // What is below it belongs to it: no code of another one's runs there.
        let mut at = values.pointers(found.leaf, 1);
        for stop in &found.stops[outermost..] {
            let locals = walk.locals.iter();
            // Its other variables may have in them what is sent, and whatever that has.
            let within = locals.filter(|local| local.stop.coroutine == stop.coroutine);
            for local in within {
                let name = local.name.as_str();
                if names::SELF.contains(&name) {
                    at.extend(values.pointers(local.value, 1));
                } else if name == names::SHARED_STATE {
                    at.extend(values.pointers(local.value, 0));
                }
            }
        }
        Some(Self { for_any, at })
    }
}

/// The stream or sink that this future polls: it is of a type parameter's type, and yet no load.
fn polled(values: &mut Values, leaf: Value) -> Option<Value> {
    let field = names::polled(&values.path(leaf)?)?;
    let reference = values.field(leaf, field)?;
    values.behind(reference)
}

/// What a chain waits for, by the types of those who hold it, and where among its stops that was called, if it was. The
/// outermost function of a library's says so.
fn called(found: &Found) -> Option<(&'static [&'static str], Option<usize>)> {
    let functions: Vec<&str> = found
        .stops
        .iter()
        .map(|it| it.frame.function.as_str())
        .collect();
    let waits = functions.iter().map(|function| names::holders(function));
    let called = waits.enumerate().find(|(_, holders)| !holders.is_empty());
    if let Some((at, holders)) = called {
        // What a library's function has for itself, nobody else holds.
        let is_own = at > 0 && names::crate_of(functions[at - 1]) == names::crate_of(functions[at]);
        return (!is_own).then_some((holders, Some(at)));
    }
    let holders = names::holders(&found.chain.leaf);
    let of = functions.last().map(|function| names::crate_of(function));
    let is_own = of == Some(names::crate_of(&found.chain.leaf));
    (!holders.is_empty() && !is_own).then_some((holders, None))
}

/// What somebody may hold of what this chain waits for.
pub(crate) fn wanted(found: &Found) -> Option<Thing> {
    let (holders, _) = called(found)?;
    holders.first().map(|holder| names::thing(holder))
}

fn add_things(
    values: &mut Values,
    value: Value,
    depth: u32,
    things: &mut Vec<(Arc<str>, Value)>,
) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let path = values.path(value)?;
    match &*values.get(value)? {
        Type::Struct(_) if names::is_holder(&path) => things.push((path, value)),
        Type::Struct(it) if names::is_coroutine(&it.name) => {}
        Type::Struct(_) if names::may_be_dropped(&path) => {}
        Type::Struct(_) if path.starts_with(names::VEC) => {
            for element in values.elements(value)? {
                add_things(values, element, depth, things);
            }
        }
        Type::Struct(it) => {
            let variant = values.variant(value, it).map(|variant| &variant.member);
            for member in variant.into_iter().chain(&it.members) {
                add_things(values, value.part(member.offset, member.of), depth, things);
            }
        }
        _ => {}
    }
    Some(())
}

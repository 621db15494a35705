//! From a suspended future down to what it waits for: into what it awaits, what that awaits, and so on. Only what a future
//! owns or has for itself is entered; what it merely shares may be anybody's.

use std::collections::BTreeSet;

use crate::types::{Member, Struct, Type};
use crate::values::{Value, Values};
use crate::{Chain, Frame, holders, names, naming, scopes};

/// How many values are looked at for one task, and how deep they may lie in each other.
const STEPS: u32 = 50_000;
const DEPTH: u32 = 150;

/// What was found of one task.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) found: Vec<Found>,
    frames: Vec<Stop>,
    pub(crate) locals: Vec<Local>,
    seen: BTreeSet<Value>,
    steps: u32,
    /// It looks at futures that are not awaited: what they have counts before their first poll, too.
    is_aside: bool,
}

/// A chain with what is needed to find out who holds what it waits for.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) chain: Chain,
    pub(crate) leaf: Value,
    /// Outermost first.
    pub(crate) stops: Vec<Stop>,
}

/// An await point at which a coroutine stands.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) frame: Frame,
    pub(crate) coroutine: Value,
}

/// A variable that lives on across an await point, if it was not moved away.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) stop: Stop,
    pub(crate) name: String,
    pub(crate) value: Value,
    /// Where its coroutine begins in the source.
    pub(crate) begins: Option<(String, u64)>,
    /// It was captured by a coroutine that was not polled yet, and so cannot have been moved away.
    pub(crate) is_fresh: bool,
}

impl Walk {
    pub(crate) fn of(values: &mut Values, future: Value) -> Self {
        let mut walk = Self::default();
        walk.enter(values, future, 0);
        walk
    }

    /// What the futures have that are kept in these variables, beside what is awaited: which of the variables, and what of those
    /// futures.
    pub(crate) fn aside(&self, values: &mut Values) -> Vec<(usize, Local)> {
        let mut walk = Self {
            seen: self.seen.clone(),
            is_aside: true,
            ..Self::default()
        };
        let mut found = Vec::new();
        for (variable, local) in self.locals.iter().enumerate() {
            walk.enter(values, local.value, 0);
            found.extend(walk.locals.drain(..).map(|it| (variable, it)));
        }
        found
    }

    /// Looks for suspended coroutines in a value. Whether it found something that waits.
    fn enter(&mut self, values: &mut Values, value: Value, depth: u32) -> bool {
        self.steps += 1;
        if self.steps > STEPS || depth > DEPTH {
            return false;
        }
        let depth = depth + 1;
        let Some((found, path)) = values.get(value).zip(values.path(value)) else {
            return false;
        };
        match &*found {
            Type::Opaque { .. } => false,
            Type::Pointer { name, .. } => {
                let behind = names::is_owner(name).then(|| values.behind(value));
                behind
                    .flatten()
                    .is_some_and(|it| self.enter(values, it, depth))
            }
            Type::Array { .. } => self.enter_all(values, value, depth),
            Type::Struct(it) => {
                if it.size > 0 && !self.seen.insert(value) {
                    return false;
                }
                if names::is_coroutine(&it.name) {
                    return self.stop(values, value, it, depth).unwrap_or(false);
                }
                if path.starts_with(names::FUTURES_UNORDERED) {
                    return self.unordered(values, value, depth).unwrap_or(false);
                }
                if path.starts_with(names::SHARED) {
                    let inner = shared(values, value);
                    return inner.is_some_and(|inner| self.enter(values, inner, depth));
                }
                if path.starts_with(names::VEC) {
                    return self.enter_all(values, value, depth);
                }
                if names::is_owner(&path) {
                    return match object(values, value) {
                        Some(object) => self.enter(values, object, depth),
                        None => self.enter_all(values, value, depth),
                    };
                }
                if let Some(variant) = values.variant(value, it) {
                    let part = value.part(variant.member.offset, variant.member.of);
                    let waits = self.enter(values, part, depth);
                    return waits || self.child(values, part, &path).unwrap_or(false);
                }
                let mut waits = false;
                for member in &it.members {
                    let part = value.part(member.offset, member.of);
                    waits |= self.enter(values, part, depth);
                }
                waits
            }
        }
    }

    fn enter_all(&mut self, values: &mut Values, value: Value, depth: u32) -> bool {
        let elements = values.elements(value).unwrap_or_default();
        let mut waits = false;
        for element in elements {
            waits |= self.enter(values, element, depth);
        }
        waits
    }

    /// A coroutine, if it stands at an await point.
    fn stop(&mut self, values: &mut Values, value: Value, it: &Struct, depth: u32) -> Option<bool> {
        let variant = values.variant(value, it)?;
        let state = value.part(variant.member.offset, variant.member.of);
        let state_type = values.get(state)?;
        let Type::Struct(live) = &*state_type else {
            return None;
        };
        let is_fresh = self.is_aside && live.name == names::UNRESUMED;
        if !live.name.starts_with(names::SUSPENDED) && !is_fresh {
            return None;
        }
        let file = values.types.units.file(value.of.unit, variant.file?)?;
        let first = it.variants.first().and_then(|first| first.file);
        let within = first.and_then(|index| values.types.units.file(value.of.unit, index));
        let frame = Frame {
            function: naming::function(values, value, it)?,
            line: u32::try_from(variant.line).ok()?,
            within: within.filter(|within| *within != file),
            file,
        };
        let stop = Stop {
            frame,
            coroutine: value,
        };
        if is_fresh {
            self.locals.extend(live.members.iter().map(|member| Local {
                stop: stop.clone(),
                name: member.name.clone(),
                value: state.part(member.offset, member.of),
                begins: None,
                is_fresh,
            }));
            return None;
        }
        let awaited = live.members.iter().find(|it| it.name == names::AWAITED)?;
        self.frames.push(stop.clone());
        self.locals(values, &stop, it, state, live);
        let awaited = state.part(awaited.offset, awaited.of);
        if !self.enter(values, awaited, depth) {
            self.leaf(values, awaited);
        }
        self.frames.pop();
        Some(true)
    }

    /// Takes note of the variables of a coroutine that a suspended state keeps.
    fn locals(
        &mut self,
        values: &mut Values,
        stop: &Stop,
        it: &Struct,
        state: Value,
        live: &Struct,
    ) {
        let unit = stop.coroutine.of.unit;
        let first = it.variants.first();
        let unresumed = first.and_then(|first| values.types.get(first.member.of));
        let captured: Vec<Member> = match unresumed.as_deref() {
            Some(Type::Struct(first)) if first.name == names::UNRESUMED => first.members.clone(),
            _ => return,
        };
        let begins = first.and_then(|first| {
            let file = values.types.units.file(unit, first.file?)?;
            Some((file, first.line))
        });
        self.hidden(values, stop, it, live, &captured, begins.as_ref());
        for member in &live.members {
            let is_captured = captured
                .iter()
                .any(|it| it.name == member.name && it.offset == member.offset);
            if member.name == names::AWAITED || is_captured && names::moves_parameters(&it.name) {
                continue;
            }
            self.locals.push(Local {
                stop: stop.clone(),
                name: member.name.clone(),
                value: state.part(member.offset, member.of),
                begins: begins.clone(),
                is_fresh: false,
            });
        }
    }

    /// Those of them that have the name of another one, and so are not described with the state.
    fn hidden(
        &mut self,
        values: &mut Values,
        stop: &Stop,
        it: &Struct,
        live: &Struct,
        captured: &[Member],
        begins: Option<&(String, u64)>,
    ) -> Option<()> {
        let count = |members: &[Member], name: &str| {
            members.iter().filter(|member| member.name == name).count()
        };
        // Each state lists what was captured, too.
        let saved = |name: &str| count(&live.members, name).saturating_sub(count(captured, name));
        let is_double = |member: &Member| member.name != names::AWAITED && saved(&member.name) > 1;
        if !live.members.iter().any(is_double) {
            return None;
        }
        let awaited = live.members.iter().find(|it| it.name == names::AWAITED)?;
        let (of, line) = (stop.coroutine.of, stop.frame.line.into());
        let scope = scopes::in_scope(&mut values.types.units, of, awaited.offset, line)?;
        for variable in scope.iter() {
            let name = variable.name.as_str();
            let in_scope = scope.iter().filter(|it| it.name == name).count();
            let is_known = live
                .members
                .iter()
                .any(|it| it.name == name && it.offset == variable.offset);
            let size = values.types.size(variable.of)?;
            let is_within = variable.offset.checked_add(size)? <= it.size;
            // If fewer are kept than there are, there is no telling which.
            if saved(name) < 2 || in_scope != saved(name) || is_known || !is_within {
                continue;
            }
            self.locals.push(Local {
                stop: stop.clone(),
                name: variable.name.clone(),
                value: stop.coroutine.part(variable.offset, variable.of),
                begins: begins.cloned(),
                is_fresh: false,
            });
        }
        Some(())
    }

    /// The futures of a set that polls only those which were woken.
    fn unordered(&mut self, values: &mut Values, value: Value, depth: u32) -> Option<bool> {
        let mut at = values.field(value, names::FUTURES_UNORDERED_FIRST)?;
        let mut tasks = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(task) = values.behind(at) {
            // A list that bites its tail is none.
            if !seen.insert(task) {
                return None;
            }
            tasks.push(task);
            at = values.field(task, names::FUTURES_UNORDERED_NEXT)?;
        }
        let mut waits = false;
        // The newest one is the first.
        for task in tasks.into_iter().rev() {
            let slot = values.field(task, names::FUTURES_UNORDERED_FUTURE)?;
            let Some(future) = some(values, slot) else {
                continue;
            };
            if !self.enter(values, future, depth) {
                self.leaf(values, future);
            }
            waits = true;
        }
        Some(waits)
    }

    /// A combinator's child that is no coroutine is a leaf.
    fn child(&mut self, values: &mut Values, part: Value, combinator: &str) -> Option<bool> {
        let variant = names::child(combinator)?;
        let found = values.get(part)?;
        let Type::Struct(it) = &*found else {
            return None;
        };
        let [future] = it.members.as_slice() else {
            return None;
        };
        if it.name != variant && !it.name.starts_with(&format!("{variant}<")) {
            return None;
        }
        self.leaf(values, part.part(future.offset, future.of));
        Some(true)
    }

    /// The end of a chain, named by what is behind references and closures.
    fn leaf(&mut self, values: &mut Values, awaited: Value) {
        let mut leaf = awaited;
        while let Some(inner) = unwrapped(values, leaf) {
            leaf = inner;
        }
        let Some(path) = values.path(leaf).filter(|_| !self.frames.is_empty()) else {
            return;
        };
        let frames = self.frames.iter().rev().map(|stop| stop.frame.clone());
        let mut found = Found {
            chain: Chain {
                frames: frames.collect(),
                leaf: path.to_string(),
                wanted: None,
                awaits: None,
            },
            leaf,
            stops: self.frames.clone(),
        };
        found.chain.wanted = holders::wanted(&found);
        self.found.push(found);
    }
}

/// What is behind a reference, in a box or in a wrapper.
fn unwrapped(values: &mut Values, value: Value) -> Option<Value> {
    let path = values.path(value)?;
    match &*values.get(value)? {
        Type::Pointer { name, .. } if names::is_owner(name) => values.behind(value),
        Type::Struct(_) if names::is_owner(&path) => object(values, value),
        Type::Struct(_) if path.starts_with(names::ORDERED) => {
            values.field(value, names::ORDERED_FUTURE)
        }
        Type::Struct(it) if names::is_wrapper(&path, &it.name) => match it.members.as_slice() {
            [only] => Some(value.part(only.offset, only.of)),
            _ => None,
        },
        _ => None,
    }
}

fn object(values: &mut Values, value: Value) -> Option<Value> {
    let [data, vtable] = names::OBJECT;
    let data = values.field(value, data)?;
    let vtable = values.field(value, vtable)?;
    let (data, vtable) = (values.word(data)?, values.word(vtable)?);
    values.object(data, vtable)
}

/// The future that all clones of a `Shared` wait for.
fn shared(values: &mut Values, value: Value) -> Option<Value> {
    let inner = values.field(value, names::SHARED_INNER)?;
    let arc = some(values, inner)?;
    let pointer = values.field(arc, names::ARC_POINTER)?;
    let behind = values.behind(pointer)?;
    let inner = values.field(behind, names::ARC_VALUE)?;
    values.field(inner, names::SHARED_FUTURE)
}

/// What is in an `Option`, if anything is.
pub(crate) fn some(values: &mut Values, value: Value) -> Option<Value> {
    let found = values.get(value)?;
    let Type::Struct(option) = &*found else {
        return None;
    };
    let some = values.variant(value, option)?;
    let some = value.part(some.member.offset, some.member.of);
    values.field(some, names::SOME)
}

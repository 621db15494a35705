//! The tasks of a runtime of tokio's that has one thread: it has a list of them, and lets nobody see it.
//!
//! A task begins with a header that is alike in all of them. Of what type the rest is tells the function that polls it,
//! which stands in the header's table.

use std::collections::BTreeMap;

use crate::names;
use crate::types::Type;
use crate::units::TypeId;
use crate::values::{Value, Values};
use crate::walk;

/// A task as it lies in memory.
pub(crate) struct Found {
    pub(crate) id: u64,
    /// Where that begins.
    pub(crate) header: u64,
    /// What it is in: its future, or what that came to.
    pub(crate) stage: Value,
}

/// How deep in the runtime's list of lists the lists are.
const DEPTH: u32 = 8;

/// All tasks, in the order of their spawning; none of them if one cannot be read. The value is a `Handle` of the runtime.
pub(crate) fn tasks(values: &mut Values, handle: Value) -> Option<Vec<Found>> {
    let inner = values.field(handle, names::HANDLE)?;
    let Type::Struct(choice) = &*values.get(inner)? else {
        return None;
    };
    let scheduler = values.variant(inner, choice)?.member.clone();
    if scheduler.name != names::ONE_THREAD {
        return None;
    }
    let arc = inner.part(scheduler.offset, scheduler.of);
    let pointer = values.field(arc, names::HANDLE_POINTER)?;
    let shared = values.behind(pointer)?;
    let lists = values.field(shared, names::TASK_LISTS)?;
    let mut types = BTreeMap::new();
    let mut found = Vec::new();
    for list in values.elements(lists)? {
        let list = list_in(values, list, DEPTH)?;
        let mut next = values.field(list, names::FIRST_TASK)?;
        while let Some(header) = walk::some(values, next) {
            let header = values.field(header, names::TASK_POINTER)?;
            let header = values.behind(header)?;
            // A list that bites its tail is none.
            if found.iter().any(|it: &Found| it.header == header.address) {
                return None;
            }
            let task = task(values, header, &mut types)?;
            let id = values.field(task, names::TASK_ID)?;
            found.push(Found {
                id: values.word(id)?,
                header: header.address,
                stage: values.field(task, names::TASK_STAGE)?,
            });
            next = values.field(task, names::NEXT_TASK)?;
        }
    }
    found.sort_by_key(|task| task.id);
    Some(found)
}

/// The list within whatever guards it.
fn list_in(values: &mut Values, value: Value, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if values.path(value)?.starts_with(names::TASK_LIST) {
        return Some(value);
    }
    let Type::Struct(it) = &*values.get(value)? else {
        return None;
    };
    let mut parts = it.members.iter();
    parts.find_map(|part| list_in(values, value.part(part.offset, part.of), depth))
}

/// A task with its type, by its header. The types that are known already stand under the functions that poll them.
fn task(values: &mut Values, header: Value, types: &mut BTreeMap<u64, TypeId>) -> Option<Value> {
    let table = values.field(header, names::TASK_TABLE)?;
    let table = values.behind(table)?;
    let poll = values.field(table, names::TASK_POLL)?;
    let poll = values.word(poll)?.wrapping_sub(values.bias);
    let of = if let Some(of) = types.get(&poll) {
        *of
    } else {
        let of = polled(values, poll)?;
        types.insert(poll, of);
        of
    };
    let task = Value {
        address: header.address,
        of,
    };
    // Two sources that tell the same are as much certainty as can be had.
    for (written, part) in names::TASK_OFFSETS {
        let written = values.field(table, written)?;
        let part = values.field(task, part)?;
        if values.word(written)? != part.address.wrapping_sub(task.address) {
            return None;
        }
    }
    Some(task)
}

/// The type of the tasks that the function at this address polls.
fn polled(values: &mut Values, poll: u64) -> Option<TypeId> {
    let harness = values.types.units.variable_of(poll, names::TASK_VARIABLE)?;
    let harness = Value {
        address: 0,
        of: harness,
    };
    let task = values.field(harness, names::TASK_OF_VARIABLE)?;
    let Type::Pointer { to: Some(of), .. } = &*values.get(task)? else {
        return None;
    };
    let path = values.types.path(*of)?;
    path.starts_with(names::TASK).then_some(*of)
}

//! Which variables a coroutine's function has in scope at an await point, and where in the coroutine they are.
//!
//! The type of a coroutine's state tells the same, but of several variables of one name it describes the first alone: what
//! makes the file takes members of one name for one. `let guard = guard.lock().await` is such a variable.

use std::collections::BTreeMap;
use std::sync::Arc;

use gimli::constants as tag;
use gimli::{AttributeValue, UnitOffset};

use crate::names;
use crate::units::{Reader, TypeId, Units};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// In the coroutine.
    pub(crate) offset: u64,
    pub(crate) of: TypeId,
}

/// Where a variable is: in what this slot of the stack points to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Location {
    slot: i64,
    offset: u64,
}

/// The variables in scope where a coroutine of this type awaits, on this line, what it keeps at this offset. What was captured
/// is not among them.
pub(crate) fn in_scope(
    units: &mut Units,
    coroutine: TypeId,
    awaited: u64,
    line: u64,
) -> Option<Arc<[Variable]>> {
    let point = (coroutine, awaited, line);
    if let Some(known) = units.scopes.get(&point) {
        return known.clone();
    }
    let found = find(units, coroutine, awaited, line).map(Arc::from);
    units.scopes.insert(point, found.clone());
    found
}

/// What was found in scope at await points of coroutines.
pub(crate) type Scopes = BTreeMap<(TypeId, u64, u64), Option<Arc<[Variable]>>>;

fn find(units: &mut Units, coroutine: TypeId, awaited: u64, line: u64) -> Option<Vec<Variable>> {
    let mut path = units.path(coroutine)?;
    let own = path.pop()?.replacen(names::ENVIRONMENT, names::FUNCTION, 1);
    path.push(own);
    let mut scopes = Vec::new();
    for function in units.coroutine_functions(&path) {
        read(units, function, awaited, line, &mut scopes);
    }
    // Several awaits on a line may have different variables.
    scopes.dedup();
    let mut scopes = scopes.into_iter();
    scopes.next().filter(|_| scopes.next().is_none())
}

/// Adds what is in scope at each await point of a function that is as described.
fn read(
    units: &mut Units,
    function: TypeId,
    awaited: u64,
    line: u64,
    scopes: &mut Vec<Vec<Variable>>,
) -> Option<()> {
    let outline = units.outline(function.unit)?;
    let unit = &outline.unit;
    let mut entries = unit.entries_raw(Some(UnitOffset(function.offset))).ok()?;
    let abbreviation = entries.read_abbreviation().ok()??;
    entries.skip_attributes(abbreviation.attributes()).ok()?;
    if !abbreviation.has_children() {
        return None;
    }
    // By depth, those of the blocks that are open.
    let mut scope: Vec<(isize, Location, Variable)> = Vec::new();
    loop {
        let depth = entries.next_depth();
        if depth <= 0 {
            return Some(());
        }
        let Some(abbreviation) = entries.read_abbreviation().ok()? else {
            continue;
        };
        // What is further in was of blocks that have ended.
        scope.retain(|(of, ..)| *of <= depth);
        if abbreviation.tag() != tag::DW_TAG_variable {
            entries.skip_attributes(abbreviation.attributes()).ok()?;
            continue;
        }
        let mut name = None;
        let mut of = None;
        let mut location = None;
        let mut declared = None;
        for specification in abbreviation.attributes() {
            let attribute = entries.read_attribute(*specification).ok()?;
            match attribute.name() {
                tag::DW_AT_name => name = units.text(unit, attribute.value()),
                tag::DW_AT_type => of = units.refer(function.unit, attribute.value()),
                tag::DW_AT_location => location = in_coroutine(&attribute.value()),
                tag::DW_AT_decl_line => declared = attribute.udata_value(),
                _ => {}
            }
        }
        let Some(((name, of), location)) = name.zip(of).zip(location) else {
            continue;
        };
        if name == names::AWAITED {
            if location.offset == awaited && declared == Some(line) {
                let visible = scope.iter().filter(|(_, it, _)| it.slot == location.slot);
                scopes.push(visible.map(|(.., it)| it.clone()).collect());
            }
        } else if depth > 1 {
            // Right in the function is what was captured.
            let offset = location.offset;
            scope.push((depth, location, Variable { name, offset, of }));
        }
    }
}

/// What stands there for `*slot + offset`, as unoptimised builds have it.
fn in_coroutine(value: &AttributeValue<Reader>) -> Option<Location> {
    const SLOT: u8 = 0x91;
    const BEHIND: u8 = 0x06;
    const PLUS: u8 = 0x23;
    let AttributeValue::Exprloc(expression) = value else {
        return None;
    };
    let mut rest = expression.0;
    let next = |rest: &mut Reader| gimli::Reader::read_u8(rest).ok();
    if next(&mut rest)? != SLOT {
        return None;
    }
    let slot = gimli::Reader::read_sleb128(&mut rest).ok()?;
    if next(&mut rest)? != BEHIND {
        return None;
    }
    let offset = match next(&mut rest) {
        None => 0,
        Some(PLUS) => gimli::Reader::read_uleb128(&mut rest).ok()?,
        Some(_) => return None,
    };
    gimli::Reader::is_empty(&rest).then_some(Location { slot, offset })
}

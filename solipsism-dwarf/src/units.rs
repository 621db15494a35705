//! The compilation units of the debug information, outlined one by one, as somebody asks for what is in them: which tables
//! of functions belong to which type, and in which module each type is.
//!
//! A unit cannot be outlined without reading all of it, and a big program has more of them than there is time for. So
//! the unit in which a table's functions were compiled is looked at first, which is nearly always the one; how much may be
//! read beside is counted in bytes, since real time would decide otherwise each time.

use std::sync::Arc;

use gimli::constants as tag;
use gimli::{AttributeValue, EndianSlice, LittleEndian, UnitOffset};

use crate::executable::Executable;
use crate::names;
use crate::outline::Outline;
use crate::scopes::Scopes;

pub(crate) type Reader = EndianSlice<'static, LittleEndian>;

/// Where a type is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId {
    pub(crate) unit: usize,
    pub(crate) offset: usize,
}

/// How many bytes of debug information are outlined in search of tables for one question, beyond the units that their
/// functions point to: what an unoptimised build gets through in less than a second.
const BUDGET: usize = 10 << 20;

/// How many units are looked at on the way to a table.
const MOST_STEPS: usize = 48;

pub(crate) struct Units {
    pub(crate) dwarf: gimli::Dwarf<Reader>,
    headers: Vec<gimli::UnitHeader<Reader>>,
    /// Where each unit begins in its section.
    starts: Vec<usize>,
    /// First address, address behind the last one, and unit, of all code; sorted.
    code: Vec<(u64, u64, usize)>,
    /// Which units were read, or found to be unreadable.
    read: Vec<bool>,
    outlines: Vec<Option<Arc<Outline>>>,
    /// The crate that each unit is of, once somebody asked.
    crates: Vec<String>,
    /// Of the units that were read; sorted by address.
    vtables: Vec<(u64, TypeId)>,
    /// Which units were of use to the question that is being answered. What other questions had read is not known to it, or
    /// else its answer would depend on them.
    seen: Vec<bool>,
    /// For the question that is being answered.
    pub(crate) scopes: Scopes,
    /// The unit from which on a search through all of them has not been.
    unsearched: usize,
    left: usize,
    /// Whether something was not found that may be in units which were left out, since reading them would take too long.
    pub(crate) is_exhausted: bool,
}

impl Units {
    pub(crate) fn load(executable: &Executable) -> Option<Self> {
        let load = |id: gimli::SectionId| {
            let wanted = [
                gimli::SectionId::DebugAbbrev,
                gimli::SectionId::DebugAddr,
                gimli::SectionId::DebugAranges,
                gimli::SectionId::DebugInfo,
                gimli::SectionId::DebugLine,
                gimli::SectionId::DebugLineStr,
                gimli::SectionId::DebugStr,
                gimli::SectionId::DebugStrOffsets,
            ];
            let section = if wanted.contains(&id) {
                executable.section(id.name())
            } else {
                Vec::new()
            };
            // Once in a process, which keeps it to its end.
            Ok::<_, gimli::Error>(EndianSlice::new(Vec::leak(section), LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(load).ok()?;
        let mut headers = Vec::new();
        let mut starts = Vec::new();
        let mut units = dwarf.units();
        while let Some(header) = units.next().ok()? {
            starts.push(header.offset().as_debug_info_offset()?.0);
            headers.push(header);
        }
        let code = code(&dwarf, &starts).unwrap_or_default();
        Some(Self {
            dwarf,
            read: vec![false; headers.len()],
            seen: vec![false; headers.len()],
            outlines: vec![None; headers.len()],
            headers,
            starts,
            code,
            crates: Vec::new(),
            vtables: Vec::new(),
            scopes: Scopes::new(),
            unsearched: 0,
            left: BUDGET,
            is_exhausted: false,
        })
    }

    /// Another question is asked.
    pub(crate) fn begin(&mut self) {
        self.seen.fill(false);
        self.scopes.clear();
        self.unsearched = 0;
        self.left = BUDGET;
        self.is_exhausted = false;
    }

    /// What is in this unit is known from now on.
    pub(crate) fn see(&mut self, unit: usize) {
        if let Some(seen) = self.seen.get_mut(unit) {
            *seen = true;
        }
    }

    /// The type to which the table at this address of the file belongs. `functions` are addresses that stand in it.
    pub(crate) fn of_vtable(&mut self, vtable: u64, functions: &[u64]) -> Option<TypeId> {
        for function in functions {
            if let Some(unit) = self.unit_of_code(*function) {
                self.outline(unit);
                if self.known(vtable).is_none() {
                    self.approach(vtable, unit);
                }
            }
        }
        loop {
            if let Some(found) = self.known(vtable) {
                return Some(found);
            }
            // A unit that cannot be read has nothing; one that is too much ends the search.
            if self.search(self.unsearched).is_none() && !self.is_seen(self.unsearched) {
                self.is_exhausted |= self.unsearched < self.headers.len();
                return None;
            }
            self.unsearched += 1;
        }
    }

    /// Looks for a table where it must be if linkers put tables in the order of their units, as they do: away from this
    /// unit in ever longer steps, and back by halves.
    fn approach(&mut self, vtable: u64, from: usize) -> Option<()> {
        let (mut below, mut above): (Option<usize>, Option<usize>) = (None, None);
        let (mut at, mut step) = (from, 1);
        for _ in 0..MOST_STEPS {
            let probed = at;
            let is_beyond = loop {
                // Units without tables say nothing.
                if above.is_some_and(|above| at >= above) {
                    break false;
                }
                let outline = self.search(at)?;
                let addresses = || outline.vtables.iter().map(|(address, _)| *address);
                match addresses().min().zip(addresses().max()) {
                    Some((_, last)) if vtable > last => break true,
                    Some((first, _)) if vtable < first => break false,
                    Some(_) => return None,
                    None => at += 1,
                }
            };
            if is_beyond {
                below = Some(at);
            } else {
                above = Some(probed);
            }
            at = match (below, above) {
                (Some(below), Some(above)) if below + 1 >= above => return None,
                (Some(below), Some(above)) => usize::midpoint(below, above),
                (Some(below), None) => below + step,
                (None, _) => above?.saturating_sub(step),
            };
            step *= 2;
            if above == Some(0) {
                return None;
            }
        }
        None
    }

    /// Outlines a unit, if it is not too much.
    fn search(&mut self, unit: usize) -> Option<Arc<Outline>> {
        if !self.is_seen(unit) {
            let size = self.headers.get(unit)?.length_including_self();
            self.left = self.left.checked_sub(size)?;
        }
        self.outline(unit)
    }

    fn unit_of_code(&self, address: u64) -> Option<usize> {
        let behind = self.code.partition_point(|(from, _, _)| *from <= address);
        let (_, to, unit) = self.code.get(behind.checked_sub(1)?)?;
        (address < *to).then_some(*unit)
    }

    pub(crate) fn outline(&mut self, unit: usize) -> Option<Arc<Outline>> {
        self.see(unit);
        if self.is_read(unit) {
            return self.outlines[unit].clone();
        }
        let header = *self.headers.get(unit)?;
        let outline = Outline::read(&self.dwarf, header).ok().map(Arc::new);
        for (address, offset) in outline.iter().flat_map(|outline| &outline.vtables) {
            let offset = *offset;
            self.vtables.push((*address, TypeId { unit, offset }));
        }
        self.vtables.sort_unstable_by_key(|(address, _)| *address);
        self.read[unit] = true;
        self.outlines[unit].clone_from(&outline);
        outline
    }

    fn is_read(&self, unit: usize) -> bool {
        self.read.get(unit) == Some(&true)
    }

    fn is_seen(&self, unit: usize) -> bool {
        self.seen.get(unit) == Some(&true)
    }

    /// The type to which a table belongs, if its unit was seen.
    fn known(&self, vtable: u64) -> Option<TypeId> {
        let from = self.vtables.partition_point(|(at, _)| *at < vtable);
        let same = self.vtables[from..].iter();
        let same = same.take_while(|(at, _)| *at == vtable);
        // A table may be described in several units.
        same.map(|(_, of)| *of)
            .filter(|of| self.is_seen(of.unit))
            .min()
    }

    /// Follows a reference to a type from within a unit.
    pub(crate) fn refer(&self, unit: usize, value: AttributeValue<Reader>) -> Option<TypeId> {
        match value {
            AttributeValue::UnitRef(offset) => Some(TypeId {
                unit,
                offset: offset.0,
            }),
            AttributeValue::DebugInfoRef(offset) => {
                let behind = self.starts.partition_point(|start| *start <= offset.0);
                let unit = behind.checked_sub(1)?;
                let offset = offset.0 - self.starts[unit];
                Some(TypeId { unit, offset })
            }
            _ => None,
        }
    }

    pub(crate) fn text(
        &self,
        unit: &gimli::Unit<Reader>,
        value: AttributeValue<Reader>,
    ) -> Option<String> {
        let text = self.dwarf.attr_string(unit, value).ok()?;
        Some(text.to_string().ok()?.to_owned())
    }

    /// The names of the modules, types and functions that a type is in, outermost first, and its own.
    pub(crate) fn path(&mut self, of: TypeId) -> Option<Vec<String>> {
        let outline = self.outline(of.unit)?;
        let path = outline.path(of.offset);
        path.map(|offset| self.name(&outline, offset)).collect()
    }

    /// Where the code of the coroutine of this path is described, in units of its crate.
    pub(crate) fn coroutine_functions(&mut self, path: &[String]) -> Vec<TypeId> {
        if self.crates.is_empty() {
            let units = self.headers.iter().map(|header| self.dwarf.unit(*header));
            let names = units.map(|unit| unit.ok()?.name);
            let names = names.map(|name| name.map(|it| it.to_string_lossy().into_owned()));
            self.crates = names
                .map(|name| {
                    let (_, name) = name.as_deref()?.split_once(names::CRATE)?;
                    Some(name.split('.').next()?.to_owned())
                })
                .map(Option::unwrap_or_default)
                .collect();
        }
        let mut found = Vec::new();
        for unit in 0..self.headers.len() {
            if Some(&self.crates[unit]) != path.first() {
                continue;
            }
            let Some(outline) = self.search(unit) else {
                self.is_exhausted |= !self.is_seen(unit);
                continue;
            };
            for (offset, names) in outline.functions() {
                let mut names = names.into_iter().map(|at| self.name(&outline, at));
                let is_same = path
                    .iter()
                    .all(|it| names.next().flatten().as_ref() == Some(it));
                if is_same && names.next().is_none() {
                    found.push(TypeId { unit, offset });
                }
            }
        }
        found
    }

    /// What the linker calls the async function or block whose state this type is.
    pub(crate) fn linkage_name(&mut self, of: TypeId) -> Option<String> {
        let outline = self.outline(of.unit)?;
        outline.linkage_name(of.offset).map(ToOwned::to_owned)
    }

    /// The type of the variable of this name in the function at this address of the file, where that was not optimised: then
    /// functions of several types may have been made one.
    pub(crate) fn variable_of(&mut self, function: u64, name: &str) -> Option<TypeId> {
        let index = self.unit_of_code(function)?;
        let outline = self.outline(index)?;
        let unit = &outline.unit;
        let mut entries = unit.entries_raw(None).ok()?;
        // How deep the function is, once it was found.
        let mut within = None;
        while !entries.is_empty() {
            let depth = entries.next_depth();
            if within.is_some_and(|within| depth <= within) {
                return None;
            }
            let Some(abbreviation) = entries.read_abbreviation().ok()? else {
                continue;
            };
            let kind = abbreviation.tag();
            let is_function = within.is_none() && kind == tag::DW_TAG_subprogram;
            if !is_function && (within.is_none() || kind != tag::DW_TAG_variable) {
                entries.skip_attributes(abbreviation.attributes()).ok()?;
                continue;
            }
            let (mut is_named, mut is_on_stack, mut of) = (false, false, None);
            for specification in abbreviation.attributes() {
                let attribute = entries.read_attribute(*specification).ok()?;
                match attribute.name() {
                    tag::DW_AT_low_pc if is_function => {
                        let at = self.dwarf.attr_address(unit, attribute.value()).ok()?;
                        if at == Some(function) {
                            within = Some(depth);
                        }
                    }
                    tag::DW_AT_name if !is_function => {
                        is_named = self.text(unit, attribute.value()).as_deref() == Some(name);
                    }
                    tag::DW_AT_location => is_on_stack = is_on_stack_at(&attribute.value()),
                    tag::DW_AT_type => of = self.refer(index, attribute.value()),
                    _ => {}
                }
            }
            if is_named {
                return of.filter(|_| is_on_stack);
            }
        }
        None
    }

    /// The name of the entry at this offset.
    fn name(&self, outline: &Outline, offset: usize) -> Option<String> {
        let mut entries = outline.unit.entries_raw(Some(UnitOffset(offset))).ok()?;
        let abbreviation = entries.read_abbreviation().ok()??;
        for specification in abbreviation.attributes() {
            let attribute = entries.read_attribute(*specification).ok()?;
            if attribute.name() == tag::DW_AT_name {
                return self.text(&outline.unit, attribute.value());
            }
        }
        None
    }

    /// A source file by its number in the unit.
    pub(crate) fn file(&mut self, unit: usize, index: u64) -> Option<String> {
        let outline = self.outline(unit)?;
        let unit = &outline.unit;
        let header = unit.line_program.as_ref()?.header();
        let file = header.file(index)?;
        let name = self.text(unit, file.path_name())?;
        let directory = file.directory(header).and_then(|at| self.text(unit, at));
        let own = unit.comp_dir.map(|at| at.to_string_lossy().into_owned());
        let parts = [own, directory, Some(name)];
        // Each part counts from the one before, unless it begins at the root.
        let path: std::path::PathBuf = parts.into_iter().flatten().collect();
        Some(path.to_str()?.to_owned())
    }
}

/// Whether a variable has one place on the stack for all of its life, as unoptimised builds have it.
fn is_on_stack_at(location: &AttributeValue<Reader>) -> bool {
    const SLOT: u8 = 0x91;
    matches!(location, AttributeValue::Exprloc(at) if at.0.slice().first() == Some(&SLOT))
}

/// Which unit's code is where.
fn code(dwarf: &gimli::Dwarf<Reader>, starts: &[usize]) -> gimli::Result<Vec<(u64, u64, usize)>> {
    let mut code = Vec::new();
    let mut headers = dwarf.debug_aranges.headers();
    while let Some(header) = headers.next()? {
        let Ok(unit) = starts.binary_search(&header.debug_info_offset().0) else {
            continue;
        };
        let mut entries = header.entries();
        while let Some(entry) = entries.next()? {
            let range = entry.range();
            code.push((range.begin, range.end, unit));
        }
    }
    code.sort_unstable();
    Ok(code)
}

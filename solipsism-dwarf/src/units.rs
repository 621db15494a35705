//! The compilation units of the debug information, outlined one by one, as somebody asks for what is in them: which tables
//! of functions belong to which type, and in which module each type is.
//!
//! A unit cannot be outlined without reading all of it, and a big program has more of them than there is time for. So
//! the unit in which a table's functions were compiled is looked at first, which is nearly always the one; how much may be
//! read beside is counted in bytes, since real time would decide otherwise each time.

use std::collections::BTreeMap;
use std::sync::Arc;

use gimli::constants as tag;
use gimli::{AttributeValue, EndianSlice, LittleEndian, UnitOffset};

use crate::executable::Executable;
use crate::names;

pub(crate) type Reader = EndianSlice<'static, LittleEndian>;

/// Where a type is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId {
    pub(crate) unit: usize,
    pub(crate) offset: usize,
}

/// How many bytes of debug information are outlined in search of one table, and in all, beyond the units that its functions
/// point to: what an unoptimised build gets through in less than a second.
const BUDGET: usize = 24 << 20;

pub(crate) struct Units {
    pub(crate) dwarf: gimli::Dwarf<Reader>,
    headers: Vec<gimli::UnitHeader<Reader>>,
    /// Where each unit begins in its section.
    starts: Vec<usize>,
    /// First address, address behind the last one, and unit, of all code; sorted.
    code: Vec<(u64, u64, usize)>,
    outlines: BTreeMap<usize, Option<Arc<Outline>>>,
    vtables: BTreeMap<u64, TypeId>,
    /// The unit from which on a search through all of them has not been.
    unsearched: usize,
    left: usize,
}

/// What there is in a unit.
pub(crate) struct Outline {
    pub(crate) unit: gimli::Unit<Reader>,
    /// In the order of their offsets.
    scopes: Vec<Scope>,
    /// What async functions are called to the linker, by the scope that they are in.
    linkage_names: BTreeMap<usize, String>,
    vtables: Vec<(u64, usize)>,
}

/// What has a name and something within: a module, a type, a function.
struct Scope {
    offset: usize,
    parent: Option<usize>,
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
            headers,
            starts,
            code,
            outlines: BTreeMap::new(),
            vtables: BTreeMap::new(),
            unsearched: 0,
            left: BUDGET,
        })
    }

    /// The type to which the table at this address of the file belongs. `functions` are addresses that stand in it.
    pub(crate) fn of_vtable(&mut self, vtable: u64, functions: &[u64]) -> Option<TypeId> {
        for function in functions {
            if let Some(unit) = self.unit_of_code(*function) {
                self.outline(unit);
            }
        }
        while !self.vtables.contains_key(&vtable) {
            let unit = self.unsearched;
            let size = self.headers.get(unit)?.length_including_self();
            if !self.outlines.contains_key(&unit) {
                self.left = self.left.checked_sub(size)?;
                self.outline(unit);
            }
            self.unsearched += 1;
        }
        self.vtables.get(&vtable).copied()
    }

    /// Whether units were left out since reading them would take too long.
    pub(crate) fn is_exhausted(&self) -> bool {
        let next = self.headers.get(self.unsearched);
        next.is_some_and(|header| header.length_including_self() > self.left)
    }

    fn unit_of_code(&self, address: u64) -> Option<usize> {
        let behind = self.code.partition_point(|(from, _, _)| *from <= address);
        let (_, to, unit) = self.code.get(behind.checked_sub(1)?)?;
        (address < *to).then_some(*unit)
    }

    pub(crate) fn outline(&mut self, unit: usize) -> Option<Arc<Outline>> {
        if let Some(outline) = self.outlines.get(&unit) {
            return outline.clone();
        }
        let header = *self.headers.get(unit)?;
        let outline = Outline::read(&self.dwarf, header).ok().map(Arc::new);
        for (address, offset) in outline.iter().flat_map(|outline| &outline.vtables) {
            let offset = *offset;
            self.vtables.insert(*address, TypeId { unit, offset });
        }
        self.outlines.insert(unit, outline.clone());
        outline
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

    /// The names of the modules, types and functions that a type is in, outermost first, and its own.
    pub(crate) fn path(&mut self, of: TypeId) -> Option<Vec<String>> {
        let outline = self.outline(of.unit)?;
        let mut path = Vec::new();
        let mut at = outline.scope(of.offset);
        while let Some(scope) = at.map(|at| &outline.scopes[at]) {
            path.push(self.name(&outline, scope.offset)?);
            at = scope.parent;
        }
        path.reverse();
        Some(path)
    }

    /// What the linker calls the async function or block whose state this type is.
    pub(crate) fn linkage_name(&mut self, of: TypeId) -> Option<String> {
        let outline = self.outline(of.unit)?;
        let scope = outline.scope(of.offset)?;
        let parent = outline.scopes[scope].parent?;
        outline.linkage_names.get(&parent).cloned()
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

impl Outline {
    fn read(
        dwarf: &gimli::Dwarf<Reader>,
        header: gimli::UnitHeader<Reader>,
    ) -> gimli::Result<Self> {
        let unit = dwarf.unit(header)?;
        let mut outline = Self {
            unit,
            scopes: Vec::new(),
            linkage_names: BTreeMap::new(),
            vtables: Vec::new(),
        };
        // The tables' types stand apart from the tables, on either side of them.
        let (mut tables, mut owners) = (Vec::new(), BTreeMap::new());
        let mut within: Vec<(isize, usize)> = Vec::new();
        let mut entries = outline.unit.entries_raw(None)?;
        while !entries.is_empty() {
            let depth = entries.next_depth();
            let offset = entries.next_offset().0;
            let Some(abbreviation) = entries.read_abbreviation()? else {
                continue;
            };
            while within.last().is_some_and(|(above, _)| *above >= depth) {
                within.pop();
            }
            let parent = within.last().map(|(_, scope)| *scope);
            let mut is_scope = false;
            let (mut location, mut of, mut owner) = (None, None, None);
            let (mut name, mut linkage_name) = (None, None);
            match abbreviation.tag() {
                tag::DW_TAG_namespace | tag::DW_TAG_union_type | tag::DW_TAG_enumeration_type => {
                    entries.skip_attributes(abbreviation.attributes())?;
                    is_scope = true;
                }
                tag::DW_TAG_structure_type | tag::DW_TAG_variable | tag::DW_TAG_subprogram => {
                    is_scope = abbreviation.tag() == tag::DW_TAG_structure_type;
                    let is_wanted = match abbreviation.tag() {
                        tag::DW_TAG_structure_type => depth == 1,
                        tag::DW_TAG_variable => depth == 1,
                        _ => parent.is_some(),
                    };
                    if !is_wanted {
                        entries.skip_attributes(abbreviation.attributes())?;
                    } else {
                        for specification in abbreviation.attributes() {
                            let attribute = entries.read_attribute(*specification)?;
                            match attribute.name() {
                                tag::DW_AT_location => location = static_address(&attribute),
                                tag::DW_AT_type => of = unit_offset(&attribute),
                                tag::DW_AT_containing_type => owner = unit_offset(&attribute),
                                tag::DW_AT_name => name = Some(attribute.value()),
                                tag::DW_AT_linkage_name => {
                                    linkage_name = Some(attribute.value());
                                }
                                _ => {}
                            }
                        }
                    }
                }
                _ => entries.skip_attributes(abbreviation.attributes())?,
            }
            match abbreviation.tag() {
                tag::DW_TAG_variable => tables.extend(location.zip(of)),
                tag::DW_TAG_structure_type => {
                    owners.extend(owner.map(|owner| (offset, owner)));
                }
                tag::DW_TAG_subprogram => {
                    if let Some(((parent, name), linkage_name)) =
                        parent.zip(name).zip(linkage_name)
                    {
                        let name = dwarf.attr_string(&outline.unit, name)?;
                        if name.starts_with(names::COROUTINE_FUNCTION.as_bytes()) {
                            let linked = dwarf.attr_string(&outline.unit, linkage_name)?;
                            let linked = linked.to_string_lossy().into_owned();
                            outline.linkage_names.insert(parent, linked);
                        }
                    }
                }
                _ => {}
            }
            if is_scope {
                within.push((depth, outline.scopes.len()));
                outline.scopes.push(Scope { offset, parent });
            }
        }
        for (address, table) in tables {
            let owner = owners.get(&table).map(|owner| (address, *owner));
            outline.vtables.extend(owner);
        }
        Ok(outline)
    }

    fn scope(&self, offset: usize) -> Option<usize> {
        let at = |scope: &Scope| scope.offset;
        self.scopes.binary_search_by_key(&offset, at).ok()
    }
}

/// Which unit's code is where.
fn code(
    dwarf: &gimli::Dwarf<Reader>,
    starts: &[usize],
) -> gimli::Result<Vec<(u64, u64, usize)>> {
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

fn unit_offset(attribute: &gimli::Attribute<Reader>) -> Option<usize> {
    match attribute.value() {
        AttributeValue::UnitRef(offset) => Some(offset.0),
        _ => None,
    }
}

/// The address of a variable that has one for good.
fn static_address(attribute: &gimli::Attribute<Reader>) -> Option<u64> {
    const AT_ADDRESS: u8 = 0x03;
    let AttributeValue::Exprloc(expression) = attribute.value() else {
        return None;
    };
    let (AT_ADDRESS, address) = expression.0.slice().split_first().map(|(op, at)| (*op, at))? else {
        return None;
    };
    address.try_into().map(u64::from_le_bytes).ok()
}

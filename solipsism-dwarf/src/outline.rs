//! What there is in a compilation unit, found in one pass over all of it: which tables of functions belong to which type,
//! and what is in what.

use std::iter::successors;

use gimli::AttributeValue;
use gimli::constants as tag;

use crate::names;
use crate::units::Reader;

/// No table lies below: linkers write low addresses for what they left out.
const LOWEST: u64 = 0x1000;

pub(crate) struct Outline {
    pub(crate) unit: gimli::Unit<Reader>,
    /// Where tables are in the file, and where their types are described.
    pub(crate) vtables: Vec<(u64, usize)>,
    /// In the order of their offsets.
    scopes: Vec<Scope>,
    /// What async functions are called to the linker, by the scope that they are in.
    linkage_names: Vec<(usize, String)>,
    /// Where the code of coroutines is described, and in which scope.
    functions: Vec<(usize, usize)>,
}

/// What has a name and something within: a module, a type.
struct Scope {
    offset: usize,
    parent: Option<usize>,
}

impl Outline {
    pub(crate) fn read(
        dwarf: &gimli::Dwarf<Reader>,
        header: gimli::UnitHeader<Reader>,
    ) -> gimli::Result<Self> {
        let mut outline = Self {
            unit: dwarf.unit(header)?,
            vtables: Vec::new(),
            scopes: Vec::new(),
            linkage_names: Vec::new(),
            functions: Vec::new(),
        };
        // A table's type may stand before it or after it.
        let mut tables: Vec<(u64, usize)> = Vec::new();
        let mut owners: Vec<(usize, usize)> = Vec::new();
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
            match abbreviation.tag() {
                tag::DW_TAG_variable if depth == 1 => {
                    let table = Entry::read(&mut entries, abbreviation)?;
                    tables.extend(table.address.zip(table.of));
                }
                tag::DW_TAG_structure_type if depth == 1 => {
                    let it = Entry::read(&mut entries, abbreviation)?;
                    owners.extend(it.owner.map(|owner| (offset, owner)));
                }
                tag::DW_TAG_subprogram if parent.is_some() => {
                    let function = Entry::read(&mut entries, abbreviation)?;
                    if let Some((name, linked)) = function.name.zip(function.linkage_name) {
                        let name = dwarf.attr_string(&outline.unit, name)?;
                        if name.starts_with(names::COROUTINE_FUNCTION.as_bytes()) {
                            let linked = dwarf.attr_string(&outline.unit, linked)?;
                            let linked = linked.to_string_lossy().into_owned();
                            outline.linkage_names.extend(parent.map(|it| (it, linked)));
                            outline.functions.extend(parent.map(|it| (it, offset)));
                        }
                    }
                }
                _ => entries.skip_attributes(abbreviation.attributes())?,
            }
            if is_scope(abbreviation.tag()) {
                within.push((depth, outline.scopes.len()));
                outline.scopes.push(Scope { offset, parent });
            }
        }
        for (address, table) in tables {
            if let Ok(at) = owners.binary_search_by_key(&table, |(table, _)| *table) {
                outline.vtables.push((address, owners[at].1));
            }
        }
        Ok(outline)
    }

    /// What is described at this offset is in what is described at these, outermost first, and itself last.
    pub(crate) fn path(&self, offset: usize) -> impl Iterator<Item = usize> + use<> {
        let own = self.scope(offset);
        let path = successors(own, |scope| self.scopes[*scope].parent);
        let path: Vec<_> = path.map(|scope| self.scopes[scope].offset).collect();
        path.into_iter().rev()
    }

    /// Where the code of coroutines is described, with where the names of what that is in stand, outermost first.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        self.functions.iter().map(|(scope, offset)| {
            let mut path: Vec<_> = self.path(self.scopes[*scope].offset).collect();
            path.push(*offset);
            (*offset, path)
        })
    }

    /// What the linker calls the async function beside the type at this offset.
    pub(crate) fn linkage_name(&self, offset: usize) -> Option<&str> {
        let parent = self.scopes[self.scope(offset)?].parent?;
        let mut names = self.linkage_names.iter();
        let (_, name) = names.find(|(scope, _)| *scope == parent)?;
        Some(name)
    }

    fn scope(&self, offset: usize) -> Option<usize> {
        let at = |scope: &Scope| scope.offset;
        self.scopes.binary_search_by_key(&offset, at).ok()
    }
}

/// What is of interest of a table, its type, or a function.
#[derive(Default)]
struct Entry {
    address: Option<u64>,
    of: Option<usize>,
    owner: Option<usize>,
    name: Option<AttributeValue<Reader>>,
    linkage_name: Option<AttributeValue<Reader>>,
}

impl Entry {
    fn read(
        entries: &mut gimli::EntriesRaw<'_, '_, Reader>,
        abbreviation: &gimli::Abbreviation,
    ) -> gimli::Result<Self> {
        let mut entry = Self::default();
        for specification in abbreviation.attributes() {
            let attribute = entries.read_attribute(*specification)?;
            let value = attribute.value();
            match attribute.name() {
                tag::DW_AT_location => entry.address = static_address(&value),
                tag::DW_AT_type => entry.of = unit_offset(&value),
                tag::DW_AT_containing_type => entry.owner = unit_offset(&value),
                tag::DW_AT_name => entry.name = Some(value),
                tag::DW_AT_linkage_name => entry.linkage_name = Some(value),
                _ => {}
            }
        }
        Ok(entry)
    }
}

fn is_scope(tag: gimli::DwTag) -> bool {
    matches!(
        tag,
        tag::DW_TAG_namespace
            | tag::DW_TAG_structure_type
            | tag::DW_TAG_union_type
            | tag::DW_TAG_enumeration_type
    )
}

fn unit_offset(value: &AttributeValue<Reader>) -> Option<usize> {
    match value {
        AttributeValue::UnitRef(offset) => Some(offset.0),
        _ => None,
    }
}

/// The address of a variable that has one for good.
fn static_address(value: &AttributeValue<Reader>) -> Option<u64> {
    const AT_ADDRESS: u8 = 0x03;
    let AttributeValue::Exprloc(expression) = value else {
        return None;
    };
    let (AT_ADDRESS, address) = expression
        .0
        .slice()
        .split_first()
        .map(|(op, at)| (*op, at))?
    else {
        return None;
    };
    let address = address.try_into().map(u64::from_le_bytes).ok()?;
    (address >= LOWEST).then_some(address)
}

//! What the debug information says of a type, read when it is asked for, once.

use std::collections::BTreeMap;
use std::sync::Arc;

use gimli::constants as tag;
use gimli::{AttributeValue, UnitOffset};

use crate::units::{Reader, TypeId, Units};

#[derive(Debug)]
pub(crate) enum Type {
    Struct(Struct),
    /// A reference, a raw pointer, or a thin `Box`.
    Pointer {
        name: String,
        to: Option<TypeId>,
    },
    Array {
        of: TypeId,
        count: u64,
    },
    /// Numbers, unions, and whatever else has no parts that could be followed.
    Opaque {
        name: String,
        size: u64,
    },
}

/// A struct, a tuple, a closure, an enum with fields, the state of a coroutine.
#[derive(Debug, Default)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) members: Vec<Member>,
    pub(crate) parameters: Vec<TypeId>,
    /// Which of the variants it is: where that is written, and in how many bytes.
    pub(crate) discriminant: Option<(u64, TypeId)>,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) of: TypeId,
    pub(crate) offset: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// None: it is whatever is no other one.
    pub(crate) discriminant: Option<u64>,
    pub(crate) member: Member,
    /// Where an await point stands in the source.
    pub(crate) file: Option<u64>,
    pub(crate) line: u64,
}

pub(crate) struct Types {
    pub(crate) units: Units,
    known: BTreeMap<TypeId, Known>,
}

/// What was read of a type, and what it is called once somebody asked.
struct Known {
    read: Option<Arc<Type>>,
    path: Option<Arc<str>>,
}

impl Types {
    pub(crate) fn new(units: Units) -> Self {
        Self {
            units,
            known: BTreeMap::new(),
        }
    }

    pub(crate) fn get(&mut self, id: TypeId) -> Option<Arc<Type>> {
        if let Some(known) = self.known.get(&id) {
            self.units.see(id.unit);
            return known.read.clone();
        }
        let read = read(&mut self.units, id).map(Arc::new);
        let known = Known {
            read: read.clone(),
            path: None,
        };
        self.known.insert(id, known);
        read
    }

    pub(crate) fn size(&mut self, id: TypeId) -> Option<u64> {
        match &*self.get(id)? {
            Type::Struct(it) => Some(it.size),
            Type::Pointer { .. } => Some(8),
            Type::Array { of, count } => self.size(*of)?.checked_mul(*count),
            Type::Opaque { size, .. } => Some(*size),
        }
    }

    /// The type's name with the modules that it is in: `tokio::sync::oneshot::Receiver<u8>`.
    pub(crate) fn path(&mut self, id: TypeId) -> Option<Arc<str>> {
        if let Some(path) = self.known.get(&id).and_then(|known| known.path.clone()) {
            self.units.see(id.unit);
            return Some(path);
        }
        let path: Arc<str> = match &*self.get(id)? {
            Type::Struct(_) => self.units.path(id)?.join("::").into(),
            Type::Pointer { name, .. } | Type::Opaque { name, .. } => name.as_str().into(),
            Type::Array { of, count } => format!("[{}; {count}]", self.path(*of)?).into(),
        };
        self.known.get_mut(&id)?.path = Some(path.clone());
        Some(path)
    }
}

/// What the entries above the one that is read are.
#[derive(Clone, Copy)]
enum Within {
    Itself,
    VariantPart,
    Variant,
    Other,
}

/// None where there is anything that is not understood.
fn read(units: &mut Units, id: TypeId) -> Option<Type> {
    let outline = units.outline(id.unit)?;
    let unit = &outline.unit;
    let mut entries = unit.entries_raw(Some(UnitOffset(id.offset))).ok()?;
    let abbreviation = entries.read_abbreviation().ok()??;
    let itself = Attributes::read(&mut entries, abbreviation, units, unit, id.unit)?;
    let name = itself.name.unwrap_or_default();
    let size = itself.size.unwrap_or(0);
    match abbreviation.tag() {
        tag::DW_TAG_pointer_type => {
            let to = itself.of;
            return Some(Type::Pointer { name, to });
        }
        tag::DW_TAG_structure_type | tag::DW_TAG_array_type => {}
        _ => return Some(Type::Opaque { name, size }),
    }
    let is_array = abbreviation.tag() == tag::DW_TAG_array_type;
    let mut it = Struct {
        name,
        size,
        ..Struct::default()
    };
    let mut count = None;
    let mut within = vec![Within::Itself];
    let mut discriminants = Vec::new();
    while abbreviation.has_children() {
        let Ok(depth) = usize::try_from(entries.next_depth()) else {
            return None;
        };
        if depth == 0 {
            break;
        }
        let Some(abbreviation) = entries.read_abbreviation().ok()? else {
            continue;
        };
        within.truncate(depth);
        let above = *within.last()?;
        let kind = abbreviation.tag();
        if matches!(above, Within::Other) {
            entries.skip_attributes(abbreviation.attributes()).ok()?;
            within.push(Within::Other);
            continue;
        }
        let read = Attributes::read(&mut entries, abbreviation, units, unit, id.unit)?;
        let mut inner = Within::Other;
        match (above, kind) {
            (Within::Itself, tag::DW_TAG_member) => it.members.push(read.member()?),
            (Within::Itself, tag::DW_TAG_template_type_parameter) => it.parameters.push(read.of?),
            (Within::Itself, tag::DW_TAG_variant_part) => inner = Within::VariantPart,
            (Within::Itself, tag::DW_TAG_subrange_type) => count = read.count,
            (Within::VariantPart, tag::DW_TAG_member) => {
                let member = read.member()?;
                it.discriminant = Some((member.offset, member.of));
            }
            (Within::VariantPart, tag::DW_TAG_variant) => {
                discriminants.push(read.discriminant);
                inner = Within::Variant;
            }
            (Within::Variant, tag::DW_TAG_member) => {
                let discriminant = *discriminants.last()?;
                it.variants.push(Variant {
                    discriminant,
                    file: read.file,
                    line: read.line.unwrap_or(0),
                    member: read.member()?,
                });
            }
            // A variant that stands for several numbers, or something else of which nothing is known.
            (Within::VariantPart | Within::Variant, _) => return None,
            _ => {}
        }
        within.push(inner);
    }
    if is_array {
        let (of, count) = itself.of.zip(count)?;
        return Some(Type::Array { of, count });
    }
    Some(Type::Struct(it))
}

#[derive(Default)]
struct Attributes {
    name: Option<String>,
    size: Option<u64>,
    of: Option<TypeId>,
    offset: Option<u64>,
    discriminant: Option<u64>,
    count: Option<u64>,
    file: Option<u64>,
    line: Option<u64>,
}

impl Attributes {
    fn read(
        entries: &mut gimli::EntriesRaw<'_, '_, Reader>,
        abbreviation: &gimli::Abbreviation,
        units: &Units,
        unit: &gimli::Unit<Reader>,
        index: usize,
    ) -> Option<Self> {
        let mut read = Self::default();
        for specification in abbreviation.attributes() {
            let attribute = entries.read_attribute(*specification).ok()?;
            let value = attribute.value();
            let number = attribute.udata_value();
            match attribute.name() {
                tag::DW_AT_name => read.name = Some(units.text(unit, value)?),
                tag::DW_AT_byte_size => read.size = number,
                tag::DW_AT_type => read.of = Some(units.refer(index, value)?),
                tag::DW_AT_data_member_location => read.offset = Some(number?),
                tag::DW_AT_discr_value => {
                    let signed = attribute
                        .sdata_value()
                        .map(|it| u64::from_le_bytes(it.to_le_bytes()));
                    read.discriminant = Some(number.or(signed)?);
                }
                tag::DW_AT_discr_list => return None,
                tag::DW_AT_count => read.count = number,
                tag::DW_AT_upper_bound => read.count = read.count.or(number?.checked_add(1)),
                tag::DW_AT_decl_line => read.line = number,
                tag::DW_AT_decl_file => {
                    if let AttributeValue::FileIndex(file) = value {
                        read.file = Some(file);
                    }
                }
                _ => {}
            }
        }
        Some(read)
    }

    fn member(self) -> Option<Member> {
        Some(Member {
            name: self.name.unwrap_or_default(),
            of: self.of?,
            offset: self.offset.unwrap_or(0),
        })
    }
}

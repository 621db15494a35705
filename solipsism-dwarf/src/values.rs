//! Values of described types, as they lie in memory.

use std::sync::Arc;

use crate::executable::Executable;
use crate::memory::Memory;
use crate::names;
use crate::types::{Struct, Type, Types, Variant};
use crate::units::{TypeId, Units};

/// A place in memory and what the debug information says is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Value {
    pub(crate) address: u64,
    pub(crate) of: TypeId,
}

/// All that is known of this process.
pub(crate) struct Values {
    pub(crate) types: Types,
    pub(crate) memory: Memory,
    /// What must be added to an address of the file to have one in memory.
    pub(crate) bias: u64,
}

/// No allocation lies below, and dangling pointers do.
const LOWEST: u64 = 0x1000;

/// How many elements of a list are looked at.
const MOST: u64 = 4096;

impl Values {
    pub(crate) fn of_this_process() -> Option<Self> {
        if cfg!(miri) {
            return None;
        }
        let memory = Memory::open()?;
        let executable = Executable::open()?;
        let types = Types::new(Units::load(&executable)?);
        let bias = executable.bias;
        Some(Self {
            types,
            memory,
            bias,
        })
    }

    pub(crate) fn path(&mut self, value: Value) -> Option<Arc<str>> {
        self.types.path(value.of)
    }

    pub(crate) fn get(&mut self, value: Value) -> Option<Arc<Type>> {
        self.types.get(value.of)
    }

    pub(crate) fn word(&self, value: Value) -> Option<u64> {
        self.memory.word(value.address)
    }

    /// A field, a field of that, and so on: `buf.inner.ptr`.
    pub(crate) fn field(&mut self, value: Value, path: &str) -> Option<Value> {
        path.split('.').try_fold(value, |value, name| {
            let found = self.get(value)?;
            let Type::Struct(it) = &*found else {
                return None;
            };
            let member = it.members.iter().find(|member| member.name == name)?;
            Some(value.part(member.offset, member.of))
        })
    }

    /// Which of its variants an enum or a coroutine is.
    pub(crate) fn variant<'a>(&mut self, value: Value, it: &'a Struct) -> Option<&'a Variant> {
        let Some((offset, of)) = it.discriminant else {
            let [only] = it.variants.as_slice() else {
                return None;
            };
            return Some(only);
        };
        let size = self.types.size(of)?;
        let mask = match size {
            1 | 2 | 4 => (1 << (size * 8)) - 1,
            8 => u64::MAX,
            _ => return None,
        };
        let written = self
            .memory
            .number(value.address.checked_add(offset)?, size)?;
        let is_written = |it: &&Variant| it.discriminant.is_some_and(|it| it & mask == written);
        let is_rest = |it: &&Variant| it.discriminant.is_none();
        let variants = || it.variants.iter();
        variants()
            .find(is_written)
            .or_else(|| variants().find(is_rest))
    }

    /// What this points to, if it points anywhere.
    pub(crate) fn behind(&mut self, value: Value) -> Option<Value> {
        let found = self.get(value)?;
        let Type::Pointer { to: Some(to), .. } = &*found else {
            return None;
        };
        let address = self.word(value).filter(|address| *address >= LOWEST)?;
        // What is not there must not be taken for something.
        self.memory.number(address, 1)?;
        Some(Value { address, of: *to })
    }

    /// What a pointer to a trait's object points to. `everywhere`: if need be, look for its type in units that have
    /// nothing to do with it, too.
    pub(crate) fn object(&mut self, data: u64, vtable: u64) -> Option<Value> {
        let words: Vec<u64> = (0..8)
            .filter_map(|index| self.memory.word(vtable.checked_add(index * 8)?))
            .collect();
        // A destructor, the size and the alignment stand before the functions, in reverse order of what says most.
        let [drop, size, alignment, functions @ ..] = words.as_slice() else {
            return None;
        };
        if !alignment.is_power_of_two() || data % alignment != 0 {
            return None;
        }
        let functions: Vec<u64> = functions
            .iter()
            .chain([drop])
            .map(|at| at.wrapping_sub(self.bias))
            .collect();
        let of = self
            .types
            .units
            .of_vtable(vtable.wrapping_sub(self.bias), &functions)?;
        // Two sources that tell the same are as much certainty as can be had.
        (self.types.size(of)? == *size).then_some(Value { address: data, of })
    }

    /// The elements of a `Vec`, a boxed slice, an array.
    pub(crate) fn elements(&mut self, value: Value) -> Option<Vec<Value>> {
        let path = self.path(value)?;
        let found = self.get(value)?;
        let (first, of, count) = match &*found {
            Type::Array { of, count } => (value.address, *of, *count),
            Type::Struct(it) if path.starts_with(names::VEC) => {
                let of = *it.parameters.first()?;
                let count = self.field(value, names::VEC_LENGTH)?;
                let pointer = self.field(value, names::VEC_POINTER)?;
                (self.word(pointer)?, of, self.word(count)?)
            }
            Type::Struct(_) if names::is_owner(&path) => {
                let [pointer, length] = names::SLICE;
                let length = self.field(value, length)?;
                let first = self.field(value, pointer)?;
                let first = self.behind(first)?;
                (first.address, first.of, self.word(length)?)
            }
            _ => return None,
        };
        let size = self.types.size(of)?;
        let element = |index| {
            Some(Value {
                address: first.checked_add(size * index)?,
                of,
            })
        };
        (0..count.min(MOST)).map(element).collect()
    }

    /// All that a value points to, itself or through `hops` references; what lies in an `Arc` as both its place in it and
    /// the `Arc`'s own.
    ///
    /// What is of a type parameter's type is somebody's load, and left out.
    pub(crate) fn pointers(&mut self, value: Value, hops: u32) -> Vec<u64> {
        let mut found = Vec::new();
        let load = match self.get(value).as_deref() {
            Some(Type::Struct(it)) => it.parameters.clone(),
            _ => Vec::new(),
        };
        self.add_pointers(value, hops, 12, &load, &mut found);
        found
    }

    fn add_pointers(
        &mut self,
        value: Value,
        hops: u32,
        depth: u32,
        load: &[TypeId],
        found: &mut Vec<u64>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        if load.contains(&value.of) {
            return None;
        }
        match &*self.get(value)? {
            Type::Pointer { name, .. } => {
                let behind = self.behind(value)?;
                found.push(behind.address);
                if names::is_arc_inner(&self.path(behind)?) {
                    found.push(self.field(behind, names::ARC_VALUE)?.address);
                } else if hops > 0 && name.starts_with(names::SHARED_REFERENCE) {
                    self.add_pointers(behind, hops - 1, depth, load, found);
                }
            }
            Type::Struct(it) => {
                let path = self.path(value)?;
                let is_elsewhere = path.starts_with(names::VEC) || names::is_waker(&path);
                if is_elsewhere || names::is_coroutine(&it.name) {
                    return None;
                }
                let variant = self.variant(value, it).map(|variant| &variant.member);
                for member in variant.into_iter().chain(&it.members) {
                    let part = value.part(member.offset, member.of);
                    self.add_pointers(part, hops, depth, load, found);
                }
            }
            Type::Array { .. } | Type::Opaque { .. } => {}
        }
        Some(())
    }
}

impl Value {
    pub(crate) fn part(self, offset: u64, of: TypeId) -> Self {
        let address = self.address.wrapping_add(offset);
        Self { address, of }
    }
}

//! The file that this process was started from: its sections of debug information, and where it lies in memory.

use std::fs::{self, File};

use crate::memory::read;

/// Where things stand in a 64-bit ELF file of little-endian numbers, which is all that is read.
mod elf {
    pub(super) const MAGIC: &[u8] = b"\x7fELF\x02\x01";
    pub(super) const SECTIONS: u64 = 0x28;
    pub(super) const SECTION_COUNT: u64 = 0x3c;
    pub(super) const NAMES: u64 = 0x3e;
    pub(super) const SECTION_SIZE: u64 = 0x40;
    pub(super) const NOBITS: u64 = 8;
    pub(super) const COMPRESSED: u64 = 0x800;
}

pub(crate) struct Executable {
    file: File,
    names: Vec<u8>,
    sections: Vec<Section>,
    /// What must be added to an address of the file to have one in memory.
    pub(crate) bias: u64,
}

struct Section {
    name: usize,
    kind: u64,
    flags: u64,
    offset: u64,
    size: u64,
}

impl Executable {
    pub(crate) fn open() -> Option<Self> {
        let file = File::open("/proc/self/exe").ok()?;
        if bytes(&file, 0, 6)? != elf::MAGIC {
            return None;
        }
        let table = number(&file, elf::SECTIONS, 8)?;
        let count = number(&file, elf::SECTION_COUNT, 2)?;
        let sections: Vec<_> = (0..count)
            .map(|index| Section::read(&file, table + index * elf::SECTION_SIZE))
            .collect::<Option<_>>()?;
        let names = sections.get(usize::try_from(number(&file, elf::NAMES, 2)?).ok()?)?;
        let names = bytes(&file, names.offset, names.size)?;
        let bias = bias()?;
        Some(Self {
            file,
            names,
            sections,
            bias,
        })
    }

    /// What is in the section of this name; empty where there is none, or where it would have to be unpacked.
    pub(crate) fn section(&self, name: &str) -> Vec<u8> {
        let is_named = |section: &&Section| {
            let rest = self.names.get(section.name..).unwrap_or_default();
            rest.strip_prefix(name.as_bytes()).and_then(<[u8]>::first) == Some(&0)
        };
        self.sections
            .iter()
            .find(is_named)
            .filter(|section| section.kind != elf::NOBITS && section.flags & elf::COMPRESSED == 0)
            .and_then(|section| bytes(&self.file, section.offset, section.size))
            .unwrap_or_default()
    }
}

impl Section {
    fn read(file: &File, at: u64) -> Option<Self> {
        Some(Self {
            name: usize::try_from(number(file, at, 4)?).ok()?,
            kind: number(file, at + 4, 4)?,
            flags: number(file, at + 8, 8)?,
            offset: number(file, at + 0x18, 8)?,
            size: number(file, at + 0x20, 8)?,
        })
    }
}

fn bytes(file: &File, at: u64, size: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    read(file, &mut bytes, at)?;
    Some(bytes)
}

fn number(file: &File, at: u64, size: usize) -> Option<u64> {
    let mut number = [0; 8];
    read(file, &mut number[..size], at)?;
    Some(u64::from_le_bytes(number))
}

/// The kernel tells each process where its program headers came to lie; the file tells where they would.
fn bias() -> Option<u64> {
    const PROGRAM_HEADERS: u64 = 3;
    let auxiliary = fs::read("/proc/self/auxv").ok()?;
    let mut pairs = auxiliary.chunks_exact(16).map(|pair| {
        let (key, value) = pair.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
        Some((number(key)?, number(value)?))
    });
    let (_, headers) = pairs.find_map(|pair| pair.filter(|(key, _)| *key == PROGRAM_HEADERS))?;
    let file = File::open("/proc/self/exe").ok()?;
    let offset = number(&file, 0x20, 8)?;
    let (size, count) = (number(&file, 0x36, 2)?, number(&file, 0x38, 2)?);
    // The headers lie in a segment themselves: find the one that their offset is in.
    (0..count).find_map(|index| {
        let at = offset + index * size;
        let is_loaded = number(&file, at, 4)? == 1;
        let (from, address, length) = (
            number(&file, at + 8, 8)?,
            number(&file, at + 0x10, 8)?,
            number(&file, at + 0x20, 8)?,
        );
        let holds = is_loaded && (from..from.checked_add(length)?).contains(&offset);
        holds.then(|| headers.wrapping_sub(address + (offset - from)))
    })
}

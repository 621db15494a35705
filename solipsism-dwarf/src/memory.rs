//! This process's memory, read through the kernel, so that a bad address fails instead of faulting: what is read was
//! found by following types that a compiler described, and might not be where they say.

use std::fs::File;

pub(crate) struct Memory {
    file: File,
}

impl Memory {
    pub(crate) fn open() -> Option<Self> {
        let file = File::open("/proc/self/mem").ok()?;
        Some(Self { file })
    }

    /// The eight bytes at this address.
    pub(crate) fn word(&self, address: u64) -> Option<u64> {
        self.number(address, 8)
    }

    /// A number of so many bytes, at most eight.
    pub(crate) fn number(&self, address: u64, size: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        let wanted = bytes.get_mut(..usize::try_from(size).ok()?)?;
        read(&self.file, wanted, address)?;
        Some(u64::from_le_bytes(bytes))
    }
}

/// Fills the bytes from this place of a file.
#[cfg(unix)]
pub(crate) fn read(file: &File, bytes: &mut [u8], at: u64) -> Option<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at).ok()
}

/// Where there is nothing to read.
#[cfg(not(unix))]
pub(crate) fn read(_: &File, _: &mut [u8], _: u64) -> Option<()> {
    None
}

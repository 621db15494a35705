//! [`Wire`]: frames of plain data on a stream, each with its length before it. Both sides are the same binary, so that nothing needs a
//! version. What is said in them is the protocol's.

mod data;
mod outcomes;

use std::io::{self, Read, Write};
use std::time::Duration;

/// Something that can be sent.
pub(super) trait Wire: Sized {
    fn put(&self, to: &mut Vec<u8>);

    /// `None` for what was never put.
    fn get(from: &mut &[u8]) -> Option<Self>;

    /// Sends it.
    fn send(&self, mut to: impl Write) -> io::Result<()> {
        let mut frame = Vec::new();
        self.put_frame(&mut frame);
        to.write_all(&frame)
    }

    /// What is to be sent, after what else is.
    fn put_frame(&self, to: &mut Vec<u8>) {
        let start = to.len();
        0_u64.put(to);
        self.put(to);
        let length = (to.len() - start - size_of::<u64>()) as u64;
        to[start..start + size_of::<u64>()].copy_from_slice(&length.to_le_bytes());
    }

    /// Waits for it.
    fn receive(mut from: impl Read) -> io::Result<Self> {
        let mut length = [0; size_of::<u64>()];
        from.read_exact(&mut length)?;
        let mut frame = Vec::new();
        from.take(u64::from_le_bytes(length))
            .read_to_end(&mut frame)?;
        Self::get(&mut frame.as_slice()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Wire for u64 {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let (number, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_le_bytes(*number))
    }
}

impl Wire for usize {
    fn put(&self, to: &mut Vec<u8>) {
        (*self as u64).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        u64::get(from)?.try_into().ok()
    }
}

impl Wire for bool {
    fn put(&self, to: &mut Vec<u8>) {
        u64::from(*self).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(u64::get(from)? != 0)
    }
}

impl Wire for Duration {
    fn put(&self, to: &mut Vec<u8>) {
        self.as_secs().put(to);
        u64::from(self.subsec_nanos()).put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let seconds = u64::get(from)?;
        Some(Self::new(seconds, u64::get(from)?.try_into().ok()?))
    }
}

impl Wire for String {
    fn put(&self, to: &mut Vec<u8>) {
        self.len().put(to);
        to.extend(self.bytes());
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let length = usize::get(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        Self::from_utf8(text.to_vec()).ok()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.len().put(to);
        for one in self {
            one.put(to);
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        (0..usize::get(from)?).map(|_| T::get(from)).collect()
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        if let Some(one) = self {
            one.put(to);
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        if bool::get(from)? {
            T::get(from).map(Some)
        } else {
            Some(None)
        }
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
        self.1.put(to);
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some((A::get(from)?, B::get(from)?))
    }
}

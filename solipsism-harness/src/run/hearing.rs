//! [`Hearing`]: what came on a stream and was not yet taken out of it.

use std::io::{self, Read};

use super::wire::Wire;

/// How much is read at a time: very many small frames.
const AT_ONCE: usize = 8 * 1024;

/// Bytes that came, of which frames are taken as they are whole: a read that is in vain loses nothing.
#[derive(Default)]
pub(super) struct Hearing {
    bytes: Vec<u8>,
    taken: usize,
}

impl Hearing {
    /// The next frame, if all of it has come.
    pub(super) fn take<T: Wire>(&mut self) -> io::Result<Option<T>> {
        let rest = &self.bytes[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(io::Error::other)?;
        let Some(mut frame) = rest.get(..length) else {
            return Ok(None);
        };
        self.taken += size_of::<u64>() + length;
        let frame = T::get(&mut frame).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Some(frame))
    }

    /// Reads what is there.
    ///
    /// # Errors
    ///
    /// It is closed, and nothing more will come; or that of the stream.
    pub(super) fn listen(&mut self, mut from: impl Read) -> io::Result<()> {
        self.bytes.drain(..std::mem::take(&mut self.taken));
        let mut more = [0; AT_ONCE];
        match from.read(&mut more) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.bytes.extend_from_slice(&more[..count]);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

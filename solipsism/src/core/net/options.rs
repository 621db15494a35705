//! What can be set on a stream's end.

use std::io::{self, ErrorKind};
use std::time::Duration;

use super::{Call, EndKey, Network};

/// What can be set on an end, and does nothing but be told again; but for `linger` and the buffers' sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) nodelay: bool,
    pub(crate) keepalive: bool,
    pub(crate) ttl: u32,
    pub(crate) linger: Option<Duration>,
    /// The capacity of what it sends, if it was set.
    pub(crate) send_buffer: Option<usize>,
    /// And of what it receives.
    pub(crate) recv_buffer: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodelay: false,
            keepalive: false,
            // Linux's.
            ttl: 64,
            linger: None,
            send_buffer: None,
            recv_buffer: None,
        }
    }
}

impl Network {
    pub(crate) fn options(&mut self, key: EndKey) -> Options {
        self.held(key).ends[key.side()].options
    }

    /// Changes what can be set; the capacities follow.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a capacity of 0.
    pub(crate) fn set_options(
        &mut self,
        key: EndKey,
        change: impl FnOnce(&mut Options),
        call: &mut Call,
    ) -> io::Result<()> {
        let default = *self.capacity;
        let connection = self.held(key);
        let mut options = connection.ends[key.side()].options;
        change(&mut options);
        for size in [options.send_buffer, options.recv_buffer]
            .into_iter()
            .flatten()
        {
            check_capacity(size)?;
        }
        let is_sized = (options.send_buffer, options.recv_buffer)
            != (
                connection.ends[key.side()].options.send_buffer,
                connection.ends[key.side()].options.recv_buffer,
            );
        connection.ends[key.side()].options = options;
        if is_sized {
            connection.size_pipes(default);
            // There may be more room now.
            connection.pipes[0].writers.wake(call);
            connection.pipes[1].writers.wake(call);
        }
        Ok(())
    }
}

pub(super) fn check_capacity(capacity: usize) -> io::Result<()> {
    if capacity == 0 {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "a capacity of 0 would let nothing through: it must be at least 1",
        ));
    }
    Ok(())
}

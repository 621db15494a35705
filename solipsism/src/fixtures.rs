//! The fixtures that come with this crate.

use crate::fixture::BuiltIn;
use crate::net::{Network, UnixStream};
use crate::{Fixture, NoSettings};

/// Two streams that are connected to each other, as by `socketpair(2)`.
///
/// `capacity` is how many bytes fit into each direction before a write would block; 64 KiB unless set.
///
/// # Examples
///
/// ```
/// use solipsism::fixtures::StreamPair;
///
/// #[solipsism::test]
/// async fn a_full_buffer_would_block(#[with(capacity = 4)] StreamPair(a, b): StreamPair) -> std::io::Result<()> {
///     assert_eq!(a.try_write(b"abcdef")?, 4);
///     assert_eq!(b.try_read(&mut [0; 8])?, 4);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct StreamPair(pub UnixStream, pub UnixStream);

/// What [`StreamPair`] can be told with `#[with(…)]`.
#[derive(Debug)]
#[non_exhaustive]
pub struct StreamPairSettings {
    /// How many bytes fit into each direction.
    pub capacity: usize,
}

impl Default for StreamPairSettings {
    fn default() -> Self {
        Self {
            capacity: 64 * 1024,
        }
    }
}

impl Fixture<BuiltIn> for StreamPair {
    type Settings = StreamPairSettings;

    async fn set_up(settings: StreamPairSettings) -> Self {
        match UnixStream::pair_with_capacity(settings.capacity) {
            Ok((one, other)) => Self(one, other),
            Err(error) => panic!("`StreamPair`: {error}"),
        }
    }
}

/// The network of the test's world.
impl Fixture<BuiltIn> for Network {
    type Settings = NoSettings;

    async fn set_up(_: NoSettings) -> Self {
        Self::current()
    }
}

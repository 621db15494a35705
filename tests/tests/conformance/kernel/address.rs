//! Names of unix sockets, as the standard library's addresses.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::SocketAddr;

use crate::side::Name;

pub(super) fn of_name(name: &Name) -> io::Result<SocketAddr> {
    match name {
        Name::Unnamed => SocketAddr::from_pathname(""),
        Name::Path(path) => SocketAddr::from_pathname(path),
        Name::Abstract(name) => SocketAddr::from_abstract_name(name),
    }
}

pub(super) fn name(address: &SocketAddr) -> Name {
    if let Some(path) = address.as_pathname() {
        Name::Path(path.to_owned())
    } else if let Some(name) = address.as_abstract_name() {
        Name::Abstract(name.to_owned())
    } else {
        Name::Unnamed
    }
}

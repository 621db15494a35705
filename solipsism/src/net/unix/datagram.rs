//! A unix socket for datagrams.
pub struct UnixDatagram;

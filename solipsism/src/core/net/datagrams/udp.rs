//! UDP: datagrams that links carry from host to host, or lose.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{BUFFER, DatagramKey, Transport, Unread, not_connected, too_long};
use crate::core::net::connecting::target;
use crate::core::net::connection::mapped;
use crate::core::net::events::Happening;
use crate::core::net::noting::Way;
use crate::core::net::ports::Holder;
use crate::core::net::{Call, Claim, HostId, Network, Protocol, Sharing};
use crate::core::{EndingLoops, LoopId};

/// One datagram on its way, with the hosts and addresses of both ends.
#[derive(Clone, Debug)]
pub(crate) struct Datagram {
    /// The loop of the socket that sent it.
    pub(in crate::core::net) owner: LoopId,
    pub(in crate::core::net) from: (HostId, SocketAddr),
    pub(in crate::core::net) to: (HostId, SocketAddr),
    pub(in crate::core::net) bytes: Vec<u8>,
}

/// Where a UDP socket sits. Addresses of IPv4 are kept as such; a socket of IPv6 sees them mapped.
#[derive(Debug)]
pub(super) struct Port {
    /// Until its host crashes.
    pub(super) claim: Option<Claim>,
    local: SocketAddr,
    /// Where `send` sends to, and the only one from whom it receives.
    peer: Option<SocketAddr>,
    is_v6: bool,
    /// It was bound to an address of IPv6, and not to the wildcard, which takes both.
    is_v6_only: bool,
    options: UdpOptions,
}

/// What `setsockopt` sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UdpOptions {
    pub(crate) broadcast: bool,
    pub(crate) ttl: u32,
}

/// To every host.
const BROADCAST: IpAddr = IpAddr::V4(Ipv4Addr::BROADCAST);

/// To the own host only: the broadcast address of 127.0.0.0/8.
const LOOPBACK_BROADCAST: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 255, 255, 255));

impl Port {
    pub(super) fn addr(&self) -> SocketAddr {
        self.seen(self.local)
    }

    /// Linux knows no peer on port 0, though it sends there.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        let peer = self.peer.filter(|peer| peer.port() != 0)?;
        Some(self.seen(peer))
    }

    fn seen(&self, addr: SocketAddr) -> SocketAddr {
        match addr.ip() {
            // Its own wildcard is that of both families.
            IpAddr::V4(_) if self.is_v6 => mapped(addr),
            _ => addr,
        }
    }

    /// Where a datagram to `to` goes.
    ///
    /// # Errors
    ///
    /// Those of Linux if it is of the other family than the socket.
    fn target(&self, to: SocketAddr) -> io::Result<SocketAddr> {
        let goes_to = match to.ip() {
            // "This host" is of the family of the socket's own address.
            IpAddr::V6(ip) if ip.is_unspecified() && self.local.is_ipv4() => {
                SocketAddr::new(Ipv4Addr::LOCALHOST.into(), to.port())
            }
            _ => target(to, self.local.ip()),
        };
        if to.is_ipv6() && !self.is_v6 || self.local.is_ipv4() && goes_to.is_ipv6() {
            return Err(self.other_family(ErrorKind::InvalidInput, to));
        }
        if self.is_v6_only && goes_to.is_ipv4() {
            return Err(self.other_family(ErrorKind::NetworkUnreachable, to));
        }
        Ok(goes_to)
    }

    /// Whether it takes what comes from one address to another, as Linux finds a datagram's socket: a wildcard is one no
    /// longer when a peer has chosen an address of it, and a peer with port 0 has all ports.
    fn hears(&self, from: SocketAddr, to: SocketAddr) -> bool {
        let is_meant = self.local.ip().is_unspecified() || self.local.ip() == to.ip();
        is_meant
            && self.peer.is_none_or(|peer| {
                peer.ip() == from.ip() && (peer.port() == 0 || peer.port() == from.port())
            })
    }

    fn other_family(&self, kind: ErrorKind, to: SocketAddr) -> io::Error {
        let local = self.addr();
        io::Error::new(
            kind,
            format!(
                "a socket that is bound to {local} cannot reach {to}: one is IPv4, the other IPv6"
            ),
        )
    }
}

impl Network {
    /// A UDP socket at an address of whichever host it belongs to.
    ///
    /// # Errors
    ///
    /// Those of `claim`.
    pub(crate) fn open_udp(
        &mut self,
        addr: SocketAddr,
        call: &mut Call,
    ) -> io::Result<DatagramKey> {
        let canonical = SocketAddr::new(addr.ip().to_canonical(), addr.port());
        let claim = self.claim(Protocol::Udp, canonical, Sharing::Exclusive, call)?;
        let slot = self.vacant_datagrams();
        self.ports.hold(claim, Holder::Datagrams(slot))?;
        let port = Port {
            claim: Some(claim),
            local: claim.addr,
            peer: None,
            is_v6: addr.is_ipv6(),
            is_v6_only: canonical.is_ipv6() && !canonical.ip().is_unspecified(),
            options: UdpOptions {
                broadcast: false,
                ttl: 64,
            },
        };
        if call.deeds.is_some() {
            self.note_binding(claim.host, &port.addr().into(), call);
        }
        Ok(self.add_datagrams(claim.host, Transport::Udp(port), call))
    }

    fn port(&mut self, key: DatagramKey) -> &mut Port {
        match &mut self.datagram(key).transport {
            Transport::Udp(port) => port,
            Transport::Unix(_) => unreachable!("only UDP sockets are asked for their port"),
        }
    }

    pub(crate) fn udp_options(&mut self, key: DatagramKey) -> &mut UdpOptions {
        &mut self.port(key).options
    }

    /// The first peer also chooses the address of a socket that has all of them.
    pub(super) fn connect_udp(&mut self, key: DatagramKey, peer: SocketAddr) -> io::Result<()> {
        let port = self.port(key);
        // Linux finds this out in another place than `send` does.
        if port.is_v6_only && peer.is_ipv4() {
            return Err(port.other_family(ErrorKind::InvalidInput, peer));
        }
        let peer = port.target(peer)?;
        let source = self.udp_source(key, peer)?;
        let port = self.port(key);
        port.peer = Some(peer);
        if port.local.ip().is_unspecified() {
            port.local = source;
        }
        Ok(())
    }

    /// The address from which a socket's datagrams to `to` come.
    fn udp_source(&mut self, key: DatagramKey, to: SocketAddr) -> io::Result<SocketAddr> {
        let host = self.datagram(key).host;
        let port = self.port(key);
        let (local, broadcast) = (port.local, port.options.broadcast);
        if to.ip().is_multicast() {
            return Err(io::Error::new(
                ErrorKind::Unsupported,
                "multicast is not supported by this network",
            ));
        }
        if is_broadcast(to.ip()) {
            if !broadcast {
                return Err(io::Error::new(
                    ErrorKind::PermissionDenied,
                    "the broadcast address needs `set_broadcast(true)`",
                ));
            }
        } else if local.ip().is_loopback() && self.hosts.at(to.ip(), host) != host {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "a socket that is bound to {local} reaches its own host only, and not {to}"
                ),
            ));
        }
        if local.ip().is_unspecified() || local.is_ipv4() != to.is_ipv4() {
            let source = self.hosts.source(host, to.ip());
            return Ok(SocketAddr::new(source, local.port()));
        }
        Ok(local)
    }

    pub(super) fn send_udp(
        &mut self,
        key: DatagramKey,
        to: Option<SocketAddr>,
        bytes: &[u8],
        call: &mut Call,
    ) -> io::Result<()> {
        let port = self.port(key);
        let to = to.map(|to| port.target(to)).transpose()?;
        if to.is_some_and(|to| to.port() == 0) {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "no datagram can be sent to port 0",
            ));
        }
        let Some(to) = to.or(port.peer) else {
            return Err(not_connected());
        };
        let most = longest(to);
        if bytes.len() > most {
            return Err(too_long(bytes, most));
        }
        let source = self.udp_source(key, to)?;
        // As on Linux, misuse leaves pending what there is.
        let socket = self.datagram(key);
        socket.fail()?;
        let (host, owner) = (socket.host, socket.owner);
        let targets = if to.ip() == BROADCAST && !source.ip().is_loopback() {
            let all = self.ports.on_port(Protocol::Udp, to.port());
            let hearing = all.filter(|(_, ip, _)| ip.is_unspecified());
            hearing.map(|(host, ..)| host).collect()
        } else if is_broadcast(to.ip()) {
            vec![host]
        } else {
            vec![self.hosts.at(to.ip(), host)]
        };
        for target in targets {
            let datagram = Datagram {
                owner,
                from: (host, source),
                to: (target, to),
                bytes: bytes.to_vec(),
            };
            self.send_off(datagram, call);
        }
        Ok(())
    }

    /// Puts a datagram on its link.
    pub(crate) fn send_off(&mut self, datagram: Datagram, call: &mut Call) {
        let now = call.now();
        if call.deeds.is_some() {
            self.scatter_noted(datagram, now, call);
            return;
        }
        for (at, datagram) in self.links.scatter(datagram, now, self.random.now_mut()) {
            if at == now {
                self.deliver(datagram, call);
            } else {
                self.schedule(at, Happening::Datagram(datagram));
            }
        }
    }

    /// The same, for a trace.
    #[cold]
    fn scatter_noted(&mut self, datagram: Datagram, now: u64, call: &mut Call) {
        let lost = datagram.clone();
        let arrivals = self.links.scatter(datagram, now, self.random.now_mut());
        let keeper = self.links.keeper(lost.from.0, lost.to.0);
        if arrivals.is_empty() && keeper.is_none_or(|fault| fault.what != "hold") {
            self.note_datagram(Way::Lost, &lost, call);
        }
        for (at, datagram) in arrivals {
            if at == now {
                self.deliver(datagram, call);
            } else {
                self.schedule(at, Happening::Datagram(datagram));
            }
        }
    }

    /// Whether a child sent this, and nobody who outlives it is there to receive it.
    pub(in crate::core::net) fn is_stray(&self, datagram: &Datagram, ending: &EndingLoops) -> bool {
        let Datagram { owner, to, .. } = datagram;
        ending.has(*owner) && self.ports.find(to.0, Protocol::Udp, to.1).is_none()
    }

    /// A datagram arrives.
    pub(in crate::core::net) fn deliver(&mut self, datagram: Datagram, call: &mut Call) {
        let Datagram {
            from, to, bytes, ..
        } = datagram;
        if let Some((Holder::Datagrams(slot), _)) = self.ports.find(to.0, Protocol::Udp, to.1) {
            let socket = &mut self.datagrams[slot as usize];
            let Transport::Udp(port) = &socket.transport else {
                unreachable!("only UDP sockets hold ports of UDP")
            };
            if port.hears(from.1, to.1) {
                let unread = Unread {
                    bytes,
                    from: port.seen(from.1).into(),
                    sender: None,
                };
                // As the kernel: what does not fit is lost.
                if socket.buffered + unread.charge() <= BUFFER {
                    socket.buffered += unread.charge();
                    socket.queue.push_back(unread);
                    socket.readers.wake(call);
                } else if call.deeds.is_some() {
                    self.note_lost(from, to, unread.bytes.len(), call);
                }
                return;
            }
        }
        if call.deeds.is_some() {
            self.note_lost(from, to, bytes.len(), call);
        }
        self.bounce(from, to, call);
    }

    /// Nobody is there, which a connected sender learns (by ICMP's "port unreachable") if the link back is not down.
    fn bounce(&mut self, from: (HostId, SocketAddr), to: (HostId, SocketAddr), call: &mut Call) {
        if is_broadcast(to.1.ip()) || self.links.keeper(to.0, from.0).is_some() {
            return;
        }
        let found = self.ports.find(from.0, Protocol::Udp, from.1);
        if let Some((Holder::Datagrams(slot), _)) = found {
            let sender = &mut self.datagrams[slot as usize];
            if matches!(&sender.transport, Transport::Udp(port) if port.peer.is_some() && port.hears(to.1, from.1))
            {
                sender.error = Some(ErrorKind::ConnectionRefused);
                sender.readers.wake(call);
            }
        }
    }
}

fn is_broadcast(ip: IpAddr) -> bool {
    ip == BROADCAST || ip == LOOPBACK_BROADCAST
}

/// What fits into an IP packet beside the headers: in IPv6, those of IP are not counted.
fn longest(to: SocketAddr) -> usize {
    match to.ip() {
        IpAddr::V4(_) => 65_507,
        IpAddr::V6(_) => 65_527,
    }
}

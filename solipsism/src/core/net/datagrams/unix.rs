//! Unix sockets for datagrams: nothing is lost, a sender waits instead.

use std::io::{self, ErrorKind};
use std::net::Shutdown;

use super::{BUFFER, DatagramKey, Datagrams, Transport, Unread, not_connected, too_long};
use crate::core::net::listening::{UnixEntry, check_unix};
use crate::core::net::{Call, HostId, Network, UnixAddr};

/// A unix socket's part of a datagram socket.
///
/// A sender waits at its own socket, in `writers`. Where it is the receiver's queue that is full, the receiver knows
/// the sender as `blocked`, and wakes it when there is room.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) addr: UnixAddr,
    /// The path or name that it occupies, until its host crashes.
    pub(super) place: Option<UnixAddr>,
    /// Where `send` sends to, and the only one from whom it receives. It may be gone.
    peer: Option<(DatagramKey, UnixAddr)>,
    /// Who found its queue full since there was room last.
    blocked: Vec<DatagramKey>,
    /// Nothing more comes in.
    is_deaf: bool,
    /// Nothing more goes out.
    is_mute: bool,
}

/// Linux's `net.unix.max_dgram_qlen`: a sender waits while more are queued.
const QUEUE: usize = 10;

/// Linux keeps these bytes of the buffer for itself.
const LONGEST: usize = BUFFER - 32;

impl Mailbox {
    fn new(addr: UnixAddr) -> Self {
        Self {
            place: (!addr.is_unnamed()).then(|| addr.clone()),
            addr,
            peer: None,
            blocked: Vec::new(),
            is_deaf: false,
            is_mute: false,
        }
    }

    pub(super) fn peer(&self) -> Option<&UnixAddr> {
        self.peer.as_ref().map(|(_, addr)| addr)
    }

    fn peer_key(&self) -> Option<DatagramKey> {
        self.peer.as_ref().map(|(key, _)| *key)
    }

    /// Linux lets nobody else write to a socket that is connected.
    fn hears(&self, sender: DatagramKey) -> bool {
        self.peer_key().is_none_or(|peer| peer == sender)
    }
}

impl Network {
    /// A unix socket for datagrams with this path or name.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, `InvalidInput`.
    pub(crate) fn open_mailbox(
        &mut self,
        addr: &UnixAddr,
        call: &mut Call,
    ) -> io::Result<DatagramKey> {
        let slot = self.vacant_datagrams();
        self.claim_unix(addr, UnixEntry::Datagrams(slot), call)?;
        if call.deeds.is_some() {
            self.note_binding(HostId(call.host), &addr.clone().into(), call);
        }
        Ok(self.add_mailbox(addr.clone(), call))
    }

    /// A unix socket for datagrams that nobody can send to.
    pub(crate) fn open_unnamed_mailbox(&mut self, call: &Call) -> DatagramKey {
        self.add_mailbox(UnixAddr::UNNAMED, call)
    }

    /// Two unix sockets that are connected to each other.
    pub(crate) fn open_mailbox_pair(&mut self, call: &Call) -> [DatagramKey; 2] {
        let [one, other] = [(); 2].map(|()| self.open_unnamed_mailbox(call));
        self.mailbox(one).peer = Some((other, UnixAddr::UNNAMED));
        self.mailbox(other).peer = Some((one, UnixAddr::UNNAMED));
        [one, other]
    }

    fn add_mailbox(&mut self, addr: UnixAddr, call: &Call) -> DatagramKey {
        let mailbox = Transport::Unix(Mailbox::new(addr));
        self.add_datagrams(HostId(call.host), mailbox, call)
    }

    fn mailbox(&mut self, key: DatagramKey) -> &mut Mailbox {
        self.datagram(key).mailbox()
    }

    /// Those who wait for room in its queue try again; also when it is gone.
    pub(super) fn admit_senders(&mut self, key: DatagramKey, call: &mut Call) {
        let Transport::Unix(mailbox) = &mut self.datagram(key).transport else {
            return;
        };
        for sender in std::mem::take(&mut mailbox.blocked) {
            if let Some(sender) = self.find_datagram(sender) {
                sender.writers.wake(call);
            }
        }
    }

    pub(super) fn connect_mailbox(
        &mut self,
        key: DatagramKey,
        name: &UnixAddr,
        call: &mut Call,
    ) -> io::Result<()> {
        let peer = self.addressee(key, name)?;
        let old = self.mailbox(key).peer.replace((peer, name.clone()));
        if let Some((old, _)) = old.filter(|(old, _)| *old != peer) {
            self.disconnect(key, old, call);
        }
        // Another queue counts from now on for whoever waits here, and another rule for the peer, if it waits.
        self.datagram(key).writers.wake(call);
        self.admit_senders(key, call);
        Ok(())
    }

    /// A socket that had a peer has it no longer: what it did not read is lost, and the peer learns so.
    fn disconnect(&mut self, key: DatagramKey, old: DatagramKey, call: &mut Call) {
        let had_unread = !self.datagram(key).queue.is_empty();
        self.purge(key, call);
        if !had_unread {
            return;
        }
        if let Some(old) = self.find_datagram(old) {
            if old.mailbox().peer_key() == Some(key) {
                old.error = Some(ErrorKind::ConnectionReset);
                old.readers.wake(call);
                old.writers.wake(call);
            }
        }
    }

    /// The socket with this path or name, if it hears the sender.
    fn addressee(&mut self, sender: DatagramKey, name: &UnixAddr) -> io::Result<DatagramKey> {
        check_unix(name)?;
        let host = self.datagram(sender).host;
        let slot = match self.unix.get(&(host, name.clone())) {
            Some(UnixEntry::Datagrams(slot)) => *slot as usize,
            Some(UnixEntry::Listener(_)) => {
                // Linux's `EPROTOTYPE`, which has no kind.
                return Err(io::Error::new(
                    ErrorKind::InvalidInput,
                    format!("the socket at {name} is for streams, and takes no datagrams"),
                ));
            }
            None if name.as_pathname().is_some() => {
                return Err(io::Error::new(
                    ErrorKind::NotFound,
                    format!("no such socket: nothing was ever bound to {name}"),
                ));
            }
            None | Some(UnixEntry::Stale { .. }) => {
                return Err(io::Error::new(
                    ErrorKind::ConnectionRefused,
                    format!("connection refused: no socket is bound to {name}"),
                ));
            }
        };
        let found = &mut self.datagrams[slot];
        let key = found.key(slot);
        if found.mailbox().hears(sender) {
            Ok(key)
        } else {
            Err(io::Error::new(
                ErrorKind::PermissionDenied,
                format!("the socket at {name} is connected to another, and hears nobody else"),
            ))
        }
    }

    /// The socket to which this one is connected, if that hears it.
    fn connected_peer(&mut self, key: DatagramKey, call: &mut Call) -> io::Result<DatagramKey> {
        let peer = self.mailbox(key).peer_key().ok_or_else(not_connected)?;
        let found = self.find_datagram(peer);
        let Some(found) = found.filter(|peer| peer.gone.is_none()) else {
            // Told once; from then on the socket is not connected.
            self.mailbox(key).peer = None;
            self.disconnect(key, peer, call);
            return Err(ErrorKind::ConnectionRefused.into());
        };
        if found.mailbox().hears(key) {
            return Ok(peer);
        }
        Err(io::Error::new(
            ErrorKind::PermissionDenied,
            "the peer has connected to another, and hears nobody else",
        ))
    }

    pub(super) fn send_unix(
        &mut self,
        key: DatagramKey,
        to: Option<&UnixAddr>,
        bytes: &[u8],
        call: &mut Call,
    ) -> io::Result<()> {
        if bytes.len() > LONGEST {
            return Err(too_long(bytes, LONGEST));
        }
        let socket = self.datagram(key);
        socket.fail()?;
        if socket.mailbox().is_mute {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if socket.buffered >= BUFFER {
            return Err(ErrorKind::WouldBlock.into());
        }
        let receiver = match to {
            Some(name) => self.addressee(key, name)?,
            None => self.connected_peer(key, call)?,
        };
        if self.mailbox(receiver).is_deaf {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if self.is_blocked_by(key, receiver) {
            return Err(ErrorKind::WouldBlock.into());
        }
        let unread = Unread {
            bytes: bytes.to_vec(),
            from: self.datagram(key).addr(),
            sender: Some(key),
        };
        self.datagram(key).buffered += unread.charge();
        let receiver = self.datagram(receiver);
        receiver.queue.push_back(unread);
        receiver.readers.wake(call);
        Ok(())
    }

    /// Whether the receiver's queue is full for this sender, which will be woken when there is room. It never is for
    /// the sender itself, nor between two that are connected to each other: there the sender's buffer is the limit.
    fn is_blocked_by(&mut self, sender: DatagramKey, receiver: DatagramKey) -> bool {
        let socket = self.datagram(receiver);
        let is_full = socket.queue.len() > QUEUE;
        let mailbox = socket.mailbox();
        if !is_full || sender == receiver || mailbox.peer_key() == Some(sender) {
            return false;
        }
        if !mailbox.blocked.contains(&sender) {
            mailbox.blocked.push(sender);
        }
        true
    }

    /// Whether `send` has something to tell.
    pub(super) fn is_mailbox_writable(&mut self, key: DatagramKey) -> bool {
        let socket = self.datagram(key);
        let has_room = socket.buffered < BUFFER;
        if socket.error.is_some() || socket.mailbox().is_mute {
            return true;
        }
        let peer = socket.mailbox().peer_key();
        let peer = peer.filter(|peer| {
            let peer = self.find_datagram(*peer);
            peer.is_some_and(|peer| peer.gone.is_none())
        });
        has_room && !peer.is_some_and(|peer| self.is_blocked_by(key, peer))
    }

    /// Whom a sender waits for: those whose queues are full, or if its own buffer is, those who have not read.
    pub(in crate::core::net) fn awaited_by(
        &self,
        sender: &Datagrams,
        slot: usize,
    ) -> impl Iterator<Item = &Datagrams> {
        let key = sender.key(slot);
        let has_room = sender.buffered < BUFFER;
        let all = self.datagrams.iter().map(|(_, socket)| socket);
        all.filter(move |socket| match &socket.transport {
            Transport::Unix(mailbox) if has_room => mailbox.blocked.contains(&key),
            _ => socket.queue.iter().any(|unread| unread.sender == Some(key)),
        })
    }

    /// From now on who sends in a direction that is shut finds a broken pipe.
    pub(crate) fn shut_down_mailbox(&mut self, key: DatagramKey, how: Shutdown, call: &mut Call) {
        let mailbox = self.mailbox(key);
        mailbox.is_deaf |= how != Shutdown::Write;
        mailbox.is_mute |= how != Shutdown::Read;
        self.datagram(key).writers.wake(call);
        self.admit_senders(key, call);
    }
}

impl Datagrams {
    fn mailbox(&mut self) -> &mut Mailbox {
        match &mut self.transport {
            Transport::Unix(mailbox) => mailbox,
            Transport::Udp(_) => unreachable!("unix sockets meet only their own kind"),
        }
    }
}

//! What stands for the network in a build without the feature `net`: the names that a front end mentions, of types that
//! have no values. So what it does with a network is compiled, and never done.

use std::panic::Location;
use std::task::Waker;
use std::{fmt, io};

use super::{EndingLoops, LoopId, Waiter};

/// No world has one.
#[derive(Debug)]
pub(crate) struct Network(Never);

/// A socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nothing(Never);

/// What would be said of one.
#[derive(Clone, Debug)]
pub(crate) struct Unsaid(Never);

// Within a struct: from outside of it rustc would take each mention of one for code that is not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Never {}

pub(crate) type EndKey = Nothing;
pub(crate) type ListenerKey = Nothing;
pub(crate) type DatagramKey = Nothing;
pub(crate) type Claim = Nothing;
pub(crate) type Keeper = Nothing;
pub(crate) type What = Unsaid;
pub(crate) type Upcoming = Unsaid;
pub(crate) type NetEvent = Nothing;

impl Unsaid {
    pub(crate) fn peer_task(&self) -> Option<u32> {
        match self.0 {}
    }

    pub(crate) fn word(&self) -> &'static str {
        match self.0 {}
    }

    pub(crate) fn keepers(&self) -> [Option<Keeper>; 2] {
        match self.0 {}
    }
}

impl fmt::Display for Unsaid {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

/// Everything is on one host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostId(pub(crate) u32);

impl HostId {
    pub(crate) const LOCAL: Self = Self(0);
}

/// As with a network.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) seen: u64,
    pub(crate) task: u32,
    pub(crate) host: u32,
    pub(crate) owner: LoopId,
    pub(crate) wake: Vec<Waker>,
    pub(crate) drop: Vec<Waker>,
    pub(crate) site: Option<&'static Location<'static>>,
    pub(crate) deeds: Option<Vec<NetEvent>>,
}

/// Likewise.
#[derive(Clone, Debug)]
pub(crate) struct NetWait {
    pub(crate) task: u32,
    pub(crate) since: u64,
    pub(crate) what: What,
}

macro_rules! never {
    ($(fn $name:ident($($arg:ty),*) $(-> $out:ty)?;)*) => { $(
        pub(crate) fn $name(&self, $(_: $arg),*) $(-> $out)? {
            match self.0 {}
        }
    )* };
}

impl Network {
    pub(crate) fn new(_: u64) -> Self {
        unreachable!("what asks for a network is not there without one")
    }

    never! {
        fn asked(u32, u32) -> usize;
        fn give_up_since(usize, u32, u32);
        fn next() -> Option<u64>;
        fn upcoming() -> Option<Upcoming>;
        fn waits(&dyn Fn(&Waiter) -> bool) -> Vec<NetWait>;
        fn fired() -> Vec<Keeper>;
        fn end_child(&EndingLoops, &dyn Fn(u32) -> bool, &mut Call);
        fn end_draws(&EndingLoops);
        fn is_clean() -> bool;
        fn close(EndKey, &mut Call);
        fn shut_down(EndKey, &mut Call) -> io::Result<()>;
        fn close_listener(ListenerKey, &mut Call);
        fn close_datagrams(DatagramKey, &mut Call);
        fn release(Claim);
    }

    pub(crate) fn begin_child_by_hand(&mut self, _: LoopId) {
        match self.0 {}
    }

    pub(crate) fn begin_child(&mut self, _: LoopId, _: u64) {
        match self.0 {}
    }

    pub(crate) fn settle(&mut self, _: &mut Call) -> bool {
        match self.0 {}
    }

    pub(crate) fn fire(&mut self, _: &mut Call) {
        match self.0 {}
    }
}

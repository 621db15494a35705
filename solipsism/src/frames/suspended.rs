//! Chains of what was read of a suspended future, who holds what it waits for, and one list of chains where those of a poll
//! are known as well.

use solipsism_harness::ordered::sort_by_key;

use super::chain::{Chain, Leaf, Step, chain};
use super::{Frame, Whose, Workspace, names, own_sources, whose_symbol};

/// A chain as it was read: await points, and the type of what is awaited in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suspended {
    /// Innermost first. Their symbols are functions' paths.
    pub(crate) frames: Vec<Frame>,
    pub(crate) leaf: String,
    pub(crate) wanted: Option<Thing>,
    pub(crate) held: Vec<Held>,
}

/// What can be held of something that others wait for.
#[cfg_attr(
    not(feature = "dwarf"),
    expect(dead_code, reason = "nothing is read without")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Guard,
    Permit,
    Sender,
    Receiver,
}

/// Who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) thing: Thing,
    /// Its type.
    pub(crate) of: String,
    /// The variable that it is in.
    pub(crate) variable: String,
    pub(crate) task: u32,
    /// The task as messages name it.
    pub(crate) who: String,
    /// Where the coroutine stands whose variable that is.
    pub(crate) frame: Frame,
}

impl Held {
    /// The function that the variable is of, and where that stands, if it does not in a macro of another crate.
    pub(crate) fn place(&self, workspace: &Workspace) -> (String, Option<String>) {
        let function = names::of_user(&self.frame.symbol);
        let file = self.frame.file.as_deref();
        let file = file.filter(|_| self.frame.whose() == Whose::Users);
        let place = |file| format!("{}:{}", workspace.place(file).0, self.frame.line);
        (function, file.map(place))
    }
}

/// What was read, as chains of the user's functions.
pub(crate) fn suspended(read: &[Suspended], workspace: &Workspace) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for read in read {
        let chain = chain_of(read, workspace);
        if chain.steps.is_empty() {
            continue;
        }
        let is_same = |known: &&mut Chain| known.is_same(&chain);
        match chains.iter_mut().find(is_same) {
            Some(known) => known.take_over(&chain),
            None => chains.push(chain),
        }
    }
    sort_by_key(&mut chains, Chain::place);
    chains
}

fn chain_of(read: &Suspended, workspace: &Workspace) -> Chain {
    let whose = whose_symbol(&read.leaf);
    let mut stack = Vec::new();
    let is_within = read.leaf.contains("::{");
    // What is a closure or a type of the user's says nothing that the function around it does not say.
    if !is_within && matches!(whose, Whose::Dependency | Whose::Ours) {
        stack.push(Frame {
            symbol: read.leaf.clone(),
            file: (whose == Whose::Ours).then(|| own_file_of(&read.leaf)),
            line: 0,
        });
    }
    stack.extend(read.frames.iter().map(|frame| Frame {
        symbol: format!("{}{READ}", frame.symbol),
        ..frame.clone()
    }));
    let mut chain = chain(&stack, workspace);
    if chain.leaf == Leaf::Users && whose == Whose::Std && !is_within {
        let is_pending = read.leaf.starts_with("core::future::pending::Pending");
        let known = is_pending.then_some("std::future::pending");
        chain.leaf = Leaf::Library(known.unwrap_or(UNKNOWN).to_owned());
    }
    chain.wanted = read.wanted;
    chain.held.clone_from(&read.held);
    chain
}

/// What the symbols of frames that were read end in: coroutines are closures to whoever looks at symbols.
const READ: &str = "::{async}";

/// Whether this is no call that was seen on a stack.
pub(super) fn was_read(frame: &Frame) -> bool {
    frame.symbol.ends_with(READ)
}

/// What is awaited where its type could not be found out.
const UNKNOWN: &str = "a future whose type is not known";

/// The file that a type of ours is in, by its path.
fn own_file_of(path: &str) -> String {
    let modules = path.split('<').next().unwrap_or_default();
    let modules = modules.split_once("::").map_or("", |(_, rest)| rest);
    let modules = modules.rsplit_once("::").map_or("", |(modules, _)| modules);
    format!("{}{}.rs", own_sources(), modules.replace("::", "/"))
}

/// One list of what a poll has shown and what had been read before it. Where both tell of a chain, it is the poll's, which
/// knows of futures that are no coroutines, with who holds what it waits for; but where the poll's chain ends at a combinator,
/// it is what was read.
pub(crate) fn merged(polled: Vec<Chain>, read: Vec<Chain>) -> Vec<Chain> {
    let mut chains = polled;
    let mut new: Vec<Chain> = Vec::new();
    for read in read {
        let telling = |known: &Chain| known.tells(&read);
        let places: Vec<usize> = (0..chains.len())
            .filter(|at| telling(&chains[*at]))
            .collect();
        let same = places.iter().find(|at| chains[**at].leaf == read.leaf);
        match (same, &places[..]) {
            (Some(at), _) | (None, [at]) => chains[*at].take_over(&read),
            (None, []) => new.push(read),
            // Arms of one `select!`, and no telling which.
            (None, _) => {}
        }
    }
    chains.retain(|known| !new.iter().any(|new| new.is_within(known)));
    chains.extend(new);
    sort_by_key(&mut chains, Chain::place);
    chains
}

impl Chain {
    fn is_same(&self, other: &Self) -> bool {
        self.leaf == other.leaf && self.steps.len() == other.steps.len() && self.ends_as(other)
    }

    fn take_over(&mut self, other: &Self) {
        self.wanted = self.wanted.or(other.wanted);
        for held in &other.held {
            if !self.held.contains(held) {
                self.held.push(held.clone());
            }
        }
    }

    /// Whether this, which a poll has shown, says all that was read there.
    fn tells(&self, read: &Self) -> bool {
        if matches!(self.leaf, Leaf::Combinator(_)) {
            return read.is_vague() && read.steps.len() <= self.steps.len() && self.ends_as(read);
        }
        // A poll shows the steps of hand-written futures, too, and where in the user's source a macro of another crate stands.
        let is_like = |own: &Step, read: &Step| {
            own.is_at(read) || read.is_of_macro && own.function == read.function
        };
        let mut own = self.steps.iter();
        let mut read = read.steps.iter();
        read.all(|read| own.any(|own| is_like(own, read)))
    }

    /// Whether this, which was read, goes on where a poll's chain ends at a combinator.
    fn is_within(&self, polled: &Self) -> bool {
        matches!(polled.leaf, Leaf::Combinator(_)) && self.ends_as(polled)
    }

    fn is_vague(&self) -> bool {
        match &self.leaf {
            Leaf::Combinator(_) => true,
            Leaf::Library(name) => name == UNKNOWN,
            Leaf::Ours(_) | Leaf::Users => false,
        }
    }
}

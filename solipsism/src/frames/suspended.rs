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
    /// The task of a host whose end that is, and how messages name it.
    pub(crate) awaits: Option<(u32, String)>,
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
    /// The variable that it is in; it is none if it has no name.
    pub(crate) variable: Option<String>,
    /// The variable of the task's with the future that it is in, if that is not awaited.
    pub(crate) within: Option<String>,
    pub(crate) task: u32,
    /// The task as messages name it.
    pub(crate) who: String,
    /// Where the coroutine stands that it is in.
    pub(crate) frame: Frame,
}

impl Held {
    /// The last part of its type's path, without parameters.
    pub(crate) fn type_name(&self) -> &str {
        let path = self.of.split('<').next().unwrap_or_default();
        path.rsplit("::").next().unwrap_or_default()
    }

    /// The function that it is in, and where that stands, if it does not in a macro of another crate.
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
            Some(known) => {
                known.is_held_variously |= !known.is_held_as(&chain);
                known.take_over(&chain);
            }
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
    chain.awaits.clone_from(&read.awaits);
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
    without_others(&mut chains, &read);
    let mut new: Vec<Chain> = Vec::new();
    let mut told = vec![false; chains.len()];
    for read in read {
        let telling = |known: &Chain| known.tells(&read);
        let places: Vec<usize> = (0..chains.len())
            .filter(|at| telling(&chains[*at]))
            .collect();
        let same = places.iter().find(|at| chains[**at].leaf == read.leaf);
        match (same, &places[..]) {
            (Some(at), _) | (None, [at]) => {
                let known = &mut chains[*at];
                let is_first = !std::mem::replace(&mut told[*at], true);
                known.is_held_variously |= !is_first && !known.is_held_as(&read);
                known.take_over(&read);
            }
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

/// Sets right what a poll has shown of another task: of functions that are compiled to the same code, an optimised program has one,
/// with the other one's lines. A coroutine stands at one await point; if that was read, and no poll came by, it is another one
/// that the polls seem to have been of.
fn without_others(polled: &mut Vec<Chain>, read: &[Chain]) {
    let root = |chain: &Chain| chain.steps.last().cloned();
    let Some(root) = read.first().and_then(root) else {
        return;
    };
    let is_of_root = |chain: &Chain| chain.steps.last().is_some_and(|step| step.is_at(&root));
    let stands_there = |chain: &Chain| chain.steps.iter().any(|step| step.is_at(&root));
    if root.is_of_macro || !read.iter().all(is_of_root) || polled.iter().any(stands_there) {
        return;
    }
    let mut right: Vec<Chain> = Vec::new();
    for mut chain in std::mem::take(polled) {
        let is_like = |read: &&Chain| {
            (read.leaf == chain.leaf || read.is_vague()) && read.steps.len() == chain.steps.len()
        };
        let mut like = read.iter().filter(is_like);
        match (like.next(), like.next()) {
            (Some(only), None) => chain.steps.clone_from(&only.steps),
            (Some(_), Some(_)) => continue,
            (None, _) => {}
        }
        if !right.iter().any(|known| known.is_same(&chain)) {
            right.push(chain);
        }
    }
    *polled = right;
}

impl Chain {
    fn is_same(&self, other: &Self) -> bool {
        self.leaf == other.leaf && self.steps.len() == other.steps.len() && self.ends_as(other)
    }

    /// Whether the same tasks hold what either waits for.
    fn is_held_as(&self, other: &Self) -> bool {
        let is_in = |held: &[Held], task: u32| held.iter().any(|held| held.task == task);
        let is_within = |one: &Self, other: &Self| {
            let mut tasks = one.held.iter().map(|held| held.task);
            tasks.all(|task| is_in(&other.held, task))
        };
        is_within(self, other) && is_within(other, self)
    }

    fn take_over(&mut self, other: &Self) {
        self.is_held_variously |= other.is_held_variously;
        self.wanted = self.wanted.or(other.wanted);
        self.awaits = self.awaits.take().or_else(|| other.awaits.clone());
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
        // An async block in a method is read without whose method that is.
        let last = |step: &Step| step.function.rsplit("::").next().map(str::to_owned);
        let is_like = |own: &Step, read: &Step| {
            let is_there = (&own.file, own.line) == (&read.file, read.line);
            is_there && last(own) == last(read) || read.is_of_macro && own.function == read.function
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "/work/app/src/bank.rs";

    fn frame(symbol: &str, line: u32) -> Frame {
        Frame {
            symbol: symbol.to_owned(),
            file: Some(FILE.to_owned()),
            line,
        }
    }

    fn read(lines: [u32; 2], holder: Option<u32>) -> Suspended {
        let held = |task| Held {
            thing: Thing::Guard,
            of: "tokio::sync::mutex::MutexGuard<u8>".to_owned(),
            variable: Some("held".to_owned()),
            within: None,
            task,
            who: format!("task {task}"),
            frame: frame("app::bank::owner", 9),
        };
        Suspended {
            frames: vec![frame("app::take", lines[0]), frame("app::main", lines[1])],
            leaf: "event_listener::EventListener<()>".to_owned(),
            wanted: Some(Thing::Guard),
            held: holder.map(held).into_iter().collect(),
            awaits: None,
        }
    }

    fn told(read: &[Suspended]) -> Vec<Chain> {
        suspended(read, &Workspace::default())
    }

    #[test]
    fn arms_that_look_alike_may_be_held_by_different_tasks() {
        let is_various = |holders: &[Option<u32>]| {
            let read: Vec<_> = holders.iter().map(|it| read([1, 2], *it)).collect();
            let read = told(&read);
            assert_eq!(read.len(), 1);
            let polled = told(&[self::read([1, 2], None)]);
            let merged = merged(polled, read);
            assert_eq!(merged.len(), 1);
            merged[0].is_held_variously
        };
        assert!(!is_various(&[Some(1)]));
        assert!(!is_various(&[Some(1), Some(1)]));
        assert!(is_various(&[Some(1), None]));
        assert!(is_various(&[None, Some(1)]));
        assert!(is_various(&[Some(2), Some(1)]));
    }

    #[test]
    fn a_poll_of_folded_code_stands_where_was_read() {
        let elsewhere = told(&[read([1, 7], None)]);
        let here = told(&[read([1, 2], Some(1))]);
        let merged = merged(elsewhere, here.clone());
        assert_eq!(merged, here);
    }

    #[test]
    fn a_poll_that_came_by_is_as_it_was() {
        let polled = told(&[read([1, 2], None), read([3, 2], None)]);
        let merged = merged(polled.clone(), told(&[read([1, 2], None)]));
        assert_eq!(merged, polled);
    }
}

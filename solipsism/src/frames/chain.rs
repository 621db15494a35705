//! Chains of awaits: of the stack on which a waker was kept, what the user's own functions were waiting in, and for what.

use solipsism_harness::ordered::sort_by_key;

use super::{Frame, Held, Thing, Whose, Workspace, names, source, suspended};

/// Why a task waits, from where its waker was kept out to its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) leaf: Leaf,
    /// What stands between the leaf and the user's innermost function, outermost first.
    pub(crate) through: Vec<String>,
    /// All that a library calls there, innermost first.
    pub(crate) inside: Vec<String>,
    /// The user's functions, innermost first.
    pub(crate) steps: Vec<Step>,
    /// What somebody may hold of the leaf, where it was looked for.
    pub(crate) wanted: Option<Thing>,
    /// Who does.
    pub(crate) held: Vec<Held>,
    /// This stands for several that look the same, of which different tasks hold what they wait for.
    pub(crate) is_held_variously: bool,
    /// The task of a host whose end is awaited, and how messages name it.
    pub(crate) awaits: Option<(u32, String)>,
}

/// What is awaited in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// Something of ours: whoever holds that knows more of it.
    Ours(Primitive),
    /// A future of a library, by its type or function.
    Library(String),
    /// One that has wakers of its own, so that what is in it was not polled.
    Combinator(String),
    /// A future that the user wrote by hand.
    Users,
}

/// What of ours it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primitive {
    Deadline,
    Task,
    Job,
    Signal,
    Value,
    Clock,
    Network,
}

/// A function of the user's, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) function: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    /// The line itself, if it can be read and is no younger than the program.
    pub(crate) source: Option<String>,
    /// Between this and the next one further in, innermost first.
    within: Vec<String>,
    symbol: String,
    /// The place is that of a macro of another crate, which awaits.
    pub(super) is_of_macro: bool,
}

impl Step {
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        (&self.function, &self.file, self.line) == (&other.function, &other.file, other.line)
    }
}

/// The chains of a task, of the stacks that were seen when it was polled: one for each arm of a `select!` or a `join!`.
pub(crate) fn chains(stacks: &[Vec<Frame>], workspace: &Workspace) -> Vec<Chain> {
    let all: Vec<Chain> = stacks.iter().map(|stack| chain(stack, workspace)).collect();
    let mut chains: Vec<Chain> = Vec::new();
    for (place, chain) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, _)| *other != place);
        // A task of ours: what it waits for is told without.
        let is_ours = matches!(chain.leaf, Leaf::Ours(_)) || chain.is_within_us();
        if chain.steps.is_empty() && is_ours {
            continue;
        }
        let is_part = others.clone().any(|(_, other)| chain.is_outside_of(other));
        let is_known = chains.iter().any(|known| {
            known.leaf == chain.leaf
                && known.steps.len() == chain.steps.len()
                && known.ends_as(chain)
        });
        if !is_part && !is_known {
            chains.push(chain.clone());
        }
    }
    // A `select!` may begin with any of its arms: by place, then.
    sort_by_key(&mut chains, Chain::place);
    chains
}

/// The user's functions on a stack, innermost first.
pub(crate) fn steps(stack: &[Frame], workspace: &Workspace) -> Vec<Step> {
    chain(stack, workspace).steps
}

impl Chain {
    /// What orders chains: where they are, outermost first, and for what.
    pub(super) fn place(&self) -> (Vec<(String, u32)>, String) {
        let steps = self.steps.iter().rev();
        let steps = steps.map(|step| (step.file.clone(), step.line)).collect();
        (steps, format!("{:?}", self.leaf))
    }

    fn is_within_us(&self) -> bool {
        matches!(&self.leaf, Leaf::Library(name) if names::crate_of(name) == "solipsism")
    }

    /// Whether the steps of `inner`, all or the outermost of them, are those of this.
    pub(super) fn ends_as(&self, outer: &Self) -> bool {
        self.steps.len() >= outer.steps.len() && {
            let own = &self.steps[self.steps.len() - outer.steps.len()..];
            own.iter()
                .zip(&outer.steps)
                .all(|(own, other)| own.is_at(other))
        }
    }

    /// Whether this is where something keeps a waker for itself that goes on to poll what leads further in.
    fn is_outside_of(&self, inner: &Self) -> bool {
        let (Leaf::Library(leaf) | Leaf::Combinator(leaf)) = &self.leaf else {
            return false;
        };
        if self.steps.is_empty() || !inner.ends_as(self) {
            return false;
        }
        let depth = inner.steps.len() - self.steps.len();
        if depth == 0 {
            return inner.leaf != self.leaf && inner.through.contains(leaf);
        }
        inner.steps[depth].within.contains(leaf)
    }
}

/// Files of ours that keep a task's waker, by what for.
const PRIMITIVES: [(&str, Primitive); 9] = [
    ("time/", Primitive::Deadline),
    ("task/spawn_blocking", Primitive::Job),
    ("task/join_", Primitive::Task),
    ("signal/", Primitive::Signal),
    ("fixtures/context", Primitive::Value),
    ("event_loop/clock_control", Primitive::Clock),
    ("executor/jobs", Primitive::Job),
    ("net/", Primitive::Network),
    ("hyper/timer", Primitive::Deadline),
];

pub(super) fn chain(stack: &[Frame], workspace: &Workspace) -> Chain {
    let mut steps: Vec<Step> = Vec::new();
    let mut awaited: Option<(Leaf, Vec<String>)> = None;
    let mut inside = Vec::new();
    // Since the last function of the user's.
    let mut libraries: Vec<String> = Vec::new();
    let mut primitive = None;
    let mut own = String::new();
    // Whose the innermost frame is that is not std's: he keeps the waker.
    let mut keeper = None;
    for frame in stack {
        let whose = frame.whose();
        if whose != Whose::Std {
            keeper.get_or_insert(whose);
        }
        match whose {
            Whose::Std => {}
            // Where an attribute of ours calls the function that it stands at.
            Whose::Users if frame.symbol.contains("__INVENTORY") => {}
            Whose::Users => {
                let within = std::mem::take(&mut libraries);
                let within = if awaited.is_none() {
                    inside.clone_from(&within);
                    awaited = Some(leaf(keeper, primitive, &own, within));
                    Vec::new()
                } else {
                    within
                };
                add(&mut steps, frame, within, workspace);
            }
            Whose::Ours => {
                let file = frame.own_module();
                let known = PRIMITIVES.iter().find(|(start, _)| file.starts_with(start));
                primitive = primitive.or(known.map(|(_, primitive)| *primitive));
                // It is a stream of futures, whose tasks are known all the same.
                if file.starts_with("task/join_set") {
                    keeper = Some(Whose::Ours);
                    primitive = Some(Primitive::Task);
                }
                own = names::of_frame(frame);
            }
            // A poll shows the place in the user's function, too; what was read has this alone.
            Whose::Dependency if is_of_macro(frame) && suspended::was_read(frame) => {
                let within = std::mem::take(&mut libraries);
                awaited.get_or_insert_with(|| leaf(keeper, primitive, &own, within));
                add(&mut steps, frame, Vec::new(), workspace);
            }
            Whose::Dependency => {
                let name = names::of_frame(frame);
                if !is_of_macro(frame) && !is_glue(&name) && libraries.last() != Some(&name) {
                    libraries.push(name);
                }
            }
        }
    }
    let (leaf, through) = awaited.unwrap_or_else(|| {
        inside.clone_from(&libraries);
        leaf(keeper, primitive, &own, libraries)
    });
    Chain {
        leaf,
        through,
        inside,
        steps,
        wanted: None,
        held: Vec::new(),
        is_held_variously: false,
        awaits: None,
    }
}

fn add(steps: &mut Vec<Step>, frame: &Frame, within: Vec<String>, workspace: &Workspace) {
    let function = names::of_user(&frame.symbol);
    let (file, path) = workspace.place(frame.file.as_deref().unwrap_or_default());
    if let Some(last) = steps.last_mut() {
        // A closure right in the function that made it, as macros and `async` blocks have them. Recursion is no closure.
        let is_closure = last.symbol != frame.symbol && last.symbol.starts_with(&frame.symbol);
        if is_closure && last.function == function && (last.line, &last.file) == (frame.line, &file)
        {
            last.symbol.clone_from(&frame.symbol);
            return;
        }
    }
    let is_of_macro = frame.whose() != Whose::Users;
    let source = source::line(&path, frame.line).filter(|_| !is_of_macro);
    // What an attribute makes of the function that was just told of.
    let is_attribute = source
        .as_deref()
        .is_some_and(|source| source.starts_with("#["));
    if is_attribute && !steps.is_empty() {
        return;
    }
    steps.push(Step {
        function,
        source,
        file,
        line: frame.line,
        within,
        symbol: frame.symbol.clone(),
        is_of_macro,
    });
}

/// What is awaited, of the libraries' futures within the user's innermost function; and what passes polls on to it.
fn leaf(
    keeper: Option<Whose>,
    primitive: Option<Primitive>,
    own: &str,
    mut inside: Vec<String>,
) -> (Leaf, Vec<String>) {
    inside.reverse();
    match keeper {
        Some(Whose::Ours) => {
            let leaf = match primitive {
                Some(primitive) => Leaf::Ours(primitive),
                None => Leaf::Library(own.to_owned()),
            };
            return (leaf, Vec::new());
        }
        // With line tables alone, what was inlined has lost its path.
        Some(Whose::Dependency) if inside.is_empty() => {
            let unnamed = "a future of another crate".to_owned();
            return (Leaf::Library(unnamed), Vec::new());
        }
        Some(Whose::Dependency) => {}
        _ => return (Leaf::Users, Vec::new()),
    }
    let awaited = inside.iter().position(|name| !is_adaptor(name));
    // Nothing but adaptors: one of them has a waker of its own, and what lies further in is not polled.
    let awaited = awaited
        .or_else(|| inside.iter().rposition(|name| !is_helper(name)))
        .unwrap_or(0);
    let name = inside.swap_remove(awaited);
    inside.truncate(awaited);
    inside.retain(|name| !is_helper(name));
    let leaf = if is_adaptor(&name) {
        Leaf::Combinator(name)
    } else {
        Leaf::Library(name)
    };
    (leaf, inside)
}

/// What a library does for types of std's, and for every type that has a trait.
fn is_glue(name: &str) -> bool {
    let is_of_std = matches!(names::crate_of(name), "" | "alloc" | "core" | "std");
    is_of_std || name.ends_with("Ext") || !name.contains("::")
}

/// Futures that only pass polls on, to something that says more.
fn is_adaptor(name: &str) -> bool {
    // Nothing is in that.
    if name == "futures::future::Pending" {
        return false;
    }
    let adaptors = [
        "async_stream::",
        "event_listener_strategy::",
        "futures::future::",
        "futures::io::",
        "futures::sink::",
        "futures::stream::",
        "futures_concurrency::",
        "futures_core::",
        "futures_lite::",
        "pin_project",
        "tokio::macros",
        "tokio::task::Coop",
        "tokio::time::timeout",
        "tokio_stream::stream_ext",
        "tokio_stream::stream_map",
        "tokio_util::sync::reusable_box",
    ];
    adaptors.iter().any(|adaptor| name.starts_with(adaptor)) || is_helper(name)
}

/// What keeps wakers on behalf of a future.
fn is_helper(name: &str) -> bool {
    [
        "atomic_waker",
        "AtomicWaker",
        "record_waker",
        "FnMut1",
        "futures_task::",
        "MaybeDone",
    ]
    .iter()
    .any(|helper| name.contains(helper))
}

/// The body of a library's macro, `tokio::select!` say, in a function of the user's.
fn is_of_macro(frame: &Frame) -> bool {
    let Some(file) = frame.file.as_deref() else {
        return false;
    };
    let owner = names::crate_of(&frame.symbol);
    let is_closure = names::without_closures(&frame.symbol) != frame.symbol;
    let file = file.replace('-', "_");
    is_closure
        && !frame.symbol.starts_with(['<', '{'])
        && !matches!(owner, "alloc" | "core" | "std")
        && !file.contains(&format!("/{owner}_"))
        && !file.contains(&format!("/{owner}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_lines(symbol: &str) -> Frame {
        Frame {
            symbol: symbol.to_owned(),
            file: None,
            line: 0,
        }
    }

    fn leaf_of(symbols: &[&str]) -> Leaf {
        let stack: Vec<Frame> = symbols.iter().map(|it| without_lines(it)).collect();
        chain(&stack, &Workspace::default()).leaf
    }

    #[test]
    fn without_lines_a_path_tells_what_is_awaited() {
        let handle = "<solipsism::task::join_handle::JoinHandle<T> as core::future::Future>::poll";
        assert_eq!(leaf_of(&[handle]), Leaf::Ours(Primitive::Task));
        let receive = [
            "tokio::sync::mpsc::chan::Rx<T,S>::recv",
            "tokio::sync::mpsc::bounded::Receiver<T>::recv::{{closure}}",
        ];
        let awaited = Leaf::Library("tokio::sync::mpsc::Receiver::recv".to_owned());
        assert_eq!(leaf_of(&receive), awaited);
    }

    #[test]
    fn what_passes_polls_on_is_not_what_is_awaited() {
        let receive = [
            "<tokio::sync::broadcast::Recv<T> as core::future::Future>::poll",
            "<tokio::task::coop::Coop<F> as core::future::Future>::poll",
        ];
        let awaited = Leaf::Library("tokio::sync::broadcast::Recv".to_owned());
        assert_eq!(leaf_of(&receive), awaited);
        let pending = "<futures_util::future::pending::Pending<T> as core::future::Future>::poll";
        let awaited = Leaf::Library("futures::future::Pending".to_owned());
        assert_eq!(leaf_of(&[pending]), awaited);
    }
}

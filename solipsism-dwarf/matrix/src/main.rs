//! Programs that wait for ever, each with the chains that must be read of it: `// @name` marks the line of an await point,
//! `inner<outer` is a chain. `seeing`: all must be right. `blind`: there is no debug information of types, and what is
//! read must be less, never different.

mod combinators;
mod futures_leaves;
mod held;
mod nested;
mod smol_leaves;
mod tokio_leaves;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Waker};
use std::time::Instant;

use solipsism_dwarf::{Chain, Suspended};

pub type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A program, its chains, and the beginnings of the leaves' types.
pub struct Program {
    name: &'static str,
    task: fn() -> Task,
    chains: &'static [(&'static str, &'static str)],
}

#[macro_export]
macro_rules! programs {
    ($($function:ident => [$(($chain:literal, $leaf:literal)),* $(,)?],)*) => {
        pub const PROGRAMS: &[$crate::Program] = &[$($crate::Program::new(
            concat!(module_path!(), "::", stringify!($function)),
            || Box::pin($function()),
            &[$(($chain, $leaf)),*],
        )),*];
    };
}

impl Program {
    pub const fn new(
        name: &'static str,
        task: fn() -> Task,
        chains: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, task, chains }
    }
}

const SOURCES: [(&str, &str); 6] = [
    ("src/combinators.rs", include_str!("combinators.rs")),
    ("src/futures_leaves.rs", include_str!("futures_leaves.rs")),
    ("src/held.rs", include_str!("held.rs")),
    ("src/nested.rs", include_str!("nested.rs")),
    ("src/smol_leaves.rs", include_str!("smol_leaves.rs")),
    ("src/tokio_leaves.rs", include_str!("tokio_leaves.rs")),
];

struct Marks(BTreeMap<(&'static str, u32), &'static str>);

impl Marks {
    fn read() -> Self {
        let mut marks = BTreeMap::new();
        for (file, source) in SOURCES {
            for (line, text) in (1..).zip(source.lines()) {
                if let Some((_, mark)) = text.split_once("// @") {
                    marks.insert((file, line), mark);
                }
            }
        }
        Self(marks)
    }

    /// Innermost first; the function where the line is another crate's, and nothing for another crate's function.
    fn chain(&self, chain: &Chain) -> String {
        let ours = chain
            .frames
            .iter()
            .filter(|it| it.function.starts_with("matrix::"));
        let marked = ours.map(|frame| {
            let ours = SOURCES.iter().find(|(file, _)| frame.file.ends_with(file));
            match ours.and_then(|(file, _)| self.0.get(&(file, frame.line))) {
                Some(mark) => (*mark).to_owned(),
                None if ours.is_some() => format!("{}:{}", frame.file, frame.line),
                None => {
                    frame
                        .function
                        .rsplit("::")
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                        + "!"
                }
            }
        });
        marked.collect::<Vec<_>>().join("<")
    }
}

pub fn poll(task: &mut Task) {
    let context = &mut Context::from_waker(Waker::noop());
    assert!(
        task.as_mut().poll(context).is_pending(),
        "it waits for ever"
    );
}

fn main() -> ExitCode {
    let sees = std::env::args().nth(1).as_deref() == Some("seeing");
    let is_shown = std::env::args().nth(2).is_some();
    let marks = Marks::read();
    let all = [
        tokio_leaves::PROGRAMS,
        futures_leaves::PROGRAMS,
        smol_leaves::PROGRAMS,
        nested::PROGRAMS,
        combinators::PROGRAMS,
    ];
    let (mut right, mut wrong) = (0, 0);
    let begun = Instant::now();
    let mut first = None;
    for program in all.into_iter().flatten() {
        let mut task = (program.task)();
        poll(&mut task);
        let suspended = Suspended::of(&*task).expect("it is an object of a trait");
        let found = solipsism_dwarf::read(&[suspended]);
        first.get_or_insert_with(|| begun.elapsed());
        let chains = match &found {
            Ok(found) => found.tasks[0].as_deref().unwrap_or_default(),
            Err(_) => &[],
        };
        let mut read: Vec<_> = chains
            .iter()
            .map(|it| (marks.chain(it), it.leaf.as_str()))
            .collect();
        read.sort_unstable();
        read.dedup();
        let mut expected = program.chains.to_vec();
        expected.sort_unstable();
        let is_like = |read: &(String, &str), expected: &(&str, &str)| {
            read.0 == expected.0 && read.1.starts_with(expected.1)
        };
        let is_right = if sees {
            read.len() == expected.len() && read.iter().zip(&expected).all(|(a, b)| is_like(a, b))
        } else {
            read.iter()
                .all(|(read, _)| expected.iter().any(|(it, _)| it.ends_with(read.as_str())))
        };
        if !is_right || is_shown {
            println!(
                "{}\n  read     {read:?}\n  expected {expected:?}",
                program.name
            );
        }
        if is_shown {
            for chain in chains {
                for frame in &chain.frames {
                    println!("    {} {}:{}", frame.function, frame.file, frame.line);
                }
                println!("    -> {}", chain.leaf);
            }
        }
        if let (Err(error), true) = (&found, sees) {
            println!("  {error}");
        }
        *(if is_right { &mut right } else { &mut wrong }) += 1;
        // Some must not be dropped while what they wait for is gone.
        std::mem::forget(task);
    }
    println!(
        "chains: {right} right, {wrong} wrong; the first after {:?}, all after {:?}",
        first.unwrap_or_default(),
        begun.elapsed(),
    );
    wrong += held::check(sees, is_shown);
    if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

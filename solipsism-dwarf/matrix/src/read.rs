//! What `solipsism-dwarf` alone reads of the programs.

use std::task::{Context, Waker};

use solipsism_dwarf::{Chain, Suspended};

use crate::held::GROUPS;
use crate::marks::Marks;
use crate::reports::Debug;
use crate::{Program, Task};

/// Whether everything is right.
pub fn check<'a>(
    programs: impl Iterator<Item = &'a Program>,
    debug: Debug,
    shown: Option<&str>,
) -> bool {
    let sees = debug == Debug::Full;
    let marks = Marks::read();
    let (mut right, mut wrong) = (0, 0);
    for program in programs {
        let is_shown = shown.is_some_and(|shown| program.name.contains(shown));
        let mut task = (program.task)();
        poll(&mut task);
        let suspended = Suspended::of(&*task).expect("it is an object of a trait");
        let found = solipsism_dwarf::read(&[suspended]);
        let chains = match &found {
            Ok(found) => found.tasks[0].as_deref().unwrap_or_default(),
            Err(_) => &[],
        };
        let mut read: Vec<_> = chains
            .iter()
            .map(|it| (chain_of(&marks, it), it.leaf.as_str()))
            .collect();
        read.sort_unstable();
        read.dedup();
        let mut expected: Vec<_> = program
            .chains
            .iter()
            .map(|(chain, leaf, _)| (readable(chain), *leaf))
            .filter(|(chain, _)| !chain.is_empty())
            .collect();
        expected.sort_unstable();
        let is_like = |read: &(String, &str), expected: &(String, &str)| {
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
    println!("chains that are read: {right} right, {wrong} wrong");
    wrong + holders(sees, shown) == 0
}

/// Of an expected chain what can be read without a poll.
fn readable(chain: &str) -> String {
    let chain = chain.replace('|', "");
    let marks = chain.split('<').filter(|mark| !mark.starts_with('~'));
    marks
        .filter(|mark| !mark.is_empty())
        .collect::<Vec<_>>()
        .join("<")
}

/// Innermost first; the function where the line is another crate's, and nothing for another crate's function.
fn chain_of(marks: &Marks, chain: &Chain) -> String {
    let ours = chain
        .frames
        .iter()
        .filter(|it| it.function.starts_with("matrix::"));
    let marked = ours.map(|frame| match marks.at(&frame.file, frame.line) {
        Some(mark) => mark.to_owned(),
        None if Marks::is_source(&frame.file) => format!("{}:{}", frame.file, frame.line),
        None => {
            let function = frame.function.rsplit("::").next();
            format!("{}!", function.unwrap_or_default())
        }
    });
    marked.collect::<Vec<_>>().join("<")
}

fn poll(task: &mut Task) {
    let context = &mut Context::from_waker(Waker::noop());
    assert!(
        task.as_mut().poll(context).is_pending(),
        "it waits for ever"
    );
}

/// How many groups were read wrongly.
fn holders(sees: bool, shown: Option<&str>) -> usize {
    let (mut right, mut wrong) = (0, 0);
    for group in GROUPS {
        let mut tasks = (group.tasks)();
        for _ in 0..2 {
            tasks.iter_mut().for_each(poll);
        }
        let suspended: Vec<_> = tasks.iter().filter_map(|it| Suspended::of(&**it)).collect();
        let found = solipsism_dwarf::read(&suspended).unwrap_or_default();
        let mut read: Vec<_> = found
            .holders
            .iter()
            .map(|it| {
                let local = it.local.as_deref().unwrap_or("a temporary");
                format!("{}: {}.{local}", it.waiter, it.holder)
            })
            .collect();
        read.dedup();
        let is_right = if sees {
            read == group.holders
        } else {
            read.is_empty()
        };
        if !is_right || shown.is_some_and(|shown| group.name.contains(shown)) {
            println!(
                "{}\n  read     {read:?}\n  expected {:?}",
                group.name, group.holders
            );
        }
        *(if is_right { &mut right } else { &mut wrong }) += 1;
        std::mem::forget(tasks);
    }
    println!("holders that are read: {right} right, {wrong} wrong");
    wrong
}

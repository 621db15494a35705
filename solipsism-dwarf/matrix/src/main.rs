//! Programs that wait for ever, each with the chains that must be told of it: `// @name` marks the line of an await point,
//! `inner<outer` is a chain. The argument says with what debug information this was compiled.
//!
//! - What `solipsism-dwarf` reads must be right where there is debug information of types, and elsewhere less, never
//!   different.
//! - What reports of solipsism's tell must be right; without the feature `dwarf`, or those types, as far as a poll leads.
//!
//! `a<|b`: a poll leads no further than `b`, and what is told must say so. `~a`: nothing but a poll shows this.

mod combinators;
mod futures_leaves;
mod held;
mod marks;
mod nested;
mod own;
mod read;
mod reports;
mod smol_leaves;
mod tokio_leaves;
mod told;

use std::pin::Pin;
use std::process::ExitCode;

use self::reports::Debug;

pub type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A program, its chains, the beginnings of the types that it waits for, and what reports call these.
pub struct Program {
    name: &'static str,
    task: fn() -> Task,
    chains: &'static [(&'static str, &'static str, &'static str)],
}

#[macro_export]
macro_rules! programs {
    ($($function:ident => [$(($chain:literal, $leaf:literal, $told:literal)),* $(,)?],)*) => {
        pub const PROGRAMS: &[$crate::Program] = &[$($crate::Program::new(
            concat!(module_path!(), "::", stringify!($function)),
            || Box::pin($function()),
            &[$(($chain, $leaf, $told)),*],
        )),*];
    };
}

impl Program {
    pub const fn new(
        name: &'static str,
        task: fn() -> Task,
        chains: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        Self { name, task, chains }
    }

    /// The file that it stands in.
    fn file(&self) -> String {
        let module = self.name.split("::").nth(1).unwrap_or_default();
        format!("src/{module}.rs")
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let debug = arguments.next().and_then(|word| Debug::of(&word));
    let debug = debug.expect("the first argument is 2, 1, line-tables-only or 0");
    // Of what to show more.
    let shown = arguments.next();
    let shown = shown.as_deref();
    let programs = [
        tokio_leaves::PROGRAMS,
        futures_leaves::PROGRAMS,
        smol_leaves::PROGRAMS,
        nested::PROGRAMS,
        combinators::PROGRAMS,
    ];
    let programs = programs.into_iter().flatten();
    let is_read = read::check(programs.clone(), debug, shown);
    if is_read & reports::check(programs, debug, shown) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

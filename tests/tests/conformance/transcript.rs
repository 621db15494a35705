//! What happened in a scenario, operation by operation, and the comparison of what two sides gave.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::rc::Rc;

use expect_test::Expect;

use crate::side::{Address, Side};

/// One line for each operation: `a.read(8) -> "ping"`.
#[derive(Clone, Default)]
pub struct Transcript(Rc<RefCell<String>>);

impl Transcript {
    pub fn note(&self, operation: &str, result: &str) {
        self.line(&format!("{operation} -> {result}"));
    }

    pub fn line(&self, line: &str) {
        // If the scenario hangs or panics this is how far it came.
        println!("{line}");
        writeln!(self.0.borrow_mut(), "{line}").unwrap();
    }
}

/// Runs a scenario on one side.
pub fn seen_by<S: Side, F>(scenario: impl FnOnce(Transcript) -> F) -> String
where
    F: Future<Output = ()> + 'static,
{
    let transcript = Transcript::default();
    S::run(scenario(transcript.clone()));
    transcript.0.take()
}

/// The transcripts of one scenario.
pub struct Seen {
    /// Not everywhere is there a kernel that this was written for.
    pub kernel: Option<String>,
    pub world: String,
}

impl Seen {
    /// Both sides are alike.
    pub fn is(&self, expected: &Expect) {
        self.kernel_is(expected);
        let kernel = self.kernel.clone();
        let kernel = in_kinds(kernel.unwrap_or_else(|| literal(expected)));
        assert_same("the kernel", &kernel, "the world", &self.world);
    }

    /// They differ, for a reason that the documents of `solipsism::net` give in these words.
    pub fn differs(&self, reason: &str, kernel: &Expect, world: &Expect) {
        assert!(
            is_documented(reason),
            "`solipsism::net` does not say: {reason}"
        );
        self.kernel_is(kernel);
        world.assert_eq(&self.world);
    }

    fn kernel_is(&self, expected: &Expect) {
        if let Some(kernel) = &self.kernel {
            expected.assert_eq(kernel);
        }
    }

    fn is_same(&self, name: &str, other: &Seen, other_name: &str) {
        if let (Some(kernel), Some(other)) = (&self.kernel, &other.kernel) {
            assert_same(name, kernel, other_name, other);
        }
        assert_same(name, &self.world, other_name, &other.world);
    }
}

/// What an `expect!` says, without its indentation. No line of a transcript has any.
fn literal(expected: &Expect) -> String {
    let lines = expected.data().trim().lines();
    lines
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect()
}

fn is_documented(reason: &str) -> bool {
    let documents = include_str!("../../../solipsism/src/net/mod.rs");
    let lines = documents.lines().map_while(|line| line.strip_prefix("//!"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").contains(reason)
}

fn assert_same(one_name: &str, one: &str, other_name: &str, other: &str) {
    let mut lines = one.lines().zip(other.lines());
    let differ = lines.find(|(one, other)| one != other);
    assert!(
        one == other,
        "{one_name}:\n{one}\n{other_name}:\n{other}\nThey differ first in {differ:?}."
    );
}

/// The transcripts of one scenario on each kind of stream.
pub struct SeenOnStreams {
    pub tcp: Seen,
    pub unix: Seen,
    pub unnamed: Seen,
}

impl SeenOnStreams {
    /// All kinds are alike.
    pub fn is(&self, expected: &Expect) {
        self.unix.is_same("unix", &self.tcp, "TCP");
        self.unnamed.is_same("a pair", &self.unix, "unix");
        self.tcp.is(expected);
    }

    pub fn on_tcp(&self, expected: &Expect) {
        self.tcp.is(expected);
    }

    /// Whether the two found each other by a path or were made as a pair.
    pub fn on_unix(&self, expected: &Expect) {
        self.unnamed.is_same("a pair", &self.unix, "unix");
        self.unix.is(expected);
    }
}

/// `seen!(scenario)` runs it with every [`Side`] as its parameter, `seen!(scenario, Tcp)` with `Tcp` of every side.
macro_rules! seen {
    ($scenario:ident $(, $transport:ident)?) => {
        $crate::transcript::Seen {
            #[cfg(target_os = "linux")]
            kernel: $crate::kernel::is_whole().then(|| {
                $crate::transcript::seen_by::<$crate::kernel::Kernel, _>(
                    seen!(@ $scenario, $crate::kernel::Kernel $(, $transport)?),
                )
            }),
            #[cfg(not(target_os = "linux"))]
            kernel: None,
            world: $crate::transcript::seen_by::<$crate::world::World, _>(
                seen!(@ $scenario, $crate::world::World $(, $transport)?),
            ),
        }
    };
    (@ $scenario:ident, $side:ty) => { $scenario::<$side> };
    (@ $scenario:ident, $side:ty, $transport:ident) => {
        $scenario::<$crate::side::$transport<$side>>
    };
}

/// Runs it with every [`Transport`](crate::side::Transport) as its parameter.
macro_rules! seen_on_streams {
    ($scenario:ident) => {
        $crate::transcript::SeenOnStreams {
            tcp: seen!($scenario, Tcp),
            unix: seen!($scenario, Unix),
            unnamed: seen!($scenario, Unnamed),
        }
    };
}

/// A result without a value.
pub fn done(result: &io::Result<()>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(error) => failure(error),
    }
}

pub fn count(result: &io::Result<usize>) -> String {
    match result {
        Ok(count) => count.to_string(),
        Err(error) => failure(error),
    }
}

/// What was read into the buffer.
pub fn data(result: &io::Result<usize>, buffer: &[u8]) -> String {
    match result {
        Ok(count) => words(&buffer[..*count]),
        Err(error) => failure(error),
    }
}

/// Data as it is shown: short ones word for word.
pub fn words(data: &[u8]) -> String {
    match data.len() {
        0..=32 => format!("\"{}\"", data.escape_ascii()),
        count => format!("{count} bytes"),
    }
}

pub fn address<A: Address>(result: &io::Result<A>, known: &[(&str, A)]) -> String {
    let address = match result {
        Ok(address) => address,
        Err(error) => return failure(error),
    };
    match known.iter().find(|(_, known)| known == address) {
        Some((name, _)) => (*name).to_owned(),
        None => address.words(),
    }
}

/// The errors of Linux that have no kind in the standard library, by their numbers and names. Ours are of the nearest kind.
const WITHOUT_KIND: [(i32, &str, ErrorKind); 5] = [
    (36, "ENAMETOOLONG", ErrorKind::InvalidInput),
    (89, "EDESTADDRREQ", ErrorKind::NotConnected),
    (90, "EMSGSIZE", ErrorKind::InvalidInput),
    (91, "EPROTOTYPE", ErrorKind::InvalidInput),
    (97, "EAFNOSUPPORT", ErrorKind::InvalidInput),
];

/// The kind of an error, or its name if it has none.
pub fn failure(error: &io::Error) -> String {
    let number = error.raw_os_error();
    let known = WITHOUT_KIND.iter().find(|known| number == Some(known.0));
    known.map_or_else(
        || format!("{:?}", error.kind()),
        |(_, name, _)| (*name).to_owned(),
    )
}

/// The kernel's transcript as it were if all errors had kinds.
fn in_kinds(transcript: String) -> String {
    WITHOUT_KIND
        .iter()
        .fold(transcript, |transcript, (_, name, kind)| {
            transcript.replace(&format!("-> {name}\n"), &format!("-> {kind:?}\n"))
        })
}

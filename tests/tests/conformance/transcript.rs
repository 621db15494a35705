//! What happened in a scenario, operation by operation, and the comparison of what two sides gave.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io;
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
    /// `None` while there is no network of ours.
    pub world: Option<String>,
}

impl Seen {
    pub fn is(&self, expected: &Expect) {
        if let (Some(kernel), Some(world)) = (&self.kernel, &self.world) {
            assert_same("the kernel", kernel, "the world", world);
        }
        if let Some(either) = self.kernel.as_ref().or(self.world.as_ref()) {
            expected.assert_eq(either);
        }
    }

    fn is_same(&self, name: &str, other: &Seen, other_name: &str) {
        if let (Some(kernel), Some(other)) = (&self.kernel, &other.kernel) {
            assert_same(name, kernel, other_name, other);
        }
        if let (Some(world), Some(other)) = (&self.world, &other.world) {
            assert_same(name, world, other_name, other);
        }
    }
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
            kernel: Some($crate::transcript::seen_by::<$crate::kernel::Kernel, _>(
                seen!(@ $scenario, $crate::kernel::Kernel $(, $transport)?),
            )),
            #[cfg(not(target_os = "linux"))]
            kernel: None,
            world: None,
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

/// The kind of an error. Some errors of Linux have none in the standard library, and are told by their number's name.
pub fn failure(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(36) => "ENAMETOOLONG".to_owned(),
        Some(89) => "EDESTADDRREQ".to_owned(),
        Some(90) => "EMSGSIZE".to_owned(),
        Some(91) => "EPROTOTYPE".to_owned(),
        Some(97) => "EAFNOSUPPORT".to_owned(),
        Some(106) => "EISCONN".to_owned(),
        _ => format!("{:?}", error.kind()),
    }
}

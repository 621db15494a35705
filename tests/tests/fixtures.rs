//! Fixtures of one test: what `T`, `&T` and `&mut T` mean, what a fixture function may look like, and what is told to whom in
//! the end.

#![expect(
    clippy::unnecessary_wraps,
    reason = "what a fixture may return, and not why, is the matter here"
)]

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::rc::Rc;

use solipsism::task::yield_now;
use solipsism::time::{Duration, Instant, sleep};
use solipsism::{EventLoop, Outcome, Skip};

/// What happened on this thread, which is that of one test.
fn log(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

fn logged() -> Vec<String> {
    LOG.take()
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Anything with a number.
struct Counter {
    name: &'static str,
    count: Cell<u32>,
}

/// A counter.
#[solipsism::fixture]
fn counter(#[default("counter")] name: &'static str, #[default(3 - 2)] start: u32) -> Counter {
    log(format!("made {name}"));
    let count = Cell::new(start);
    Counter { name, count }
}

fn made_counter() -> Counter {
    counter("made", 1)
}

#[solipsism::test]
async fn what_is_owned_is_made_for_each(one: Counter, mut other: Counter) {
    one.count.set(7);
    assert_eq!(*other.count.get_mut(), 1);
    assert_eq!(logged(), ["made counter", "made counter"]);
}

#[solipsism::test]
async fn what_is_shared_is_one(one: &Counter, other: &Counter) {
    one.count.set(7);
    assert_eq!(other.count.get(), 7);
    assert_eq!(logged(), ["made counter"]);
}

#[solipsism::test]
async fn what_is_fresh_is_ones_own(one: &mut Counter, shared: &Counter, other: &mut Counter) {
    *one.count.get_mut() = 7;
    *other.count.get_mut() = 8;
    assert_eq!(
        (one.count.get(), shared.count.get(), other.count.get()),
        (7, 1, 8)
    );
}

#[solipsism::test]
async fn settings_are_the_parameters_with_a_default(
    #[with(name = "a")] owned: Counter,
    #[with(start = 5, name = "b")] fresh: &mut Counter,
    shared: &Counter,
) {
    assert_eq!((owned.name, owned.count.get()), ("a", 1));
    assert_eq!((fresh.name, fresh.count.get()), ("b", 5));
    assert_eq!((shared.name, shared.count.get()), ("counter", 1));
}

#[solipsism::fixture]
fn greeting(#[default("hello")] word: &str) -> String {
    word.to_owned()
}

#[solipsism::fixture]
fn farewell() -> String {
    "bye".to_owned()
}

/// One that is made of all the others.
struct Talk(String, u32);

#[solipsism::fixture]
async fn talk(
    #[from(greeting)]
    #[with(word = "hi")]
    mut text: String,
    #[from(farewell)] end: &String,
    &mut Counter { ref count, .. }: &mut Counter,
    shared: &Counter,
    #[default(EventLoop::current().now())] since: Instant,
) -> Talk {
    sleep(Duration::from_secs(1)).await;
    text.push_str(end);
    shared.count.set(5);
    assert_eq!(since.elapsed(), Duration::from_secs(1));
    Talk(text, count.get())
}

#[solipsism::test]
async fn fixtures_use_fixtures(talk: &Talk, counter: &Counter) {
    assert_eq!((talk.0.as_str(), talk.1), ("hibye", 1));
    assert_eq!(counter.count.get(), 5, "it is shared with the test");
}

#[solipsism::test]
async fn a_function_can_be_named(
    #[from(greeting)] one: String,
    #[from(self::farewell)] other: &String,
    #[from(greeting)]
    #[with(word = "hi")]
    fresh: &mut String,
) {
    assert_eq!(
        (one.as_str(), other.as_str(), fresh.as_str()),
        ("hello", "bye", "hi")
    );
}

#[solipsism::test]
async fn the_function_is_still_one() {
    assert_eq!(greeting("hello"), "hello");
}

// Teardown.

#[derive(Debug)]
struct Guarded(&'static str);

#[derive(Debug)]
struct Other(&'static str);

impl Guarded {
    async fn close(self, outcome: &Outcome) -> io::Result<()> {
        sleep(Duration::from_secs(3)).await;
        log(format!("closed {}: {outcome:?}", self.0));
        Ok(())
    }
}

#[solipsism::fixture(teardown = Guarded::close)]
fn guarded(#[default("guarded")] name: &'static str) -> Guarded {
    log(format!("opened {name}"));
    Guarded(name)
}

#[solipsism::fixture(teardown = |mut other, _| { other.0 = "mutated"; log(other.0) })]
async fn other(guarded: &Guarded) -> io::Result<Other> {
    yield_now().await;
    log(format!("opened with {}", guarded.0));
    Ok(Other("other"))
}

/// The last of all to be torn down tells what was logged.
struct Told;

#[solipsism::fixture(teardown = |_| assert_eq!(logged(), EXPECTED.take()))]
fn told() -> Told {
    Told
}

thread_local! {
    static EXPECTED: Cell<Vec<&'static str>> = const { Cell::new(Vec::new()) };
}

#[solipsism::test]
async fn the_last_is_torn_down_first(
    _told: &Told,
    _other: &Other,
    #[with(name = "fresh")] fresh: &mut Guarded,
) {
    fresh.0 = "changed";
    EXPECTED.set(vec![
        "opened guarded",
        "opened with guarded",
        "opened fresh",
        "closed changed: Passed",
        "mutated",
        "closed guarded: Passed",
    ]);
}

#[solipsism::test]
#[should_panic(expected = "on purpose")]
async fn the_outcome_is_told(_told: &Told, _guarded: &Guarded) {
    EXPECTED.set(vec!["opened guarded", "closed guarded: Panicked"]);
    panic!("on purpose");
}

/// Each shape of a teardown, and of what it returns.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::wildcard_imports,
    reason = "that is what a teardown is told, and what the shapes below have in common"
)]
mod shapes {
    use super::*;

    macro_rules! shape {
        ($name:ident, $teardown:expr) => {
            mod $name {
                use super::*;

                #[derive(Debug)]
                struct Value;

                #[solipsism::fixture(teardown = $teardown)]
                fn value() -> Value {
                    Value
                }

                #[solipsism::test]
                async fn test(_told: &Told, _value: &Value) {
                    EXPECTED.set(vec!["Value"]);
                }
            }
        };
    }

    shape!(closure, |value| log(format!("{value:?}")));
    shape!(closure_told, |value, outcome| {
        assert_eq!(*outcome, Outcome::Passed);
        log(format!("{value:?}"));
    });
    shape!(async_closure, async |value| {
        sleep(Duration::from_secs(1)).await;
        log(format!("{value:?}"));
    });
    shape!(async_move_block, move |value| async move {
        log(format!("{value:?}"));
        io::Result::Ok(())
    });
    shape!(
        async_closure_told,
        async |value: Value, outcome: &Outcome| {
            assert_eq!(*outcome, Outcome::Passed);
            log(format!("{value:?}"));
        }
    );
    shape!(path_now, now);
    shape!(path_told, super::told);
    shape!(path_later, later);
    shape!(path_later_told, super::later_told);
    shape!(path_boxed, boxed);
    shape!(path_boxed_send, boxed_send::<Value>);

    fn now<T: Debug>(value: T) {
        log(format!("{value:?}"));
    }

    fn told<T: Debug>(value: T, _: &Outcome) -> Result<(), String> {
        log(format!("{value:?}"));
        Ok(())
    }

    async fn later<T: Debug>(value: T) {
        log(format!("{value:?}"));
    }

    async fn later_told<T: Debug>(value: T, outcome: &Outcome) -> io::Result<()> {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*outcome, Outcome::Passed);
        log(format!("{value:?}"));
        Ok(())
    }

    async fn boxed<T: Debug>(value: T) -> Result<(), Box<dyn Error>> {
        log(format!("{value:?}"));
        Ok(())
    }

    fn boxed_send<T: Debug>(value: T) -> Result<(), Box<dyn Error + Send + Sync>> {
        log(format!("{value:?}"));
        Ok(())
    }
}

// What a fixture function returns.

struct ByResult(u32);

#[solipsism::fixture]
async fn by_result() -> io::Result<ByResult> {
    yield_now().await;
    Ok(ByResult(1))
}

struct ByText(u32);

#[solipsism::fixture]
fn by_text() -> Result<ByText, &'static str> {
    Ok(ByText(2))
}

#[derive(Debug)]
struct OnlyDebug;

struct ByDebug(u32);

#[solipsism::fixture]
fn by_debug() -> core::result::Result<ByDebug, OnlyDebug> {
    Ok(ByDebug(3))
}

struct BySend(u32);

#[solipsism::fixture]
fn by_send() -> Result<BySend, Box<dyn Error + Send + Sync>> {
    Ok(BySend(4))
}

#[solipsism::test]
async fn a_result_is_looked_into(one: ByResult, two: &ByText, three: &mut ByDebug, four: BySend) {
    assert_eq!([one.0, two.0, three.0, four.0], [1, 2, 3, 4]);
}

#[derive(Debug)]
struct Display;

#[solipsism::fixture]
fn display() -> Result<Display, Skip> {
    Err(Skip("there is no display"))
}

#[solipsism::test]
async fn a_fixture_can_skip_its_tests(display: &Display) {
    unreachable!("{display:?}");
}

#[derive(Debug)]
struct Window;

#[solipsism::fixture]
async fn window() -> Result<Window, Box<dyn Error>> {
    sleep(Duration::from_secs(1)).await;
    Err(Skip("there are no windows"))?;
    Ok(Window)
}

#[solipsism::test]
async fn a_boxed_skip_is_one(window: Window) {
    unreachable!("{window:?}");
}

// Types of others, and such as no other thread may have.

#[solipsism::fixture]
fn list(counter: &Counter) -> Vec<Rc<str>> {
    vec![counter.name.into()]
}

#[solipsism::fixture]
fn tuple() -> (u8, fn(&str) -> usize) {
    (1, str::len)
}

#[solipsism::fixture]
fn array() -> [u8; 2] {
    [1, 2]
}

struct Closed(u8);

#[solipsism::fixture(teardown = |closed: Closed| -> Result<(), String> {
    if closed.0 == 1 { Ok(()) } else { Err(format!("{} is open", closed.0)) }
})]
fn closed(
    #[values(|open: u8| -> Result<u8, u8> { Ok(open) }, Err)] is_open: fn(u8) -> Result<u8, u8>,
) -> Closed {
    Closed(is_open(1).unwrap_or_else(|closed| closed))
}

#[solipsism::test]
async fn closures_may_say_what_they_return(closed: &mut Closed) {
    assert_eq!(closed.0, 1);
}

#[solipsism::test]
async fn types_of_others(
    list: &Vec<Rc<str>>,
    (number, length): &(u8, fn(&str) -> usize),
    [one, two]: [u8; 2],
) {
    assert_eq!(&*list[0], "counter");
    assert_eq!((*number, length("abc"), one, two), (1, 3, 1, 2));
}

mod elsewhere {
    pub(crate) mod deep {
        /// Of a private field.
        pub(crate) struct Private(Hidden);

        struct Hidden(u8);

        impl Private {
            pub(crate) fn number(&self) -> u8 {
                self.0.0
            }
        }

        /// Nobody else can name it.
        #[solipsism::fixture]
        fn private(#[default(Hidden(9))] hidden: Hidden, #[default(0)] more: u8) -> Private {
            Private(Hidden(hidden.0 + more))
        }

        /// Others can.
        #[solipsism::fixture]
        pub(in crate::elsewhere) fn number() -> u64 {
            3
        }
    }

    /// The same for all.
    #[solipsism::fixture(scope = "session")]
    pub(crate) fn session() -> i8 {
        1
    }

    #[solipsism::test]
    async fn a_private_function_provides_for_all(
        #[with(more = 1)] private: deep::Private,
        #[from(deep::number)] number: u64,
    ) {
        assert_eq!((private.number(), number), (10, 3));
    }
}

macro_rules! made_by_a_macro {
    ($name:ident, $type:ty, $value:expr, $parameter:ident) => {
        #[solipsism::fixture]
        fn $name(#[default($value)] $parameter: u16) -> $type {
            Made($parameter)
        }
    };
}

struct Made(u16);

made_by_a_macro!(made, Made, 1 + 2, number);

#[solipsism::test]
async fn a_macro_can_write_it(made: &Made, #[with(number = 4)] other: Made) {
    assert_eq!((made.0, other.0), (3, 4));
}

#[cfg(any())]
#[solipsism::fixture]
fn not_there() -> Nowhere {}

#[solipsism::fixture]
#[cfg(any())]
fn not_there_either() -> Nowhere {}

#[solipsism::test]
async fn a_function_is_a_place_for_a_fixture() {
    #[solipsism::fixture]
    fn inner() -> Inner {
        Inner
    }
    struct Inner;

    #[solipsism::fixture]
    fn unused(Inner: Inner) -> Unused {
        Unused
    }
    struct Unused;

    let Inner = inner();
}

/// What the plan is told of a fixture function.
mod what_the_plan_knows {
    use solipsism::Fixture;

    use super::{Counter, Guarded, counter, elsewhere, guarded, list};
    use std::rc::Rc;

    struct Each(u8, &'static str);

    /// There is no test in it.
    mod unused {
        pub(super) struct Unused;

        #[solipsism::fixture(autouse)]
        fn unused() -> Unused {
            Unused
        }
    }

    #[solipsism::fixture(scope = "module")]
    #[case::small(1)]
    #[cfg_attr(all(), ignore = "it is large")]
    #[case(200)]
    #[cfg_attr(any(), case(300))]
    #[cfg_attr(all(), case::conditional(3))]
    fn each(
        #[case] number: u8,
        #[values("tcp", "unix")] transport: &'static str,
        guarded: &mut Guarded,
        #[from(elsewhere::session)] _session: &i8,
        counter: Counter,
    ) -> Each {
        assert_ne!(guarded.0, counter.name);
        Each(number, transport)
    }

    #[solipsism::test]
    async fn where_it_stands_and_who_shares_it() {
        let provider = <Each as Fixture<each>>::provider();
        assert_eq!(provider.module, "fixtures::what_the_plan_knows");
        assert_eq!(provider.name, "each");
        assert_eq!(provider.site.file(), file!());
        assert!(!provider.autouse && !provider.is_loop);
        assert!(<unused::Unused as Fixture<unused::unused>>::provider().autouse);
        assert_eq!(format!("{:?}", provider.scope), "Module");
        assert!(std::ptr::eq(provider, <Each as Fixture<each>>::provider()));
        let Each(number, transport) = each(1, "x", &mut Guarded("y"), &0, super::made_counter());
        assert_eq!((number, transport), (1, "x"));
    }

    #[solipsism::test]
    async fn what_it_uses() {
        let uses = (<Each as Fixture<each>>::provider().uses)();
        let uses = uses
            .iter()
            .map(|one| format!("{} {:?}", one.provider.name, one.how));
        let uses: Vec<_> = uses.collect();
        assert_eq!(uses, ["guarded Fresh", "session Shared", "counter Owned"]);
        assert!((<Guarded as Fixture<guarded>>::provider().uses)().is_empty());
    }

    #[solipsism::test]
    async fn whether_other_threads_may_have_it() {
        assert!((<Guarded as Fixture<guarded>>::provider().is_sync)());
        assert!(!(<Counter as Fixture<counter>>::provider().is_sync)());
        assert!(!(<Vec<Rc<str>> as Fixture<list>>::provider().is_sync)());
    }

    #[solipsism::test]
    async fn its_cases() {
        let axes = <Each as Fixture<each>>::provider().axes.iter();
        let axes: Vec<_> = axes.map(|axis| (axis.values)().unwrap()).collect();
        let ids = axes
            .iter()
            .flatten()
            .map(|value| (&*value.id, value.ignore));
        assert_eq!(
            ids.collect::<Vec<_>>(),
            [
                ("small", None),
                ("case_2", Some("it is large")),
                ("conditional", None),
                ("transport_tcp", None),
                ("transport_unix", None),
            ]
        );
    }
}

solipsism::main!();

//! The attributes of `solipsism`: `#[test]` turns an `async fn` into one registration, and a wrapper for libtest;
//! `#[fixture]` turns a function into the provider of what it returns; and `defaults!`, what a module says of its tests.
//!
//! Everything here is syntax. Whether a parameter's type is a fixture, whether a duration can be read and whether a
//! return type is an ending is left to the types and `const fn`s under `solipsism::__private`, which the expansion
//! names; rustc then reports on the user's own tokens. In reading order: what was typed (`arguments`, `item`, `cases`), what it
//! becomes (`expansion`, `fixture`, `passed_on`), and what is said of it otherwise (`mistake`).

#![forbid(unsafe_code)]

use proc_macro::TokenStream;

mod arguments;
mod crate_path;
mod fixture_arguments;

mod item;
mod leaks;
mod lifetimes;
mod markers;
mod ours;
mod parameter;
mod signature;
mod with;

mod attributes;
mod cases;
mod conditions;
mod expressions;
mod ids;
mod values;

mod asking;
mod configure;
mod defaults;
mod edges;
mod expansion;
mod fixture;
mod passed_on;
mod provider;
mod registration;

mod mistake;

/// Runs an `async fn` as a test in a world of its own, where time is virtual.
///
/// Each parameter is a fixture, found by its type, or a value that differs between cases. The function returns nothing, or
/// anything that says how the test ended, such as `Result<(), E>`; it has no generics and is not `unsafe`, `const` or `extern`.
///
/// An error is told with where the test passed it on: each `?` in the function's body notes its own place, and is what it was else.
///
/// # Arguments
///
/// All are optional and but for `tokio`, `allow_leaks` and `unrepeatable` written `name = value`, separated by commas. A flag or a variable of the run beats them.
///
/// | argument | value | without it |
/// |---|---|---|
/// | `clock` | `"virtual"`: time moves when nothing else can; `"manual"`: only when the test advances it; `"real"` | `"virtual"` |
/// | `seed` | an integer: it permutes tasks that are ready at the same instant | first ready, first run |
/// | `time_limit` | how much virtual time the test may take, such as `"1h"` | no limit |
/// | `wall_limit` | how much real time the test may take, such as `"30s"` | a minute |
/// | `step_limit` | an integer: how often the clock may step while the body is not polled | 10 million; 100,000 where only the loop of a wider fixture steps it |
/// | `poll_budget` | an integer: how many polls one instant may take before it is a livelock | the event loop's budget |
/// | `epoch` | what the wall clock shows at the start, such as `"2024-02-29T12:00:00Z"` | `"2000-01-01T00:00:00Z"` |
/// | `tokio` | none: a word of its own, with the feature `tokio`. The world is inside of a tokio runtime, on the same clock; see `EventLoop::builder().tokio()` | `tokio::` functions find no runtime |
/// | `leaks` | what becomes of a test that leaves tasks, timers, sockets and so on behind: `"fail"`; `"warn"`: the end of the run tells of it; `"allow"`. See the chapter `solipsism::leaks` | `"warn"` |
/// | `allow_leaks` | what may be left behind, in parentheses: `allow_leaks(listeners, task = "pool *", crate = "hyper_util", type = "Heartbeat")` | nothing |
/// | `crate` | the path under which `solipsism` is known, such as `crate = my_tests::solipsism` | `::solipsism` |
///
/// A duration is one number and one unit: `ns`, `us`, `ms`, `s`, `m`, `h` or `d`.
///
/// Those above are about the test's world, and these about the test:
///
/// | argument | value | without it |
/// |---|---|---|
/// | `tags` | a list, such as `["slow", "db"]`, by which the command line chooses | only its name chooses it |
/// | `serial` | the name of a group, of which no two tests run at a time, in whatever modules they are | it runs beside any other |
/// | `ignore_if` | the path of a function that tells whether to ignore the test here | it is run |
/// | `unrepeatable` | none: another run may come to something else, since real time, threads or the machine take part | it cannot |
/// | `retries` | an integer: how often it is run again if it fails, or ends its worker process. Needs `unrepeatable` or `clock = "real"` beside it | it fails when it fails |
///
/// All of them can be [defaults](macro@defaults) of a module, or of the target.
///
/// # Tags
///
/// `--tag slow` runs the tests that have this tag, or any one of several `--tag`s, and `--no-tag slow` none that has it; where
/// a runner owns the command line `SOLIPSISM_TAG` and `SOLIPSISM_NO_TAG` say the same, with commas between several. The others
/// are *filtered out*. A flag with a tag that no test of the target has is an error; of a variable, which may be meant for other
/// targets, it is remarked on stderr. Under libtest, which knows no tags, these choose nothing.
///
/// # Tests of which no two run at a time
///
/// Those that name the same group with `serial` run one after another, those that share fixtures with any of them included.
/// That holds within one run of one target. `cargo nextest` gives each test a process of its own, and has
/// [test groups](https://nexte.st/docs/configuration/test-groups/) for that:
///
/// ```text
/// [test-groups]
/// db = { max-threads = 1 }
///
/// [[profile.default.overrides]]
/// filter = "test(/^db::/)"
/// test-group = "db"
/// ```
///
/// # Ignoring a test where it cannot run
///
/// The function that `ignore_if` names has no parameters and is not `async`; what it returns is an
/// [`IgnoreIf`](https://docs.rs/solipsism/latest/solipsism/trait.IgnoreIf.html): a `bool`, an `Option` of a reason, or a `Result`
/// whose error is the reason. It is asked once for each case, before any fixture is set up, in no world and with no limit on its
/// time. The case is told as ignored, with the reason, and counted so; under libtest, which knows of that only before a run, it
/// passes with a line on stderr. A panic is a failure of the test. `--ignored` and `--include-ignored` run it, and ask nobody.
///
/// A fixture, or the body of a test that returns a `Result`, can also skip it later, by the error `solipsism::Skip("why")`.
///
/// # Retries
///
/// Each attempt has a world and fixtures of its own; what a module or the session shares stays what it is. A test that passes
/// by a retry is told as *flaky* at the end of a run, with how often it failed and how it failed the last time, and does not fail
/// the run. What ends the process is not run again.
///
/// # Parameters
///
/// How a fixture is taken says whose it is.
///
/// | parameter | what it gets |
/// |---|---|
/// | `name: T` | a value of its own, which it may keep or drop |
/// | `name: &T` | the one value of the fixture's scope, which others share |
/// | `name: &mut T` | a fresh value, which is torn down when the test is done |
///
/// A fixture with a teardown cannot be taken as `T`, since the teardown takes the value. Patterns work as in any function.
/// `#[from(path)]` before a parameter names the fixture function, where several provide its type.
///
/// # Settings of a fixture
///
/// `#[with(name = value, …)]` before a parameter changes settings of its fixture: `#[with(capacity = 4)] pair: StreamPair`.
/// Each name is a public field of the fixture's `Settings`, and what is not named keeps its default. A value is an
/// expression of the field's own type, without conversion, in the scope around the test. It is made anew for each run,
/// inside of the test's world and before its body begins: a panic in it is the test's. It can neither `.await` nor end
/// in `?`, and it sees no other parameter. What is taken as `&T` has no settings, since others share it.
///
/// # Cases
///
/// `#[case(…)]` before the function is one case, with a value for each parameter that has `#[case]`, in their order.
/// `#[values(…)]` before a parameter makes a case of each value. Where there are several of these, or both, every
/// combination is a case.
///
/// ```text
/// #[solipsism::test]
/// #[case::short(1, "1s")]
/// #[case::long(60, "1m")]
/// async fn formats(#[case] secs: u64, #[case] text: &str) { … } // formats::short, formats::long
///
/// #[solipsism::test]
/// async fn matrix(#[values(1, 2, 3)] a: u32, #[values("x", "y")] b: &str) { … } // matrix::a_1::b_x, …
/// ```
///
/// A value is an expression of the parameter's own type, made anew for each case, as a setting is. A part of a case's name
/// is, in this order,
///
/// - the case's own: `short` of `#[case::short(…)]`;
/// - `case_1`, `case_2`, by the position among all `#[case(…)]`s, with as many digits as the last one has;
/// - the id of the value, where ids are given: `#[values(f(1), f(2); ids = ["one", "two"])]`;
/// - the parameter's name and the value: the content of a string or of a character, the tokens of anything else. What is no
///   ASCII letter, digit or `_` becomes one `_`, a minus sign before the value `minus`, and 40 characters are kept.
///
/// Where two are the same the second one ends in `_2`.
///
/// With the feature `files` of `solipsism`, `#[files("tests/data/*.json")] path: PathBuf` makes a case of each file that
/// matches, in the order of their paths, under its name; where two files have one name, under its path. The pattern is
/// relative to the package's own directory, and one that matches nothing is an error of the run.
///
/// `#[ignore]` and `#[should_panic]` belong to the case that they stand before: above the first `#[case(…)]` they are about
/// the first case alone, below the last one about the whole test.
///
/// # Other attributes
///
/// `#[ignore]`, `#[ignore = "why"]`, `#[should_panic]` and `#[should_panic(expected = "part of the message")]` mean
/// what they mean under libtest, `#[cfg]` and `#[cfg_attr]` apply to the whole test, and lint levels and any other
/// attribute to the function, or to the parameter before which it stands. A second `#[test]`, of whichever crate, is an
/// error.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expansion::test(&arguments.into(), item.into()).into()
}

/// Defaults for the tests of a module and of those below it, in one place.
///
/// The arguments are those of [`#[solipsism::test]`](macro@test), and hold for each test whose own attribute says nothing else:
/// that comes first, then the closest module, then modules around it, then `solipsism::main!(…)`, which takes the same
/// arguments for the whole target. What the command line and the environment say beats all. The loops of wider fixtures are not
/// concerned.
///
/// `tags` add up, and so do `ignore_if`s: any one of them ignores the test, that of the outermost module being asked first.
/// `tokio` and `unrepeatable`, which have no value, cannot be taken back further in. `retries` needs `unrepeatable` or
/// `clock = "real"` in the same parentheses.
///
/// A module has one set of defaults at most; two are an error of the run. They hold under libtest too. `--setup-plan` tells for
/// each test where its defaults stand.
///
/// ```text
/// mod database {
///     solipsism::defaults!(tags = ["db"], serial = "db", time_limit = "1h");
///
///     #[solipsism::test(time_limit = "2h")] // two hours, and the rest as above
///     async fn migrates() { … }
/// }
/// ```
#[proc_macro]
pub fn defaults(arguments: TokenStream) -> TokenStream {
    defaults::defaults(arguments.into(), defaults::Whose::Modules).into()
}

/// The arguments of `main!(…)`.
#[doc(hidden)]
#[proc_macro]
pub fn defaults_of_target(arguments: TokenStream) -> TokenStream {
    defaults::defaults(arguments.into(), defaults::Whose::Targets).into()
}

/// Configures fixtures for the tests of a module and of those below it, in one place.
///
/// Stands on a `fn name(settings: &mut Settings)`, where `Settings` are those of a fixture, such as
/// `solipsism::fixtures::StreamPairSettings`. It is called with the defaults whenever such a fixture is made for a test of its
/// module, or for a fixture that the module shares. That of the closest module is called last, and `#[with(…)]` comes after
/// all. What the session shares is configured by the root of the fixture's crate alone. The only argument is `crate`, as for `#[fixture]`.
#[proc_macro_attribute]
pub fn configure(arguments: TokenStream, item: TokenStream) -> TokenStream {
    configure::configure(&arguments.into(), &item.into()).into()
}

/// Makes a fixture of what a function returns: tests, and other fixtures, ask for it by its type.
///
/// The function is a `fn` or an `async fn`. It returns the fixture, or a `Result` of it, written as a path that ends in
/// `Result<T, …>`; an error is the failure of all that asked for it, and `solipsism::Skip("why")` as the error skips them.
/// The function stays what it is, and can be called. Its type is known wherever the fixture is, however private the function.
///
/// A fixture lives as long as who asks for it, and so its type must own what it has: it is `'static`. It may be of another
/// crate: several functions can provide the same type, and `#[from(path)]` before a parameter then says which.
///
/// Beside the function there is a type of the same name, by which `#[from(path)]` finds it. So a fixture function shares
/// its name with no module and no other type beside it.
///
/// # Arguments
///
/// All are optional, and separated by commas.
///
/// | argument | value | without it |
/// |---|---|---|
/// | `scope` | who shares the value that `&T` asks for: `"test"`, `"module"` or `"session"` | `"test"` |
/// | `teardown` | what is done with the value in the end: a path such as `Database::close`, or a closure | it is dropped |
/// | `autouse` | no value: every test of the module, and of those in it, uses it without naming it | who names it uses it |
/// | `crate` | the path under which `solipsism` is known, such as `crate = my_tests::solipsism` | `::solipsism` |
///
/// # Scopes
///
/// A value of the scope `"test"` is shared by one test and the fixtures that it asks for. One of the scope `"module"` is shared
/// by the tests of a module, as `module_path!()` has it, and one of the scope `"session"` by all tests of a run. It is made
/// when the first of them runs, and torn down when the last is done. A fixture can share, as `&T`, only what lives at
/// least as long; what it takes as `T` or as `&mut T` is made for it. Either mistake, and a fixture that needs itself,
/// is an error of the compiler.
///
/// # Loops and threads
///
/// A test has a world of its own, whose clock begins at zero, and runs beside others. A wider fixture lives in a world of its
/// scope, on a thread of its own. If its value is `Send` and `Sync`, and neither it nor what it asks for asked for a loop, tests
/// anywhere borrow it. If it is not, its tests run on that thread, one after another, in their own worlds all the same.
///
/// A wider fixture that asks for `EventLoop` or `Network`, itself or by what it owns, gets those of its scope: the tasks that
/// it spawns and the servers that it starts go on while its tests run. These run one after another in *children* of its loop:
/// they have its clock, which goes on, and its network, but tasks, timers, sockets and limits of their own, which end with
/// each of them; what a test orders of the clock and of the network is undone, but for a crash of a host and for what it does
/// to values that it shares. The clock steps for the fixture's tasks too, since they may be what the test waits for; a test
/// of which nothing goes on meanwhile ends in its step limit, which is a hundredth of the usual one then. A panic of the
/// fixture's own tasks fails the test that runs, and those after it are not run. A report names the tests that ran before in
/// the same loop.
///
/// # When it fails
///
/// A set-up that panics, returns an error or hangs is told once, with the tests that it takes along; they are *errors*,
/// counted apart from failed tests, as failed teardowns are. The rest is still torn down.
///
/// # Under libtest and under nextest
///
/// Under libtest a test with several cases is one test, which tells of each case that fails. Reports are printed by the test
/// that they are about; what a wider fixture prints itself is captured with the test that first needed it. A module or
/// session fixture is torn down after the last selected test that uses it, which fails if that fails, whatever its own
/// `#[should_panic]`; which tests are selected is read from libtest's arguments. `cargo nextest` gives each test a process of
/// its own: everything works, and every process sets up what its test needs anew.
///
/// # Teardown
///
/// It takes the value, or the value and a `&solipsism::Outcome`, which tells how the test ended: the worst of all, where
/// several share it. It returns `()` or a `Result<(), E>`, or is `async` and comes to that.
///
/// ```text
/// #[solipsism::fixture(teardown = Database::close)] // async fn close(self)
/// #[solipsism::fixture(teardown = |database| database.close())]
/// #[solipsism::fixture(teardown = async |database, outcome| database.close_after(outcome).await)]
/// ```
///
/// It runs whatever came of the test, after the teardowns of all that was made later, and each has a minute of virtual time.
///
/// # Parameters
///
/// They are those of a test: `T`, `&T`, `&mut T`, `#[from(path)]`, `#[with(name = value)]`, `#[case]` and `#[values(…)]`. What a
/// fixture takes as `&mut T` is torn down with who asked for the fixture. Each value of `#[values(…)]` multiplies the tests
/// that use the fixture, at any depth; where that is all that the function chooses from, the parameter's name is no part of
/// a case's.
///
/// `#[default(value)]` before a parameter makes a setting of it, under the parameter's name: who asks for the fixture as `T`
/// or as `&mut T` can change it with `#[with(name = value)]`. The value is an expression, made anew for each fixture, in
/// the world of the test that needs it, and also where another one takes its place. `&str` means `&'static str` there.
#[proc_macro_attribute]
pub fn fixture(arguments: TokenStream, item: TokenStream) -> TokenStream {
    fixture::fixture(&arguments.into(), item.into()).into()
}

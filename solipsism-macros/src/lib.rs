//! The attribute of `solipsism`: `#[test]` turns an `async fn` into one registration, and a wrapper for libtest.
//!
//! Everything here is syntax. Whether a parameter's type is a fixture, whether a duration can be read and whether a
//! return type is an ending is left to the types and `const fn`s under `solipsism::__private`, which the expansion
//! names; rustc then reports on the user's own tokens. In reading order: what was typed (`arguments`, `item`), what it
//! becomes (`expansion`), and what is said of it otherwise (`mistake`).

use proc_macro::TokenStream;

mod arguments;
mod crate_path;
mod fixture_arguments;

mod item;
mod lifetimes;
mod ours;
mod parameter;
mod signature;
mod with;

mod attributes;
mod cases;
mod expressions;
mod ids;
mod values;

mod asking;
mod configure;
mod expansion;
mod fixture;
mod provider;
mod registration;

mod mistake;

/// Runs an `async fn` as a test in a world of its own, where time is virtual.
///
/// Each parameter is a fixture, chosen by its type. The function returns nothing, or anything that says how the test
/// ended, such as `Result<(), E>`; it has no generics and is not `unsafe`, `const` or `extern`.
///
/// # Arguments
///
/// All are optional and written `name = value`, separated by commas. A flag or a variable of the run beats them.
///
/// | argument | value | without it |
/// |---|---|---|
/// | `clock` | `"virtual"`: time moves when nothing else can; `"manual"`: only when the test advances it; `"real"` | `"virtual"` |
/// | `seed` | an integer: it permutes tasks that are ready at the same instant | first ready, first run |
/// | `time_limit` | how much virtual time the test may take, such as `"1h"` | no limit |
/// | `wall_limit` | how much real time the test may take, such as `"30s"` | a minute |
/// | `step_limit` | an integer: how often the clock may step while the body is not polled | 10 million |
/// | `poll_budget` | an integer: how many polls one instant may take before it is a livelock | the event loop's budget |
/// | `epoch` | what the wall clock shows at the start, such as `"2024-02-29T12:00:00Z"` | `"2000-01-01T00:00:00Z"` |
/// | `crate` | the path under which `solipsism` is known, such as `crate = my_tests::solipsism` | `::solipsism` |
///
/// A duration is one number and one unit: `ns`, `us`, `ms`, `s`, `m`, `h` or `d`.
///
/// # Settings of a fixture
///
/// `#[with(name = value, …)]` before a parameter changes settings of its fixture: `#[with(capacity = 4)] pair: StreamPair`.
/// Each name is a public field of the fixture's `Settings`, and what is not named keeps its default. A value is an
/// expression of the field's own type, without conversion, in the scope around the test. It is made anew for each run,
/// inside of the test's world and before its body begins: a panic in it is the test's. It can neither `.await` nor end
/// in `?`, and it sees no other parameter.
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

/// Configures fixtures for the tests of a module and of those below it, in one place.
///
/// Stands on a `fn name(settings: &mut Settings)`, where `Settings` are those of a fixture, such as
/// `solipsism::fixtures::StreamPairSettings`. It is called with the defaults whenever a test of its module gets such a
/// fixture without sharing it; that of the closest module is called last, and the test's own `#[with(…)]` comes after all.
#[proc_macro_attribute]
pub fn configure(arguments: TokenStream, item: TokenStream) -> TokenStream {
    configure::configure(&arguments.into(), &item.into()).into()
}

/// Makes a fixture of a function.
#[proc_macro_attribute]
pub fn fixture(arguments: TokenStream, item: TokenStream) -> TokenStream {
    fixture::fixture(&arguments.into(), item.into()).into()
}

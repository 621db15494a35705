//! `#[files(…)]`: what the plan is told of the files that match.

use std::path::PathBuf;

use solipsism::Fixture;

struct Source(PathBuf);

#[solipsism::fixture]
fn source(#[files("src/bin/no*.rs")] path: PathBuf) -> Source {
    Source(path)
}

struct Nothing;

#[solipsism::fixture]
fn nothing(#[files("src/*.json")] _path: PathBuf, #[values(1)] _more: u8) -> Nothing {
    Nothing
}

#[solipsism::test]
async fn each_file_is_a_case() {
    let [axis] = <Source as Fixture<source>>::provider().axes else {
        panic!("there is one axis")
    };
    let ids = (axis.values)().unwrap();
    let ids: Vec<_> = ids.iter().map(|value| &*value.id).collect();
    assert_eq!(ids, ["no_tests.rs"]);
    let Source(path) = source(PathBuf::new());
    assert!(path.as_os_str().is_empty());
}

#[solipsism::test]
async fn no_file_is_an_error() {
    let [axis, _] = <Nothing as Fixture<nothing>>::provider().axes else {
        panic!("there are two axes")
    };
    let told = (axis.values)().unwrap_err();
    let expected =
        "the pattern `src/*.json` of `#[files]`: needed a file that matches it, found none below ";
    assert!(told.starts_with(expected), "{told}");
}

solipsism::main!();

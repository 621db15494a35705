//! What the README says is what happens.

use std::fs;
use std::path::Path;

use solipsism_tests::output;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package is in the workspace")
}

fn read(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).expect("the file is there")
}

/// The fenced blocks of this language.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = markdown.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().expect("a part").to_owned())
        .collect()
}

#[solipsism::test]
async fn its_code_stands_in_the_example() {
    let example = read("solipsism/examples/first_look.rs");
    let blocks = blocks(&read("README.md"), "rust");
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        // The README leaves the parts of the example between its own out.
        for part in block.split("\n\n") {
            assert!(
                example.contains(part.trim_end()),
                "not in the example:\n{part}"
            );
        }
    }
}

// It may have to be compiled first.
#[solipsism::test(wall_limit = "10m")]
async fn its_report_is_what_the_example_prints() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let cargo = cargo
        .current_dir(workspace())
        .args(["run", "--quiet", "--example", "first_look"]);
    let printed = output(cargo);
    assert_eq!(printed.code, Some(101), "{printed:?}");
    let blocks = blocks(&read("README.md"), "text");
    assert_eq!(blocks.len(), 1);
    for block in blocks {
        assert!(
            printed.stdout.contains(&block),
            "not printed:\n{block}\nbut:\n{}",
            printed.stdout
        );
    }
    assert!(
        printed
            .stdout
            .contains("test an_hour_passes_in_no_time ... ok")
    );
}

#[solipsism::test]
async fn its_commands_are_those_of_ci() {
    let commands = blocks(&read("README.md"), "sh");
    assert_eq!(
        commands,
        ["cargo run --example first_look\n", "cargo test\n"]
    );
    let ci = read(".ci/run");
    for command in commands {
        assert!(ci.contains(command.trim_end()), "{command}");
    }
}

#[solipsism::test]
async fn its_version_of_rust_is_that_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let (_, version) = manifest
        .split_once("rust-version = \"")
        .expect("it is stated");
    let (version, _) = version.split_once('"').expect("it is a string");
    assert!(read("README.md").contains(&format!("Rust {version} or newer")));
}

solipsism::main!();

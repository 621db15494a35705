//! The programs in the chapters of `solipsism/docs/moving_in` are those that are compiled and run here.

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(tests.join(file)).expect("the file is there")
}

#[solipsism::test]
#[case::from_rstest("from_rstest", &["beside", "before", "after"])]
#[case::from_start_paused("from_start_paused", &["beside", "before", "after"])]
#[case::from_turmoil("from_turmoil", &["before", "after"])]
#[case::from_madsim("from_madsim", &["before", "after"])]
#[case::listeners("listeners_from_outside", &["incoming", "traits", "http", "clock"])]
#[case::import_swaps("import_swaps", &["crate"])]
async fn every_program_stands_in_a_file(#[case] chapter: &str, #[case] programs: &[&str]) {
    let text = read(&format!("../solipsism/docs/moving_in/{chapter}.md"));
    let blocks: Vec<_> = text
        .split("```rust\n")
        .skip(1)
        .map(|block| block.split("```").next().expect("a part"))
        .collect();
    assert_eq!(blocks.len(), programs.len());
    for (block, program) in blocks.iter().zip(programs) {
        let file = read(&format!("tests/stack_moving_in/{chapter}_{program}.rs"));
        assert_eq!(*block, file, "{chapter}_{program}.rs");
    }
}

solipsism::main!();

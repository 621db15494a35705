//! The programs in the chapter on neighbours are those that are compiled and run here.

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(tests.join(file)).expect("the file is there")
}

#[solipsism::test]
async fn every_program_stands_in_a_file() {
    let text = read("../solipsism/docs/neighbours.md");
    let blocks: Vec<_> = text
        .split("```rust\n")
        .skip(1)
        .map(|block| block.split("```").next().expect("a part"))
        .collect();
    let programs = ["cases", "properties", "quick", "snapshots"];
    assert_eq!(blocks.len(), programs.len());
    for (block, program) in blocks.iter().zip(programs) {
        let file = read(&format!("tests/stack_neighbours/{program}.rs"));
        assert_eq!(*block, file, "{program}.rs");
    }
}

//! Temporary directories that are kept and that are not: run where `TMPDIR` is somewhere to look.

use solipsism::fixtures::{Keep, TempDir};

#[solipsism::test]
async fn fails_and_is_removed(dir: TempDir) {
    std::fs::write(dir.join("file"), "text").expect("it is ours");
    panic!("the directory is removed all the same");
}

#[solipsism::test]
async fn fails_and_is_kept(#[with(keep = Keep::OnFailure)] dir: TempDir) {
    std::fs::write(dir.join("file"), "text").expect("it is ours");
    panic!("the directory is there to be looked at");
}

#[solipsism::test]
async fn passes_and_is_removed(
    #[with(keep = Keep::OnFailure)] dir: TempDir,
    #[with(keep = Keep::Never)] _other: TempDir,
) {
    std::fs::create_dir(dir.join("inner")).expect("it is ours");
}

#[solipsism::test]
async fn passes_and_is_kept(#[with(keep = Keep::Always)] _dir: TempDir) {}

solipsism::main!();

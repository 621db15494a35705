//! One file under tokio's names and under ours, and a crate with tokio inside and with a world.

#![expect(clippy::duplicate_mod, reason = "that it compiles twice is the test")]

mod import_swaps_crate;

#[path = "."]
mod under_tokio_s {
    use tokio::{net, signal, spawn, task, time};

    #[path = "names.rs"]
    mod names;
}

#[path = "."]
mod under_ours {
    use solipsism::{net, signal, spawn, task, time};

    #[path = "names.rs"]
    mod names;
}

#[test]
fn the_crate_serves_real_sockets_without_cfg_test() {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_stack_import_swaps")).output();
    assert_eq!(String::from_utf8(run.unwrap().stdout).unwrap(), "hello\n");
}

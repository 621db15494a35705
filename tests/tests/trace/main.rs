//! What a trace tells: as data in the world itself, and as a part of the reports of a program that fails on purpose.

mod data;
mod misuse;
mod network;
mod reports;
mod without_a_harness;

use solipsism::EventLoop;

/// The events so far, a line each, with the line of the file alone for places in the code.
fn told(event_loop: &EventLoop) -> String {
    let mut told = String::new();
    for event in event_loop.trace() {
        let text = event.to_string();
        let text = match text.split_once(" at tests/tests/trace/") {
            Some((before, _)) => before.trim_end_matches([',', ' ']),
            None => &text,
        };
        told += text;
        told += "\n";
    }
    told
}

solipsism::main!();

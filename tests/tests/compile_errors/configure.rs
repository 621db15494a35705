#![deny(warnings)]

use solipsism::fixtures::StreamPairSettings;

#[solipsism::configure(StreamPair)]
fn argument(settings: &mut StreamPairSettings) {
    settings.capacity = 1;
}

#[solipsism::configure]
fn shared(settings: &StreamPairSettings) {
    let _ = settings.capacity;
}

#[solipsism::configure]
fn two(settings: &mut StreamPairSettings, other: &mut StreamPairSettings) {
    settings.capacity = other.capacity;
}

#[solipsism::configure]
async fn later(settings: &mut StreamPairSettings) {
    settings.capacity = 1;
}

#[solipsism::configure]
struct Small;

#[solipsism::configure]
fn unknown(settings: &mut StreamPairSettings) {
    settings.capacty = 1;
}

#[solipsism::configure]
fn no_settings(settings: &mut u8) {
    *settings = 1;
}

fn main() {}

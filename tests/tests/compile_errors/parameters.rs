#![deny(warnings)]

use solipsism::EventLoop;
use solipsism::fixtures::StreamPair;

pub struct Db;

#[solipsism::test]
async fn shared(#[with(capacity = 4)] pair: &StreamPair) {
    let _ = pair;
}

#[solipsism::test]
async fn no_fixtures(text: &str, bytes: &mut [u8], names: Vec<&str>, forever: &'static EventLoop) {
    let _ = (text, bytes, names, forever);
}

#[solipsism::test]
async fn no_functions(#[from] one: EventLoop, #[from(1)] two: EventLoop, #[from(a)] #[from(b)] three: EventLoop) {
    let _ = (one, two, three);
}

#[solipsism::test]
async fn default(#[default(4)] capacity: usize) {
    let _ = capacity;
}

#[solipsism::fixture]
fn defaults(#[default(4)] (one, two): (u8, u8), #[default] three: u8, #[default(3)] #[with(a = 1)] four: u8) -> Db {
    let _ = (one, two, three, four);
    Db
}

#[solipsism::test]
#[case(1)]
async fn several_sources(
    #[case] #[with(capacity = 4)] one: u8,
    #[values(1, 2)] #[case] two: u8,
    #[from(x)] #[values(1, 2)] three: u8,
) {
    let _ = (one, two, three);
}

fn main() {}

#![deny(warnings)]

use solipsism::test;

#[test]
fn plain() {}

#[test]
#[solipsism::test]
async fn above() {}

#[test]
async fn ours() {}

fn main() {}

#![deny(warnings)]

pub struct Db;

pub struct Silent;

#[solipsism::fixture]
fn db() -> Result<Db, Silent> {
    Err(Silent)
}

pub struct Other;

#[solipsism::fixture]
fn other() -> Other {
    Db
}

fn main() {}

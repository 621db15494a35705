#![deny(warnings)]

use std::fmt;

pub struct Db;

pub struct Table<'a>(&'a str);

#[solipsism::fixture]
pub struct NoFunction;

#[solipsism::fixture]
fn nothing() {}

#[solipsism::fixture]
async fn unit() -> Result<(), fmt::Error> {
    Ok(())
}

#[solipsism::fixture]
fn opaque() -> impl fmt::Debug {
    1
}

#[solipsism::fixture]
fn hidden() -> fmt::Result {
    Ok(())
}

#[solipsism::fixture]
fn borrowing() -> Table<'_> {
    Table("x")
}

#[solipsism::fixture]
fn text() -> Result<&str, fmt::Error> {
    Ok("x")
}

#[solipsism::fixture]
fn generic<'a, T: Default>(other: &'a Db) -> T {
    let _ = other;
    T::default()
}

#[solipsism::fixture]
unsafe fn careless() -> Db {
    Db
}

#[solipsism::fixture]
#[ignore]
#[solipsism::test]
fn also_a_test() -> Db {
    Db
}

impl Db {
    #[solipsism::fixture]
    pub fn method(&self) -> u32 {
        1
    }
}

fn main() {}

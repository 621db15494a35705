#![deny(warnings)]

pub struct Db;

#[solipsism::fixture(scpe = "test", autouse = true, retries = 3, "module")]
fn unknown() -> Db {
    Db
}

#[solipsism::fixture(scope = "modul", crate = "solipsism")]
fn nearly_a_scope() -> Db {
    Db
}

#[solipsism::fixture(scope = session, teardown, autouse, autouse)]
fn no_values() -> Db {
    Db
}

#[solipsism::fixture(teardown = || (), scope = "world")]
fn nothing_to_tear_down() -> Db {
    Db
}

#[solipsism::fixture(teardown = |a, b, c| ())]
fn too_much_to_tear_down() -> Db {
    Db
}

fn main() {
    let _ = (unknown, nearly_a_scope, no_values, nothing_to_tear_down);
}

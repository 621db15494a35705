#![deny(warnings)]

pub struct Db;

#[solipsism::fixture]
fn db(app: &App) -> Db {
    let _ = app;
    Db
}

pub struct App;

#[solipsism::fixture]
fn app(db: &mut Db) -> App {
    let _ = db;
    App
}

pub struct Own;

#[solipsism::fixture]
fn own(own: Own) -> Own {
    own
}

fn main() {}

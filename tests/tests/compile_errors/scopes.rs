#![deny(warnings)]

use solipsism::EventLoop;

pub struct Config;

#[solipsism::fixture]
fn config(event_loop: &EventLoop) -> Config {
    let _ = event_loop;
    Config
}

pub struct Db;

#[solipsism::fixture(scope = "session")]
fn db(config: &Config) -> Db {
    let _ = config;
    Db
}

pub struct Missing;

pub struct App;

#[solipsism::fixture(scope = "module")]
async fn app(db: &Db, config: &mut Config, missing: &Missing) -> App {
    let _ = (db, config, missing);
    App
}

fn main() {}

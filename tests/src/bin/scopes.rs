//! Fixtures of every scope, which tell on stderr what happens to them and when; some fail when a variable says so.

use std::cell::{Cell, RefCell};
use std::env;
use std::rc::Rc;

use solipsism::net::{TcpListener, TcpStream};
use solipsism::task::AbortHandle;
use solipsism::time::{Duration, Instant, sleep};
use solipsism::{EventLoop, Outcome, spawn};

fn say(what: &str) {
    eprintln!("{what}");
}

/// What is to go wrong in this run.
fn fails(what: &str) -> bool {
    env::var("FAILS").is_ok_and(|fails| fails.split(',').any(|one| one == what))
}

fn fail_if_told(what: &str) {
    assert!(!fails(what), "{what} was told to fail");
}

/// In a loop of the session's.
struct Db {
    rows: RefCell<Vec<String>>,
    heartbeat: AbortHandle,
}

#[solipsism::fixture(scope = "session", teardown = Db::close)]
async fn db(_event_loop: EventLoop) -> Db {
    say("db: set-up");
    sleep(Duration::from_secs(5)).await;
    fail_if_told("db set-up");
    if fails("db hangs") {
        std::future::pending::<()>().await;
    }
    Db {
        rows: RefCell::default(),
        heartbeat: spawn(async {
            loop {
                sleep(Duration::from_secs(30)).await;
                fail_if_told("db heartbeat");
            }
        })
        .abort_handle(),
    }
}

impl Db {
    async fn close(self, outcome: &Outcome) {
        sleep(Duration::from_secs(1)).await;
        say(&format!(
            "db: teardown after {:?}, at {:?}, {outcome:?}",
            self.rows.borrow(),
            Instant::now()
        ));
        self.heartbeat.abort();
        fail_if_told("db teardown");
    }

    fn insert(&self, row: &str) {
        self.rows.borrow_mut().push(row.to_owned());
    }
}

/// Of the session, and for any thread.
struct Config(&'static str);

#[solipsism::fixture(scope = "session", teardown = |config: Config| say(&format!("config: teardown of {}", config.0)))]
fn config() -> Config {
    say("config: set-up");
    fail_if_told("config set-up");
    Config("settings")
}

/// Of a module, in the session's loop, for it uses the database.
struct Table<'a> {
    name: &'a str,
    used: Cell<u32>,
}

type Users = Table<'static>;

#[solipsism::fixture(scope = "module", teardown = drop_table)]
async fn users(db: &Db, config: &Config) -> Users {
    say(&format!("users: set-up with {}", config.0));
    db.insert("create users");
    sleep(Duration::from_secs(1)).await;
    fail_if_told("users set-up");
    Table {
        name: "users",
        used: Cell::new(0),
    }
}

async fn drop_table(table: Users) -> Result<(), String> {
    say(&format!(
        "{}: teardown after {} uses",
        table.name,
        table.used.get()
    ));
    if fails("users teardown") {
        return Err("users teardown was told to fail".to_owned());
    }
    Ok(())
}

/// Of a test.
struct Row(Rc<Cell<bool>>);

#[solipsism::fixture(teardown = Row::delete)]
fn row(users: &Users) -> Row {
    say("row: set-up");
    fail_if_told("row set-up");
    users.used.set(users.used.get() + 1);
    Row(Rc::default())
}

impl Row {
    fn delete(self) {
        say(&format!("row: teardown, seen: {}", self.0.get()));
        fail_if_told("row teardown");
    }
}

mod accounts {
    use super::{Db, Row, Users, fail_if_told, say};

    #[solipsism::test]
    async fn one(row: &mut Row) {
        say("accounts::one");
        row.0.set(true);
        fail_if_told("accounts::one");
    }

    #[solipsism::test]
    async fn two(users: &Users, db: &Db) {
        say("accounts::two");
        users.used.set(users.used.get() + 1);
        db.insert("two");
    }
}

mod orders {
    use super::{Users, say};

    #[solipsism::test]
    async fn one(users: &Users) {
        say("orders::one");
        users.used.set(users.used.get() + 1);
    }
}

#[solipsism::test]
async fn configured(config: &Config, event_loop: EventLoop) {
    say("configured");
    assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    assert_eq!(config.0, "settings");
}

#[solipsism::test]
async fn inserts(db: &Db) {
    say(&format!("inserts, at {:?}", Instant::now()));
    db.insert("inserts");
    sleep(Duration::from_secs(60)).await;
    fail_if_told("inserts");
}

#[solipsism::test]
async fn leaves_a_listener_behind(db: &Db) {
    let listener = TcpListener::bind("db.internal:1").await.unwrap();
    let listener = Box::leak(Box::new(listener));
    spawn(async { listener.accept().await });
    db.insert("listener");
}

#[solipsism::test]
async fn meets_no_listener(db: &Db) {
    assert!(TcpStream::connect("db.internal:1").await.is_err());
    db.insert("no listener");
}

#[solipsism::test]
#[should_panic = "as meant"]
async fn panics(db: &Db) {
    db.insert("panics");
    panic!("as meant");
}

#[solipsism::test]
async fn stands_alone() {
    say("stands_alone");
}

solipsism::main!();

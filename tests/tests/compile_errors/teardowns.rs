#![deny(warnings)]

pub struct Db;

impl Db {
    async fn close(self) {}

    fn by_reference(&self) {}

    fn counts(self) -> u32 {
        1
    }
}

#[solipsism::fixture(teardown = Db::close)]
fn db() -> Db {
    Db
}

#[solipsism::test]
async fn owned(db: Db) {
    drop(db);
}

pub struct App(Db);

#[solipsism::fixture]
fn app(db: Db) -> App {
    App(db)
}

pub struct Lent;

#[solipsism::fixture(teardown = |_: &Lent| ())]
fn lent() -> Lent {
    Lent
}

mod by_reference {
    pub struct Other;

    #[solipsism::fixture(teardown = super::Db::by_reference)]
    fn other() -> Other {
        Other
    }
}

mod counting {
    pub struct Counted;

    #[solipsism::fixture(teardown = count)]
    async fn counted() -> Counted {
        Counted
    }

    fn count(_: Counted) -> u32 {
        super::Db.counts()
    }
}

mod closure {
    pub struct Counted;

    #[solipsism::fixture(teardown = |_| 3)]
    async fn counted() -> Counted {
        Counted
    }
}

fn main() {
    Db.by_reference();
    let App(_) = App(Db);
}

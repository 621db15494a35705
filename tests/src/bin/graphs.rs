//! Fixtures of every scope and in every way of taking others, by tests in nested modules; the variable `SEED` says which go wrong.

use std::cell::Cell;
use std::rc::Rc;

use solipsism::fixtures::TestInfo;
use solipsism::net::Network;
use solipsism::{EventLoop, Outcome};
use solipsism_tests::planted::{Body, Planted, Result};

/// The value of the fixture of this number, and what it owns.
struct Of<const N: usize, T = ()>(Planted, T);

impl<const N: usize, T> Of<N, T> {
    fn id(&self) -> usize {
        self.0.id()
    }

    async fn close(self, outcome: &Outcome) -> Result<()> {
        self.0.close(*outcome).await
    }
}

/// For any thread.
type Config = Of<0>;

#[solipsism::fixture(scope = "session", teardown = Of::close)]
async fn config(info: TestInfo) -> Result<Config> {
    Ok(Of(Planted::new("config", &info, &[]).await?, ()))
}

/// Owned by whoever wants one.
type Part = Of<1>;

#[solipsism::fixture]
async fn part(info: TestInfo) -> Result<Part> {
    Ok(Of(Planted::new("part", &info, &[]).await?, ()))
}

/// For any thread, beside `Config`.
type Key = Of<2, Part>;

#[solipsism::fixture(scope = "session", teardown = Of::close)]
async fn key(info: TestInfo, part: Part, #[values(1, 2)] _bits: u32) -> Result<Key> {
    Ok(Of(Planted::new("key", &info, &[]).await?, part))
}

/// Bound to its thread, without a loop.
type Cache = Of<3, Rc<()>>;

#[solipsism::fixture(scope = "session", teardown = Of::close)]
async fn cache(info: TestInfo, config: &Config) -> Result<Cache> {
    let planted = Planted::new("cache", &info, &[config.id()]).await?;
    Ok(Of(planted, Rc::default()))
}

/// In a loop of the session's.
type Db = Of<4>;

#[solipsism::fixture(scope = "session", teardown = Of::close)]
async fn db(info: TestInfo, config: &Config, row: &mut Row, _loop: EventLoop) -> Result<Db> {
    let uses = [config.id(), row.id()];
    Ok(Of(Planted::new("db", &info, &uses).await?, ()))
}

/// For one test, or for whatever else wants one.
type Row = Of<5, Part>;

#[solipsism::fixture(teardown = Of::close)]
async fn row(info: TestInfo, part: Part) -> Result<Row> {
    Ok(Of(Planted::new("row", &info, &[]).await?, part))
}

/// Of a module, in the session's loop.
type Table = Of<6>;

#[solipsism::fixture(scope = "module", teardown = Of::close)]
async fn table(info: TestInfo, db: &Db, config: &Config, row: &mut Row) -> Result<Table> {
    let uses = [db.id(), config.id(), row.id()];
    Ok(Of(Planted::new("table", &info, &uses).await?, ()))
}

/// Of a module, in a loop of its own.
type Server = Of<7, Cell<()>>;

#[solipsism::fixture(scope = "module", teardown = Of::close)]
async fn server(info: TestInfo, row: &mut Row, _net: Network) -> Result<Server> {
    let planted = Planted::new("server", &info, &[row.id()]).await?;
    Ok(Of(planted, Cell::default()))
}

/// Of a module, for any thread.
type Names = Of<8>;

#[solipsism::fixture(scope = "module", teardown = Of::close)]
async fn names(info: TestInfo, key: &Key, row: &mut Row) -> Result<Names> {
    let uses = [key.id(), row.id()];
    Ok(Of(Planted::new("names", &info, &uses).await?, ()))
}

/// Of a test, made of all sorts.
type Session = Of<9>;

#[solipsism::fixture(teardown = Of::close)]
async fn session(
    info: TestInfo,
    table: &Table,
    row: &Row,
    fresh: &mut Names,
    #[values("a", "b")] _of: &str,
) -> Result<Session> {
    let uses = [table.id(), row.id(), fresh.id()];
    Ok(Of(Planted::new("session", &info, &uses).await?, ()))
}

#[solipsism::test]
async fn alone(info: TestInfo) -> Result<()> {
    Body::new(&info, &[]).run().await
}

#[solipsism::test]
async fn owns(info: TestInfo, _part: Part, one: &mut Row, other: &mut Row) -> Result<()> {
    Body::new(&info, &[one.id(), other.id()]).run().await
}

#[solipsism::test]
async fn has_fresh_ones(info: TestInfo, config: &mut Config, key: &mut Key) -> Result<()> {
    Body::new(&info, &[config.id(), key.id()]).run().await
}

#[solipsism::test]
async fn shares(info: TestInfo, config: &Config, key: &Key) -> Result<()> {
    Body::new(&info, &[config.id(), key.id()]).run().await
}

mod accounts {
    use super::{Body, Cache, Config, Names, Of, Planted, Result, Row, Session, Table, TestInfo};

    /// Of all tests here and below.
    type Clean = Of<10>;

    #[solipsism::fixture(scope = "module", autouse, teardown = Of::close)]
    async fn clean(info: TestInfo, config: &Config) -> Result<Clean> {
        Ok(Of(Planted::new("clean", &info, &[config.id()]).await?, ()))
    }

    #[solipsism::test]
    async fn alone(info: TestInfo) -> Result<()> {
        Body::new(&info, &[]).run().await
    }

    #[solipsism::test]
    async fn reads(info: TestInfo, table: &Table, cache: &Cache) -> Result<()> {
        Body::new(&info, &[table.id(), cache.id()]).run().await
    }

    #[solipsism::test]
    async fn writes(info: TestInfo, session: &mut Session, row: &Row) -> Result<()> {
        Body::new(&info, &[session.id(), row.id()]).run().await
    }

    #[solipsism::test]
    async fn names_it(info: TestInfo, names: &Names) -> Result<()> {
        Body::new(&info, &[names.id()]).run().await
    }

    mod closed {
        use super::{Body, Names, Of, Planted, Result, TestInfo};

        /// Of each test.
        type Seal = Of<11>;

        #[solipsism::fixture(autouse, teardown = Of::close)]
        async fn seal(info: TestInfo, names: &Names) -> Result<Seal> {
            Ok(Of(Planted::new("seal", &info, &[names.id()]).await?, ()))
        }

        #[solipsism::test]
        async fn alone(info: TestInfo) -> Result<()> {
            Body::new(&info, &[]).run().await
        }

        #[solipsism::test]
        #[case::one(1)]
        #[case::two(2)]
        async fn counts(info: TestInfo, #[case] _count: u32, seal: &Seal) -> Result<()> {
            Body::new(&info, &[seal.id()]).run().await
        }
    }
}

mod orders {
    use super::{Body, Cache, Db, Names, Result, Row, Server, TestInfo};

    #[solipsism::test]
    async fn serves(info: TestInfo, server: &Server, row: &mut Row) -> Result<()> {
        Body::new(&info, &[server.id(), row.id()]).run().await
    }

    #[solipsism::test]
    async fn stores(info: TestInfo, server: &Server, db: &Db, names: &Names) -> Result<()> {
        let uses = [server.id(), db.id(), names.id()];
        Body::new(&info, &uses).run().await
    }

    #[solipsism::test]
    async fn caches(info: TestInfo, cache: &Cache, names: &Names) -> Result<()> {
        Body::new(&info, &[cache.id(), names.id()]).run().await
    }
}

solipsism::main!();

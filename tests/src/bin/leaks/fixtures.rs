//! What fixtures leave behind, and whom it is told of.

use std::cell::RefCell;
use std::future::pending;

use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::{EventLoop, spawn};

/// Of each test.
#[derive(Debug)]
struct Own;

#[solipsism::fixture]
fn own() -> Own {
    spawn(pending::<()>());
    Own
}

/// Of the module: its loop, and a place where tests may put things.
struct Shared {
    address: &'static str,
    taken: RefCell<Vec<TcpStream>>,
}

#[solipsism::fixture(scope = "module")]
async fn shared(_event_loop: EventLoop, _network: Network) -> Shared {
    let listener = TcpListener::bind("shared.internal:80").await.unwrap();
    spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            spawn(async move {
                pending::<()>().await;
                drop(stream);
            });
        }
    })
    .background();
    Shared {
        address: "shared.internal:80",
        taken: RefCell::default(),
    }
}

#[solipsism::test(leaks = "fail")]
async fn a_fixture_of_the_test(own: Own) {
    assert_eq!(format!("{own:?}"), "Own");
}

#[solipsism::test(leaks = "fail")]
async fn a_stream_is_kept_in_what_others_share(shared: &Shared) {
    let stream = TcpStream::connect(shared.address).await.unwrap();
    shared.taken.borrow_mut().push(stream);
}

#[solipsism::test(leaks = "fail")]
async fn only_the_own_is_told(shared: &Shared) {
    let stream = TcpStream::connect(shared.address).await.unwrap();
    spawn(async move {
        pending::<()>().await;
        drop(stream);
    });
}

#[solipsism::test(leaks = "fail")]
async fn a_clean_one(shared: &Shared) {
    TcpStream::connect(shared.address).await.unwrap();
}

//! Which addresses a socket may have, and who cannot be reached by them.

use std::io::ErrorKind;
use std::path::Path;

use solipsism::net::{Network, UnixDatagram, UnixListener};

use crate::{bind, drain, kind, pair, unbound};

#[solipsism::test]
async fn addresses() {
    let path = bind("/run/a");
    assert_eq!(
        path.local_addr().unwrap().as_pathname(),
        Some(Path::new("/run/a"))
    );
    assert_eq!(kind(path.peer_addr()), ErrorKind::NotConnected);
    let name = bind("\0name");
    assert_eq!(
        name.local_addr().unwrap().as_abstract_name(),
        Some(&b"name"[..])
    );
    name.connect("/run/a").unwrap();
    assert_eq!(name.peer_addr().unwrap(), path.local_addr().unwrap());
    assert!(unbound().local_addr().unwrap().is_unnamed());
    let (a, _b) = pair();
    assert!(a.local_addr().unwrap().is_unnamed() && a.peer_addr().unwrap().is_unnamed());
}

#[solipsism::test]
async fn who_cannot_be_reached(net: Network) {
    let a = bind("/a");
    assert_eq!(kind(a.send(b"x").await), ErrorKind::NotConnected);
    for at in ["", "/missing", "\0missing", "/gone", "/stream"] {
        if at == "/gone" {
            drop(bind(at));
        }
        let _listener = (at == "/stream").then(|| UnixListener::bind(at).unwrap());
        let expected = match at {
            "" | "/stream" => ErrorKind::InvalidInput,
            "/missing" => ErrorKind::NotFound,
            _ => ErrorKind::ConnectionRefused,
        };
        assert_eq!(kind(a.send_to(b"x", at).await), expected, "{at}");
        assert_eq!(kind(a.connect(at)), expected, "{at}");
    }
    // Each host has its own.
    let theirs = net.host("other").spawn(async { bind("/a") }).await;
    theirs
        .expect("it finishes")
        .send_to(b"x", "/a")
        .await
        .unwrap();
    assert!(drain(&a).is_empty());
}

#[solipsism::test]
async fn a_name_is_taken_once() {
    let socket = bind("/a");
    assert_eq!(kind(UnixDatagram::bind("/a")), ErrorKind::AddrInUse);
    assert_eq!(kind(UnixListener::bind("/a")), ErrorKind::AddrInUse);
    drop(socket);
    let _again = bind("/a");
    for bad in [String::new(), "a\0b".to_owned(), "x".repeat(108)] {
        assert_eq!(kind(UnixDatagram::bind(bad)), ErrorKind::InvalidInput);
    }
}

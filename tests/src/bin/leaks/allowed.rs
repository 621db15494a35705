//! What is allowed, and what is left of that.

use std::future::pending;
use std::mem::forget;

use solipsism::net::{TcpListener, UdpSocket};
use solipsism::{spawn, task};

solipsism::defaults!(leaks = "fail", allow_leaks(task = "of the module *"));

fn named(name: &str) {
    task::Builder::new().name(name).spawn(pending::<()>());
}

#[solipsism::test(leaks = "allow")]
async fn anything() {
    spawn(pending::<()>());
}

#[solipsism::test(allow_leaks(tasks))]
async fn a_kind() {
    spawn(async {
        let _listener = TcpListener::bind("api.internal:80").await.unwrap();
        pending::<()>().await;
    });
    task::yield_now().await;
    forget(UdpSocket::bind("api.internal:53").await.unwrap());
}

#[solipsism::test(allow_leaks(task = "pool *"))]
async fn a_name() {
    named("pool 1");
    named("of the module 1");
    named("whirlpool 1");
}

#[solipsism::test(allow_leaks(type = "Pending<()>", type = "TcpListener"))]
async fn a_type() {
    spawn(pending::<()>());
    forget(TcpListener::bind("api.internal:80").await.unwrap());
    spawn(pending::<u8>());
}

#[solipsism::test(allow_leaks(crate = "futures_util"))]
async fn a_crate_that_has_nothing_to_do_with_it() {
    spawn(pending::<()>());
}

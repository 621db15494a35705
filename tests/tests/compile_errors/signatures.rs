#![deny(warnings)]

use solipsism::EventLoop;

#[solipsism::test]
async fn generic<T: Clone>(event_loop: EventLoop) where T: Copy {
    drop(event_loop);
}

#[solipsism::test]
async fn borrowing<'a>(event_loop: &'a EventLoop) {
    let _ = event_loop;
}

#[solipsism::test]
async unsafe extern "C" fn modified() {}

#[solipsism::test]
async fn any_type(future: impl Future<Output = ()>, maybe: Option<impl Copy>) {
    future.await;
    drop(maybe);
}

#[solipsism::test]
async fn conditional(#[cfg(unix)] event_loop: EventLoop, #[cfg_attr(unix, allow(unused))] other: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn opaque() -> Result<impl Copy, std::fmt::Error> {
    Ok(())
}

fn main() {}

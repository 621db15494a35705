#[solipsism::test(crate = nowhere)]
async fn elsewhere(event_loop: solipsism::EventLoop) -> Result<(), std::fmt::Error> {
    drop(event_loop);
    Ok(())
}

fn main() {}

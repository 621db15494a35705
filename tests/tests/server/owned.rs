//! A server in the hands of something else.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use solipsism::fixtures::Server;

use super::{ask, shout};

struct Api {
    server: Server,
    calls: Rc<Cell<u32>>,
}

impl Api {
    async fn start(server: Server) -> io::Result<Self> {
        let calls = Rc::<Cell<u32>>::default();
        let counted = Rc::clone(&calls);
        let handler = move |stream| {
            counted.set(counted.get() + 1);
            shout(stream)
        };
        server.start(handler).await?;
        Ok(Self { server, calls })
    }
}

#[solipsism::test]
async fn it_can_be_given_away(server: Server) -> io::Result<()> {
    let api = Api::start(server).await?;
    let mut client = api.server.connect().await?;
    assert_eq!(ask(&mut client, "hey").await?, "HEY");
    assert_eq!(api.calls.get(), 1);
    Ok(())
}

#[solipsism::test]
async fn it_serves_on_when_its_handle_is_gone(server: Server) -> io::Result<()> {
    let mut client = server.start_and_connect(shout).await?;
    drop(server);
    assert_eq!(ask(&mut client, "hey").await?, "HEY");
    Ok(())
}

//! What processors make of what goes through.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism_tests::net::{millis, secs};

use crate::{ask, receive, start, through};

#[solipsism::test]
async fn a_chunk_grows_and_shrinks() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.to_server().map(|chunk| chunk.repeat(3));
    assert_eq!(ask(&mut client, b"ab").await?.0, b"ababab");
    proxy.to_client().map(|mut chunk| {
        chunk.truncate(1);
        chunk
    });
    assert_eq!(ask(&mut client, b"ab").await?.0, b"a");
    Ok(())
}

#[solipsism::test]
async fn a_chunk_that_grows_beyond_all_buffers_arrives_whole() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.to_server().map(|_| vec![1; 1_000_000]);
    client.write_all(b"x").await?;
    let mut all = vec![0; 1_000_000];
    server.read_exact(&mut all).await?;
    assert!(all.iter().all(|byte| *byte == 1));
    assert_eq!(proxy.statistics().bytes_to_server, 1_000_000);
    Ok(())
}

#[solipsism::test]
async fn an_empty_result_drops_the_chunk_and_its_delay() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(secs(1), Duration::ZERO);
    proxy
        .to_server()
        .map(|chunk| if chunk == b"drop" { Vec::new() } else { chunk });
    let start = Instant::now();
    client.write_all(b"drop").await?;
    sleep(millis(5)).await;
    client.write_all(b"keep").await?;
    assert_eq!(receive(&mut server).await?, b"keep");
    assert_eq!(start.elapsed(), millis(1005));
    client.write_all(b"drop").await?;
    drop(client);
    assert_eq!(receive(&mut server).await?, b"", "the end is not dropped");
    Ok(())
}

#[solipsism::test]
async fn a_processor_may_hold_bytes_back() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    let mut held = Vec::new();
    // Whole lines only.
    proxy.to_server().map(move |chunk| {
        held.extend(chunk);
        let end = held.iter().rposition(|byte| *byte == b'\n');
        held.drain(..end.map_or(0, |end| end + 1)).collect()
    });
    for part in [&b"one\nt"[..], b"w", b"o\nthree\nf"] {
        client.write_all(part).await?;
        sleep(millis(1)).await;
    }
    assert_eq!(receive(&mut server).await?, b"one\ntwo\nthree\n");
    Ok(())
}

#[solipsism::test]
async fn chunks_are_as_they_were_read() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    let sizes = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&sizes);
    proxy.to_server().map(move |chunk| {
        seen.borrow_mut().push(chunk.len());
        chunk
    });
    client.set_capacity(100_000)?;
    client.write_all(&[0; 70_000]).await?;
    server.read_exact(&mut [0; 70_000]).await?;
    client.write_all(b"more").await?;
    server.read_exact(&mut [0; 4]).await?;
    assert_eq!(*sizes.borrow(), [65_536, 4464, 4]);
    Ok(())
}

#[solipsism::test]
async fn an_async_processor_takes_its_time_before_the_delay() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.set_delay(millis(10), Duration::ZERO);
    proxy.to_server().map_async(|chunk| async move {
        sleep(millis(100)).await;
        chunk.to_ascii_uppercase()
    });
    assert_eq!(ask(&mut client, b"x").await?, (b"X".to_vec(), millis(110)));
    proxy
        .to_server()
        .try_map_async(|chunk| async move { io::Result::Ok(chunk) });
    assert_eq!(ask(&mut client, b"x").await?, (b"x".to_vec(), millis(10)));
    Ok(())
}

#[solipsism::test]
async fn async_processors_of_several_clients_run_at_once() -> io::Result<()> {
    let (proxy, mut one) = start().await?;
    let mut other = proxy.connect().await?;
    proxy.to_server().map_async(|chunk| async move {
        sleep(millis(100)).await;
        chunk
    });
    let start = Instant::now();
    one.write_all(b"1").await?;
    other.write_all(b"2").await?;
    assert_eq!(receive(&mut one).await?, b"1");
    assert_eq!(receive(&mut other).await?, b"2");
    assert_eq!(start.elapsed(), millis(100));
    Ok(())
}

#[solipsism::test]
async fn a_processor_is_replaced_and_taken_out() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    let count = Rc::new(Cell::new(0));
    let counted = Rc::clone(&count);
    proxy.to_server().map(move |chunk| {
        counted.set(counted.get() + 1);
        chunk
    });
    ask(&mut client, b"x").await?;
    proxy.to_server().map(|_| b"second".to_vec());
    assert_eq!(ask(&mut client, b"x").await?.0, b"second");
    proxy.to_server().unmap();
    assert_eq!(ask(&mut client, b"x").await?.0, b"x");
    assert_eq!((count.get(), Rc::strong_count(&count)), (1, 1));
    Ok(())
}

#[solipsism::test]
async fn a_processor_may_use_its_proxy() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    let proxy = Rc::new(proxy);
    let own = Rc::downgrade(&proxy);
    proxy.to_server().map(move |_| {
        let proxy = own.upgrade().expect("it is open");
        proxy.to_server().unmap();
        proxy.set_delay(secs(1), Duration::ZERO);
        b"first".to_vec()
    });
    assert_eq!(ask(&mut client, b"x").await?, (b"first".to_vec(), secs(1)));
    assert_eq!(ask(&mut client, b"x").await?.0, b"x");
    Ok(())
}

#[solipsism::test]
async fn what_is_being_processed_is_discarded() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    let held = Rc::new(());
    let kept = Rc::clone(&held);
    proxy.to_server().map_async(move |chunk| {
        let kept = Rc::clone(&kept);
        async move {
            sleep(secs(3600)).await;
            drop(kept);
            chunk
        }
    });
    client.write_all(b"x").await?;
    timeout(secs(1), receive(&mut server))
        .await
        .expect_err("it is processed");
    assert_eq!(Rc::strong_count(&held), 3);
    proxy.disconnect_all().await;
    assert_eq!(Rc::strong_count(&held), 2, "the future is dropped");
    assert_eq!(receive(&mut server).await?, b"");
    assert_eq!(receive(&mut client).await?, b"");
    Ok(())
}

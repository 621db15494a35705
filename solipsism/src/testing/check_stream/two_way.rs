//! Both directions of a stream.

use futures_util::future::{join, join4};
use futures_util::io::{AsyncRead, AsyncWrite};

use super::Pairs;
use super::moving::{pieces, random};

pub(super) async fn moves_both_ways<A, B>(pairs: &mut Pairs<'_, A, B>, count: usize)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (a, b) = pairs.begin("many bytes go each way at the same time").await;
    let (there, back) = (random(1, count), random(2, count));
    let ((mut from_b, mut to_b), (mut from_a, mut to_a)) = (a.split(), b.split());
    let send_there = async {
        to_b.must_write(&there, pieces(3)).await;
        to_b.must_flush().await;
    };
    let send_back = async {
        to_a.must_write(&back, pieces(4)).await;
        to_a.must_flush().await;
    };
    join4(
        send_there,
        send_back,
        from_b.must_get(&back, pieces(5)),
        from_a.must_get(&there, pieces(6)),
    )
    .await;
    join(to_b.must_close(), from_a.must_end()).await;
}

pub(super) async fn closes_by_halves<A, B>(pairs: &mut Pairs<'_, A, B>)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (mut a, mut b) = pairs
        .begin("one direction that is closed leaves the other one alone")
        .await;
    let send = async {
        a.must_send(b"there").await;
        a.must_close().await;
    };
    let read = async {
        b.must_get(b"there", || 16).await;
        b.must_end().await;
    };
    join(send, read).await;
    join(b.must_send(b"and back"), a.must_get(b"and back", || 3)).await;
    a.must_close().await;
    b.must_end().await;
    join(b.must_send(b"again"), a.must_get(b"again", || 16)).await;
    join(b.must_close(), a.must_end()).await;
    if a.write(b"too late").await.is_ok() && a.flush().await.is_ok() {
        a.broke("a write was taken by the direction that is closed");
    }
}

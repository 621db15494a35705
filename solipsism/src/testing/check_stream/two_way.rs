//! Both directions of a stream.

use futures_util::future::{join, join4};
use futures_util::io::{AsyncRead, AsyncWrite};

use super::Pairs;
use super::end::{End, PIECE};
use super::moving::{pieces, random};
use super::waiting::{fill, must_wait};
use crate::testing::watch::Watch;

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

/// While one direction is full, and one waits.
pub(super) async fn waits_both_ways<A, B>(pairs: &mut Pairs<'_, A, B>)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (mut a, mut b) = pairs
        .begin("a read and a write that wait at once are each woken by its own")
        .await;
    let (reader, writer) = (a.watch(), a.watch());
    must_wait(&mut a, 16, &reader);
    let mut taken = Vec::new();
    fill(&mut a, &writer, &mut taken);
    // Bytes that come the other way are for the reader, though nobody makes room.
    if b.is_sent_unread(b"back").await {
        is_woken(&a, "poll_read", &reader).await;
        a.must_get(b"back", || 16).await;
        let reader = a.watch();
        must_wait(&mut a, 16, &reader);
    }
    let writer = a.watch();
    if a.poll_write(b"x", &writer).is_pending() {
        let write = async {
            is_woken(&a, "poll_write", &writer).await;
            // What it has buffered is not sent by itself.
            a.must_flush().await;
        };
        join(write, b.must_get(&taken, || PIECE)).await;
    }
}

async fn is_woken<S: Unpin>(end: &End<S>, what: &str, watch: &Watch) {
    if !watch.woken().await {
        end.lost_waker(what, watch);
    }
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

    let (mut a, mut b) = pairs
        .begin("a read that waits goes on when its own side is closed")
        .await;
    let waits = a.watch();
    must_wait(&mut a, 16, &waits);
    join(a.must_close(), b.must_end()).await;
    let read = async {
        is_woken(&a, "poll_read", &waits).await;
        a.must_get(b"late", || 16).await;
    };
    join(b.must_send(b"late"), read).await;

    let (mut a, mut b) = pairs
        .begin("what has arrived can be read when its own side is closed")
        .await;
    if b.is_sent_unread(b"before").await {
        join(a.must_close(), b.must_end()).await;
        a.must_get(b"before", || 4).await;
    }

    let (mut a, mut b) = pairs.begin("both sides may be closed at once").await;
    join(a.must_close(), b.must_close()).await;
    join(a.must_end(), b.must_end()).await;
}

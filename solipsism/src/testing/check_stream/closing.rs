//! The end of a stream.

use futures_util::future::join;
use futures_util::io::{AsyncRead, AsyncWrite};

use super::Pairs;
use super::end::text;
use crate::testing::settle;
use crate::time::{Duration, sleep};

pub(super) async fn ends_for_good<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("after a close the reader finds what was sent, then the end, and that for good")
        .await;
    let send = async {
        w.must_send(b"y").await;
        w.must_close().await;
    };
    let read = async {
        // The writer gets as far as it can.
        settle().await;
        r.must_get(b"y", || 1).await;
        for _ in 0..3 {
            r.must_end().await;
        }
        sleep(Duration::from_secs(1)).await;
        r.must_end().await;
    };
    join(send, read).await;
    w.must_close().await;
    w.must_close().await;
    r.must_end().await;
}

pub(super) async fn sends_before_it_ends<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a close sends what was not flushed, and then ends the stream")
        .await;
    let send = async {
        w.must_write(b"not flushed", || 1024).await;
        w.must_close().await;
    };
    let read = async {
        r.must_get(b"not flushed", || 1024).await;
        r.must_end().await;
    };
    join(send, read).await;
}

pub(super) async fn takes_no_write_after<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs.begin("a write after a close fails").await;
    join(w.must_close(), r.must_end()).await;
    match w.write(b"too late").await {
        Err(_) => {}
        Ok(count) => {
            if w.flush().await.is_ok() {
                w.broke(&format!(
                    "a write took {count} bytes after the stream was closed, and so did a flush"
                ));
            }
        }
    }
    // However that ends, it ends.
    let _ = w.flush().await;
    r.must_end().await;
}

pub(super) async fn leaves_what_was_flushed<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("what was flushed arrives, also when its writer was dropped before it is read")
        .await;
    if w.is_sent_unread(b"last words").await {
        w.drop_it();
        r.must_get(b"last words", || 16).await;
    }
}

pub(super) async fn notices_a_dropped_writer<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (w, mut r) = pairs
        .begin("when a writer was dropped its reader finds the end, or an error")
        .await;
    w.drop_it();
    for _ in 0..2 {
        if let Ok(bytes) = r.read(16).await {
            if !bytes.is_empty() {
                r.broke(&format!(
                    "a read gave {}, and nothing was written",
                    text(&bytes)
                ));
            }
        }
    }
}

pub(super) async fn notices_a_dropped_reader<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, r) = pairs
        .begin("when a reader was dropped writes fail, and that for good")
        .await;
    r.drop_it();
    w.must_fail("and nobody can read them").await;
    w.must_fail("after one that had failed").await;
    // However it ends, it ends.
    let _ = w.close().await;
}

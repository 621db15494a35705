//! A stream, an end of a pipe or a listener with a name, of which every operation is written into the transcript.

use std::io::{self, IoSlice, IoSliceMut};
use std::time::Duration;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};

use crate::side::{Arrival, Arrives, Listener, Reads, Side, Stream, TcpStream, Transport, Writes};
use crate::together::polled_once;
use crate::transcript::{Transcript, address, count, data, done, failure, words};

pub struct Noted<T> {
    name: &'static str,
    pub transcript: Transcript,
    pub socket: T,
}

/// Two connected streams `a` and `b`, the kind's default buffers between them.
pub async fn pair<T: Transport>(transcript: &Transcript) -> (Noted<T::Stream>, Noted<T::Stream>) {
    let (a, b) = T::pair(None).await;
    (transcript.of("a", a), transcript.of("b", b))
}

/// The same, with as little between them as is allowed.
pub async fn narrow_pair<T: Transport>(
    transcript: &Transcript,
) -> (Noted<T::Stream>, Noted<T::Stream>) {
    let (a, b) = T::pair(Some(4096)).await;
    (transcript.of("a", a), transcript.of("b", b))
}

pub fn pipe<S: Side>(transcript: &Transcript) -> (Noted<S::Sender>, Noted<S::Receiver>) {
    let (sender, receiver) = S::pipe();
    (transcript.of("a", sender), transcript.of("b", receiver))
}

impl Transcript {
    pub fn of<T>(&self, name: &'static str, socket: T) -> Noted<T> {
        let transcript = self.clone();
        Noted {
            name,
            transcript,
            socket,
        }
    }
}

impl<T> Noted<T> {
    fn note(&self, operation: &str, result: &str) {
        let name = self.name;
        self.transcript.note(&format!("{name}.{operation}"), result);
    }

    /// Writes that down; whatever else is dropped leaves no line.
    pub fn drop(self) {
        self.transcript.line(&format!("drop({})", self.name));
    }
}

impl<T: Arrives> Noted<T> {
    /// Is no operation, and leaves no line.
    pub async fn until(&self, arrival: Arrival) {
        self.socket.until(arrival).await;
    }
}

impl<T: Reads> Noted<T> {
    pub async fn read(&mut self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.read(&mut buffer).await;
        self.note(&format!("read({length})"), &data(&result, &buffer));
    }

    /// Begins to read and thinks better of it.
    pub async fn start_to_read(&mut self, length: usize) {
        let mut buffer = vec![0; length];
        let result = polled_once(self.socket.read(&mut buffer)).await;
        let result = result.map_or("pending".to_owned(), |result| data(&result, &buffer));
        self.note(&format!("read({length}), polled once"), &result);
    }

    pub async fn read_exact(&mut self, length: usize) {
        let mut buffer = vec![0; length];
        let result = match self.socket.read_exact(&mut buffer).await {
            Ok(()) => words(&buffer),
            Err(error) => failure(&error),
        };
        self.note(&format!("read_exact({length})"), &result);
    }

    pub async fn read_to_end(&mut self) {
        let mut buffer = Vec::new();
        let result = match self.socket.read_to_end(&mut buffer).await {
            Ok(_) => words(&buffer),
            Err(error) => failure(&error),
        };
        self.note("read_to_end()", &result);
    }

    pub async fn read_vectored(&mut self, lengths: &[usize]) {
        let mut buffers: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; *length]).collect();
        let mut slices: Vec<_> = buffers.iter_mut().map(|b| IoSliceMut::new(b)).collect();
        let result = self.socket.read_vectored(&mut slices).await;
        self.note(
            &format!("read_vectored({lengths:?})"),
            &data(&result, &buffers.concat()),
        );
    }

    pub fn try_read(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.try_read(&mut buffer);
        self.note(&format!("try_read({length})"), &data(&result, &buffer));
    }

    pub fn try_read_vectored(&self, lengths: &[usize]) {
        let mut buffers: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; *length]).collect();
        let mut slices: Vec<_> = buffers.iter_mut().map(|b| IoSliceMut::new(b)).collect();
        let result = self.socket.try_read_vectored(&mut slices);
        self.note(
            &format!("try_read_vectored({lengths:?})"),
            &data(&result, &buffers.concat()),
        );
    }

    pub async fn readable(&self) {
        let result = self.socket.readable().await;
        self.note("readable()", &done(&result));
    }

    pub async fn is_readable(&self) {
        let result = polled_once(self.socket.readable()).await;
        let result = result.map_or("pending".to_owned(), |result| done(&result));
        self.note("readable(), polled once", &result);
    }
}

impl<T: Writes> Noted<T> {
    pub async fn write(&mut self, text: &str) {
        let result = self.socket.write(text.as_bytes()).await;
        self.note(&format!("write({text:?})"), &count(&result));
    }

    pub async fn write_vectored(&mut self, texts: &[&str]) {
        let slices: Vec<_> = texts.iter().map(|t| IoSlice::new(t.as_bytes())).collect();
        let result = self.socket.write_vectored(&slices).await;
        self.note(&format!("write_vectored({texts:?})"), &count(&result));
    }

    pub async fn write_all(&mut self, data: &[u8]) {
        let result = self.socket.write_all(data).await;
        self.note(&format!("write_all({})", words(data)), &done(&result));
    }

    pub fn try_write(&self, text: &str) {
        let result = self.socket.try_write(text.as_bytes());
        self.note(&format!("try_write({text:?})"), &count(&result));
    }

    pub fn try_write_vectored(&self, texts: &[&str]) {
        let slices: Vec<_> = texts.iter().map(|t| IoSlice::new(t.as_bytes())).collect();
        let result = self.socket.try_write_vectored(&slices);
        self.note(&format!("try_write_vectored({texts:?})"), &count(&result));
    }

    pub async fn writable(&self) {
        let result = self.socket.writable().await;
        self.note("writable()", &done(&result));
    }

    pub async fn is_writable(&self) {
        let result = polled_once(self.socket.writable()).await;
        let result = result.map_or("pending".to_owned(), |result| done(&result));
        self.note("writable(), polled once", &result);
    }

    pub async fn flush(&mut self) {
        let result = self.socket.flush().await;
        self.note("flush()", &done(&result));
    }

    /// Shuts the write half down.
    pub async fn close(&mut self) {
        let result = self.socket.close().await;
        self.note("close()", &done(&result));
    }
}

impl<T: Stream> Noted<T> {
    pub fn local_addr(&self, known: &[(&str, T::Address)]) {
        self.note("local_addr()", &address(&self.socket.local_addr(), known));
    }

    pub fn peer_addr(&self, known: &[(&str, T::Address)]) {
        self.note("peer_addr()", &address(&self.socket.peer_addr(), known));
    }
}

impl<T: TcpStream> Noted<T> {
    pub async fn peek(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.peek(&mut buffer).await;
        self.note(&format!("peek({length})"), &data(&result, &buffer));
    }

    pub async fn start_to_peek(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = polled_once(self.socket.peek(&mut buffer)).await;
        let result = result.map_or("pending".to_owned(), |result| data(&result, &buffer));
        self.note(&format!("peek({length}), polled once"), &result);
    }

    /// After this a drop resets the connection.
    pub fn set_linger_to_zero(&self) {
        let result = self.socket.set_linger(Some(Duration::ZERO));
        self.note("set_linger(0)", &done(&result));
    }

    pub fn set_linger(&self, linger: Option<Duration>) {
        let result = self.socket.set_linger(linger);
        self.note(&format!("set_linger({linger:?})"), &done(&result));
    }

    pub fn linger(&self) {
        let result = match self.socket.linger() {
            Ok(linger) => format!("{linger:?}"),
            Err(error) => failure(&error),
        };
        self.note("linger()", &result);
    }

    pub fn take_error(&self) {
        let result = match self.socket.take_error() {
            Ok(None) => "none".to_owned(),
            Ok(Some(error)) => format!("taken: {}", failure(&error)),
            Err(error) => failure(&error),
        };
        self.note("take_error()", &result);
    }
}

impl<T: Listener> Noted<T> {
    pub async fn accept(
        &self,
        name: &'static str,
        known: &[(&str, T::Address)],
    ) -> Option<Noted<T::Stream>> {
        self.accepted(self.socket.accept().await, name, known)
    }

    /// Begins to accept and thinks better of it.
    pub async fn start_to_accept(&self) {
        let result = polled_once(self.socket.accept()).await;
        let result = match result {
            None => "pending".to_owned(),
            Some(Ok(_)) => "accepted".to_owned(),
            Some(Err(error)) => failure(&error),
        };
        self.note("accept(), polled once", &result);
    }

    fn accepted(
        &self,
        result: io::Result<(T::Stream, T::Address)>,
        name: &'static str,
        known: &[(&str, T::Address)],
    ) -> Option<Noted<T::Stream>> {
        match result {
            Ok((stream, from)) => {
                let from = address(&Ok(from), known);
                self.note("accept()", &format!("{name}, from {from}"));
                Some(self.transcript.of(name, stream))
            }
            Err(error) => {
                self.note("accept()", &failure(&error));
                None
            }
        }
    }
}

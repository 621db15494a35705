//! A datagram socket with a name, of which every operation is written into the transcript.

use std::io;

use crate::side::{Address, Arrival, Datagram, UdpSocket};
use crate::together::polled_once;
use crate::transcript::{Transcript, address, count, data, done, failure, words};

pub struct Mailbox<T> {
    name: &'static str,
    transcript: Transcript,
    pub socket: T,
}

impl Transcript {
    pub fn mailbox<T>(&self, name: &'static str, socket: T) -> Mailbox<T> {
        let transcript = self.clone();
        Mailbox {
            name,
            transcript,
            socket,
        }
    }
}

impl<T> Mailbox<T> {
    fn note(&self, operation: &str, result: &str) {
        let name = self.name;
        self.transcript.note(&format!("{name}.{operation}"), result);
    }

    /// Writes that down; whatever else is dropped leaves no line.
    pub fn drop(self) {
        self.transcript.line(&format!("drop({})", self.name));
    }
}

impl<T: Datagram> Mailbox<T> {
    /// Is no operation, and leaves no line.
    pub async fn until(&self, arrival: Arrival) {
        self.socket.until(arrival).await;
    }

    pub async fn connect(&self, name: &str, to: &T::Address) {
        let result = self.socket.connect(to).await;
        self.note(&format!("connect({name})"), &done(&result));
    }

    pub async fn send(&self, data: &[u8]) {
        let result = self.socket.send(data).await;
        self.note(&format!("send({})", words(data)), &count(&result));
    }

    pub async fn send_to(&self, data: &[u8], name: &str, to: &T::Address) {
        let result = self.socket.send_to(data, to).await;
        self.note(
            &format!("send_to({}, {name})", words(data)),
            &count(&result),
        );
    }

    pub async fn recv(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.recv(&mut buffer).await;
        self.note(&format!("recv({length})"), &data(&result, &buffer));
    }

    pub async fn start_to_recv(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = polled_once(self.socket.recv(&mut buffer)).await;
        let result = result.map_or("pending".to_owned(), |result| data(&result, &buffer));
        self.note(&format!("recv({length}), polled once"), &result);
    }

    pub async fn recv_from(&self, length: usize, known: &[(&str, T::Address)]) {
        let mut buffer = vec![0; length];
        let result = self.socket.recv_from(&mut buffer).await;
        self.note(
            &format!("recv_from({length})"),
            &from(result, &buffer, known),
        );
    }

    pub fn try_send(&self, text: &str) {
        let result = self.socket.try_send(text.as_bytes());
        self.note(&format!("try_send({text:?})"), &count(&result));
    }

    pub fn try_send_to(&self, text: &str, name: &str, to: &T::Address) {
        let result = self.socket.try_send_to(text.as_bytes(), to);
        self.note(&format!("try_send_to({text:?}, {name})"), &count(&result));
    }

    pub fn try_recv(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.try_recv(&mut buffer);
        self.note(&format!("try_recv({length})"), &data(&result, &buffer));
    }

    pub fn try_recv_from(&self, length: usize, known: &[(&str, T::Address)]) {
        let mut buffer = vec![0; length];
        let result = self.socket.try_recv_from(&mut buffer);
        self.note(
            &format!("try_recv_from({length})"),
            &from(result, &buffer, known),
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

    pub async fn writable(&self) {
        let result = self.socket.writable().await;
        self.note("writable()", &done(&result));
    }

    pub async fn is_writable(&self) {
        let result = polled_once(self.socket.writable()).await;
        let result = result.map_or("pending".to_owned(), |result| done(&result));
        self.note("writable(), polled once", &result);
    }

    pub fn local_addr(&self, known: &[(&str, T::Address)]) {
        self.note("local_addr()", &address(&self.socket.local_addr(), known));
    }

    pub fn peer_addr(&self, known: &[(&str, T::Address)]) {
        self.note("peer_addr()", &address(&self.socket.peer_addr(), known));
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

impl<T: UdpSocket> Mailbox<T> {
    pub async fn peek(&self, length: usize) {
        let mut buffer = vec![0; length];
        let result = self.socket.peek(&mut buffer).await;
        self.note(&format!("peek({length})"), &data(&result, &buffer));
    }

    pub async fn peek_from(&self, length: usize, known: &[(&str, T::Address)]) {
        let mut buffer = vec![0; length];
        let result = self.socket.peek_from(&mut buffer).await;
        self.note(
            &format!("peek_from({length})"),
            &from(result, &buffer, known),
        );
    }

    pub fn set_broadcast(&self, broadcast: bool) {
        let result = self.socket.set_broadcast(broadcast);
        self.note(&format!("set_broadcast({broadcast})"), &done(&result));
    }
}

fn from<A: Address>(result: io::Result<(usize, A)>, buffer: &[u8], known: &[(&str, A)]) -> String {
    match result {
        Ok((count, from)) => {
            let from = address(&Ok(from), known);
            format!("{} from {from}", words(&buffer[..count]))
        }
        Err(error) => failure(&error),
    }
}

//! A server of the few commands that the suite needs, for clients that speak RESP2.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;

use futures_util::io::BufReader;
use solipsism::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use solipsism::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::{self, Duration};
use tokio::sync::{Notify, broadcast};

pub const ADDRESS: &str = "redis.internal:6379";

/// What all connections share.
struct Data {
    values: RefCell<BTreeMap<String, String>>,
    lists: RefCell<BTreeMap<String, VecDeque<String>>>,
    pushed: Notify,
    published: broadcast::Sender<(String, String)>,
}

/// Serves every connection.
pub async fn serve() {
    let listener = TcpListener::bind(ADDRESS).await.unwrap();
    let data = Rc::new(Data {
        values: RefCell::default(),
        lists: RefCell::default(),
        pushed: Notify::new(),
        published: broadcast::channel(16).0,
    });
    let accept = async move {
        while let Ok((stream, _)) = listener.accept().await {
            let data = Rc::clone(&data);
            // A client that is gone, or a host that crashed, ends a connection.
            let serving = async move { drop(talk(stream, &data).await) };
            solipsism::spawn(serving).background();
        }
    };
    solipsism::spawn(accept).background();
}

async fn talk(stream: TcpStream, data: &Data) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        let command = command(&mut reader).await?;
        let words: Vec<_> = command.iter().map(String::as_str).collect();
        let answer = match words[..] {
            ["DEBUG", "CLOSE"] => return Ok(()),
            ["SUBSCRIBE", channel] => return publish(channel, data, writer).await,
            _ => data.answer(&words).await,
        };
        writer.write_all(answer.as_bytes()).await?;
    }
}

/// The next command: an array of strings.
async fn command(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Vec<String>> {
    let mut command = Vec::new();
    for _ in 0..number(reader, '*').await? {
        let mut word = vec![0; number(reader, '$').await? + 2];
        reader.read_exact(&mut word).await?;
        word.truncate(word.len() - 2);
        command.push(String::from_utf8(word).map_err(io::Error::other)?);
    }
    Ok(command)
}

async fn number(reader: &mut BufReader<OwnedReadHalf>, sign: char) -> io::Result<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).await?;
    let digits = line.trim_end().strip_prefix(sign);
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
}

impl Data {
    async fn answer(&self, words: &[&str]) -> String {
        match *words {
            ["PING"] => "+PONG\r\n".to_owned(),
            ["CLIENT", ..] => "+OK\r\n".to_owned(),
            ["DEBUG", "SLEEP", seconds] => {
                time::sleep(Duration::from_secs(seconds.parse().unwrap())).await;
                "+OK\r\n".to_owned()
            }
            ["SET", key, value] => {
                let mut values = self.values.borrow_mut();
                values.insert(key.to_owned(), value.to_owned());
                "+OK\r\n".to_owned()
            }
            ["GET", key] => {
                let values = self.values.borrow();
                values.get(key).map_or_else(nothing, |value| bulk(value))
            }
            ["RPUSH", key, value] => {
                let mut lists = self.lists.borrow_mut();
                let list = lists.entry(key.to_owned()).or_default();
                list.push_back(value.to_owned());
                self.pushed.notify_waiters();
                format!(":{}\r\n", list.len())
            }
            ["BLPOP", key, seconds] => {
                let seconds = seconds.parse().unwrap();
                // None is for ever.
                let patience = if seconds > 0.0 {
                    Duration::from_secs_f64(seconds)
                } else {
                    Duration::MAX
                };
                let popped = time::timeout(patience, self.pop(key)).await;
                let pair = |value: String| array(&[bulk(key), bulk(&value)]);
                popped.map_or_else(|_| "*-1\r\n".to_owned(), pair)
            }
            ["PUBLISH", channel, message] => {
                let message = (channel.to_owned(), message.to_owned());
                format!(":{}\r\n", self.published.send(message).unwrap_or(0))
            }
            _ => format!("-ERR unknown command {words:?}\r\n"),
        }
    }

    fn first(&self, key: &str) -> Option<String> {
        let mut lists = self.lists.borrow_mut();
        lists.get_mut(key).and_then(VecDeque::pop_front)
    }

    async fn pop(&self, key: &str) -> String {
        loop {
            let pushed = self.pushed.notified();
            if let Some(value) = self.first(key) {
                return value;
            }
            pushed.await;
        }
    }
}

/// What a connection does that subscribes: it hears of a channel until its client is gone.
async fn publish(channel: &str, data: &Data, mut writer: OwnedWriteHalf) -> io::Result<()> {
    let mut published = data.published.subscribe();
    let answer = array(&[bulk("subscribe"), bulk(channel), ":1\r\n".to_owned()]);
    writer.write_all(answer.as_bytes()).await?;
    while let Ok((to, message)) = published.recv().await {
        if to == channel {
            let message = array(&[bulk("message"), bulk(channel), bulk(&message)]);
            writer.write_all(message.as_bytes()).await?;
        }
    }
    Ok(())
}

fn nothing() -> String {
    "$-1\r\n".to_owned()
}

fn bulk(value: &str) -> String {
    format!("${}\r\n{value}\r\n", value.len())
}

fn array(items: &[String]) -> String {
    format!("*{}\r\n{}", items.len(), items.concat())
}

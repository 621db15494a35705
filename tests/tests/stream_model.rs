//! A stream against a model of it: whatever is done at both ends, in whatever order, comes out as the model says.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use solipsism::EventLoop;
use solipsism::net::{Network, TcpListener, TcpStream, UnixStream};
use solipsism::time;

#[derive(Clone, Debug)]
enum Step {
    Write {
        end: usize,
        len: usize,
    },
    /// From two buffers.
    WriteVectored {
        end: usize,
        len: usize,
    },
    Read {
        end: usize,
        len: usize,
    },
    ReadVectored {
        end: usize,
        len: usize,
    },
    ShutDown {
        end: usize,
    },
    /// Lets this many milliseconds pass.
    Wait {
        millis: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let end = 0..2usize;
    let len = 1..40usize;
    let at = (end.clone(), len);
    prop_oneof![
        4 => at.clone().prop_map(|(end, len)| Step::Write { end, len }),
        1 => at.clone().prop_map(|(end, len)| Step::WriteVectored { end, len }),
        4 => at.clone().prop_map(|(end, len)| Step::Read { end, len }),
        1 => at.prop_map(|(end, len)| Step::ReadVectored { end, len }),
        1 => end.prop_map(|end| Step::ShutDown { end }),
        2 => (0..5u64).prop_map(|millis| Step::Wait { millis }),
    ]
}

/// One direction: bytes that have arrived, and those that arrive at a millisecond, with the end of all.
#[derive(Default)]
struct Direction {
    arrived: VecDeque<u8>,
    flying: VecDeque<(u64, u8)>,
    /// When the end arrives.
    end: Option<u64>,
}

struct Model {
    capacity: usize,
    latency: u64,
    now: u64,
    /// Each is read by the end with its index.
    directions: [Direction; 2],
}

impl Model {
    fn write(&mut self, end: usize, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let direction = &mut self.directions[1 - end];
        if direction.end.is_some() {
            return Err(ErrorKind::BrokenPipe);
        }
        let taken = direction.arrived.len() + direction.flying.len();
        let count = bytes.len().min(self.capacity - taken);
        if count == 0 {
            return Err(ErrorKind::WouldBlock);
        }
        let at = self.now + self.latency;
        direction
            .flying
            .extend(bytes[..count].iter().map(|byte| (at, *byte)));
        self.arrive();
        Ok(count)
    }

    fn read(&mut self, end: usize, len: usize) -> Result<Vec<u8>, ErrorKind> {
        let direction = &mut self.directions[end];
        let count = len.min(direction.arrived.len());
        if count > 0 {
            return Ok(direction.arrived.drain(..count).collect());
        }
        if direction.end.is_some_and(|at| at <= self.now) {
            return Ok(Vec::new());
        }
        Err(ErrorKind::WouldBlock)
    }

    fn shut_down(&mut self, end: usize) {
        let at = self.now + self.latency;
        self.directions[1 - end].end.get_or_insert(at);
    }

    fn wait(&mut self, millis: u64) {
        self.now += millis;
        self.arrive();
    }

    fn arrive(&mut self) {
        for direction in &mut self.directions {
            while direction
                .flying
                .front()
                .is_some_and(|(at, _)| *at <= self.now)
            {
                let (_, byte) = direction.flying.pop_front().expect("it was just seen");
                direction.arrived.push_back(byte);
            }
        }
    }
}

/// What both kinds of streams can do.
trait Stream {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize>;
    fn read(&self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize>;
    async fn shut_down(&self) -> io::Result<()>;
}

macro_rules! stream {
    ($stream:ty) => {
        impl Stream for $stream {
            fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
                self.try_write_vectored(slices)
            }

            fn read(&self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.try_read_vectored(slices)
            }

            async fn shut_down(&self) -> io::Result<()> {
                self.shutdown().await
            }
        }
    };
}

stream!(TcpStream);
stream!(UnixStream);

async fn follow(streams: [impl Stream; 2], mut model: Model, steps: Vec<Step>) {
    // Each byte is another than those around it, so that none is lost or doubled unseen.
    let mut sent = 0u8;
    for (place, step) in steps.into_iter().enumerate() {
        match step {
            Step::Write { end, len } | Step::WriteVectored { end, len } => {
                let bytes: Vec<u8> = (0..len)
                    .map(|_| {
                        sent = sent.wrapping_add(1);
                        sent
                    })
                    .collect();
                let cut = if matches!(step, Step::Write { .. }) {
                    len
                } else {
                    len / 2
                };
                let (one, other) = bytes.split_at(cut);
                let written = streams[end].write(&[IoSlice::new(one), IoSlice::new(other)]);
                let expected = model.write(end, &bytes);
                assert_eq!(
                    written.map_err(|error| error.kind()),
                    expected,
                    "step {place}"
                );
            }
            Step::Read { end, len } | Step::ReadVectored { end, len } => {
                let mut bytes = vec![0; len];
                let cut = if matches!(step, Step::Read { .. }) {
                    len
                } else {
                    len / 2
                };
                let (one, other) = bytes.split_at_mut(cut);
                let read = streams[end].read(&mut [IoSliceMut::new(one), IoSliceMut::new(other)]);
                let read = read.map(|count| bytes[..count].to_vec());
                assert_eq!(
                    read.map_err(|error| error.kind()),
                    model.read(end, len),
                    "step {place}"
                );
            }
            Step::ShutDown { end } => {
                streams[end].shut_down().await.expect("it always is done");
                model.shut_down(end);
            }
            Step::Wait { millis } => {
                time::sleep(Duration::from_millis(millis)).await;
                model.wait(millis);
            }
        }
    }
}

fn model(capacity: usize, latency: u64) -> Model {
    Model {
        capacity,
        latency,
        now: 0,
        directions: Default::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_pair_is_as_the_model(capacity in 1..64usize, steps in vec(step(), 0..200)) {
        EventLoop::new().run(async move {
            let (one, other) = UnixStream::pair_with_capacity(capacity).unwrap();
            follow([one, other], model(capacity, 0), steps).await;
        }).unwrap();
    }

    #[test]
    fn a_connection_is_as_the_model(capacity in 1..64usize, latency in 0..150u64, steps in vec(step(), 0..400)) {
        EventLoop::new().run(async move {
            let net = Network::current();
            net.set_capacity(capacity);
            let listener = TcpListener::bind("server:80").await.unwrap();
            let client = TcpStream::connect("server:80").await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            net.link("localhost", "server").latency(Duration::from_millis(latency));
            follow([client, server], model(capacity, latency), steps).await;
        }).unwrap();
    }
}

//! What the executor and the clock cost, as lines `solipsism.NAME VALUE UNIT`.
//!
//! The benches do the same work as those of other runtimes, on the CPU time of the process: everything runs on one
//! thread, and the machine may be busy. Arguments name the benches to run; `mem_timers` only runs when it is named.
//! `BENCH_SCALE` multiplies the work.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use solipsism::{EventLoop, time};

fn main() {
    if wanted("sleep_seq") {
        let count = scaled(1_000_000);
        let seconds = measure(|| {
            run(async move {
                for _ in 0..count {
                    time::sleep(Duration::from_secs(60)).await;
                }
            });
        });
        rate("sleep_seq", count, seconds, "sleeps/s");
    }
    if wanted("timers") {
        let tasks = scaled(10_000);
        let seconds = measure(|| run(timers(tasks, 100)));
        rate("timers", tasks * 100, seconds, "timers/s");
    }
    if wanted("spawn") {
        let count = scaled(100_000);
        let seconds = measure(|| {
            run(async move {
                for i in 0..count {
                    assert_eq!(
                        solipsism::spawn(async move { i })
                            .await
                            .expect("it finishes"),
                        i
                    );
                }
            });
        });
        rate("spawn_join_seq", count, seconds, "tasks/s");
        let seconds = measure(|| {
            run(async move {
                let tasks: Vec<_> = (0..count)
                    .map(|i| solipsism::spawn(async move { i }))
                    .collect();
                for task in tasks {
                    task.await.expect("it finishes");
                }
            });
        });
        rate("spawn_join_batch", count, seconds, "tasks/s");
    }
    if wanted("empty") {
        let count = scaled(20_000);
        let seconds = measure(|| (0..count).for_each(|_| run(async {})));
        value("empty", seconds / float(count) * 1e6, "us");
    }
    if wanted("mem_timers") {
        let before = memory("VmRSS:");
        let tasks = 100_000;
        run(timers(tasks, 10));
        let grown = float(memory("VmHWM:") - before);
        value("mem_timers_100k", grown / 1024.0, "MiB");
        value("mem_per_sleeping_task", grown * 1024.0 / float(tasks), "B");
    }
}

/// Many tasks, each sleeping many times for a random while between 1 us and 10 s.
async fn timers(tasks: usize, each: usize) {
    let mut all = Vec::with_capacity(tasks);
    for seed in 0..tasks {
        all.push(solipsism::spawn(async move {
            let mut random = SplitMix64(seed as u64);
            for _ in 0..each {
                time::sleep(Duration::from_micros(1 + random.next() % 10_000_000)).await;
            }
        }));
    }
    for task in all {
        task.await.expect("it finishes");
    }
}

fn run(body: impl Future<Output = ()>) {
    EventLoop::new().run(body).expect("it finishes");
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn wanted(name: &str) -> bool {
    let names: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    if names.is_empty() {
        name != "mem_timers"
    } else {
        names.iter().any(|wanted| wanted == name)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts of work are small and positive"
)]
fn scaled(count: usize) -> usize {
    let scale = std::env::var("BENCH_SCALE")
        .ok()
        .and_then(|scale| scale.parse().ok());
    ((float(count) * scale.unwrap_or(1.0)) as usize).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "amounts of work are small")]
fn float(count: usize) -> f64 {
    count as f64
}

/// CPU seconds that `work` takes.
fn measure(work: impl FnOnce()) -> f64 {
    let now =
        || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("it is positive");
    let start = now();
    work();
    (now() - start).as_secs_f64()
}

fn rate(name: &str, count: usize, seconds: f64, unit: &str) {
    println!("solipsism.{name} {:.1} {unit}", float(count) / seconds);
}

fn value(name: &str, value: f64, unit: &str) {
    println!("solipsism.{name} {value:.3} {unit}");
}

/// A line of this process's status, in KiB.
fn memory(line: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells a process's memory");
    let value = status
        .lines()
        .find_map(|found| found.strip_prefix(line)?.split_whitespace().next());
    value
        .and_then(|kib| kib.parse().ok())
        .expect("a number of KiB")
}

//! Patterns in how streams and listeners are waited for.

use crate::core::net::{Stream, What};
use crate::executor::{StuckTask, Wait};
use crate::frames::{Chain, Leaf, Primitive};

/// What to do about each of those that the body waits for.
pub(super) fn found(tasks: &[StuckTask]) -> Vec<String> {
    let awaited = awaited_by_the_body(tasks).into_iter();
    let found = awaited.flat_map(|task| {
        [
            has_both_ends(task),
            has_not_begun(task, tasks),
            writes_only(task, tasks),
            reads_to_the_end(task, tasks),
            awaits_a_listener(task, tasks),
        ]
    });
    found.flatten().collect()
}

/// The body, and whom it waits for, and whom they do: how others wait may well be as it is meant.
fn awaited_by_the_body(tasks: &[StuckTask]) -> Vec<&StuckTask> {
    let mut awaited: Vec<&StuckTask> = tasks.iter().filter(|task| task.task == 0).collect();
    let mut next = 0;
    while let Some(task) = awaited.get(next) {
        next += 1;
        let whom: Vec<u32> = task.waits.iter().filter_map(Wait::whom).collect();
        for other in tasks.iter().filter(|other| whom.contains(&other.task)) {
            if !awaited.iter().any(|known| known.task == other.task) {
                awaited.push(other);
            }
        }
    }
    awaited
}

/// Of a connection the task has read one end and used the other one last.
fn has_both_ends(task: &StuckTask) -> Option<String> {
    let stream = reads(task).or_else(|| writes(task))?;
    (stream.peer_task == Some(task.task) && stream.peer_is_open).then(|| {
        format!(
            "{} itself was the last to use the other end of that stream, and while it waits it uses neither: do both at once \
             (`join!`), or let another task have one end",
            task.who
        )
    })
}

/// Both ends of a connection are read, and nothing was ever sent on it.
fn has_not_begun(task: &StuckTask, tasks: &[StuckTask]) -> Option<String> {
    let (own, peer) = pair(task, tasks, reads)?;
    let (stream, other) = (reads(own)?, reads(peer)?);
    (own.task < peer.task && stream.is_silent() && other.is_silent()).then(|| {
        format!(
            "{} and {} each wait for the other to begin: one must send first, and what is written through a buffer (`BufWriter`, a \
             framed sink) is sent by its `flush`",
            own.who, peer.who
        )
    })
}

/// Both ends of a connection are written to, and what was sent is not read.
fn writes_only(task: &StuckTask, tasks: &[StuckTask]) -> Option<String> {
    let (own, peer) = pair(task, tasks, writes)?;
    (own.task < peer.task).then(|| {
        format!(
            "{} and {} both write, and neither reads what the other sent: read while you write, on the stream's other half",
            own.who, peer.who
        )
    })
}

/// The end of a stream is awaited, and whoever could bring it about is stuck himself.
fn reads_to_the_end(task: &StuckTask, tasks: &[StuckTask]) -> Option<String> {
    let stream = reads(task)?;
    let peer = tasks
        .iter()
        .find(|peer| Some(peer.task) == stream.peer_task)?;
    let mut chains = task.stacks.chains().iter();
    let function = chains.find_map(to_the_end)?;
    (stream.peer_is_open && !stream.peer_is_in_backlog).then(|| {
        format!(
            "`{function}` in {} returns when {} shuts down its half of the stream, or drops it: do that when all is written, or read \
             no further than what is sent",
            task.who, peer.who
        )
    })
}

/// The end of a task is awaited that accepts connections.
fn awaits_a_listener(task: &StuckTask, tasks: &[StuckTask]) -> Option<String> {
    let [
        Wait::Network {
            what: What::Accept { .. },
            ..
        },
    ] = &task.waits[..]
    else {
        return None;
    };
    let awaits = |wait: &Wait| matches!(wait, Wait::Task { task: whom, .. } if *whom == task.task);
    let joiner = tasks.iter().find(|other| other.waits.iter().any(awaits))?;
    (!task.is_background && task.stacks.chains().len() <= 1).then(|| {
        format!(
            "{} waits for the end of {}, which waits for one more connection: if it accepts for ever, call `background()` on its \
             handle instead of awaiting it",
            joiner.who, task.who
        )
    })
}

/// This task and the one at the other end of the stream, if both do this to it and nothing else.
fn pair<'a>(
    task: &'a StuckTask,
    tasks: &'a [StuckTask],
    does: fn(&StuckTask) -> Option<&Stream>,
) -> Option<(&'a StuckTask, &'a StuckTask)> {
    let stream = does(task)?;
    let peer = tasks
        .iter()
        .find(|peer| Some(peer.task) == stream.peer_task)?;
    let back = does(peer)?;
    let is_same = stream.local.as_deref() == Some(&*back.peer)
        && back.local.as_deref() == Some(&*stream.peer);
    (is_same && back.peer_task == Some(task.task)).then_some((task, peer))
}

/// The stream that this task waits to read from, and for nothing else.
fn reads(task: &StuckTask) -> Option<&Stream> {
    match &task.waits[..] {
        [
            Wait::Network {
                what: What::Read(stream),
                ..
            },
        ] => Some(stream).filter(|stream| is_free(stream)),
        _ => None,
    }
}

/// The stream that this task waits to write to, and for nothing else.
fn writes(task: &StuckTask) -> Option<&Stream> {
    match &task.waits[..] {
        [
            Wait::Network {
                what: What::Write(stream),
                ..
            },
        ] => Some(stream).filter(|stream| is_free(stream)),
        _ => None,
    }
}

/// Whether no fault of the network keeps anything back: that would be the reason.
fn is_free(stream: &Stream) -> bool {
    stream.keeper.is_none() && stream.unheard.is_none()
}

/// The function by which a stream is read until it ends.
fn to_the_end(chain: &Chain) -> Option<&'static str> {
    if chain.leaf != Leaf::Ours(Primitive::Network) {
        return None;
    }
    let known = [
        ("ReadToEnd", "read_to_end"),
        ("ReadToString", "read_to_string"),
        ("Copy", "copy"),
        ("CopyBuf", "copy_buf"),
        ("copy", "copy"),
        ("copy_buf", "copy_buf"),
    ];
    let is_io =
        |name: &&String| name.starts_with("futures::io::") || name.starts_with("tokio::io::");
    let last = chain
        .inside
        .iter()
        .filter(is_io)
        .filter_map(|name| name.rsplit("::").next());
    let mut functions = last.filter_map(|last| known.iter().find(|(name, _)| *name == last));
    // The outermost is what the user has called.
    functions.next_back().map(|(_, function)| *function)
}

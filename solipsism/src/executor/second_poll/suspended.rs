//! What can be read of a world's futures without polling them: the crate `solipsism-dwarf`, behind the feature `dwarf`. Where
//! that sees nothing, nothing is told.

use crate::executor::tasks::AnyStage;
use crate::executor::world::World;
use crate::frames::Suspended;

/// How much was seen of what might be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All, which is nothing where there is nothing to be seen.
    #[default]
    Whole,
    /// Nothing was looked at; with the feature more might have been seen.
    Off,
    /// The program has more debug information than can be read in time: nothing was seen, or not everything.
    TooMuch,
}

/// What was read of the tasks of a world.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) sight: Sight,
    /// Sorted by task.
    tasks: Vec<(u32, Vec<Suspended>)>,
}

impl Reading {
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.iter().all(|(_, chains)| chains.is_empty())
    }

    pub(super) fn of(&self, task: u32) -> &[Suspended] {
        let place = self.tasks.binary_search_by_key(&task, |(task, _)| *task);
        place.map_or(&[], |place| &self.tasks[place].1)
    }

    /// Whether a task stands elsewhere in this than it did before. Where one of both knows less, it does not.
    pub(super) fn has_left(&self, before: &Self, task: u32) -> bool {
        let (before, after) = (before.of(task), self.of(task));
        let goes_on = |before: &Suspended| {
            let mut after = after.iter();
            after.any(|after| after.is_above(before) || before.is_above(after))
        };
        !after.is_empty() && !before.iter().all(goes_on)
    }
}

impl Suspended {
    /// Whether the outermost await points of both, or of the one that has fewer, are the same.
    fn is_above(&self, other: &Self) -> bool {
        other.frames.ends_with(&self.frames)
    }
}

/// Reads where all tasks stand, and who holds what; the body's is this.
#[cfg(not(feature = "dwarf"))]
pub(super) fn read(_: &World, _body: Option<&dyn AnyStage>) -> Reading {
    // As `solipsism-dwarf` can be of use: where there is debug information, most likely.
    let might_see = cfg!(all(
        debug_assertions,
        target_os = "linux",
        target_endian = "little",
        target_pointer_width = "64",
    ));
    Reading {
        sight: if might_see { Sight::Off } else { Sight::Whole },
        tasks: Vec::new(),
    }
}

#[cfg(feature = "dwarf")]
pub(super) use reading::read;

#[cfg(feature = "dwarf")]
mod reading {
    use solipsism_dwarf::{Absent, Chain, Findings, Frame, Holder, Suspended};

    use super::{AnyStage, Reading, Sight, World};
    use crate::executor::second_poll::LOOKED_AT;
    use crate::frames;
    use crate::panics::{self, Print};

    /// Reads where all tasks stand, and who holds what; the body's is this.
    pub(in crate::executor::second_poll) fn read(
        world: &World,
        body: Option<&dyn AnyStage>,
    ) -> Reading {
        let tasks = world.tasks.borrow();
        let alive = tasks.sorted();
        let own = body.map(|stage| (0, Suspended::of(stage)));
        let others = alive.iter().filter(|(task, _)| !task.header.is_finished());
        let others = others.map(|(task, _)| {
            let stage = task.stage.as_ref().get_ref();
            (task.header.key.id, Suspended::of(stage))
        });
        let all = own.into_iter().chain(others);
        #[cfg(feature = "tokio")]
        let all = all.chain(foreign(world));
        let all = all.take(LOOKED_AT);
        let (ids, futures): (Vec<u32>, Vec<_>) =
            all.filter_map(|(id, future)| Some((id, future?))).unzip();
        let name = |id: u32| {
            let place = alive.binary_search_by_key(&id, |(task, _)| task.header.key.id);
            let header = place.map(|place| &alive[place].0.header);
            header.map_or_else(|_| world.task_name(id), ToString::to_string)
        };
        // Whatever it may meet in memory must not cost the report.
        match panics::catch(Print::Later, || solipsism_dwarf::read(&futures)) {
            Ok(Ok(findings)) => told(&ids, &name, findings),
            Ok(Err(Absent::TooMuch)) => Reading {
                sight: Sight::TooMuch,
                tasks: Vec::new(),
            },
            _ => Reading::default(),
        }
    }

    /// Tasks of a host.
    #[cfg(feature = "tokio")]
    fn foreign(world: &World) -> impl Iterator<Item = (u32, Option<Suspended<'_>>)> {
        let hosted = world.hosted.iter();
        let tasks = hosted.flat_map(|hosted| hosted.suspended());
        tasks.map(|(task, future)| (task, Some(future)))
    }

    fn told(ids: &[u32], name: &dyn Fn(u32) -> String, findings: Findings) -> Reading {
        let mut tasks: Vec<(u32, Vec<frames::Suspended>)> = Vec::new();
        for (id, chains) in ids.iter().zip(findings.tasks) {
            let chains = chains.unwrap_or_default().into_iter();
            let chains = chains.map(|found| {
                let awaits = found.awaits.map(|task| (ids[task], name(ids[task])));
                chain(found, awaits)
            });
            tasks.push((*id, chains.collect()));
        }
        for holder in findings.holders {
            let task = ids[holder.holder];
            let who = name(task);
            let waits = &mut tasks[holder.waiter].1[holder.chain];
            let held = held(holder, task, who);
            // Of variables of one name, the compiler may describe the first twice.
            if !waits.held.contains(&held) {
                waits.held.push(held);
            }
        }
        tasks.sort_by_key(|(task, _)| *task);
        let sight = if findings.is_partial {
            Sight::TooMuch
        } else {
            Sight::Whole
        };
        Reading { sight, tasks }
    }

    fn chain(chain: Chain, awaits: Option<(u32, String)>) -> frames::Suspended {
        frames::Suspended {
            frames: chain.frames.into_iter().map(frame).collect(),
            leaf: chain.leaf,
            wanted: chain.wanted.map(thing),
            held: Vec::new(),
            awaits,
        }
    }

    fn held(holder: Holder, task: u32, who: String) -> frames::Held {
        frames::Held {
            thing: thing(holder.thing),
            of: holder.holds,
            variable: holder.local,
            within: holder.within,
            task,
            who,
            frame: frame(holder.frame),
        }
    }

    fn frame(frame: Frame) -> frames::Frame {
        // What awaits in a macro is a library's where that uses it.
        let within = frame.within.filter(|within| !frames::is_users(within));
        frames::Frame {
            symbol: frame.function,
            file: Some(within.unwrap_or(frame.file)),
            line: frame.line,
        }
    }

    fn thing(thing: solipsism_dwarf::Thing) -> frames::Thing {
        match thing {
            solipsism_dwarf::Thing::Guard => frames::Thing::Guard,
            solipsism_dwarf::Thing::Permit => frames::Thing::Permit,
            solipsism_dwarf::Thing::Sender => frames::Thing::Sender,
            solipsism_dwarf::Thing::Receiver => frames::Thing::Receiver,
        }
    }
}

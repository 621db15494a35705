//! [`Schedule`]: which cases are run after each other, and which may be run beside each other.

use crate::Place;
use crate::connected::Connected;
use crate::ordered::Map;
use crate::plan::Plan;
use std::sync::Arc;

/// The selected cases, in parts that one worker takes at a time: one case that shares nothing, or all those that share something,
/// or are never to run at a time, with each other or each with a third. All are in the order of the run, parts by their first case.
///
/// So whatever is shared is set up and torn down within a part, and a part needs nothing of another.
pub(crate) struct Schedule {
    parts: Vec<Vec<usize>>,
    /// The places of all, in the order of the run.
    order: Vec<usize>,
    /// Where in it each place is, if it is selected.
    turns: Vec<Option<usize>>,
    /// Whether nothing is to be run after a case that failed.
    pub(crate) fails_fast: bool,
}

impl Schedule {
    /// Of the cases at the places `selected`, in the order in which one worker would run them if they shared nothing.
    pub(crate) fn new(plan: &Plan, selected: &[usize]) -> Self {
        let mut serial = Map::default();
        let reasons = selected.iter().map(|&place| {
            // What forces cases into one part: the instances, and after them the groups that run one at a time.
            let next = plan.instances.len() + serial.len();
            let group = plan[place].marked.serial;
            let group = group.map(|group| *serial.or_insert(group, next));
            let needs = plan.needs(place).iter().copied();
            needs.chain(group).collect::<Vec<_>>()
        });
        let reasons: Vec<Vec<usize>> = reasons.collect();
        let mut connected = Connected::new(plan.instances.len() + serial.len());
        for reasons in &reasons {
            for &other in reasons {
                connected.join(reasons[0], other);
            }
        }
        let (mut parts, mut numbers) = (Vec::<Vec<usize>>::new(), Map::default());
        for (&place, reasons) in selected.iter().zip(&reasons) {
            let part = reasons.first().map_or(parts.len(), |&one| {
                *numbers.or_insert(connected.root(one), parts.len())
            });
            match parts.get_mut(part) {
                Some(part) => part.push(place),
                None => parts.push(vec![place]),
            }
        }
        let mut turns = vec![None; plan.len()];
        for (turn, &place) in selected.iter().enumerate() {
            turns[place] = Some(turn);
        }
        Self {
            parts,
            order: selected.to_vec(),
            turns,
            fails_fast: false,
        }
    }

    /// The same, but nothing is to be run after a case that failed.
    pub(crate) fn up_to_a_failure(self) -> Self {
        Self {
            fails_fast: true,
            ..self
        }
    }

    /// What one worker takes at a time, one after another.
    pub(crate) fn parts(&self) -> &[Vec<usize>] {
        &self.parts
    }

    /// How many cases are selected.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// All selected places, in the order of the run.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// How many cases come before this one in the order of the run.
    pub(crate) fn turn(&self, place: usize) -> Option<usize> {
        self.turns[place]
    }

    /// The names of the cases that ran before this one in the same loop, and may have left something there.
    pub(crate) fn along<'a>(&self, plan: &'a Plan, place: usize) -> Vec<&'a str> {
        let Place::InLoop(group) = &plan[place].place else {
            return Vec::new();
        };
        let part = self.parts.iter().find(|part| part.contains(&place));
        let before = part
            .into_iter()
            .flatten()
            .take_while(|&&other| other != place);
        let in_loop = before.filter(|&&other| match &plan[other].place {
            Place::InLoop(of_other) => Arc::ptr_eq(of_other, group),
            Place::Anywhere | Place::OnThread(_) => false,
        });
        in_loop.map(|&other| plan[other].name.as_str()).collect()
    }
}

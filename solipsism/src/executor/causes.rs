//! Panics that a handle has told of: where what it told is passed on, by an `unwrap`, a `?` or a set that joins all, a report goes back
//! to the first of them.
//!
//! Which these are, the text says: it names the task, and of our own tasks the place.

use super::close::{Failure, Lost};
#[cfg(feature = "tokio")]
use super::hosted::FOREIGN;
use super::world::World;
use crate::panics::PanicText;

/// The last ones are kept: whoever passes one on does so soon.
const KEPT: usize = 32;

impl World {
    /// A task has panicked, and its handle is going to tell, if anybody asks it.
    #[cold]
    pub(super) fn note_cause(&self, cause: Failure) {
        let mut causes = self.causes.borrow_mut();
        if causes.len() == KEPT {
            causes.remove(0);
        }
        causes.push(cause);
    }

    /// The panics that one of these texts passes on, or that went on as this one, in the order in which they were.
    pub(super) fn causes_of(&self, texts: &[&str], panic: Option<&PanicText>) -> Vec<Failure> {
        let mut causes = self.causes.borrow().clone();
        #[cfg(feature = "tokio")]
        causes.extend(self.hosted.iter().flat_map(|hosted| hosted.jobs_failures()));
        causes.retain(|cause| {
            let went_on = panic.is_some_and(|panic| panic.is(&cause.text));
            went_on || texts.iter().any(|text| cause.is_passed_on_by(text))
        });
        causes
    }
}

impl Failure {
    fn is_passed_on_by(&self, text: &str) -> bool {
        match self.what {
            Lost::Task => text.contains(&format!("{} {}", self.who, self.text.head())),
            #[cfg(feature = "tokio")]
            Lost::Foreign => {
                let id = self.task & !FOREIGN;
                text.contains(&format!("JoinError::Panic(Id({id}), "))
                    || text.contains(&format!("task {id} panicked with message "))
            }
            Lost::Destructor | Lost::Job | Lost::Waker => false,
        }
    }
}

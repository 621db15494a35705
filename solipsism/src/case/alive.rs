//! A thread's sign of life. A channel of std that nothing is sent through would do, with thousands of lines to compile.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Held by a thread for as long as it lives.
pub(crate) struct Alive(Gone);

/// Tells when [`Alive`] was dropped.
#[derive(Clone)]
pub(crate) struct Gone(Arc<(Mutex<bool>, Condvar)>);

pub(crate) fn pair() -> (Alive, Gone) {
    let gone = Gone(Arc::default());
    (Alive(gone.clone()), gone)
}

impl Gone {
    /// Whether that is so before this much of real time has passed.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let (is_gone, told) = &*self.0;
        let is_gone = is_gone.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = told.wait_timeout_while(is_gone, limit, |is_gone| !*is_gone);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        let (is_gone, told) = &*self.0.0;
        *is_gone.lock().unwrap_or_else(PoisonError::into_inner) = true;
        told.notify_all();
    }
}

//! A helper that a test calls.

use tokio::sync::Mutex;

pub(crate) struct Account {
    balance: Mutex<u32>,
}

impl Account {
    async fn balance(&self) -> u32 {
        *self.balance.lock().await
    }
}

/// Takes the lock, and asks for what needs it.
pub(crate) async fn audit() {
    let account = Account {
        balance: Mutex::new(1),
    };
    let locked = account.balance.lock().await;
    assert_eq!(*locked, account.balance().await);
}

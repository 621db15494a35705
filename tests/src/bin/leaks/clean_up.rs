use std::future::pending;

use solipsism::spawn;

crate::leaves!(a_destructor_spawns, it_never_ends, it_grows);

/// Spawns, when it is dropped, so many that hold one like it.
struct Spawns {
    many: u32,
    again: bool,
}

impl Drop for Spawns {
    fn drop(&mut self) {
        for _ in 0..self.many {
            let Self { many, again } = *self;
            let next = again.then(|| Self { many, again });
            spawn(async move {
                pending::<()>().await;
                drop(next);
            });
        }
    }
}

fn hold(spawns: Spawns) {
    spawn(async move {
        pending::<()>().await;
        drop(spawns);
    });
}

async fn a_destructor_spawns() {
    hold(Spawns {
        many: 1,
        again: false,
    });
}

async fn it_never_ends() {
    hold(Spawns {
        many: 1,
        again: true,
    });
}

async fn it_grows() {
    hold(Spawns {
        many: 3,
        again: true,
    });
}

#![deny(warnings)]

pub struct Suite;

impl Suite {
    #[solipsism::test]
    pub async fn owned(self) {}

    #[solipsism::test]
    pub async fn borrowed(&self, event_loop: solipsism::EventLoop) {
        drop(event_loop);
    }

    #[solipsism::test]
    pub async fn typed(mut self: Box<Self>) {
        *self = Suite;
    }
}

fn main() {}

//! Fixture functions under the ordinary libtest harness: this target has no `harness = false`.

use std::cell::RefCell;

use solipsism::{Outcome, Skip};

thread_local! {
    static EXPECTED: RefCell<Vec<Outcome>> = const { RefCell::new(Vec::new()) };
}

/// Something with a teardown, which is told how the test ended.
struct Guarded(u8);

#[solipsism::fixture(teardown = |_, outcome: &Outcome| EXPECTED.with_borrow(|all| assert!(all.contains(outcome))))]
fn guarded(#[default(1)] number: u8) -> Guarded {
    Guarded(number)
}

/// One that uses it.
struct Sum(u8);

#[solipsism::fixture]
fn sum(one: &Guarded, #[with(number = 2)] two: &mut Guarded) -> Sum {
    Sum(one.0 + two.0)
}

#[solipsism::test]
async fn it_is_torn_down(sum: &Sum, guarded: &Guarded) {
    assert_eq!((sum.0, guarded.0), (3, 1));
    EXPECTED.set(vec![Outcome::Passed]);
}

#[solipsism::test]
#[should_panic(expected = "on purpose")]
async fn its_outcome_is_told(_guarded: &mut Guarded) {
    EXPECTED.set(vec![Outcome::Panicked]);
    panic!("on purpose");
}

struct Display;

#[solipsism::fixture]
fn display() -> Result<Display, Skip> {
    Err(Skip("there is no display"))
}

#[solipsism::test]
async fn it_can_skip_a_test(_display: Display) {
    unreachable!("there is no display");
}

#[test]
fn the_function_is_still_one() {
    assert_eq!(guarded(3).0, 3);
    assert!(display().is_err());
}

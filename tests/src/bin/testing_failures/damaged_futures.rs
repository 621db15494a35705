//! More futures with a defect each: all wait a second for an event.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use solipsism::testing::check_future;
use solipsism::time::{self, Instant, Sleep};

#[cfg_attr(
    not(test),
    expect(clippy::enum_glob_use, reason = "all of them are named twice as it is")
)]
use Damage::*;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Damage {
    Nothing,
    PanicsWhenDroppedWaiting,
    PanicsWhenDroppedUnpolled,
    WakesLate,
    Spins,
    RegistersOnlyAtFirst,
    RegistersEverySecondPoll,
    ForgetsAfterFivePolls,
    IsReadyForItsFirstWakerAlone,
    PanicsAtAnotherWaker,
    IsLongerWithEveryPoll,
    IsSoonerWithEveryPoll,
    /// All of them, and the last one wins.
    SharesOnePlace,
    WakesLongAfterItWasDropped,
    WakesWhenItWasReadyAndDropped,
    IsReadyAtTheSecondPollAfterItsWake,
}

#[solipsism::test]
#[case::nothing(Nothing)]
#[case::panics_when_dropped_waiting(PanicsWhenDroppedWaiting)]
#[case::panics_when_dropped_unpolled(PanicsWhenDroppedUnpolled)]
#[case::wakes_late(WakesLate)]
#[case::spins(Spins)]
#[case::registers_only_at_first(RegistersOnlyAtFirst)]
#[case::registers_every_second_poll(RegistersEverySecondPoll)]
#[case::forgets_after_five_polls(ForgetsAfterFivePolls)]
#[case::is_ready_for_its_first_waker_alone(IsReadyForItsFirstWakerAlone)]
#[case::panics_at_another_waker(PanicsAtAnotherWaker)]
#[case::is_longer_with_every_poll(IsLongerWithEveryPoll)]
#[case::is_sooner_with_every_poll(IsSoonerWithEveryPoll)]
#[case::shares_one_place(SharesOnePlace)]
#[case::wakes_long_after_it_was_dropped(WakesLongAfterItWasDropped)]
#[case::wakes_when_it_was_ready_and_dropped(WakesWhenItWasReadyAndDropped)]
#[case::is_ready_at_the_second_poll_after_its_wake(IsReadyAtTheSecondPollAfterItsWake)]
async fn finds(#[case] damage: Damage) {
    let place = Rc::default();
    check_future(|| Damaged::new(damage, &place)).await;
}

/// Who is to be woken, and whether it is time.
#[derive(Default)]
struct Event {
    is_set: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

struct Damaged {
    damage: Damage,
    event: Rc<Event>,
    /// Where its waker is kept.
    place: Rc<Event>,
    first: Option<Waker>,
    polls: u32,
    ready_polls: u32,
    /// Of those that need no event.
    sleep: Option<Pin<Box<Sleep>>>,
}

fn wake_after(event: &Rc<Event>, place: &Rc<Event>, delay: Duration) {
    let (event, place) = (Rc::clone(event), Rc::clone(place));
    solipsism::task::spawn_local(async move {
        time::sleep(SECOND).await;
        event.is_set.set(true);
        if !delay.is_zero() {
            time::sleep(delay).await;
        }
        let waker = place.waker.take();
        waker.into_iter().for_each(Waker::wake);
    });
}

impl Damaged {
    fn new(damage: Damage, shared: &Rc<Event>) -> Self {
        let event = Rc::<Event>::default();
        let place = match damage {
            SharesOnePlace => Rc::clone(shared),
            WakesLongAfterItWasDropped => Rc::default(),
            _ => Rc::clone(&event),
        };
        let delay = match damage {
            WakesLate => SECOND,
            WakesLongAfterItWasDropped => 20 * SECOND,
            _ => Duration::ZERO,
        };
        wake_after(&event, &place, delay);
        if damage == WakesLongAfterItWasDropped {
            // It is in time for whoever waits.
            wake_after(&event, &event, Duration::ZERO);
        }
        Self {
            damage,
            event,
            place,
            first: None,
            polls: 0,
            ready_polls: 0,
            sleep: None,
        }
    }

    fn is(&self, damage: Damage) -> bool {
        self.damage == damage
    }
}

impl Future for Damaged {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.polls += 1;
        let waker = cx.waker();
        let first = this.first.get_or_insert_with(|| waker.clone()).clone();
        match this.damage {
            IsLongerWithEveryPoll | IsSoonerWithEveryPoll => {
                let sleep = this
                    .sleep
                    .get_or_insert_with(|| Box::pin(time::sleep(SECOND)));
                if this.polls > 1 && Instant::now() < sleep.deadline() {
                    let step = Duration::from_millis(100);
                    let deadline = match this.damage {
                        IsLongerWithEveryPoll => sleep.deadline() + step,
                        _ => sleep.deadline() - step,
                    };
                    sleep.as_mut().reset(deadline);
                }
                return sleep.as_mut().poll(cx);
            }
            PanicsAtAnotherWaker => assert!(first.will_wake(waker), "who are you?"),
            Spins if !this.event.is_set.get() => waker.wake_by_ref(),
            _ => {}
        }
        let is_set = this.event.is_set.get();
        if is_set {
            this.ready_polls += 1;
        }
        let is_ready = match this.damage {
            IsReadyForItsFirstWakerAlone => is_set && first.will_wake(waker),
            IsReadyAtTheSecondPollAfterItsWake => this.ready_polls > 1,
            _ => is_set,
        };
        if is_ready {
            return Poll::Ready(());
        }
        let registers = match this.damage {
            RegistersOnlyAtFirst => this.polls == 1,
            RegistersEverySecondPoll => this.polls % 2 == 1,
            ForgetsAfterFivePolls => this.polls < 5,
            _ => true,
        };
        this.place.waker.replace(registers.then(|| waker.clone()));
        if this.is(WakesLongAfterItWasDropped) {
            this.event.waker.replace(Some(waker.clone()));
        }
        Poll::Pending
    }
}

impl Drop for Damaged {
    fn drop(&mut self) {
        let is_set = self.event.is_set.get();
        let waits = self.polls > 0 && !is_set;
        assert!(
            !self.is(PanicsWhenDroppedWaiting) || !waits,
            "it was not done"
        );
        assert!(
            !self.is(PanicsWhenDroppedUnpolled) || self.polls > 0,
            "nobody has polled me"
        );
        match self.damage {
            WakesLongAfterItWasDropped if waits => drop(self.event.waker.take()),
            WakesWhenItWasReadyAndDropped if is_set => {
                let waker = self.first.take();
                solipsism::task::spawn_local(async move {
                    time::sleep(SECOND).await;
                    waker.into_iter().for_each(Waker::wake);
                });
            }
            _ => drop(self.place.waker.take()),
        }
    }
}

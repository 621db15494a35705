//! `#[with(…)]`: what a parameter's fixture is told, and that nothing else of the function changes.

use solipsism::EventLoop;
use solipsism::time::{Duration, Instant, sleep};

/// Shows what it was told.
struct Told(Settings, Instant);

struct Settings {
    capacity: usize,
    name: String,
    r#type: Option<&'static str>,
    started: Option<Instant>,
    add: fn(u32, u32) -> u32,
}

#[solipsism::fixture]
async fn told(
    #[default(64)] capacity: usize,
    #[default("default".to_owned())] name: String,
    #[default(None)] r#type: Option<&'static str>,
    #[default(None)] started: Option<Instant>,
    #[default(|a, b| a + b)] add: fn(u32, u32) -> u32,
) -> Told {
    sleep(Duration::from_secs(1)).await;
    let settings = Settings {
        capacity,
        name,
        r#type,
        started,
        add,
    };
    Told(settings, Instant::now())
}

#[solipsism::test]
async fn what_is_not_named_keeps_its_default(
    Told(plain, _): Told,
    #[with(capacity = 4)] Told(changed, _): Told,
) {
    assert_eq!((plain.capacity, plain.name.as_str()), (64, "default"));
    assert_eq!((changed.capacity, changed.name.as_str()), (4, "default"));
}

#[solipsism::test]
async fn parameters_of_one_type_have_each_their_own(
    #[with(capacity = 1)] one: Told,
    #[with(capacity = 2, name = String::from("two"))] Told(mut two, _): Told,
    event_loop: EventLoop,
) {
    two.capacity += 1;
    assert_eq!((one.0.capacity, two.capacity), (1, 3));
    assert_eq!(two.name, "two");
    drop(event_loop);
}

mod elsewhere {
    pub(crate) const CAPACITY: usize = 5;

    pub(crate) mod tests {
        use super::super::Told;
        use super::CAPACITY as FIVE;

        const OFFSET: usize = 2;

        #[solipsism::test]
        async fn a_value_sees_the_scope_around_the_test(
            #[with(capacity = super::CAPACITY + FIVE + self::OFFSET + crate::elsewhere::CAPACITY)]
            told: Told,
        ) {
            assert_eq!(told.0.capacity, 17);
        }
    }
}

#[solipsism::test]
async fn a_value_is_any_expression(
    #[with(
        add = |a, b| a * b,
        capacity = [1, 2].iter().map(|size| size + 1).sum(),
        name = if let Some(name) = "a,b".split(',').next() { name.to_owned() } else { unreachable!() },
        r#type = <Option<&str>>::or(None, Some("x")),
    )]
    Told(settings, _): Told,
) {
    assert_eq!((settings.add)(3, 4), 12);
    assert_eq!((settings.capacity, settings.name.as_str()), (5, "a"));
    assert_eq!(settings.r#type, Some("x"));
}

const LEFT: usize = 1;
const RIGHT: usize = 6;

#[solipsism::test]
async fn commas_end_values_and_are_in_them(
    #[with(capacity = LEFT | RIGHT, r#type = pick::<&str, 3>("x"), add = |a, b| a | b, name = "n".into())]
    Told(settings, _): Told,
) {
    assert_eq!((settings.capacity, settings.r#type), (7, Some("x")));
    assert_eq!(((settings.add)(5, 2), settings.name.as_str()), (7, "n"));
}

fn pick<T, const N: usize>(value: T) -> Option<T> {
    (N == 3).then_some(value)
}

#[solipsism::test]
async fn a_value_is_made_in_the_world_before_its_fixture(
    #[with(started = Some(Instant::now()))] Told(first, first_ready): Told,
    #[with(started = Some(Instant::now()))] Told(second, second_ready): Told,
) {
    let second_after = Duration::from_secs(1);
    assert_eq!(first.started.map(|at| at + second_after), Some(first_ready));
    assert_eq!(second.started, Some(first_ready));
    assert_eq!(second_ready, first_ready + second_after);
}

#[solipsism::test]
#[should_panic(expected = "no number: ParseIntError")]
async fn a_panic_in_a_value_is_the_tests(
    #[with(capacity = "four".parse().expect("no number"))] _told: Told,
) {
}

#[solipsism::test]
async fn attributes_of_others_stay(
    #[allow(unused_variables, reason = "it is what this test is about")]
    #[with(capacity = 4)]
    #[expect(unused_mut, reason = "it shows that this is handed on")]
    mut told: Told,
) {
}

macro_rules! made_by_a_macro {
    ($name:ident, #[$with:meta] $type:ty, $capacity:expr, $list:tt) => {
        #[solipsism::test]
        async fn $name(#[$with] one: $type, #[with(capacity = $capacity)] two: Told, #[with $list] three: Told) {
            let settings = [one.0.capacity, two.0.capacity, three.0.capacity];
            assert_eq!(settings, [1, 2 * 3, 4]);
        }
    };
}

made_by_a_macro!(
    a_macro_can_write_it,
    #[with(capacity = 1)]
    Told,
    2 * 3,
    (capacity = 4)
);

/// The local of the expansion has this name.
fn settings() -> usize {
    3
}

#[solipsism::test(crate = ::solipsism, clock = "manual")]
async fn no_name_of_ours_meets_one_of_theirs(#[with(capacity = settings())] fixture_0: Told) {
    assert_eq!(fixture_0.0.capacity, settings());
}

#[expect(
    irrefutable_let_patterns,
    reason = "a name and `=` in it begin no setting"
)]
mod with_let {
    use super::Told;

    #[solipsism::test]
    async fn a_value_may_bind_names(
        #[with(capacity = if let four = 4 { four } else { 5 })] told: Told,
    ) {
        assert_eq!(told.0.capacity, 4);
    }
}

solipsism::main!();

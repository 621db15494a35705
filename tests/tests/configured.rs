//! `#[solipsism::configure]`: fixtures that a module configures for its own tests, in one place.

use solipsism::fixtures::{StreamPair, StreamPairSettings};

fn capacity(StreamPair(a, _b): &StreamPair) -> usize {
    a.try_write(&[0; 1024]).expect("there is room for a byte")
}

#[solipsism::configure]
fn small(settings: &mut StreamPairSettings) {
    settings.capacity = 8;
}

#[solipsism::test]
async fn the_module_has_a_say(pair: StreamPair) {
    assert_eq!(capacity(&pair), 8);
}

#[solipsism::test]
async fn the_test_has_the_last_word(#[with(capacity = 3)] pair: StreamPair) {
    assert_eq!(capacity(&pair), 3);
}

#[solipsism::test]
async fn what_is_shared_is_configured_too(pair: &StreamPair) {
    assert_eq!(capacity(pair), 8);
}

mod inner {
    use super::{StreamPair, StreamPairSettings, capacity};

    #[solipsism::configure]
    fn smaller(settings: &mut StreamPairSettings) {
        assert_eq!(settings.capacity, 8, "that of the outer module comes first");
        settings.capacity = 4;
    }

    #[solipsism::test]
    async fn the_closest_wins(pair: StreamPair) {
        assert_eq!(capacity(&pair), 4);
    }
}

mod other {
    use super::{StreamPair, capacity};

    struct Pair(StreamPair);

    #[solipsism::fixture]
    fn wrapped(pair: StreamPair) -> Pair {
        Pair(pair)
    }

    #[solipsism::test]
    async fn so_is_what_a_fixture_asks_for(Pair(pair): Pair) {
        assert_eq!(capacity(&pair), 8);
    }
}

mod wider {
    use std::cell::RefCell;

    use solipsism::fixtures::Rng;

    use super::{StreamPair, capacity};

    struct OfModule(usize);

    #[solipsism::fixture(scope = "module")]
    fn of_module(pair: StreamPair) -> OfModule {
        OfModule(capacity(&pair))
    }

    struct OfSession(usize, RefCell<Rng>);

    #[solipsism::fixture(scope = "session")]
    fn of_session(pair: StreamPair, rng: Rng) -> OfSession {
        OfSession(capacity(&pair), RefCell::new(rng))
    }

    struct Another(RefCell<Rng>);

    #[solipsism::fixture(scope = "session")]
    fn another(rng: Rng) -> Another {
        Another(RefCell::new(rng))
    }

    #[solipsism::test]
    async fn the_root_has_a_say_in_what_the_session_shares(module: &OfModule, session: &OfSession) {
        assert_eq!((module.0, session.0), (8, 8));
    }

    #[solipsism::test]
    async fn no_two_fixtures_draw_the_same_numbers(session: &OfSession, another: &Another) {
        let drawn = session.1.borrow_mut().u64(..);
        assert_ne!(drawn, another.0.borrow_mut().u64(..));
    }
}

mod services {
    use std::error::Error;

    use solipsism::fixtures::{
        Context, ContextSettings, Service, Services, ServicesSettings, Starting,
    };

    /// Leaves what it was greeted with.
    struct Greeted;

    impl Service for Greeted {
        async fn start(&mut self, starting: Starting) -> Result<(), Box<dyn Error>> {
            let context = starting.context();
            let greeting: &str = context.get("greeting").await;
            context.set("answer", greeting.len());
            Ok(())
        }
    }

    #[solipsism::configure]
    fn services(settings: &mut ServicesSettings) {
        settings.services = vec![Box::new(Greeted)];
    }

    #[solipsism::configure]
    fn defaults(settings: &mut ContextSettings) {
        settings.defaults.set("greeting", "hello");
    }

    #[solipsism::test]
    async fn a_module_has_services_and_a_context_of_its_own(services: Services, context: Context) {
        assert_eq!(services.names().count(), 1);
        assert_eq!(context.get::<usize>("answer").await, 5);
    }

    mod polite {
        use super::{Context, ContextSettings, Services};

        #[solipsism::configure]
        fn defaults(settings: &mut ContextSettings) {
            settings.defaults.set("greeting", "good morning");
        }

        #[solipsism::test]
        async fn a_module_within_overrides_a_default(_services: Services, context: Context) {
            assert_eq!(context.get::<usize>("answer").await, 12);
        }
    }
}

solipsism::main!();

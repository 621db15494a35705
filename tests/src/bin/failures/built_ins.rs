//! Built-in fixtures that fail, or are waited for in vain.

use std::error::Error;

use solipsism::fixtures::{AnyService, Context, Service, Services, Starting};
use solipsism::time::{self, Duration};

#[solipsism::test]
async fn hangs_on_a_value_that_nobody_sets(context: Context) {
    time::sleep(Duration::from_secs(1)).await;
    let other = context.clone();
    solipsism::spawn(async move { other.get::<String>("greeting").await });
    context.get::<u16>("port").await;
}

#[solipsism::test]
async fn asks_for_a_value_of_another_type(context: Context) {
    context.set("port", 80_u16);
    context.get::<u32>("port").await;
}

/// Does at each step what it is told.
#[derive(Default)]
struct Told {
    start: Step,
    run: Step,
    stop: Step,
}

#[derive(Clone, Copy, Default)]
enum Step {
    #[default]
    Goes,
    Fails(&'static str),
    Panics,
    Hangs,
}

impl Step {
    async fn take(self, context: &Context) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Goes => Ok(()),
            Self::Fails(why) => Err(why.into()),
            Self::Panics => panic!("a step of a service panicked"),
            Self::Hangs => {
                let () = context.get("what nobody brings").await;
                Ok(())
            }
        }
    }
}

impl Service for Told {
    async fn start(&mut self, starting: Starting) -> Result<(), Box<dyn Error>> {
        self.start.take(starting.context()).await?;
        starting.ready();
        time::sleep(Duration::from_secs(1)).await;
        self.run.take(starting.context()).await
    }

    async fn stop(&mut self) -> Result<(), Box<dyn Error>> {
        self.stop.take(&Context::new()).await
    }
}

fn starts(start: Step) -> Box<dyn AnyService> {
    Box::new(Told {
        start,
        ..Told::default()
    })
}

fn runs(run: Step) -> Box<dyn AnyService> {
    Box::new(Told {
        run,
        ..Told::default()
    })
}

fn stops(stop: Step) -> Box<dyn AnyService> {
    Box::new(Told {
        stop,
        ..Told::default()
    })
}

#[solipsism::test]
async fn a_service_does_not_start(
    #[with(services = vec![stops(Step::Fails("it is stuck")), starts(Step::Fails("no licence")), starts(Step::Panics)])]
    _services: Services,
) {
}

#[solipsism::test]
async fn a_service_panics_in_its_start(
    #[with(services = vec![starts(Step::Panics)])] _services: Services,
) {
}

#[solipsism::test]
async fn a_service_never_gets_ready(
    #[with(services = vec![starts(Step::Hangs)])] _services: Services,
) {
}

#[solipsism::test]
async fn a_service_fails_while_it_runs(
    #[with(services = vec![stops(Step::Fails("jammed")), runs(Step::Fails("out of tape"))])]
    _services: Services,
) {
    time::sleep(Duration::from_secs(60)).await;
}

#[solipsism::test]
async fn a_service_panics_while_it_runs(
    #[with(services = vec![runs(Step::Panics)])] _services: Services,
) {
    time::sleep(Duration::from_secs(60)).await;
}

#[solipsism::test]
async fn services_do_not_stop(
    #[with(services = vec![
        stops(Step::Fails("the first is stuck")),
        stops(Step::Hangs),
        stops(Step::Panics),
        stops(Step::Fails("the last is stuck")),
    ])]
    _services: Services,
) {
}

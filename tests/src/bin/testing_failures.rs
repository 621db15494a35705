//! What the instruments of `solipsism::testing` find, once each. The suite `testing_reports` runs this program and compares
//! what it prints.

#[path = "testing_failures/damaged.rs"]
mod damaged;
#[path = "testing_failures/damaged_futures.rs"]
mod damaged_futures;
#[path = "testing_failures/futures.rs"]
mod futures;
#[path = "testing_failures/instruments.rs"]
mod instruments;
#[path = "testing_failures/mock_streams.rs"]
mod mock_streams;
#[path = "testing_failures/streams.rs"]
mod streams;
#[path = "testing_failures/wrapped.rs"]
mod wrapped;

solipsism::main!();

#[solipsism::test]
const async fn constant() {}

#[solipsism::test]
async fn variadic(_: ...) {}

#[solipsism::test]
async fn outside_of_an_impl(&self) {}

fn main() {}

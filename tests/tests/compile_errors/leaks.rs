#![deny(warnings)]

#[solipsism::test(leaks = "forbid")]
async fn no_policy() {}

#[solipsism::test(leaks = "warm")]
async fn nearly_a_policy() {}

#[solipsism::test(leaks = fail)]
async fn no_string() {}

#[solipsism::test(allow_leaks)]
async fn nothing() {}

#[solipsism::test(allow_leaks())]
async fn an_empty_list() {}

#[solipsism::test(allow_leaks = "tasks")]
async fn no_list() {}

#[solipsism::test(allow_leaks(task, sockets, timer))]
async fn no_kinds() {}

#[solipsism::test(allow_leaks(name = "pool"))]
async fn no_name() {}

#[solipsism::test(allow_leaks(tasks, type = Pool))]
async fn no_type() {}

#[solipsism::test(allow_leaks(crate = 5))]
async fn no_crate() {}

fn main() {}

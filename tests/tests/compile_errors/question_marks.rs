//! A `?` is made to tell where it stands: what is wrong with one is told as if it were not.

use std::io;

#[solipsism::test]
async fn no_result_is_asked() -> io::Result<()> {
    3?;
    Ok(())
}

#[solipsism::test]
async fn a_borrowed_one_is_asked() -> io::Result<()> {
    let result: io::Result<u8> = Ok(3);
    (&result)?;
    Ok(())
}

#[solipsism::test]
async fn nobody_is_told() {
    "3".parse::<u8>()?;
}

#[solipsism::fixture]
fn port() -> Result<String, io::Error> {
    let port = "3".chars().collect()?;
    Ok(port)
}

fn main() {}

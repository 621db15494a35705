//! [`IgnoreIf`]: what a function may return that tells whether a test is to be ignored.

use std::fmt::Display;

/// What the function returns that `ignore_if` names: whether the tests are to be ignored, and why.
///
/// | type | they are ignored | the reason |
/// |---|---|---|
/// | `bool` | when it is `true` | that the function says so |
/// | `Option<impl Into<String>>` | when there is a reason | that |
/// | `Result<(), impl Display>` | when what they need is not there | the error |
///
/// # Examples
///
/// ```
/// fn docker() -> Result<(), String> {
///     match std::env::var_os("DOCKER_HOST") {
///         Some(_) => Ok(()),
///         None => Err("there is no docker here".to_owned()),
///     }
/// }
///
/// #[solipsism::test(ignore_if = docker)]
/// async fn talks_to_a_container() {}
/// # assert!(solipsism::IgnoreIf::reason(Some("why"), "docker").is_some());
/// ```
#[diagnostic::on_unimplemented(
    message = "`ignore_if` cannot tell from `{Self}` whether to ignore a test",
    label = "needed a function that returns `bool`, `Option<impl Into<String>>` or `Result<(), impl Display>`",
    note = "`true`, `Some(reason)` and `Err(reason)` ignore it"
)]
pub trait IgnoreIf {
    /// Why they are to be ignored, if they are, where the function has this path.
    fn reason(self, path: &str) -> Option<String>;
}

impl IgnoreIf for bool {
    fn reason(self, path: &str) -> Option<String> {
        self.then(|| format!("`{path}` says so"))
    }
}

impl<S: Into<String>> IgnoreIf for Option<S> {
    fn reason(self, _: &str) -> Option<String> {
        self.map(Into::into)
    }
}

impl<E: Display> IgnoreIf for Result<(), E> {
    fn reason(self, _: &str) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

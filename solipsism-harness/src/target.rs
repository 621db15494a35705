//! [`Target`]: which target of which package a binary is, so that the line that runs a test again builds and runs that, and nothing
//! else, from wherever in a workspace it is typed.

use std::env;
use std::path::Path;
use std::sync::OnceLock;

/// What cargo said of a binary when it was compiled. `main!` makes it, and the expansion of each test for libtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// `CARGO_PKG_NAME`
    pub package: Option<&'static str>,
    /// `CARGO_CRATE_NAME`, which is the name of the target, but with underscores for hyphens.
    pub krate: Option<&'static str>,
    /// `CARGO_BIN_NAME`, which binaries and examples have.
    pub bin: Option<&'static str>,
    /// `CARGO_TARGET_TMPDIR`, which integration tests and benchmarks have.
    pub tmpdir: Option<&'static str>,
    /// A file of it.
    pub file: &'static str,
}

/// That of this process. Whoever comes first says it, and all say the same.
static OWN: OnceLock<Target> = OnceLock::new();

impl Target {
    /// As cargo's variables have it, in the order of the fields; one that it has not set is empty.
    pub const fn said(
        package: &'static str,
        krate: &'static str,
        bin: &'static str,
        tmpdir: &'static str,
        file: &'static str,
    ) -> Self {
        Self {
            package: set(package),
            krate: set(krate),
            bin: set(bin),
            tmpdir: set(tmpdir),
            file,
        }
    }

    /// This process is that.
    pub(crate) fn is_this_process(self) {
        _ = OWN.set(self);
    }

    /// The arguments by which `cargo test` runs this binary alone, with a space after each; nothing if cargo has not built it.
    pub(crate) fn arguments() -> String {
        let own = OWN.get().and_then(|target| target.selection(&directory()));
        own.unwrap_or_default()
    }

    /// `directory` is that of the executable.
    fn selection(&self, directory: &str) -> Option<String> {
        let (package, krate) = (self.package?, self.krate?);
        let target = match (self.bin, self.tmpdir) {
            (Some(name), _) if directory == "examples" => format!("--example {name}"),
            (Some(name), _) => format!("--bin {name}"),
            (None, Some(_)) if self.is_in("benches") => format!("--bench {}", self.name(krate)),
            (None, Some(_)) => format!("--test {}", self.name(krate)),
            (None, None) => "--lib".to_owned(),
        };
        Some(format!("-p {package} {target} "))
    }

    fn is_in(&self, directory: &str) -> bool {
        self.parts().any(|part| part == directory)
    }

    fn parts(&self) -> impl Iterator<Item = &'static str> + use<> {
        let parts = self.file.split(['/', '\\']);
        parts.map(|part| part.strip_suffix(".rs").unwrap_or(part))
    }

    /// The target's own name is nowhere told, but that is how its file or its directory is called, unless its manifest says otherwise.
    /// Then cargo is given a pattern.
    fn name(&self, krate: &str) -> String {
        let mut parts = self.parts();
        match parts.find(|part| part.replace('-', "_") == krate) {
            Some(name) => name.to_owned(),
            None if krate.contains('_') => format!("'{}'", krate.replace('_', "[_-]")),
            None => krate.to_owned(),
        }
    }
}

const fn set(variable: &'static str) -> Option<&'static str> {
    if variable.is_empty() {
        None
    } else {
        Some(variable)
    }
}

fn directory() -> String {
    let exe = env::current_exe().unwrap_or_default();
    let directory = exe.parent().and_then(Path::file_name);
    directory.map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Target = Target {
        package: Some("the-package"),
        krate: Some("the_target"),
        bin: None,
        tmpdir: None,
        file: "src/lib.rs",
    };

    #[test]
    fn each_kind_is_selected_by_its_flag() {
        let bin = Target {
            bin: Some("the-target"),
            ..NONE
        };
        let test = |file| Target {
            tmpdir: Some("/tmp"),
            file,
            ..NONE
        };
        for (target, directory, flags) in [
            (NONE, "deps", "--lib"),
            (bin, "deps", "--bin the-target"),
            (bin, "examples", "--example the-target"),
            (test("tests/the-target.rs"), "deps", "--test the-target"),
            (test("a/tests/the-target/b.rs"), "deps", "--test the-target"),
            (
                test(r"a\tests\the_target\b.rs"),
                "deps",
                "--test the_target",
            ),
            (test("tests/other.rs"), "deps", "--test 'the[_-]target'"),
            (
                test("a/benches/the_target.rs"),
                "deps",
                "--bench the_target",
            ),
        ] {
            let selected = target.selection(directory).expect("cargo has built it");
            assert_eq!(selected, format!("-p the-package {flags} "));
        }
    }

    #[test]
    fn what_is_empty_was_not_said() {
        let said = Target::said("the-package", "the_target", "", "", "src/lib.rs");
        assert_eq!(said, NONE);
    }

    #[test]
    fn what_cargo_has_not_built_is_not_selected() {
        let target = Target {
            package: None,
            ..NONE
        };
        assert_eq!(target.selection("deps"), None);
    }
}

//! [`Files`]: the files that a pattern matches, each a case.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::{AxisValue, ShouldPanic};

/// The files below a directory that match a pattern, in the order of their paths. They are looked for once.
pub struct Files {
    root: &'static str,
    pattern: &'static str,
    found: OnceLock<Result<Vec<PathBuf>, String>>,
}

impl Files {
    /// Relative to this directory.
    pub const fn new(root: &'static str, pattern: &'static str) -> Self {
        Self {
            root,
            pattern,
            found: OnceLock::new(),
        }
    }

    /// An axis of them: each is named as the file, or by its path below the directory where two have one name.
    ///
    /// # Errors
    ///
    /// What is wrong with the pattern, or that nothing matches it.
    pub fn values(&self) -> Result<Vec<AxisValue>, String> {
        let ids = ids(self.found()?, Path::new(self.root)).into_iter();
        let values = ids.map(|id| AxisValue {
            id: id.into(),
            ignore: None,
            should_panic: ShouldPanic::No,
        });
        Ok(values.collect())
    }

    /// One of them.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn path(&self, index: usize) -> PathBuf {
        let found = self.found().expect("the plan has cases of these files");
        found[index].clone()
    }

    fn found(&self) -> Result<&[PathBuf], String> {
        let found = self.found.get_or_init(|| find(self.root, self.pattern));
        found.as_deref().map_err(Clone::clone)
    }
}

fn find(root: &str, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let whole = format!("{}/{pattern}", glob::Pattern::escape(root));
    let wrong = |error: String| format!("the pattern `{pattern}` of `#[files]`: {error}");
    let paths = glob::glob(&whole).map_err(|error| wrong(error.msg.to_owned()))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|error| wrong(error.to_string()))?;
        if path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(wrong(format!(
            "needed a file that matches it, found none below {root}; it is relative to the package's own directory"
        )));
    }
    found.sort();
    Ok(found)
}

fn ids(found: &[PathBuf], root: &Path) -> Vec<String> {
    let name = |path: &Path| {
        let text = path.to_string_lossy().replace('\\', "/");
        text.replace(char::is_whitespace, "_")
    };
    let short: Vec<String> = found
        .iter()
        .map(|path| name(path.file_name().map_or(path, Path::new)))
        .collect();
    let ids = found.iter().zip(&short).map(|(path, id)| {
        if short.iter().filter(|other| *other == id).count() == 1 {
            return id.clone();
        }
        name(path.strip_prefix(root).unwrap_or(path))
    });
    ids.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    fn found(pattern: &'static str) -> Result<Vec<String>, String> {
        let files = Files::new(ROOT, pattern);
        let values = files.values()?;
        assert!(files.path(values.len() - 1).is_absolute());
        Ok(values
            .into_iter()
            .map(|value| value.id.into_owned())
            .collect())
    }

    #[test]
    fn in_the_order_of_their_paths() {
        let found_here = found("src/lib*.rs").unwrap();
        assert_eq!(found_here, ["lib.rs", "libtest.rs"]);
        assert_eq!(found("Cargo.*").unwrap(), ["Cargo.toml"]);
    }

    #[test]
    fn where_two_have_one_name_the_path_tells_them_apart() {
        let found: Vec<PathBuf> = ["/r/a b/x.json", "/r/c/x.json", "/r/c/y.json"]
            .map(PathBuf::from)
            .to_vec();
        assert_eq!(
            ids(&found, Path::new("/r")),
            ["a_b/x.json", "c/x.json", "y.json"]
        );
    }

    #[test]
    fn what_matches_nothing_is_told() {
        let told = found("src/*.json").unwrap_err().replace(ROOT, "ROOT");
        assert_eq!(
            told,
            "the pattern `src/*.json` of `#[files]`: needed a file that matches it, found none below ROOT; it is relative to \
             the package's own directory"
        );
        assert!(
            found("a***")
                .unwrap_err()
                .starts_with("the pattern `a***` of `#[files]`: ")
        );
    }
}

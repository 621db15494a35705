//! Lines of the programs' sources that bear a name: `// @name`.

const SOURCES: [(&str, &str); 7] = [
    ("src/combinators.rs", include_str!("combinators.rs")),
    ("src/futures_leaves.rs", include_str!("futures_leaves.rs")),
    ("src/held.rs", include_str!("held.rs")),
    ("src/nested.rs", include_str!("nested.rs")),
    ("src/own.rs", include_str!("own.rs")),
    ("src/smol_leaves.rs", include_str!("smol_leaves.rs")),
    ("src/tokio_leaves.rs", include_str!("tokio_leaves.rs")),
];

struct Mark {
    file: &'static str,
    line: u32,
    name: &'static str,
    /// The one in whose lines it stands.
    function: &'static str,
}

pub struct Marks(Vec<Mark>);

impl Marks {
    pub fn read() -> Self {
        let mut marks: Vec<Mark> = Vec::new();
        for (file, source) in SOURCES {
            let mut function = "";
            for (line, text) in (1..).zip(source.lines()) {
                if let Some((before, after)) = text.split_once("fn ") {
                    let is_start = before.is_empty() || before.ends_with(' ');
                    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
                    let name = &after[..end.unwrap_or(0)];
                    if is_start && !name.is_empty() {
                        function = name;
                    }
                }
                let Some((_, name)) = text.split_once("// @") else {
                    continue;
                };
                let is_known = marks.iter().any(|it| (it.file, it.name) == (file, name));
                assert!(!is_known, "there are two @{name} in {file}");
                marks.push(Mark {
                    file,
                    line,
                    name,
                    function,
                });
            }
        }
        Self(marks)
    }

    /// Whether this is one of the sources.
    pub fn is_source(file: &str) -> bool {
        SOURCES.iter().any(|(source, _)| file.ends_with(source))
    }

    /// The mark of this line.
    pub fn at(&self, file: &str, line: u32) -> Option<&'static str> {
        let mut marks = self.0.iter();
        let mark = marks.find(|mark| file.ends_with(mark.file) && mark.line == line);
        mark.map(|mark| mark.name)
    }

    /// The function in which this mark of the file stands.
    pub fn function(&self, file: &str, name: &str) -> &'static str {
        let mut marks = self.0.iter();
        let mark = marks.find(|mark| mark.file.ends_with(file) && mark.name == name);
        mark.map_or("", |mark| mark.function)
    }
}

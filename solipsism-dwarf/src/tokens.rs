//! Source text, word by word.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: u64,
    pub(crate) text: String,
}

/// Words, and single characters of all else; without comments and what is in quotes.
pub(crate) fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\n' {
            line += 1;
            1
        } else if first.is_whitespace() {
            first.len_utf8()
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)?
        } else if let Some(length) = raw_text(rest) {
            length
        } else if first == '"' {
            quoted(rest)?
        } else if first == '\'' {
            character(rest)
        } else {
            let is_word = |it: char| it == '_' || it.is_alphanumeric();
            let length = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
            let length = if length == 0 {
                first.len_utf8()
            } else {
                length
            };
            let text = rest[..length].to_owned();
            tokens.push(Token { line, text });
            length
        };
        line += if first == '\n' {
            0
        } else {
            rest[..length].matches('\n').count() as u64
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

/// Comments stand in comments.
fn comment(rest: &str) -> Option<usize> {
    let mut open = 0;
    let mut at = 0;
    loop {
        let here = rest.get(at..)?;
        if here.starts_with("/*") {
            open += 1;
            at += 2;
        } else if here.starts_with("*/") {
            open -= 1;
            at += 2;
            if open == 0 {
                return Some(at);
            }
        } else {
            at += here.chars().next()?.len_utf8();
        }
    }
}

fn raw_text(rest: &str) -> Option<usize> {
    let begin = ["br", "cr", "r"]
        .into_iter()
        .find(|it| rest.starts_with(it))?;
    let after = &rest[begin.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inner = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(begin.len() + hashes + 1 + inner.find(&end)? + end.len())
}

fn quoted(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, it)) = characters.next() {
        match it {
            '\\' => drop(characters.next()?),
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A character, or the mark of a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let behind = at + escaped.len_utf8();
            behind + rest[behind..].find('\'').map_or(0, |at| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

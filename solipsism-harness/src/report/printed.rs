//! How what a case printed is shown: apart from what is said about it, and so that it can do no harm to a terminal.

use std::fmt::Write as _;

/// Each line of it, indented, so that none of them passes for a line of a report. Nothing for nothing: empty lines at its beginning
/// and its end are left out.
///
/// Colours are left in it, and switched off at its end. Other control characters are shown as Rust writes them; a carriage return
/// begins another line.
pub(crate) fn shown(printed: &str) -> String {
    let text = printed.replace("\r\n", "\n").replace('\r', "\n");
    let mut shown = String::new();
    let mut is_coloured = false;
    for line in text.trim_matches('\n').split('\n') {
        if !shown.is_empty() {
            shown.push('\n');
        }
        let start = shown.len();
        let mut rest = line;
        while let Some(character) = rest.chars().next() {
            let length = colour(rest).unwrap_or(character.len_utf8());
            if length > 1 && character == ESCAPE {
                is_coloured = true;
                shown += &rest[..length];
            } else if character.is_control() && character != '\t' {
                _ = write!(shown, "{}", character.escape_unicode());
            } else {
                shown.push(character);
            }
            rest = &rest[length..];
        }
        if shown.len() > start {
            shown.insert_str(start, "    ");
        }
    }
    if is_coloured {
        shown += "\x1B[0m";
    }
    shown
}

/// Without the escape sequences of terminals.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(ESCAPE) {
        plain += &rest[..at];
        rest = &rest[at..];
        // One that is no sequence stays what it is.
        let length = sequence(rest).unwrap_or(1);
        if length == 1 {
            plain.push(ESCAPE);
        }
        rest = &rest[length..];
    }
    plain + rest
}

const ESCAPE: char = '\x1B';

/// How long the sequence that chooses a colour is with which the text begins, if it does.
fn colour(text: &str) -> Option<usize> {
    sequence(text).filter(|&length| text[..length].ends_with('m'))
}

/// How long the sequence is with which the text begins, if it does: `ESC [`, parameters, and a letter.
fn sequence(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1B[")?;
    let end = parameters.find(|character: char| !(' '..='?').contains(&character))?;
    let is_letter = ('@'..='~').contains(&parameters[end..].chars().next()?);
    is_letter.then_some("\x1B[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_indented() {
        assert_eq!(shown("a\n\n  b\n\n"), "    a\n\n      b");
        assert_eq!(shown("10%\r20%\r\nc"), "    10%\n    20%\n    c");
        assert_eq!((shown(""), shown("\n\n")), (String::new(), String::new()));
        assert_eq!(shown("\n\na"), "    a");
    }

    #[test]
    fn colours_stay_and_end() {
        assert_eq!(
            shown("\x1B[1;31mred\nand on"),
            "    \x1B[1;31mred\n    and on\x1B[0m"
        );
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(
            shown("a\tb\x07\x1B[2Jc\x1B"),
            "    a\tb\\u{7}\\u{1b}[2Jc\\u{1b}"
        );
        assert_eq!(shown("\x1B[31"), "    \\u{1b}[31");
    }

    #[test]
    fn without_sequences() {
        assert_eq!(plain("\x1B[1;31mred\x1B[0m \x1B[2Jä\x1B"), "red ä\x1B");
    }
}

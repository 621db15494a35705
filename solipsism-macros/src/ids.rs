//! The names of values in the names of cases: part of what a user filters by, and hence stable and unique.

use proc_macro2::TokenStream;
use syn::{Lit, parse2};

/// Longer ones would hide the test's own name.
const LONGEST: usize = 40;

/// Of a value: a literal's content, or an expression's tokens, as far as they can stand in a name. The position stands in
/// for what has nothing of that.
///
/// `"a b"` becomes `a_b`, `-1` becomes `minus_1`, and `Duration::from_secs(5)` becomes `Duration_from_secs_5`.
pub(crate) fn of_value(value: &TokenStream, position: usize) -> String {
    let text = match parse2::<Lit>(value.clone()) {
        Ok(Lit::Str(text)) if text.value().is_empty() => "empty".to_owned(),
        Ok(Lit::Str(text)) => text.value(),
        Ok(Lit::Char(letter)) => letter.value().to_string(),
        _ => value.to_string(),
    };
    // Without a word `1` and `-1` would differ by a `_2` alone.
    let (minus, rest) = match text.strip_prefix('-') {
        Some(rest) => ("minus_", rest),
        None => ("", text.as_str()),
    };
    let words = rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut id = minus.to_owned() + &words.join("_");
    id.truncate(LONGEST);
    let id = id.trim_end_matches('_');
    if id.is_empty() {
        position.to_string()
    } else {
        id.to_owned()
    }
}

/// Of a row without a name: `case_1`, or `case_01` where there are ten, so that they sort.
pub(crate) fn of_row(position: usize, rows: usize) -> String {
    let width = rows.to_string().len();
    format!("case_{position:0width$}")
}

/// Makes them differ: the second `a` becomes `a_2`.
pub(crate) fn unique(ids: Vec<String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        let mut free = id.clone();
        let mut next = 2;
        while taken.contains(&free) {
            free = format!("{id}_{next}");
            next += 1;
        }
        taken.push(free);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(value: &str) -> String {
        of_value(&value.parse().expect("these are tokens"), 7)
    }

    #[test]
    fn literals_are_named_by_their_content() {
        assert_eq!(id("1"), "1");
        assert_eq!(id("1_000u64"), "1_000u64");
        assert_eq!(id("1.5"), "1_5");
        assert_eq!(id("\"x\""), "x");
        assert_eq!(id("\"a  b!\""), "a_b");
        assert_eq!(id("\"\""), "empty");
        assert_eq!(id("'y'"), "y");
        assert_eq!(id("true"), "true");
        assert_eq!(id("-1"), "minus_1");
    }

    #[test]
    fn expressions_are_named_by_their_tokens() {
        assert_eq!(id("Duration::from_secs(5)"), "Duration_from_secs_5");
        assert_eq!(id("Some(\"x\")"), "Some_x");
        assert_eq!(id("b\"bytes\""), "b_bytes");
        assert_eq!(id("\"日本\""), "7");
        assert_eq!(id(&"a".repeat(50)), "a".repeat(40));
    }

    #[test]
    fn rows_sort_by_their_position() {
        assert_eq!(of_row(1, 9), "case_1");
        assert_eq!(of_row(1, 10), "case_01");
        assert_eq!(of_row(100, 100), "case_100");
    }

    #[test]
    fn no_two_are_the_same() {
        let ids = ["a", "a_2", "a", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(unique(ids), ["a", "a_2", "a_3", "b", "a_4"]);
    }
}

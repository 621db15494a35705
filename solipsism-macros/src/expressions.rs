//! Where one expression ends and the next begins, without reading them, for which syn would have to be built in full.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use crate::arguments::is_punct;

/// Splits at the commas between expressions, and not at those of a closure's parameters or of generic arguments:
/// `|a, b| a + b, pick::<u8, 3>(1)` are two. What is empty is left out.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut all: Vec<TokenStream> = Vec::new();
    let mut one: Vec<TokenTree> = Vec::new();
    // Open `<`, and whether the parameters of a closure have begun.
    let (mut generics, mut in_parameters) = (0_usize, false);
    // A closure's return type, up to the block that must stand behind it.
    let mut in_type = false;
    for token in tokens {
        let TokenTree::Punct(punct) = &token else {
            if matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace) {
                in_type = false;
            }
            one.push(token);
            continue;
        };
        match punct.as_char() {
            ',' if generics == 0 && !in_parameters => {
                all.push(one.drain(..).collect());
                continue;
            }
            '|' if in_parameters => in_parameters = false,
            '|' if is_operand_next(&one) => in_parameters = true,
            '<' if in_type || generics > 0 || is_operand_next(&one) || ends_in_path(&one) => {
                generics += 1;
            }
            '>' if generics > 0 && !is_arrow(&one) => generics -= 1,
            '>' if is_thin_arrow(&one) => in_type = true,
            _ => {}
        }
        one.push(token);
    }
    all.push(one.into_iter().collect());
    all.retain(|one| !one.is_empty());
    all
}

/// Whether an operand, and no operator, can stand behind this.
pub(crate) fn is_operand_next(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        // The end of a closure's parameters, or an operator, but for the first half of `||` or `<<`.
        Some(TokenTree::Punct(punct)) => {
            let is_half = punct.spacing() == Spacing::Joint && "|<".contains(punct.as_char());
            !is_half && punct.as_char() != '?' && punct.as_char() != ':'
        }
        Some(TokenTree::Ident(word)) => word == "move" || word == "async" || word == "return",
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
    }
}

/// Whether this ends in `::`, behind which a `<` opens generic arguments.
fn ends_in_path(before: &[TokenTree]) -> bool {
    matches!(before, [.., first, second] if is_punct(first, ':') && is_punct(second, ':'))
}

/// Whether a `>` behind this makes a `->` or a `=>` of it.
fn is_arrow(before: &[TokenTree]) -> bool {
    matches!(
        before.last(),
        Some(TokenTree::Punct(punct))
            if punct.spacing() == Spacing::Joint && matches!(punct.as_char(), '-' | '=')
    )
}

/// Whether a `>` behind this makes a `->` of it.
fn is_thin_arrow(before: &[TokenTree]) -> bool {
    is_arrow(before) && before.last().is_some_and(|last| is_punct(last, '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        split(text.parse().expect("these are tokens")).len()
    }

    #[test]
    fn commas_between_expressions() {
        assert_eq!(count(""), 0);
        assert_eq!(count("1, \"a, b\", (2, 3), [4, 5],"), 4);
        assert_eq!(count("a < b, c > d"), 2);
        assert_eq!(count("a | b, c || d, e"), 3);
        assert_eq!(count("x?, -y, z as u8"), 3);
    }

    #[test]
    fn commas_inside_of_one() {
        assert_eq!(count("|a, b| a | b, move |a, b| c, || 4"), 3);
        assert_eq!(count("pick::<u8, 3>(1), <A<B, C> as D<E, F>>::g(), 2"), 3);
        assert_eq!(count("f::<fn(u8) -> u8, u8>(g), async move |a, b| ()"), 2);
        assert_eq!(count("1 << 2, 3 >> 1"), 2);
        assert_eq!(count("|x| -> Result<u8, u8> { Ok(x) }, 2"), 2);
        assert_eq!(count("|x: u8| -> A<B<C, D>, E> { f(x < 1, 2) }, a < b"), 2);
    }
}

//! `#[with(name = value, …)]`: the settings that a parameter gives to its fixture.
//!
//! A value is an expression, handed on as it was typed. Whether the fixture has such a setting, and of which type, is
//! left to rustc: to the expansion it is a field.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Attribute, Error, Meta};

use crate::arguments::is_punct;
use crate::mistake::mistake;

/// One setting.
pub(crate) struct With {
    pub(crate) name: Ident,
    pub(crate) value: TokenStream,
}

impl With {
    /// Reads those of one parameter; what cannot be read is told to `errors` and left out.
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Vec<Error>) -> Vec<Self> {
        let mut all = attributes.iter().filter(|attribute| is_with(attribute));
        let settings = all.next().map(|first| list(first, errors));
        errors.extend(all.map(|other| {
            let needed = "one `#[with]` for each parameter";
            mistake(other, needed, "write all settings into the first")
        }));
        settings.unwrap_or_default()
    }
}

fn is_with(attribute: &Attribute) -> bool {
    attribute.path().is_ident("with")
}

/// What stands between the parentheses of one attribute.
fn list(attribute: &Attribute, errors: &mut Vec<Error>) -> Vec<With> {
    let tokens: Vec<TokenTree> = match &attribute.meta {
        Meta::List(list) => list.tokens.clone().into_iter().collect(),
        Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
    };
    if tokens.is_empty() {
        let cure = "write it as `#[with(name = value)]`";
        errors.push(mistake(attribute, "a setting", cure));
    }
    let mut settings: Vec<With> = Vec::new();
    for piece in pieces(&tokens, errors) {
        match setting(piece) {
            Ok(again) if settings.iter().any(|setting| setting.name == again.name) => {
                let cure = "remove one of the two";
                errors.push(mistake(again.name, "each setting once", cure));
            }
            Ok(setting) => settings.push(setting),
            Err(error) => errors.push(error),
        }
    }
    settings
}

/// `name = value`
fn setting(piece: &[TokenTree]) -> syn::Result<With> {
    match piece {
        // No expression begins with what makes a `==` or a `=>` of the `=`.
        [TokenTree::Ident(name), equals, first, ..]
            if is_punct(equals, '=') && !is_punct(first, '=') && !is_punct(first, '>') =>
        {
            let value = piece[2..].iter().cloned().collect();
            let name = name.clone();
            Ok(With { name, value })
        }
        _ => {
            let all: TokenStream = piece.iter().cloned().collect();
            Err(mistake(all, "a setting", "write it as `name = value`"))
        }
    }
}

/// Splits at the commas that are not in a value, such as `|a, b| a + b`, without reading expressions, for which syn would
/// have to be built in full. A comma that was left out is told to `errors`: rustc would ask for a `;` there.
fn pieces<'a>(tokens: &'a [TokenTree], errors: &mut Vec<Error>) -> Vec<&'a [TokenTree]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate() {
        let piece = &tokens[start..index];
        let is_lost = is_punct(token, ';') || begins(&tokens[index..]) && is_whole(piece);
        if is_lost {
            let cure = "put a comma between two settings";
            errors.push(mistake(token, "`,` or the end", cure));
        }
        let is_comma = is_punct(token, ',') && (begins(&tokens[index + 1..]) || !is_open(piece));
        if is_lost || is_comma {
            pieces.push(piece);
            start = index + usize::from(is_comma || is_punct(token, ';'));
        }
    }
    pieces.push(&tokens[start..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Whether this can be a setting's first token.
fn begins(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Ident(_), equals, ..] if is_punct(equals, '='))
}

/// Whether a name can only stand behind this if it is a next one's: `let name = …` is part of a value.
fn is_whole(piece: &[TokenTree]) -> bool {
    match piece.last() {
        None | Some(TokenTree::Punct(_)) => false,
        Some(TokenTree::Ident(word)) => word != "let",
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => true,
    }
}

/// Whether a comma behind this is between the parameters of a closure or of a type.
fn is_open(piece: &[TokenTree]) -> bool {
    let count = |character| {
        let all = piece.iter().filter(|token| is_punct(token, character));
        all.count()
    };
    count('|') % 2 == 1 || count('<') > count('>')
}

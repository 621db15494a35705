//! The attributes of parameters that rustc does not know, since they are ours.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Attribute;
use syn::parse::Parser;

use crate::arguments::is_punct;

const OURS: [&str; 6] = ["with", "from", "default", "case", "values", "files"];

/// Takes every attribute of ours off a function's parameters, where rustc would not know it.
///
/// `async fn name(#[with(capacity = 4)] pair: StreamPair) { … }` becomes `async fn name(pair: StreamPair) { … }`.
pub(crate) fn without_ours(function: TokenStream) -> TokenStream {
    let tokens = function.into_iter().map(|token| match token {
        TokenTree::Group(list) if list.delimiter() == Delimiter::Parenthesis => {
            bare_list(list).into()
        }
        other => other,
    });
    tokens.collect()
}

/// The very same list where nothing is to be taken off: a new one has one span for both of its parentheses.
fn bare_list(list: Group) -> Group {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut is_same = true;
    for token in list.stream() {
        match (kept.last(), &token) {
            (Some(hash), TokenTree::Group(_)) if is_punct(hash, '#') => {
                let tokens = TokenStream::from_iter([hash.clone(), token.clone()]);
                let attribute = Attribute::parse_outer.parse2(tokens);
                if attribute.is_ok_and(|attribute| attribute.iter().all(is_ours)) {
                    is_same = false;
                    kept.pop();
                    continue;
                }
            }
            _ => {}
        }
        kept.push(token);
    }
    if is_same {
        return list;
    }
    let mut bare = Group::new(Delimiter::Parenthesis, kept.into_iter().collect());
    bare.set_span(list.span());
    bare
}

pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    OURS.iter().any(|name| attribute.path().is_ident(name))
}

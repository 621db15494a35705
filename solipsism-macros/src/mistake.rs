//! The one shape of every message: what is needed, what was found, and the cure, at the tokens that were found.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// "needed a string, found `30`: write `time_limit = "1h"`"
pub(crate) fn mistake(found: impl ToTokens, needed: &str, cure: &str) -> Error {
    of_tokens(found.to_token_stream(), needed, cure)
}

// Apart, for the above is compiled for each type of what is found.
fn of_tokens(found: TokenStream, needed: &str, cure: &str) -> Error {
    let text = as_typed(&found.to_string());
    Error::new_spanned(found, format!("needed {needed}, found `{text}`: {cure}"))
}

/// Takes back the spaces that printing puts between tokens, since the compiler tells no macro where there were some.
pub(crate) fn as_typed(printed: &str) -> String {
    let tight = [
        (" :: ", "::"),
        (" : ", ": "),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        ("- ", "-"),
    ];
    tight
        .iter()
        .fold(printed.to_owned(), |text, (loose, tight)| {
            text.replace(loose, tight)
        })
}

//! The item under the attribute, in the pieces in which it is handed on.
//!
//! The function's own tokens are kept as they were typed, but for the `?`s in its [body](passed_on); what is wrong there is
//! left to rustc. Its head is read by [`Signature`].

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Visibility};

use crate::conditions::put_back;
use crate::signature::{Signature, Subject};

/// An item as it was typed, and what could be made of it.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: TokenStream,
    /// `async fn name(…) -> … { … }`, or whatever stands there instead.
    pub(crate) function: TokenStream,
    /// `None` if it is no function; `errors` then say so.
    pub(crate) signature: Option<Signature>,
}

impl Item {
    /// Reads as much as can be read; what is wrong is told to `errors`.
    pub(crate) fn parse(tokens: TokenStream, subject: Subject, errors: &mut Vec<Error>) -> Self {
        let (head, body) = head_and_body(tokens);
        let mut item = Item {
            attributes: Vec::new(),
            visibility: TokenStream::new(),
            function: quote!(#head #body),
            signature: None,
        };
        let pieces = |input: ParseStream<'_>| {
            item.attributes = put_back(input.call(Attribute::parse_outer)?)?;
            item.visibility = input.parse::<Visibility>()?.into_token_stream();
            let function: TokenStream = input.fork().parse()?;
            item.function = quote!(#function #body);
            item.signature = Some(Signature::parse(input, subject, errors)?);
            // A `where` clause, or the `;` that stands instead of a body.
            input.parse::<TokenStream>()
        };
        let outcome = pieces.parse2(head);
        errors.extend(outcome.err());
        item
    }
}

/// Takes the body off, so that its tokens are handed on without a look at them.
fn head_and_body(tokens: TokenStream) -> (TokenStream, Option<TokenTree>) {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    // The `$item` of a `macro_rules!` comes as one invisible group.
    while let [TokenTree::Group(group)] = trees.as_slice() {
        if group.delimiter() != Delimiter::None {
            break;
        }
        trees = group.stream().into_iter().collect();
    }
    // So does the `$body`.
    let ends_in_body = matches!(
        trees.last(),
        Some(TokenTree::Group(group)) if matches!(group.delimiter(), Delimiter::Brace | Delimiter::None)
    );
    let body = if ends_in_body { trees.pop() } else { None };
    (trees.into_iter().collect(), body)
}

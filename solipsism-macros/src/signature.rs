//! The head of the function, read by hand: its name, the types of its parameters and the type that it returns.
//!
//! Patterns are skipped over, since the function keeps them. Whether a type is a fixture or an ending is left to the
//! expansion.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Abi, Attribute, Error, Generics, Token, Type, parenthesized};

use crate::attributes::is_condition;
use crate::mistake::mistake;
use crate::with::With;

/// What the expansion must know to call the function.
pub(crate) struct Signature {
    pub(crate) name: Ident,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Option<Type>,
}

/// A fixture that the test asks for.
pub(crate) struct Parameter {
    pub(crate) wanted: Type,
    pub(crate) settings: Vec<With>,
}

impl Signature {
    /// Reads up to the `where` clause. An error that is returned, and not pushed to `errors`, says that this is no function.
    pub(crate) fn parse(input: ParseStream<'_>, errors: &mut Vec<Error>) -> syn::Result<Self> {
        let start = input.fork();
        let mut is_async = false;
        let mut forbidden = Vec::new();
        loop {
            if input.parse::<Option<Token![async]>>()?.is_some() {
                is_async = true;
            } else if input.peek(Token![const]) || input.peek(Token![unsafe]) {
                forbidden.push(input.parse::<TokenTree>()?.into_token_stream());
            } else if let Some(abi) = input.parse::<Option<Abi>>()? {
                forbidden.push(abi.into_token_stream());
            } else {
                break;
            }
        }
        if !input.peek(Token![fn]) {
            let found: Option<TokenTree> = start.parse().ok();
            return Err(mistake(
                found,
                "an `async fn`",
                "put `#[solipsism::test]` on a function",
            ));
        }
        let fn_token: Token![fn] = input.parse()?;
        if !is_async {
            errors.push(mistake(
                fn_token,
                "an `async fn`",
                "add `async`, or use the ordinary `#[test]`",
            ));
        }
        let plain = "an `async fn` and nothing more";
        errors.extend(
            forbidden
                .into_iter()
                .map(|found| mistake(found, plain, "remove it")),
        );

        let name = input.call(Ident::parse_any)?;
        let generics: Generics = input.parse()?;
        if !generics.params.is_empty() {
            let cure =
                "nothing chooses them, so remove them or call a generic function from the test";
            errors.push(mistake(generics, "a test without generics", cure));
        }
        let list;
        parenthesized!(list in input);
        let parameters = parameters(&list, errors)?;
        let arrow: Option<Token![->]> = input.parse()?;
        let returns: Option<Type> = arrow.map(|_| input.parse()).transpose()?;
        if let Some(opaque) = returns
            .as_ref()
            .filter(|returns| is_opaque(returns.to_token_stream()))
        {
            errors.push(mistake(
                opaque,
                "a type that a test can return",
                "write the type itself",
            ));
        }
        Ok(Signature {
            name,
            parameters,
            returns,
        })
    }
}

/// Reads `#[…] pattern: Type, …`, of which the expansion needs the types and the settings alone.
fn parameters(list: ParseStream<'_>, errors: &mut Vec<Error>) -> syn::Result<Vec<Parameter>> {
    let needed = "a parameter with a fixture's type";
    let mut parameters = Vec::new();
    while !list.is_empty() {
        let attributes = list.call(Attribute::parse_outer)?;
        let settings = With::parse(&attributes, errors);
        for attribute in attributes {
            if is_condition(&attribute) {
                errors.push(mistake(
                    attribute,
                    "a parameter in every configuration",
                    "put it on the function",
                ));
            }
        }
        let pattern = pattern(list)?;
        let is_self = names_self(&pattern);
        if is_self {
            errors.push(mistake(
                &pattern,
                needed,
                "a test is no method, so remove it",
            ));
        }
        if list.peek(Token![...]) {
            errors.push(mistake(list.parse::<Token![...]>()?, needed, "remove it"));
        } else if !list.is_empty() && !list.peek(Token![,]) {
            let wanted: Type = list.parse()?;
            if is_opaque(wanted.to_token_stream()) {
                errors.push(mistake(&wanted, needed, "write the type itself"));
            }
            parameters.push(Parameter { wanted, settings });
        } else if !is_self {
            errors.push(mistake(pattern, needed, "add the type"));
        }
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(parameters)
}

/// The tokens up to a single `:`, which is taken too; a `self` and a `...` may have none.
fn pattern(list: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !list.is_empty() && !list.peek(Token![,]) && !list.peek(Token![...]) {
        if let Some(colons) = list.parse::<Option<Token![::]>>()? {
            colons.to_tokens(&mut tokens);
        } else if list.parse::<Option<Token![:]>>()?.is_some() {
            break;
        } else {
            list.parse::<TokenTree>()?.to_tokens(&mut tokens);
        }
    }
    Ok(tokens)
}

fn names_self(pattern: &TokenStream) -> bool {
    pattern
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(name) if name == "self"))
}

/// Whether there is an `impl` in a type, which can then stand in a signature and nowhere else.
fn is_opaque(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "impl",
        TokenTree::Group(group) => is_opaque(group.stream()),
        _ => false,
    })
}

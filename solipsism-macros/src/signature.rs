//! The head of the function, read by hand: its name, its parameters and the type that it returns.
//!
//! Whether a type is a fixture or an ending is left to the
//! expansion.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Abi, Error, Generics, Token, Type, parenthesized};

use crate::mistake::mistake;
use crate::parameter::{Parameter, names_self};

/// What the expansion must know to call the function.
pub(crate) struct Signature {
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    pub(crate) is_method: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Option<Type>,
}

/// What the function is to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Test,
    Fixture,
}

impl Subject {
    /// What is said of a test, or of a fixture.
    pub(crate) fn says(self, test: &'static str, fixture: &'static str) -> &'static str {
        match self {
            Self::Test => test,
            Self::Fixture => fixture,
        }
    }
}

impl Signature {
    /// Reads up to the `where` clause. An error that is returned, and not pushed to `errors`, says that this is no function.
    pub(crate) fn parse(
        input: ParseStream<'_>,
        subject: Subject,
        errors: &mut Vec<Error>,
    ) -> syn::Result<Self> {
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
            let needed = subject.says("an `async fn`", "a `fn` or an `async fn`");
            let cure = subject.says(
                "put `#[solipsism::test]` on a function",
                "put `#[solipsism::fixture]` on a function",
            );
            return Err(mistake(found, needed, cure));
        }
        let fn_token: Token![fn] = input.parse()?;
        if !is_async && subject == Subject::Test {
            errors.push(mistake(
                fn_token,
                "an `async fn`",
                "add `async`, or use the ordinary `#[test]` where libtest runs it",
            ));
        }
        let plain = subject.says(
            "an `async fn` and nothing more",
            "a `fn` or an `async fn` and nothing more",
        );
        errors.extend(
            forbidden
                .into_iter()
                .map(|found| mistake(found, plain, "remove it")),
        );

        let name = input.call(Ident::parse_any)?;
        let generics: Generics = input.parse()?;
        if !generics.params.is_empty() {
            let needed = subject.says("a test without generics", "a fixture without generics");
            let cure = subject.says(
                "nothing chooses them, so remove them or call a generic function from the test",
                "nothing chooses them, so remove them or call a generic function from the fixture",
            );
            errors.push(mistake(generics, needed, cure));
        }
        let list;
        parenthesized!(list in input);
        let is_method = names_self(&list.fork().parse()?);
        let parameters = parameters(&list, subject, errors)?;
        let arrow: Option<Token![->]> = input.parse()?;
        let returns: Option<Type> = arrow.map(|_| input.parse()).transpose()?;
        if let Some(opaque) = returns
            .as_ref()
            .filter(|returns| is_opaque(returns.to_token_stream()))
        {
            let needed = subject.says("a type that a test can return", "a fixture's type");
            let cure = subject.says(
                "write the type itself",
                "it is found by its type, so write the type itself, such as a `Box<dyn Trait>`",
            );
            errors.push(mistake(opaque, needed, cure));
        }
        Ok(Signature {
            name,
            is_async,
            is_method,
            parameters,
            returns,
        })
    }
}

fn parameters(
    list: ParseStream<'_>,
    subject: Subject,
    errors: &mut Vec<Error>,
) -> syn::Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    while !list.is_empty() {
        parameters.extend(Parameter::parse(list, subject, errors)?);
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(parameters)
}

/// Whether there is an `impl` in a type, which can then stand in a signature and nowhere else.
pub(crate) fn is_opaque(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "impl",
        TokenTree::Group(group) => is_opaque(group.stream()),
        _ => false,
    })
}

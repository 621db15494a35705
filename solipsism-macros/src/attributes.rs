//! The attributes beside ours, sorted by where they go.
//!
//! libtest's own (`ignore`, `should_panic`) are read here, since the registration repeats what they say. All others
//! are handed on as they were typed.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, Meta, MetaNameValue};

use crate::mistake::mistake;

/// The attributes of one test.
#[derive(Default)]
pub(crate) struct Attributes {
    /// Doc comments, lint levels and libtest's attributes.
    pub(crate) wrapper: Vec<TokenStream>,
    /// All but libtest's attributes.
    pub(crate) function: Vec<Attribute>,
    /// Why the test is ignored; empty for a bare `#[ignore]`.
    pub(crate) ignore: Option<Literal>,
    pub(crate) should_panic: ShouldPanic,
}

#[derive(Default)]
pub(crate) enum ShouldPanic {
    #[default]
    No,
    Yes,
    With(Literal),
}

/// Whether rustc must expand an attribute before ours can be read.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

impl Attributes {
    /// Sorts them; what is wrong is told to `errors` and left out.
    pub(crate) fn sort(all: Vec<Attribute>, errors: &mut Vec<Error>) -> Self {
        let mut sorted = Attributes::default();
        for attribute in all {
            if let Err(error) = sorted.take(attribute) {
                errors.push(error);
            }
        }
        sorted
    }

    fn take(&mut self, attribute: Attribute) -> syn::Result<()> {
        // A lint level and a doc comment have one segment, a test attribute may have any number.
        let path = attribute.path();
        if path
            .segments
            .last()
            .is_some_and(|last| last.ident == "test")
        {
            return Err(mistake(
                attribute,
                "one test attribute",
                "remove it, or `#[solipsism::test]`",
            ));
        }
        match path.get_ident().map(Ident::to_string).as_deref() {
            Some("ignore") => {
                let reason = ignore(&attribute)?;
                self.ignore.get_or_insert(reason);
                self.wrapper.push(attribute.into_token_stream());
                return Ok(());
            }
            Some("should_panic") => {
                let should_panic = should_panic(&attribute)?;
                if matches!(self.should_panic, ShouldPanic::No) {
                    self.should_panic = should_panic;
                }
                self.wrapper.push(attribute.into_token_stream());
                return Ok(());
            }
            // The wrapper has nothing in it that could fulfil the expectation.
            Some("expect") => {
                let lints = attribute.meta.require_list().map(|list| &list.tokens)?;
                self.wrapper.push(quote!(#[allow(#lints)]));
            }
            Some("doc" | "allow" | "warn" | "deny" | "forbid") => {
                self.wrapper.push(attribute.to_token_stream());
            }
            _ => {}
        }
        self.function.push(attribute);
        Ok(())
    }
}

/// `#[ignore]`, `#[ignore = "why"]`
fn ignore(attribute: &Attribute) -> syn::Result<Literal> {
    match &attribute.meta {
        Meta::Path(_) => Ok(Literal::string("")),
        meta => string(meta).ok_or_else(|| {
            mistake(
                attribute,
                "`#[ignore]`",
                "write a reason as `#[ignore = \"why\"]`",
            )
        }),
    }
}

/// `#[should_panic]`, `#[should_panic = "message"]`, `#[should_panic(expected = "message")]`
fn should_panic(attribute: &Attribute) -> syn::Result<ShouldPanic> {
    let message = match &attribute.meta {
        Meta::Path(_) => return Ok(ShouldPanic::Yes),
        Meta::List(list) => {
            let expected = list
                .parse_args::<MetaNameValue>()
                .ok()
                .filter(|inner| inner.path.is_ident("expected"));
            expected.and_then(|inner| string(&Meta::NameValue(inner)))
        }
        meta @ Meta::NameValue(_) => string(meta),
    };
    let cure = "write a part of the message as `#[should_panic(expected = \"part\")]`";
    message
        .map(ShouldPanic::With)
        .ok_or_else(|| mistake(attribute, "`#[should_panic]`", cure))
}

/// The string in `name = "string"`.
fn string(meta: &Meta) -> Option<Literal> {
    match meta {
        Meta::NameValue(MetaNameValue {
            value:
                Expr::Lit(ExprLit {
                    lit: Lit::Str(string),
                    ..
                }),
            ..
        }) => Some(string.token()),
        _ => None,
    }
}

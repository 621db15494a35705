//! The attributes beside ours, sorted by where they go.
//!
//! libtest's own (`ignore`, `should_panic`) are read here, since the registration repeats what they say, and so are the rows
//! of `#[case(…)]`. All others are handed on as they were typed.

use std::mem;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, Meta, MetaNameValue};

use crate::cases::{Row, is_row};
use crate::mistake::mistake;
use crate::signature::Subject;

/// The attributes of one test.
#[derive(Default)]
pub(crate) struct Attributes {
    /// Doc comments and lint levels.
    pub(crate) wrapper: Vec<TokenStream>,
    /// Libtest's own, but for those of single rows.
    pub(crate) libtest: Vec<TokenStream>,
    /// All but libtest's attributes.
    pub(crate) function: Vec<Attribute>,
    /// Why the test is ignored; empty for a bare `#[ignore]`.
    pub(crate) ignore: Option<Literal>,
    pub(crate) should_panic: ShouldPanic,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Default)]
pub(crate) enum ShouldPanic {
    #[default]
    No,
    Yes,
    With(Literal),
}

impl ShouldPanic {
    /// The variant of the type of the same name.
    pub(crate) fn variant(&self) -> TokenStream {
        match self {
            Self::No => quote!(No),
            Self::Yes => quote!(Yes),
            Self::With(message) => quote!(With(#message)),
        }
    }
}

impl Attributes {
    /// Sorts them; what is wrong is told to `errors` and left out.
    pub(crate) fn sort(all: Vec<Attribute>, subject: Subject, errors: &mut Vec<Error>) -> Self {
        let mut sorted = Attributes::default();
        for attribute in all {
            if let Err(error) = sorted.take(attribute, subject) {
                errors.push(error);
            }
        }
        if subject == Subject::Fixture {
            let cure = "write it before the `#[case(…)]` it is about, or on the tests";
            let of_all = sorted.libtest.drain(..);
            errors.extend(of_all.map(|found| mistake(found, "an attribute of a fixture", cure)));
        }
        sorted
    }

    fn take(&mut self, attribute: Attribute, subject: Subject) -> syn::Result<()> {
        if is_row(&attribute) {
            // What stood before it is about this row alone.
            let (ignore, should_panic) = (self.ignore.take(), mem::take(&mut self.should_panic));
            self.libtest.clear();
            self.rows.push(Row::parse(attribute, ignore, should_panic)?);
            return Ok(());
        }
        // A lint level and a doc comment have one segment, a test attribute may have any number.
        let path = attribute.path();
        if path
            .segments
            .last()
            .is_some_and(|last| last.ident == "test")
        {
            let needed = subject.says("one test attribute", "either a fixture or a test");
            let cure = subject.says(
                "remove it, or `#[solipsism::test]`",
                "remove it, or `#[solipsism::fixture]`",
            );
            return Err(mistake(attribute, needed, cure));
        }
        if let (Some(cure), Subject::Test) = (instead_of_a_maker(&attribute), subject) {
            let needed = "what makes tests above `#[solipsism::test]`";
            return Err(mistake(attribute, needed, cure));
        }
        match path.get_ident().map(Ident::to_string).as_deref() {
            Some("ignore") => {
                let reason = ignore(&attribute)?;
                self.ignore.get_or_insert(reason);
                self.libtest.push(attribute.into_token_stream());
                return Ok(());
            }
            Some("should_panic") => {
                let should_panic = should_panic(&attribute)?;
                if matches!(self.should_panic, ShouldPanic::No) {
                    self.should_panic = should_panic;
                }
                self.libtest.push(attribute.into_token_stream());
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

/// What to do about an attribute of another crate that makes tests of its own: under ours it would make them of the function
/// inside, where nobody runs them or calls it by its name.
fn instead_of_a_maker(attribute: &Attribute) -> Option<&'static str> {
    let last = attribute.path().segments.last()?;
    match last.ident.to_string().as_str() {
        "rstest" | "test_case" | "test_matrix" | "gtest" => Some("move it there"),
        "quickcheck" => Some("call `quickcheck::QuickCheck` in the test's body"),
        _ => None,
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

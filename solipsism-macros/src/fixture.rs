//! What a fixture becomes: the function as it was typed but for our attributes, a type of the same name that stands for it,
//! and an implementation, which [`Provider`] writes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Error, GenericArgument, PathArguments, Type};

use crate::attributes::Attributes;
use crate::cases::{check, is_row};
use crate::conditions::{after_conditions, is_condition};
use crate::expansion::{combined, of_no_use};
use crate::fixture_arguments::FixtureArguments;
use crate::item::Item;
use crate::lifetimes::{bare, copy, is_borrowing};
use crate::mistake::mistake;
use crate::ours::without_ours;
use crate::passed_on::telling;
use crate::provider::Provider;
use crate::registration::is_unit;
use crate::signature::{Signature, Subject};

/// The whole of an attribute.
///
/// ```text
/// /// doc
/// #[solipsism::fixture(scope = "session", teardown = Db::close)]
/// pub async fn db(cache: &Cache, #[default(5432)] port: u16) -> io::Result<Db> { … }
/// ```
/// becomes
/// ```text
/// /// doc
/// pub async fn db(cache: &Cache, port: u16) -> io::Result<Db> { … }
///
/// /// doc
/// pub enum db {}
///
/// const _: () = {
///     pub struct settings_of_db { … }
///     impl ::solipsism::__private::Fixture<db> for Db { … }
///     const _: () = { … };
/// };
/// ```
pub(crate) fn fixture(arguments: &TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Vec::new();
    let parsed = FixtureArguments::parse(arguments.clone(), &mut errors);
    let item = Item::parse(item, Subject::Fixture, &mut errors);
    if item.attributes.iter().any(is_condition) {
        return after_conditions(&parsed.crate_path, "fixture", arguments, &item);
    }
    let Item {
        attributes,
        visibility,
        function,
        signature,
    } = item;
    let has_rows = attributes.iter().any(is_row);
    let attributes = Attributes::sort(attributes, Subject::Fixture, &mut errors);
    let function = telling(without_ours(function), Subject::Fixture, &parsed.crate_path);
    let (lints, typed) = (of_no_use(), &attributes.function);
    let function = quote!(#(#typed)* #visibility #function);
    let Some(signature) = signature else {
        let error = combined(errors);
        return quote!(#error #function);
    };
    check(
        &attributes.rows,
        &signature.parameters,
        has_rows,
        &mut errors,
    );
    let marker = marker(&attributes, &signature.name);
    match (provided(&signature, &mut errors), combined(errors)) {
        (Some(provided), None) => {
            let implementation = Provider {
                arguments: &parsed,
                attributes: &attributes,
                signature: &signature,
                provides: provided.0,
                in_result: provided.1,
            };
            let implementation = implementation.tokens();
            quote!(#lints #function #marker const _: () = { #implementation };)
        }
        // No type can stand beside a method.
        (_, error) => {
            let marker = (!signature.is_method).then_some(marker);
            quote!(#error #[allow(dead_code)] #function #marker)
        }
    }
}

/// The type that stands for the function, so that a type of another crate can be provided, by several functions. It is public
/// whatever the function is, since rustc lets nobody infer a type that is private elsewhere, and a fixture is found by what it
/// provides.
///
/// ```text
/// /// doc
/// #[doc(hidden)]
/// pub enum db {}
/// ```
fn marker(attributes: &Attributes, name: &Ident) -> TokenStream {
    let docs = attributes
        .function
        .iter()
        .filter(|one| one.path().is_ident("doc"));
    // With a span of ours, so that lints about the name speak of the function alone.
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::call_site()));
    quote! {
        #(#docs)*
        #[doc(hidden)]
        #[allow(clippy::empty_enums, dead_code, missing_debug_implementations, non_camel_case_types, unreachable_pub)]
        pub enum #name {}
    }
}

/// The type that is provided, and whether it comes in a `Result`.
///
/// `io::Result<Db>` becomes `Db`, `true`.
fn provided(signature: &Signature, errors: &mut Vec<Error>) -> Option<(Type, bool)> {
    let needed = "a fixture's type";
    let Some(returns) = &signature.returns else {
        let name = &signature.name;
        let text = format!(
            "needed {needed}, found nothing behind `{name}`: it is found by its type, so return one of your own"
        );
        errors.push(Error::new_spanned(name, text));
        return None;
    };
    let (wanted, is_result) = match value_of_result(bare(returns)) {
        Ok(Some(value)) => (value, true),
        Ok(None) => (returns, false),
        Err(()) => {
            let cure = "write what it provides, as in `Result<T, E>`";
            errors.push(mistake(returns, needed, cure));
            return None;
        }
    };
    let wanted = bare(wanted);
    if is_unit(wanted) || matches!(wanted, Type::Never(_)) {
        let cure = "it is found by its type, so return one of your own";
        errors.push(mistake(returns, needed, cure));
        return None;
    }
    if is_borrowing(wanted) {
        let needed = "a fixture's type, which is `'static`";
        let cure = "nothing lives long enough to be borrowed from, so return what owns its data";
        errors.push(mistake(wanted, needed, cure));
        return None;
    }
    Some((copy(wanted), is_result))
}

/// The `T` of a path that ends in `Result<T, …>`. One that ends in a bare `Result` hides it.
fn value_of_result(returns: &Type) -> Result<Option<&Type>, ()> {
    let Type::Path(path) = returns else {
        return Ok(None);
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result");
    let Some(last) = last else { return Ok(None) };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Err(());
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(value)) => Ok(Some(value)),
        _ => Err(()),
    }
}

//! What a function becomes that configures fixtures for the tests of its module.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Token, Type, Visibility, parenthesized};

use crate::arguments::is_punct;
use crate::crate_path::CratePath;
use crate::mistake::mistake;

/// The whole of an attribute.
///
/// ```text
/// #[solipsism::configure]
/// fn small_pairs(settings: &mut StreamPairSettings) { settings.capacity = 4; }
/// ```
/// becomes
/// ```text
/// fn small_pairs(settings: &mut StreamPairSettings) { settings.capacity = 4; }
///
/// ::solipsism::__private::submit! {
///     ::solipsism::__private::Configuration {
///         module: ::core::module_path!(),
///         site: ::core::panic::Location::caller(),
///         of: ::core::any::TypeId::of::<StreamPairSettings>,
///         apply: |settings| ::solipsism::__private::change::<StreamPairSettings>(settings, small_pairs),
///     }
/// }
/// ```
pub(crate) fn configure(arguments: &TokenStream, item: &TokenStream) -> TokenStream {
    let error = |error: syn::Error| {
        let error = error.into_compile_error();
        quote! { #error #[allow(dead_code)] #item }
    };
    let read = crate_path(arguments).and_then(|path| Ok((path, head.parse2(item.clone())?)));
    let (private, name, settings) = match read {
        Ok((path, (name, settings))) => (path.private(), name, settings),
        Err(mistake) => return error(mistake),
    };
    let site = quote_spanned!(name.span()=> ::core::panic::Location::caller());
    let change = quote_spanned!(settings.span()=> change::<#settings>);
    quote! {
        #item
        #private::submit! {
            #private::Configuration {
                module: ::core::module_path!(),
                site: #site,
                of: ::core::any::TypeId::of::<#settings>,
                apply: |settings| #private::#change(settings, #name),
            }
        }
    }
}

/// Nothing, or `crate = path`.
fn crate_path(arguments: &TokenStream) -> syn::Result<CratePath> {
    const CURE: &str = "write nothing: the parameter's type says what is configured";
    let tokens: Vec<TokenTree> = arguments.clone().into_iter().collect();
    match tokens.as_slice() {
        [] => Ok(CratePath::default()),
        [TokenTree::Ident(name), equals, path @ ..] if name == "crate" && is_punct(equals, '=') => {
            let path = path.iter().cloned().collect();
            CratePath::parse(&path, "write, for example, `crate = my_tests::solipsism`")
        }
        _ => Err(mistake(arguments, "no argument but `crate`", CURE)),
    }
}

/// `fn name(settings: &mut Settings)`: the name, and the type of the settings.
fn head(input: ParseStream<'_>) -> syn::Result<(Ident, Type)> {
    const CURE: &str = "write `fn name(settings: &mut Settings)`";
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    if !input.peek(Token![fn]) {
        let found: TokenStream = input.parse()?;
        let first = found.into_iter().next();
        return Err(mistake(first, "a plain `fn`", CURE));
    }
    input.parse::<Token![fn]>()?;
    let name = input.call(Ident::parse_any)?;
    let list;
    parenthesized!(list in input);
    let parameter: TokenStream = list.fork().parse()?;
    let wrong = || mistake(&parameter, "one parameter `settings: &mut Settings`", CURE);
    list.call(Attribute::parse_outer)?;
    list.parse::<Option<Token![mut]>>()?;
    list.call(Ident::parse_any).map_err(|_| wrong())?;
    list.parse::<Token![:]>().map_err(|_| wrong())?;
    let settings = match list.parse::<Type>() {
        Ok(Type::Reference(reference)) if reference.mutability.is_some() => *reference.elem,
        _ => return Err(wrong()),
    };
    list.parse::<Option<Token![,]>>()?;
    if !list.is_empty() {
        return Err(wrong());
    }
    input.parse::<TokenStream>()?;
    Ok((name, settings))
}

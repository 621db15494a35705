//! `#[cfg]` and `#[cfg_attr]`, which rustc must expand before the item can be read: a `#[cfg_attr(miri, ignore)]` must reach the
//! registration, and the case that it stands before.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitInt, Meta, Token};

use crate::arguments::is_punct;
use crate::crate_path::CratePath;
use crate::item::Item;

/// Whether rustc must expand an attribute before ours can be read.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Conditions are moved to the front, so that rustc expands them and then ours again, once for all of the expansion. What
/// comes of a `cfg_attr` remembers how many attributes it stood behind, in one of those that rustc leaves to tools.
///
/// ```text
/// #[solipsism::test(seed = 1)] #[case(1)] #[cfg_attr(miri, ignore)] #[case(2)] async fn name(#[case] a: u8) { … }
/// ```
/// becomes
/// ```text
/// #[cfg_attr(miri, rust_analyzer::solipsism(1, ignore))]
/// #[::solipsism::__private::test(seed = 1)] #[case(1)] #[case(2)] async fn name(#[case] a: u8) { … }
/// ```
pub(crate) fn after_conditions(
    crate_path: &CratePath,
    attribute: &str,
    arguments: &TokenStream,
    item: &Item,
) -> TokenStream {
    let private = crate_path.private();
    let attribute = Ident::new(attribute, Span::mixed_site());
    let mut conditions = Vec::new();
    let mut others = Vec::new();
    for one in &item.attributes {
        if is_condition(one) {
            conditions.push(remembering(one, others.len()));
        } else {
            others.push(one);
        }
    }
    let Item {
        visibility,
        function,
        ..
    } = item;
    quote! { #(#conditions)* #[#private::#attribute(#arguments)] #(#others)* #visibility #function }
}

fn remembering(attribute: &Attribute, place: usize) -> TokenStream {
    let Meta::List(list) = &attribute.meta else {
        return attribute.to_token_stream();
    };
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    let comma = tokens.iter().position(|token| is_punct(token, ','));
    match comma.map(|comma| (&tokens[..comma], &tokens[comma + 1..])) {
        Some((condition, attributes)) if attribute.path().is_ident("cfg_attr") => {
            let condition: TokenStream = condition.iter().cloned().collect();
            let attributes: TokenStream = attributes.iter().cloned().collect();
            quote!(#[cfg_attr(#condition, rust_analyzer::solipsism(#place, #attributes))])
        }
        _ => attribute.to_token_stream(),
    }
}

/// Puts what came of the conditions back where they stood.
pub(crate) fn put_back(attributes: Vec<Attribute>) -> syn::Result<Vec<Attribute>> {
    let (conditional, others): (Vec<_>, Vec<_>) = attributes.into_iter().partition(is_conditional);
    let mut conditional = conditional
        .iter()
        .map(|one| one.parse_args_with(remembered))
        .collect::<syn::Result<Vec<_>>>()?
        .into_iter()
        .peekable();
    let mut all = Vec::new();
    for (place, other) in others.into_iter().map(Some).chain([None]).enumerate() {
        while let Some((_, attributes)) = conditional.next_if(|(at, _)| *at == place) {
            all.extend(attributes);
        }
        all.extend(other);
    }
    Ok(all)
}

fn is_conditional(attribute: &Attribute) -> bool {
    let names: Vec<&Ident> = attribute
        .path()
        .segments
        .iter()
        .map(|one| &one.ident)
        .collect();
    matches!(names.as_slice(), [tool, name] if *tool == "rust_analyzer" && *name == "solipsism")
}

/// `1, ignore`
fn remembered(input: ParseStream<'_>) -> syn::Result<(usize, Vec<Attribute>)> {
    let place = input.parse::<LitInt>()?.base10_parse()?;
    input.parse::<Token![,]>()?;
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
    let mut attributes = Vec::new();
    for meta in metas {
        attributes.extend(Attribute::parse_outer.parse2(quote!(#[#meta]))?);
    }
    Ok((place, attributes))
}

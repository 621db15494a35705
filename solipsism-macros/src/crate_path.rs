//! The path under which an expansion finds `solipsism`: `::solipsism`, or what the argument `crate` says instead.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Path;
use syn::parse::Parser;

use crate::mistake::mistake;

#[derive(Default)]
pub(crate) struct CratePath(Option<Path>);

impl CratePath {
    /// The value of the argument `crate`.
    pub(crate) fn parse(value: &TokenStream, cure: &str) -> syn::Result<Self> {
        let path = Path::parse_mod_style.parse2(value.clone());
        let path = path.map_err(|_| mistake(value, "a path", cure))?;
        Ok(Self(Some(path)))
    }

    /// `::solipsism::__private`
    pub(crate) fn private(&self) -> TokenStream {
        match &self.0 {
            None => quote_spanned!(Span::mixed_site()=> ::solipsism::__private),
            Some(path) => quote_spanned!(Span::mixed_site()=> #path::__private),
        }
    }

    /// The same, as if it had been typed elsewhere, where rustc is to report what is wrong with the call.
    pub(crate) fn private_at(&self, place: Span) -> TokenStream {
        let tokens = self.private().into_iter().map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        });
        tokens.collect()
    }
}

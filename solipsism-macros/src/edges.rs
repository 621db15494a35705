//! What a fixture's asking for others means to the compiler: it must not need itself, nor share what does not live as long.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::asking::fixture as asked;
use crate::mistake::as_typed;
use crate::parameter::{Fixture, How, Source};
use crate::provider::Provider;

impl Provider<'_> {
    /// What each fixture that it asks for must fulfil: not to ask for this one.
    ///
    /// ```text
    /// const NEEDS_ITSELF: () = {
    ///     let _ = ::solipsism::__private::owned::<EventLoop, _, _, _>();
    ///     let _ = ::solipsism::__private::shared::<Cache, _, _>();
    /// };
    /// ```
    pub(crate) fn needs(&self) -> TokenStream {
        let asked = self
            .fixtures()
            .map(|fixture| asked(&self.arguments.crate_path, fixture));
        // rustc points here where it tells of a cycle.
        quote_spanned! {self.place()=>
            const NEEDS_ITSELF: () = { #(let _ = #asked;)* };
        }
    }

    /// And to live as long, where it is shared.
    ///
    /// ```text
    /// ::solipsism::__private::shared::<Cache, _, _>().lives_as_long_as(
    ///     ::solipsism::__private::Scope::Session,
    ///     "needed …",
    /// );
    /// ```
    pub(crate) fn scopes(&self) -> TokenStream {
        let crate_path = &self.arguments.crate_path;
        let Some((scope, typed)) = &self.arguments.scope else {
            return TokenStream::new();
        };
        let shared = self.fixtures().filter(|fixture| fixture.how == How::Shared);
        let checks = shared.map(|fixture| {
            let made = asked(crate_path, fixture);
            let place = fixture.wanted.span().resolved_at(Span::mixed_site());
            let private = crate_path.private_at(place);
            let name = &self.signature.name;
            let wanted = as_typed(&fixture.wanted.to_token_stream().to_string());
            let message = format!(
                "needed a fixture of scope \"{typed}\" or a wider one, as that of `{name}`, found `&{wanted}` of a narrower one: \
                 widen that, narrow `{name}`, or take a value of its own, as `{wanted}` or as `&mut {wanted}`"
            );
            let scope = Ident::new(&scope.to_string(), place);
            quote_spanned!(place=> #made.lives_as_long_as(#private::Scope::#scope, #message);)
        });
        quote!(#(#checks)*)
    }

    fn fixtures(&self) -> impl Iterator<Item = &Fixture> {
        self.signature
            .parameters
            .iter()
            .filter_map(|parameter| match &parameter.source {
                Source::Fixture(fixture) => Some(&**fixture),
                _ => None,
            })
    }
}

//! [`Provider`]: the implementation that finds a fixture by the type it provides. What the names under `__private` do is left
//! to `solipsism`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::asking::{Asking, about_type};
use crate::attributes::Attributes;
use crate::cases::axes;
use crate::fixture_arguments::{FixtureArguments, Teardown};
use crate::lifetimes::made_static;
use crate::parameter::{Parameter, Source};
use crate::signature::{Signature, Subject};

/// A fixture function that is right as far as its tokens tell.
pub(crate) struct Provider<'a> {
    pub(crate) arguments: &'a FixtureArguments,
    pub(crate) attributes: &'a Attributes,
    pub(crate) signature: &'a Signature,
    pub(crate) provides: Type,
    /// Whether the function returns that in a `Result`.
    pub(crate) in_result: bool,
}

impl Provider<'_> {
    /// ```text
    /// impl ::solipsism::__private::Fixture<db> for Db {
    ///     type Settings = settings_of_db;
    ///     type Teardown = ::solipsism::__private::TornDown<Self>;
    ///     const SCOPE: ::solipsism::__private::Scope = ::solipsism::__private::Scope::Session;
    ///     const NEEDS_ITSELF: () = { … };
    ///     fn provider() -> &'static ::solipsism::__private::Provider { … }
    ///     fn set_up(…) -> … { … }
    ///     fn tear_down(…) -> … { … }
    ///     fn keep(self) -> ::solipsism::__private::Kept {
    ///         use ::solipsism::__private::{ByAll as _, ByItsThread as _};
    ///         (&&::solipsism::__private::shareable::<Db>()).keep()(self)
    ///     }
    /// }
    /// ```
    pub(crate) fn tokens(&self) -> TokenStream {
        let private = self.arguments.crate_path.private();
        let (name, wanted) = (&self.signature.name, &self.provides);
        let (settings, settings_struct) = self.settings();
        let is_torn_down = self.arguments.teardown.is_some();
        let teardown = if is_torn_down {
            quote!(TornDown<Self>)
        } else {
            quote!(NoTeardown)
        };
        let scope = self.scope();
        let (needs, scopes, provider) = (self.needs(), self.scopes(), self.provider());
        let functions = [Some(self.set_up()), self.tear_down()];
        let autouse = self.arguments.autouse.then(|| {
            quote! { #private::submit! { #private::Autouse(<#wanted as #private::Fixture<#name>>::provider) } }
        });
        let body = quote_spanned! {Span::mixed_site()=>
                type Settings = #settings;
                type Teardown = #private::#teardown;
                const SCOPE: #private::Scope = #private::Scope::#scope;
                #needs
                #provider
                #(#functions)*
                fn keep(self) -> #private::Kept {
                    use #private::{ByAll as _, ByItsThread as _};
                    (&&#private::shareable::<#wanted>()).keep()(self)
                }
        };
        // rustc points here where it tells of several.
        let place = self.place();
        let private_there = self.arguments.crate_path.private_at(place);
        let head = quote_spanned!(place=> impl #private_there::Fixture<#name>);
        let mut body = Group::new(Delimiter::Brace, body);
        body.set_span(place);
        let files = self.asking().files();
        quote_spanned! {Span::mixed_site()=>
            #files
            #settings_struct
            #head for #wanted #body
            const _: () = {
                <#wanted as #private::Fixture<#name>>::NEEDS_ITSELF;
                #scopes
            };
            #autouse
        }
    }

    /// The function's name, as if it were of ours.
    pub(crate) fn place(&self) -> Span {
        self.signature.name.span().resolved_at(Span::mixed_site())
    }

    fn scope(&self) -> Ident {
        let scope = self
            .arguments
            .scope
            .as_ref()
            .map(|(variant, _)| variant.clone());
        scope.unwrap_or_else(|| Ident::new("Test", Span::mixed_site()))
    }

    fn asking(&self) -> Asking<'_> {
        Asking::new(
            &self.arguments.crate_path,
            &self.attributes.rows,
            &self.signature.parameters,
        )
    }

    /// The parameters with `#[default(…)]`, and the name of the type that they are fields of.
    ///
    /// ```text
    /// pub struct settings_of_db {
    ///     pub port: u16,
    /// }
    ///
    /// impl ::core::default::Default for settings_of_db {
    ///     fn default() -> Self {
    ///         settings_of_db { port: 5432 }
    ///     }
    /// }
    /// ```
    fn settings(&self) -> (TokenStream, Option<TokenStream>) {
        let private = self.arguments.crate_path.private();
        let all = self.signature.parameters.iter().filter_map(|parameter| {
            let Parameter { name, wanted, .. } = parameter;
            match &parameter.source {
                Source::Default(value) => Some((name, made_static(wanted), value)),
                _ => None,
            }
        });
        let all: Vec<_> = all.collect();
        if all.is_empty() {
            return (quote!(#private::NoSettings), None);
        }
        // What the user's types and expressions here mean by a name must not be this.
        let settings = format_ident!(
            "settings_of_{}",
            self.signature.name,
            span = Span::mixed_site()
        );
        let fields = all
            .iter()
            .map(|(name, wanted, _)| quote!(pub #name: #wanted));
        let values = all.iter().map(|(name, _, value)| quote!(#name: #value));
        let definition = quote_spanned! {Span::mixed_site()=>
            #[allow(missing_debug_implementations, missing_docs, non_camel_case_types, private_interfaces, unreachable_pub)]
            pub struct #settings { #(#fields),* }
            impl ::core::default::Default for #settings {
                fn default() -> Self {
                    #settings { #(#values),* }
                }
            }
        };
        (settings.to_token_stream(), Some(definition))
    }

    /// What the plan knows.
    ///
    /// ```text
    /// fn provider() -> &'static ::solipsism::__private::Provider {
    ///     static PROVIDER: ::solipsism::__private::Provider = ::solipsism::__private::Provider {
    ///         module: ::core::module_path!(),
    ///         name: "db",
    ///         …
    ///         uses: || ::solipsism::__private::uses(&(::solipsism::__private::shared::<Cache, _, _>(), ())),
    ///         keeper: &::solipsism::__private::Keep::<Db, db>(::core::marker::PhantomData),
    ///     };
    ///     &PROVIDER
    /// }
    /// ```
    fn provider(&self) -> TokenStream {
        let crate_path = &self.arguments.crate_path;
        let private = crate_path.private();
        let (name, wanted) = (&self.signature.name, &self.provides);
        let text = name.to_string();
        // The user's span as it is: `caller` steps out of every expansion that a span belongs to.
        let site = quote_spanned!(name.span()=> ::core::panic::Location::caller());
        let (scope, autouse) = (self.scope(), self.arguments.autouse);
        let asks = self.asking().asks();
        let (rows, parameters) = (&self.attributes.rows, &self.signature.parameters);
        let axes = axes(crate_path, rows, parameters, Subject::Fixture);
        quote_spanned! {Span::mixed_site()=>
            fn provider() -> &'static #private::Provider {
                static PROVIDER: #private::Provider = #private::Provider {
                    module: ::core::module_path!(),
                    name: #text,
                    site: #site,
                    scope: #private::Scope::#scope,
                    is_loop: false,
                    is_sync: || {
                        use #private::{ByAll as _, ByItsThread as _};
                        (&&#private::shareable::<#wanted>()).is_sync()
                    },
                    uses: || #private::uses(&#asks),
                    axes: #axes,
                    autouse: #autouse,
                    keeper: &#private::Keep::<#wanted, #name>(::core::marker::PhantomData),
                };
                &PROVIDER
            }
        }
    }

    /// How a value is made. What is awaited for other fixtures is awaited in `__private`.
    ///
    /// ```text
    /// fn set_up(settings: Self::Settings, asker: ::solipsism::__private::Asker) -> impl … + 'static {
    ///     ::solipsism::__private::set_up(
    ///         (::solipsism::__private::shared::<Cache, _, _>(), ()),
    ///         asker,
    ///         move |(fixture_0, ())| async move {
    ///             let returned = db(&*fixture_0, settings.port).await;
    ///             ::core::result::Result::Ok(returned)
    ///         },
    ///     )
    /// }
    /// ```
    /// What comes in a `Result` is `(&&&::solipsism::__private::provided::<io::Result<Db>>()).provide()(returned)`.
    fn set_up(&self) -> TokenStream {
        let crate_path = &self.arguments.crate_path;
        let private = crate_path.private();
        let name = &self.signature.name;
        let asking = self.asking();
        let (asks, locals, given) = (asking.asks(), asking.locals(), asking.given());
        let wait = self.signature.is_async.then(|| quote!(.await));
        let returns = self.signature.returns.as_ref().filter(|_| self.in_result);
        let made = if let Some(returns) = returns {
            let call = about_type(crate_path, returns, "provided", &quote!(), &quote!());
            quote_spanned! {Span::mixed_site()=>
                use #private::{FromAnything as _, FromDebug as _, FromError as _, FromSendError as _};
                (&&&#call).provide()(returned)
            }
        } else {
            quote_spanned!(Span::mixed_site()=> ::core::result::Result::Ok(returned))
        };
        quote_spanned! {Span::mixed_site()=>
            fn set_up(
                settings: Self::Settings,
                asker: #private::Asker,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<Self, #private::Box<dyn ::core::error::Error>>,
            > + 'static {
                let _ = &settings;
                #private::set_up(#asks, asker, move |#locals| async move {
                    let returned = #name(#given)#wait;
                    #made
                })
            }
        }
    }

    /// What is done with a value in the end, where there is anything to do.
    ///
    /// ```text
    /// fn tear_down(self, outcome: ::solipsism::__private::Outcome) -> ::solipsism::__private::Teardown {
    ///     ::solipsism::__private::torn_down(self, outcome, Db::close)
    /// }
    /// ```
    fn tear_down(&self) -> Option<TokenStream> {
        let (function, teardown) = match self.arguments.teardown.as_ref()? {
            Teardown::Path(path) => ("torn_down", path),
            Teardown::Alone(closure) => ("torn_down_alone", closure),
            Teardown::Told(closure) => ("torn_down_told", closure),
        };
        let place = teardown.span().resolved_at(Span::mixed_site());
        let private = self.arguments.crate_path.private_at(place);
        let function = Ident::new(function, place);
        Some(quote_spanned! {place=>
            fn tear_down(self, outcome: #private::Outcome) -> #private::Teardown {
                #private::#function(self, outcome, #teardown)
            }
        })
    }
}

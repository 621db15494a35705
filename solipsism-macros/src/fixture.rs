//! What a fixture becomes: the function as it was typed but for our attributes, a type of the same name that stands for it,
//! and the implementation that finds it by the type it provides.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, GenericArgument, PathArguments, Type};

use crate::asking::{Asking, about_type, fixture as asked};
use crate::attributes::{Attributes, is_condition};
use crate::cases::{axes, check, is_row};
use crate::expansion::{after_conditions, combined};
use crate::fixture_arguments::{FixtureArguments, Teardown};
use crate::item::Item;
use crate::lifetimes::{bare, copy, is_borrowing, made_static};
use crate::mistake::mistake;
use crate::parameter::{Fixture, How, Parameter, Source, without_ours};
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
    let function = without_ours(function);
    let typed = &attributes.function;
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
            let provided = Provided {
                arguments: &parsed,
                attributes: &attributes,
                signature: &signature,
                provided,
            };
            let implementation = provided.implementation();
            quote!(#function #marker const _: () = { #implementation };)
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

/// A fixture function that is right as far as its tokens tell.
struct Provided<'a> {
    arguments: &'a FixtureArguments,
    attributes: &'a Attributes,
    signature: &'a Signature,
    provided: (Type, bool),
}

impl Provided<'_> {
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
    fn implementation(&self) -> TokenStream {
        let private = self.arguments.crate_path.private();
        let (name, (wanted, _)) = (&self.signature.name, &self.provided);
        let (settings, settings_struct) = self.settings();
        let teardown = match &self.arguments.teardown {
            None => quote!(NoTeardown),
            Some(_) => quote!(TornDown<Self>),
        };
        let scope = self.scope();
        let (needs, scopes, provider) = (self.needs(), self.scopes(), self.provider());
        let (set_up, tear_down) = (self.set_up(), self.tear_down());
        let autouse = self.arguments.autouse.then(|| {
            quote! { #private::submit! { #private::Autouse(<#wanted as #private::Fixture<#name>>::provider) } }
        });
        let body = quote_spanned! {Span::mixed_site()=>
                type Settings = #settings;
                type Teardown = #private::#teardown;
                const SCOPE: #private::Scope = #private::Scope::#scope;
                #needs
                #provider
                #set_up
                #tear_down
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
        quote_spanned! {Span::mixed_site()=>
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
    fn place(&self) -> Span {
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

    /// What each fixture that it asks for must fulfil: not to ask for this one.
    ///
    /// ```text
    /// const NEEDS_ITSELF: () = {
    ///     let _ = ::solipsism::__private::owned::<EventLoop, _, _, _>();
    ///     let _ = ::solipsism::__private::shared::<Cache, _, _>();
    /// };
    /// ```
    fn needs(&self) -> TokenStream {
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
    fn scopes(&self) -> TokenStream {
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
            let wanted = fixture.wanted.to_token_stream().to_string();
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
                Source::Fixture(fixture) => Some(fixture),
                _ => None,
            })
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
        let (name, (wanted, _)) = (&self.signature.name, &self.provided);
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
        let made = match (&self.signature.returns, self.provided.1) {
            (Some(returns), true) => {
                let call = about_type(crate_path, returns, "provided", &quote!(), &quote!());
                quote_spanned! {Span::mixed_site()=>
                    use #private::{FromAnything as _, FromDebug as _, FromError as _, FromSendError as _};
                    (&&&#call).provide()(returned)
                }
            }
            _ => quote_spanned!(Span::mixed_site()=> ::core::result::Result::Ok(returned)),
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

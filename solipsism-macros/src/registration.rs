//! The registration: what our harness finds in the binary, and runs.
//!
//! Every token is spanned so that rustc reports at what the user typed: with the hygiene of `mixed_site`, so that no name
//! of ours meets one of theirs, and the place of the type or literal that a call is about. What the names under
//! `__private` do is left to `solipsism`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use crate::arguments::{Arguments, Setting, Value};
use crate::asking::{Asking, about_type};
use crate::attributes::{Attributes, ShouldPanic};
use crate::cases::{axes, option};
use crate::signature::{Signature, Subject};

/// The test as our harness sees it.
///
/// ```text
/// #[solipsism::test(time_limit = "1h")]
/// #[ignore = "slow"]
/// #[should_panic(expected = "x")]
/// async fn name(event_loop: EventLoop) { … }
/// ```
/// becomes
/// ```text
/// ::solipsism::__private::submit! {
///     ::solipsism::__private::Test {
///         module: ::core::module_path!(),
///         name: "name",
///         site: ::core::panic::Location::caller(),
///         ignore: ::core::option::Option::Some("slow"),
///         should_panic: ::solipsism::__private::ShouldPanic::With("x"),
///         axes: &[],
///         markers: &::solipsism::__private::Markers::NONE,
///         runner: &::solipsism::__private::InWorld {
///             settings: &::solipsism::__private::Settings {
///                 time_limit: ::core::option::Option::Some(::solipsism::__private::duration("1h")),
///                 ..::solipsism::__private::Settings::DEFAULT
///             },
///             asks: || …,
///             start: |…| …,
///             ending: …,
///         },
///     }
/// }
/// ```
pub(crate) fn registration(
    arguments: &Arguments,
    attributes: &Attributes,
    signature: &Signature,
) -> TokenStream {
    let private = arguments.crate_path.private();
    if is_plain(arguments, attributes, signature) {
        return plain(&private, signature);
    }
    let name = signature.name.to_string();
    // The user's span as it is: `caller` steps out of every expansion that a span belongs to.
    let site = quote_spanned!(signature.name.span()=> ::core::panic::Location::caller());
    let ignore = option(attributes.ignore.as_ref());
    let should_panic = attributes.should_panic.variant();
    let settings = settings(arguments);
    let markers = arguments.markers.expand(&arguments.crate_path);
    let axes = axes(
        &arguments.crate_path,
        &attributes.rows,
        &signature.parameters,
        Subject::Test,
    );
    let steps = steps(arguments, attributes, signature);
    let rows = &attributes.rows;
    let files = Asking::new(&arguments.crate_path, rows, &signature.parameters).files();
    quote_spanned! {Span::mixed_site()=>
        #files
        #private::submit! {
            #private::Test {
                module: ::core::module_path!(),
                name: #name,
                site: #site,
                ignore: #ignore,
                should_panic: #private::ShouldPanic::#should_panic,
                axes: #axes,
                markers: &#markers,
                runner: &#private::InWorld {
                    settings: &#settings,
                    #steps
                },
            }
        }
    }
}

/// Whether there is nothing to say of the test but its name.
fn is_plain(arguments: &Arguments, attributes: &Attributes, signature: &Signature) -> bool {
    arguments.settings.is_empty()
        && !arguments.markers.is_given
        && attributes.ignore.is_none()
        && matches!(attributes.should_panic, ShouldPanic::No)
        && attributes.rows.is_empty()
        && signature.parameters.is_empty()
        && signature.returns.as_ref().is_none_or(is_unit)
}

/// The registration of most tests, which is short, since it is compiled for each of them.
///
/// ```text
/// #[solipsism::test]
/// async fn name() { … }
/// ```
/// becomes
/// ```text
/// ::solipsism::__private::submit! {
///     ::solipsism::__private::Test::plain(
///         ::core::module_path!(),
///         "name",
///         ::core::panic::Location::caller(),
///         &::solipsism::__private::InWorld::plain({
///             fn __start((): ()) -> ::solipsism::__private::Starting {
///                 ::solipsism::__private::Box::new(name())
///             }
///             __start
///         }),
///     )
/// }
/// ```
///
/// A pointer to a closure would be one to a second function, which calls the closure's.
fn plain(private: &TokenStream, Signature { name, .. }: &Signature) -> TokenStream {
    let text = name.to_string();
    let site = quote_spanned!(name.span()=> ::core::panic::Location::caller());
    quote_spanned! {Span::mixed_site()=>
        #private::submit! {
            #private::Test::plain(
                ::core::module_path!(),
                #text,
                #site,
                &#private::InWorld::plain({
                    fn __start((): ()) -> #private::Starting {
                        #private::Box::new(#name())
                    }
                    __start
                }),
            )
        }
    }
}

/// The arguments that are about the world.
pub(crate) fn settings(arguments: &Arguments) -> TokenStream {
    let private = arguments.crate_path.private();
    let fields = arguments
        .settings
        .iter()
        .map(|setting| field(arguments, setting));
    match arguments.settings.len() {
        0 => quote!(#private::Settings::DEFAULT),
        // All given: clippy's `needless_update` would notice the rest.
        Arguments::FIELDS => quote!(#private::Settings { #(#fields),* }),
        _ => quote!(#private::Settings { #(#fields,)* ..#private::Settings::DEFAULT }),
    }
}

/// `time_limit = "1h"` becomes `time_limit: ::core::option::Option::Some(::solipsism::__private::duration("1h"))`.
fn field(arguments: &Arguments, Setting { name, value }: &Setting) -> TokenStream {
    match value {
        Value::Clock(clock) => {
            let private = arguments.crate_path.private_at(clock.span());
            quote!(#name: ::core::option::Option::Some(#private::Clock::#clock))
        }
        Value::Policy(policy) => {
            let private = arguments.crate_path.private_at(policy.span());
            quote!(#name: ::core::option::Option::Some(#private::LeakPolicy::#policy))
        }
        Value::Allowed(allowed) => {
            let allowed = allowed.iter().map(|it| it.expand(&arguments.crate_path));
            quote!(#name: &[#(#allowed),*])
        }
        Value::Word => quote!(#name: ::core::option::Option::Some(true)),
        Value::Integer(integer, span) => {
            quote_spanned!(*span=> #name: ::core::option::Option::Some(#integer))
        }
        Value::Text(text, reader) => {
            let private = arguments.crate_path.private_at(text.span());
            let reader = Ident::new(reader, text.span());
            let read = quote_spanned!(text.span()=> #private::#reader(#text));
            quote!(#name: ::core::option::Option::Some(#read))
        }
    }
}

/// How the test's fixtures are made, how it is called with them, and what becomes of its output.
///
/// ```text
/// async fn name(event_loop: EventLoop) -> io::Result<()> { … }
/// ```
/// becomes
/// ```text
/// asks: || (::solipsism::__private::owned::<EventLoop, _, _, _>(), ()),
/// start: |(fixture_0, ())| ::solipsism::__private::Box::new(name(fixture_0)),
/// ending: |returned| {
///     use ::solipsism::__private::{ViaAnything as _, ViaDebug as _, ViaError as _, ViaSendError as _};
///     (&&&::solipsism::__private::returns::<io::Result<()>>()).ending()(returned)
/// },
/// ```
///
/// Nothing of ours is `async` here: a second coroutine would take as long to compile as the test's own. Where a value is
/// lent, somebody must hold it meanwhile: `async fn name(db: &Db, cache: &mut Cache)` is started by
/// ```text
/// start: |(fixture_0, (mut fixture_1, ()))| ::solipsism::__private::Box::new(async move {
///     name(&*fixture_0, &mut *fixture_1).await
/// }),
/// ```
fn steps(arguments: &Arguments, attributes: &Attributes, signature: &Signature) -> TokenStream {
    let crate_path = &arguments.crate_path;
    let private = crate_path.private();
    let Signature {
        name,
        parameters,
        returns,
        ..
    } = signature;
    let asking = Asking::new(crate_path, &attributes.rows, parameters);
    let set_up = if parameters.is_empty() {
        quote_spanned!(Span::mixed_site()=> #private::nothing)
    } else {
        let asks = asking.asks();
        quote_spanned!(Span::mixed_site()=> || #asks)
    };
    let (locals, given) = (asking.locals(), asking.given());
    let call = if asking.is_lent() {
        quote_spanned!(Span::mixed_site()=> async move { #name(#given).await })
    } else {
        quote_spanned!(Span::mixed_site()=> #name(#given))
    };
    let ending = match returns {
        // `!` cannot be named here on stable Rust, and becomes anything.
        Some(Type::Never(_)) => quote_spanned!(Span::mixed_site()=> |never| never),
        Some(returns) if !is_unit(returns) => {
            let call = about_type(crate_path, returns, "returns", &quote!(), &quote!());
            quote_spanned! {Span::mixed_site()=>
                |returned| {
                    use #private::{ViaAnything as _, ViaDebug as _, ViaError as _, ViaSendError as _};
                    (&&&#call).ending()(returned)
                }
            }
        }
        _ => quote_spanned!(Span::mixed_site()=> #private::done),
    };
    quote_spanned! {Span::mixed_site()=>
        asks: #set_up,
        start: |#locals| #private::Box::new(#call),
        ending: #ending,
    }
}

pub(crate) fn is_unit(returned: &Type) -> bool {
    matches!(returned, Type::Tuple(tuple) if tuple.elems.is_empty())
}

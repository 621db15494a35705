//! The registration: what our harness finds in the binary, and runs.
//!
//! Every token is spanned so that rustc reports at what the user typed: with the hygiene of `mixed_site`, so that no name
//! of ours meets one of theirs, and the place of the type or literal that a call is about. What the names under
//! `__private` do is left to `solipsism`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::arguments::{Arguments, Setting, Value};
use crate::attributes::{Attributes, ShouldPanic};
use crate::signature::{Parameter, Signature};
use crate::with::With;

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
///         runner: &::solipsism::__private::InWorld {
///             settings: ::solipsism::__private::Settings {
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
    let private = arguments.private();
    let name = signature.name.to_string();
    // The user's span as it is: `caller` steps out of every expansion that a span belongs to.
    let site = quote_spanned!(signature.name.span()=> ::core::panic::Location::caller());
    let ignore = match &attributes.ignore {
        None => quote!(::core::option::Option::None),
        Some(reason) => quote!(::core::option::Option::Some(#reason)),
    };
    let should_panic = match &attributes.should_panic {
        ShouldPanic::No => quote!(No),
        ShouldPanic::Yes => quote!(Yes),
        ShouldPanic::With(message) => quote!(With(#message)),
    };
    let settings = arguments
        .settings
        .iter()
        .map(|setting| field(arguments, setting));
    let settings = match arguments.settings.len() {
        0 => quote!(#private::Settings::DEFAULT),
        // All given: clippy's `needless_update` would notice the rest.
        Arguments::FIELDS => quote!(#private::Settings { #(#settings),* }),
        _ => quote!(#private::Settings { #(#settings,)* ..#private::Settings::DEFAULT }),
    };
    let steps = steps(arguments, signature);
    quote_spanned! {Span::mixed_site()=>
        #private::submit! {
            #private::Test {
                module: ::core::module_path!(),
                name: #name,
                site: #site,
                ignore: #ignore,
                should_panic: #private::ShouldPanic::#should_panic,
                axes: &[],
                runner: &#private::InWorld {
                    settings: #settings,
                    #steps
                },
            }
        }
    }
}

/// `time_limit = "1h"` becomes `time_limit: ::core::option::Option::Some(::solipsism::__private::duration("1h"))`.
fn field(arguments: &Arguments, Setting { name, value }: &Setting) -> TokenStream {
    match value {
        Value::Clock(clock) => {
            let private = arguments.private_at(clock.span());
            quote!(#name: #private::Clock::#clock)
        }
        Value::Integer(integer, span) => {
            quote_spanned!(*span=> #name: ::core::option::Option::Some(#integer))
        }
        Value::Text(text, reader) => {
            let private = arguments.private_at(text.span());
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
/// asks: || (::solipsism::__private::owned::<EventLoop, _>(), ()),
/// start: |(fixture_0, ())| ::solipsism::__private::Box::new(name(fixture_0)),
/// ending: |returned| {
///     use ::solipsism::__private::{ViaAnything as _, ViaDebug as _, ViaError as _, ViaSendError as _};
///     (&&&::solipsism::__private::returns::<io::Result<()>>()).ending()(returned)
/// },
/// ```
///
/// Nothing of ours is `async` here: a second coroutine would take as long to compile as the test's own.
fn steps(arguments: &Arguments, signature: &Signature) -> TokenStream {
    let private = arguments.private();
    let Signature {
        name,
        parameters,
        returns,
    } = signature;
    let locals: Vec<Ident> = (0..parameters.len())
        .map(|index| format_ident!("fixture_{index}", span = Span::mixed_site()))
        .collect();
    let fixtures = parameters.iter().map(|wanted| fixture(arguments, wanted));
    let set_up = if parameters.is_empty() {
        quote_spanned!(Span::mixed_site()=> #private::nothing)
    } else {
        let fixtures = nested(fixtures);
        quote_spanned!(Span::mixed_site()=> || #fixtures)
    };
    let values = nested(locals.iter().map(ToTokens::to_token_stream));
    let ending = match returns {
        // `!` cannot be named here on stable Rust, and becomes anything.
        Some(Type::Never(_)) => quote_spanned!(Span::mixed_site()=> |never| never),
        Some(returns) if !is_unit(returns) => {
            let call = about_type(arguments, returns, "returns", &quote!(), &quote!());
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
        start: |#values| #private::Box::new(#name(#(#locals),*)),
        ending: #ending,
    }
}

/// `a`, `b` becomes `(a, (b, ()))`.
fn nested(all: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    all.rfold(quote!(()), |rest, one| quote!((#one, #rest)))
}

fn is_unit(returned: &Type) -> bool {
    matches!(returned, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The set-up of one fixture.
///
/// `event_loop: EventLoop` becomes
/// ```text
/// ::solipsism::__private::owned::<EventLoop, _>()
/// ```
/// and `#[with(capacity = 4)] StreamPair(a, b): StreamPair` becomes
/// ```text
/// ::solipsism::__private::owned_with::<StreamPair, _, _>(|mut settings| {
///     settings.capacity = 4;
///     settings
/// })
/// ```
fn fixture(arguments: &Arguments, Parameter { wanted, settings }: &Parameter) -> TokenStream {
    if settings.is_empty() {
        return about_type(arguments, wanted, "owned", &quote!(, _), &quote!());
    }
    let fields = settings.iter().map(|With { name, value }| {
        // All at the name's place, to which rustc points beside a value of another type.
        let place = name.span().resolved_at(Span::mixed_site());
        quote_spanned!(place=> settings.#name = #value;)
    });
    let change = quote_spanned!(Span::mixed_site()=> |mut settings| { #(#fields)* settings });
    about_type(arguments, wanted, "owned_with", &quote!(, _, _), &change)
}

/// `function::<About more>(given)` under `::solipsism::__private`, all of it at the place of the type.
fn about_type(
    arguments: &Arguments,
    about: &Type,
    function: &str,
    more: &TokenStream,
    given: &TokenStream,
) -> TokenStream {
    let place = about.span().resolved_at(Span::mixed_site());
    let private = arguments.private_at(place);
    let function = Ident::new(function, place);
    quote_spanned!(place=> #private::#function::<#about #more>(#given))
}

//! What `defaults!(…)` becomes, and the arguments of `main!(…)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Error;

use crate::arguments::Arguments;
use crate::expansion::combined;
use crate::registration::settings;

/// About whose tests they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those of the module in which they stand, and of those below it.
    Modules,
    /// All that are in the target.
    Targets,
}

/// The whole of a call.
///
/// ```text
/// solipsism::defaults!(time_limit = "1h", tags = ["db"]);
/// ```
/// becomes
/// ```text
/// ::solipsism::__private::submit! {
///     ::solipsism::__private::Defaults {
///         module: ::core::option::Option::Some(::core::module_path!()),
///         site: ::core::panic::Location::caller(),
///         markers: ::solipsism::__private::Markers { … },
///         settings: &::solipsism::__private::Settings { … },
///     }
/// }
/// ```
pub(crate) fn defaults(tokens: TokenStream, whose: Whose) -> TokenStream {
    let mut errors = Vec::new();
    let arguments = Arguments::parse(tokens, &mut errors);
    if errors.is_empty() && arguments.is_empty() {
        let empty =
            "needed at least one default, found none: write, for example, `time_limit = \"1h\"`";
        errors.push(Error::new(Span::call_site(), empty));
    }
    if let Some(error) = combined(errors) {
        return error;
    }
    let private = arguments.crate_path.private();
    let module = match whose {
        Whose::Modules => quote!(::core::option::Option::Some(::core::module_path!())),
        Whose::Targets => quote!(::core::option::Option::None),
    };
    // Where the user's own tokens stand, and not those of `main!`.
    let site = quote_spanned!(arguments.place()=> ::core::panic::Location::caller());
    let markers = arguments.markers.expand(&arguments.crate_path);
    let settings = settings(&arguments);
    quote_spanned! {Span::mixed_site()=>
        #private::submit! {
            #private::Defaults {
                module: #module,
                site: #site,
                markers: #markers,
                settings: &#settings,
            }
        }
    }
}

//! What a test becomes: a wrapper for libtest, the function as it was typed but for our attributes, and its
//! [`registration`].
//!
//! Nothing may refer to the wrapper: rustc deletes it where there is no libtest.

use std::env;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Error;

use crate::arguments::Arguments;
use crate::attributes::Attributes;
use crate::cases::{check, is_row};
use crate::conditions::{after_conditions, is_condition};
use crate::item::Item;
use crate::ours::without_ours;
use crate::passed_on::telling;
use crate::registration::registration;
use crate::signature::Subject;

/// The whole of an attribute.
///
/// ```text
/// /// doc
/// #[solipsism::test(clock = "manual")]
/// #[other::attribute]
/// pub async fn name(#[with(capacity = 4)] #[allow(unused)] pair: StreamPair) { … }
/// ```
/// becomes
/// ```text
/// /// doc
/// #[::core::prelude::v1::test]
/// pub fn name() {
///     ::solipsism::__private::run_under_libtest(::core::module_path!(), "name", ::solipsism::__private::Target::said(…))
/// }
///
/// const _: () = {
///     /// doc
///     #[other::attribute]
///     async fn name(#[allow(unused)] pair: StreamPair) { … }
///
///     ::solipsism::__private::submit! { ::solipsism::__private::Test { … } }
/// };
/// ```
pub(crate) fn test(arguments: &TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Vec::new();
    let parsed = Arguments::parse(arguments.clone(), &mut errors);
    let item = Item::parse(item, Subject::Test, &mut errors);
    if item.attributes.iter().any(is_condition) {
        return after_conditions(&parsed.crate_path, "test", arguments, &item);
    }
    let Item {
        attributes,
        visibility,
        function,
        signature,
    } = item;
    let has_rows = attributes.iter().any(is_row);
    let attributes = Attributes::sort(attributes, Subject::Test, &mut errors);
    if let Some(signature) = &signature {
        check(
            &attributes.rows,
            &signature.parameters,
            has_rows,
            &mut errors,
        );
    }
    let function = telling(without_ours(function), Subject::Test, &parsed.crate_path);
    match (signature, combined(errors)) {
        (Some(signature), None) => {
            let wrapper = wrapper(&parsed, &attributes, &visibility, &signature.name);
            let registration = registration(&parsed, &attributes, &signature);
            let typed = &attributes.function;
            // Most tests have no parameters, and each attribute takes its time to compile.
            let has_parameters = !signature.parameters.is_empty();
            let lints = has_parameters.then(of_no_use);
            quote! {
                #wrapper
                const _: () = {
                    #lints
                    #[allow(clippy::unused_async)]
                    #(#typed)*
                    #function
                    #registration
                };
            }
        }
        (signature, error) => rejected(
            error.as_ref(),
            &attributes,
            signature.is_some(),
            &quote!(#visibility #function),
        ),
    }
}

/// Clippy's advice on how to take a parameter, where that says who shares it.
pub(crate) fn of_no_use() -> TokenStream {
    quote! {
        #[allow(
            clippy::borrowed_box,
            clippy::needless_pass_by_ref_mut,
            clippy::needless_pass_by_value,
            clippy::ptr_arg,
            clippy::ref_option,
            clippy::trivially_copy_pass_by_ref
        )]
    }
}

/// All that is wrong, as what rustc reports.
pub(crate) fn combined(errors: Vec<Error>) -> Option<TokenStream> {
    let error = errors.into_iter().reduce(|mut all, one| {
        all.combine(one);
        all
    });
    error.map(Error::into_compile_error)
}

/// The errors, and the item as it was typed, so that nothing else breaks.
///
/// ```text
/// #[solipsism::test] #[ignore] fn name() { … }
/// ```
/// becomes
/// ```text
/// ::core::compile_error! { "needed an `async fn`, …" }
/// #[allow(dead_code)] fn name() { … }
/// ```
fn rejected(
    error: Option<&TokenStream>,
    attributes: &Attributes,
    is_function: bool,
    item: &TokenStream,
) -> TokenStream {
    let unused = is_function.then(|| quote!(#[allow(dead_code)]));
    let typed = &attributes.function;
    quote! { #error #unused #(#typed)* #item }
}

/// The test as libtest sees it.
///
/// ```text
/// /// doc
/// #[solipsism::test]
/// #[ignore = "slow"]
/// #[expect(unused)]
/// pub async fn name(event_loop: EventLoop) { … }
/// ```
/// becomes
/// ```text
/// /// doc
/// #[ignore = "slow"]
/// #[allow(unused)]
/// #[::core::prelude::v1::test]
/// pub fn name() {
///     ::solipsism::__private::run_under_libtest(::core::module_path!(), "name", ::solipsism::__private::Target::said(…))
/// }
/// ```
fn wrapper(
    arguments: &Arguments,
    attributes: &Attributes,
    visibility: &TokenStream,
    name: &Ident,
) -> TokenStream {
    let private = arguments.crate_path.private();
    let Attributes {
        wrapper, libtest, ..
    } = attributes;
    let (text, target) = (name.to_string(), target(&private));
    // With a span of ours, so that lints about the name speak of the function alone.
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::call_site()));
    quote! {
        #(#wrapper)*
        #(#libtest)*
        #[::core::prelude::v1::test]
        #visibility fn #name() {
            #private::run_under_libtest(::core::module_path!(), #text, #target)
        }
    }
}

/// What cargo says of the binary that is being compiled. `target!` asks in the binary itself, by a macro for each answer; there is a
/// wrapper for every test, and so they are asked for here.
///
/// ```text
/// ::solipsism::__private::Target::said("the-package", "the_target", "", "", ::core::file!())
/// ```
fn target(private: &TokenStream) -> TokenStream {
    let variables = [
        "CARGO_PKG_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_BIN_NAME",
        "CARGO_TARGET_TMPDIR",
    ];
    let [package, krate, bin, tmpdir] = variables.map(|name| env::var(name).unwrap_or_default());
    quote!(#private::Target::said(#package, #krate, #bin, #tmpdir, ::core::file!()))
}

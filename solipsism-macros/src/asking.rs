//! [`Asking`]: how what a function asks for is made, and how the function is called with it. A test and a fixture ask alike.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::cases::Row;
use crate::crate_path::CratePath;
use crate::expressions::split;
use crate::parameter::{Fixture, How, Parameter, Source};
use crate::with::With;

/// The parameters of one function.
pub(crate) struct Asking<'a> {
    crate_path: &'a CratePath,
    rows: &'a [Row],
    parameters: &'a [Parameter],
}

impl<'a> Asking<'a> {
    pub(crate) fn new(
        crate_path: &'a CratePath,
        rows: &'a [Row],
        parameters: &'a [Parameter],
    ) -> Self {
        Self {
            crate_path,
            rows,
            parameters,
        }
    }

    /// What is made before the function is called, for `__private`.
    ///
    /// `a: EventLoop, b: &Db, #[values(1, 2)] c: u32` becomes
    /// ```text
    /// (::solipsism::__private::owned::<EventLoop, _, _, _>(),
    ///     (::solipsism::__private::shared::<Db, _, _>(),
    ///         (::solipsism::__private::choice::<u32>(0, |index| …), ())))
    /// ```
    pub(crate) fn asks(&self) -> TokenStream {
        // The rows have the first axis, if there are any.
        let (mut column, mut axis) = (0, usize::from(!self.rows.is_empty()));
        let mut asks = Vec::new();
        for (index, parameter) in self.parameters.iter().enumerate() {
            match &parameter.source {
                Source::Default(_) => {}
                Source::Fixture(wanted) => asks.push(fixture(self.crate_path, wanted)),
                Source::Case(_) => {
                    let values = self.rows.iter().map(|row| &row.values[column]);
                    asks.push(self.choice(&parameter.wanted, 0, values));
                    column += 1;
                }
                Source::Files(_) => {
                    asks.push(self.file(&parameter.wanted, axis, index));
                    axis += 1;
                }
                Source::Transports(listed) => {
                    asks.push(self.transports(&parameter.wanted, axis, listed));
                    axis += 1;
                }
                Source::Values(values) => {
                    asks.push(self.choice(&parameter.wanted, axis, values.all.iter()));
                    axis += 1;
                }
            }
        }
        nested(asks.into_iter())
    }

    /// The pattern that takes what [`asks`](Self::asks) makes: `(fixture_0, (mut fixture_1, ()))`.
    pub(crate) fn locals(&self) -> TokenStream {
        let parameters = self.parameters.iter().enumerate();
        let asked = parameters.filter(|(_, one)| !matches!(one.source, Source::Default(_)));
        let locals = asked.map(|(index, parameter)| {
            let local = local(index);
            let is_fresh = parameter.how() == Some(How::Fresh);
            let mutable = is_fresh.then(|| quote_spanned!(Span::mixed_site()=> mut));
            quote!(#mutable #local)
        });
        nested(locals.collect::<Vec<_>>().into_iter())
    }

    /// The arguments of the call: `fixture_0, &mut *fixture_1, settings.name`.
    pub(crate) fn given(&self) -> TokenStream {
        let given = self
            .parameters
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                let local = local(index);
                if matches!(parameter.source, Source::Default(_)) {
                    let name = &parameter.name;
                    return quote_spanned!(Span::mixed_site()=> settings.#name);
                }
                match parameter.how() {
                    Some(How::Shared) => quote_spanned!(Span::mixed_site()=> &*#local),
                    Some(How::Fresh) => quote_spanned!(Span::mixed_site()=> &mut *#local),
                    Some(How::Owned) | None => quote!(#local),
                }
            });
        quote!(#(#given),*)
    }

    /// Whether a value must be held while the function runs.
    pub(crate) fn is_lent(&self) -> bool {
        let hows = self.parameters.iter().map(Parameter::how);
        hows.flatten().any(|how| how != How::Owned)
    }

    /// Where the files of parameters are looked for, by all that ask for them.
    ///
    /// `#[files("tests/data/*.json")] path: PathBuf` becomes
    /// ```text
    /// static files_of_parameter_0: ::solipsism::__private::Files =
    ///     ::solipsism::__private::Files::new(::core::env!("CARGO_MANIFEST_DIR"), "tests/data/*.json");
    /// ```
    pub(crate) fn files(&self) -> TokenStream {
        let private = self.crate_path.private();
        let parameters = self.parameters.iter().enumerate();
        let files = parameters.filter_map(|(index, parameter)| match &parameter.source {
            Source::Files(pattern) => Some((files(index), pattern)),
            _ => None,
        });
        let files = files.map(|(name, pattern)| {
            quote_spanned! {Span::mixed_site()=>
                #[allow(non_upper_case_globals)]
                static #name: #private::Files =
                    #private::Files::new(::core::env!("CARGO_MANIFEST_DIR"), #pattern);
            }
        });
        quote!(#(#files)*)
    }

    /// `::solipsism::__private::choice::<PathBuf>(0, |index| files_of_parameter_0.path(index))`
    fn file(&self, wanted: &Type, axis: usize, index: usize) -> TokenStream {
        let files = files(index);
        let given = quote_spanned!(Span::mixed_site()=> #axis, |index| #files.path(index));
        about_type(self.crate_path, wanted, "choice", &quote!(), &given)
    }

    /// A server over the case's transport. The built-in transports need not be imported.
    ///
    /// ```text
    /// ::solipsism::__private::each_transport::<EachTransport>(0, |index| {
    ///     use ::solipsism::__private::transports::*;
    ///     match index {
    ///         0 => ::solipsism::__private::transport(tcp),
    ///         1 => ::solipsism::__private::transport(my::transport),
    ///         _ => ::solipsism::__private::no_such_value(),
    ///     }
    /// })
    /// ```
    fn transports(&self, wanted: &Type, axis: usize, listed: &[TokenStream]) -> TokenStream {
        let private = self.crate_path.private();
        let listed = listed.iter().enumerate().map(|(index, make)| {
            let place = make.span().resolved_at(Span::mixed_site());
            let private = self.crate_path.private_at(place);
            quote_spanned!(place=> #index => #private::transport(#make),)
        });
        // With the user's hygiene, so that what they list is found.
        let import = quote! { #[allow(unused_imports)] use #private::transports::*; };
        let make = quote_spanned! {Span::mixed_site()=>
            |index| {
                #import
                match index {
                    #(#listed)*
                    _ => #private::no_such_value(),
                }
            }
        };
        let given = quote!(#axis, #make);
        about_type(self.crate_path, wanted, "each_transport", &quote!(), &given)
    }

    /// A value that depends on the case. The type is that of the parameter, so that literals need no suffix.
    ///
    /// ```text
    /// ::solipsism::__private::choice::<u32>(0, |index| match index {
    ///     0 => 1,
    ///     1 => 60,
    ///     _ => ::solipsism::__private::no_such_value(),
    /// })
    /// ```
    fn choice<'v>(
        &self,
        wanted: &Type,
        axis: usize,
        values: impl Iterator<Item = &'v TokenStream>,
    ) -> TokenStream {
        let private = self.crate_path.private();
        let values = values
            .enumerate()
            .map(|(index, value)| quote!(#index => { #value }));
        let value = quote_spanned! {Span::mixed_site()=>
            |index| match index {
                #(#values)*
                _ => #private::no_such_value(),
            }
        };
        let given = quote!(#axis, #value);
        about_type(self.crate_path, wanted, "choice", &quote!(), &given)
    }
}

impl Parameter {
    /// How it takes its fixture, if it has one.
    fn how(&self) -> Option<How> {
        match &self.source {
            Source::Fixture(fixture) => Some(fixture.how),
            _ => None,
        }
    }
}

/// What makes one fixture.
///
/// `event_loop: EventLoop` becomes
/// ```text
/// ::solipsism::__private::owned::<EventLoop, _, _, _>()
/// ```
/// and `#[from(wide)] #[with(capacity = 4)] pair: &mut StreamPair` becomes
/// ```text
/// ::solipsism::__private::fresh_with::<StreamPair, wide, _>(|mut settings| {
///     settings.capacity = 4;
///     settings
/// })
/// ```
pub(crate) fn fixture(crate_path: &CratePath, fixture: &Fixture) -> TokenStream {
    let Fixture {
        wanted,
        how,
        from,
        settings,
    } = fixture;
    let from = match from {
        None => quote!(_),
        Some(path) => quote!(#path),
    };
    // All but the fixture and who provides it is found by that. What is wrong with one of these is wrong with the type.
    let found = quote_spanned!(wanted.span()=> _);
    let (function, more) = match how {
        How::Owned => ("owned", quote!(, #from, #found, #found)),
        How::Shared => ("shared", quote!(, #from, #found)),
        How::Fresh => ("fresh", quote!(, #from, #found)),
    };
    if settings.is_empty() {
        return about_type(crate_path, wanted, function, &more, &quote!());
    }
    let fields = settings.iter().map(|With { name, value }| {
        let value = listed(crate_path, name, value);
        // All at the name's place, to which rustc points beside a value of another type.
        let place = name.span().resolved_at(Span::mixed_site());
        quote_spanned!(place=> settings.#name = #value;)
    });
    let change = quote_spanned!(Span::mixed_site()=> |mut settings| { #(#fields)* settings });
    about_type(
        crate_path,
        wanted,
        &format!("{function}_with"),
        &more,
        &change,
    )
}

/// The value of a setting. Services that are listed may be of different types, and so no array of Rust's:
///
/// `services = [Db, Api::new()]` has the value
/// ```text
/// ::solipsism::__private::Vec::from([
///     ::solipsism::__private::service(Db),
///     ::solipsism::__private::service(Api::new()),
/// ])
/// ```
fn listed(crate_path: &CratePath, name: &Ident, value: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Group(list)]
            if name == "services" && list.delimiter() == Delimiter::Bracket =>
        {
            let private = crate_path.private();
            let all = split(list.stream()).into_iter().map(|service| {
                let place = service.span().resolved_at(Span::mixed_site());
                let private = crate_path.private_at(place);
                quote_spanned!(place=> #private::service(#service))
            });
            quote!(#private::Vec::from([#(#all),*]))
        }
        _ => value.clone(),
    }
}

/// `function::<About more>(given)` under `::solipsism::__private`, all of it at the place of the type.
pub(crate) fn about_type(
    crate_path: &CratePath,
    about: &Type,
    function: &str,
    more: &TokenStream,
    given: &TokenStream,
) -> TokenStream {
    let place = about.span().resolved_at(Span::mixed_site());
    let private = crate_path.private_at(place);
    let function = Ident::new(function, place);
    quote_spanned!(place=> #private::#function::<#about #more>(#given))
}

/// The name of what [`Asking::files`] makes for this parameter.
pub(crate) fn files(index: usize) -> Ident {
    format_ident!("files_of_parameter_{index}", span = Span::mixed_site())
}

fn local(index: usize) -> Ident {
    format_ident!("fixture_{index}", span = Span::mixed_site())
}

/// `a`, `b` becomes `(a, (b, ()))`.
fn nested(all: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    all.rfold(quote!(()), |rest, one| quote!((#one, #rest)))
}

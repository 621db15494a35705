//! Cases: the rows of `#[case(…)]` before a function, and the axes that they and the `#[values(…)]` of its parameters are.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Error, Meta};

use crate::arguments::is_punct;
use crate::asking::files;
use crate::attributes::ShouldPanic;
use crate::crate_path::CratePath;
use crate::expressions::split;
use crate::ids;
use crate::mistake::mistake;
use crate::parameter::{Parameter, Source};
use crate::signature::Subject;

/// One `#[case(…)]` or `#[case::name(…)]`.
pub(crate) struct Row {
    attribute: Attribute,
    name: Option<String>,
    /// One for each `#[case]` parameter.
    pub(crate) values: Vec<TokenStream>,
    ignore: Option<Literal>,
    should_panic: ShouldPanic,
}

impl Row {
    /// With what the attributes before it say.
    pub(crate) fn parse(
        attribute: Attribute,
        ignore: Option<Literal>,
        should_panic: ShouldPanic,
    ) -> syn::Result<Self> {
        let names: Vec<&Ident> = attribute
            .path()
            .segments
            .iter()
            .map(|one| &one.ident)
            .collect();
        let name = match names.as_slice() {
            [_] => None,
            [_, name] => Some(name.unraw().to_string()),
            _ => {
                let cure = "write it as `#[case::name(…)]`";
                return Err(mistake(attribute, "one name of a case", cure));
            }
        };
        let Meta::List(list) = &attribute.meta else {
            let cure = "write it as `#[case(…)]`, with a value for each `#[case]` parameter";
            return Err(mistake(attribute, "a case with its values", cure));
        };
        Ok(Self {
            values: split(list.tokens.clone()),
            name,
            ignore,
            should_panic,
            attribute,
        })
    }
}

/// Whether this is one.
pub(crate) fn is_row(attribute: &Attribute) -> bool {
    let first = attribute.path().segments.first();
    first.is_some_and(|first| first.ident == "case")
}

/// Tells what is wrong between rows and parameters. A row that could not be read is told already, and is typed all the same.
pub(crate) fn check(
    rows: &[Row],
    parameters: &[Parameter],
    has_rows: bool,
    errors: &mut Vec<Error>,
) {
    let columns = parameters
        .iter()
        .filter_map(|parameter| match &parameter.source {
            Source::Case(attribute) => Some(attribute),
            _ => None,
        });
    let columns: Vec<&TokenStream> = columns.collect();
    if !has_rows {
        let needed = "a `#[case(…)]` before the function, for its `#[case]` parameters";
        let cure = "write one for each case, or `#[values(…)]` here";
        errors.extend(columns.iter().map(|found| mistake(found, needed, cure)));
    }
    if let (Some(first), true) = (rows.first(), columns.is_empty()) {
        let cure = "put `#[case]` before each parameter that the values are for";
        errors.push(mistake(&first.attribute, "a `#[case]` parameter", cure));
        return;
    }
    for Row {
        attribute, values, ..
    } in rows
    {
        if values.len() != columns.len() {
            let needed = match columns.len() {
                1 => "1 value, for the one `#[case]` parameter".to_owned(),
                wanted => format!("{wanted} values, one for each `#[case]` parameter"),
            };
            let cure = if values.len() < columns.len() {
                "add what is missing"
            } else {
                "remove what is too much"
            };
            errors.push(mistake(attribute, &needed, cure));
        }
    }
}

/// What the plan must know of the cases.
///
/// ```text
/// #[case::short(1)]
/// #[ignore = "slow"]
/// #[case::long(60)]
/// async fn name(#[case] secs: u64, #[values("x", "y")] text: &str) { … }
/// ```
/// becomes
/// ```text
/// &[
///     ::solipsism::__private::Axis {
///         values: || ::solipsism::__private::values(&[
///             ("short", ::core::option::Option::None, ::solipsism::__private::ShouldPanic::No),
///             ("long", ::core::option::Option::Some("slow"), ::solipsism::__private::ShouldPanic::No),
///         ]),
///     },
///     ::solipsism::__private::Axis {
///         values: || ::solipsism::__private::values(&[
///             ("text_x", ::core::option::Option::None, ::solipsism::__private::ShouldPanic::No),
///             ("text_y", ::core::option::Option::None, ::solipsism::__private::ShouldPanic::No),
///         ]),
///     },
/// ]
/// ```
pub(crate) fn axes(
    crate_path: &CratePath,
    rows: &[Row],
    parameters: &[Parameter],
    subject: Subject,
) -> TokenStream {
    let private = crate_path.private();
    let mut axes = Vec::new();
    if !rows.is_empty() {
        let says = rows
            .iter()
            .map(|row| (row.ignore.as_ref(), &row.should_panic));
        axes.push(axis(&private, row_ids(rows), says));
    }
    // The only axis of a fixture: the fixture's own name says what it is about.
    let is_choice = |one: &&Parameter| {
        matches!(
            one.source,
            Source::Values(_) | Source::Files(_) | Source::Transports(_)
        )
    };
    let choices = parameters.iter().filter(is_choice).count();
    let is_named = subject == Subject::Test || !rows.is_empty() || choices > 1;
    for (index, parameter) in parameters.iter().enumerate() {
        match &parameter.source {
            Source::Values(values) => {
                let name = parameter.name.as_ref().map(|name| name.unraw().to_string());
                let name = name.as_deref().map(|name| name.trim_start_matches('_'));
                let ids = values.ids(name.filter(|_| is_named));
                let says = values.all.iter().map(|_| (None, &ShouldPanic::No));
                axes.push(axis(&private, ids, says));
            }
            Source::Files(_) => {
                let files = files(index);
                axes.push(quote_spanned! {Span::mixed_site()=>
                    #private::Axis { values: || #files.values() }
                });
            }
            Source::Transports(listed) => {
                let ids = listed.iter().enumerate();
                let ids = ids.map(|(index, make)| ids::of_value(&last_segment(make), index + 1));
                let says = listed.iter().map(|_| (None, &ShouldPanic::No));
                axes.push(axis(&private, ids::unique(ids.collect()), says));
            }
            Source::Fixture(_) | Source::Default(_) | Source::Case(_) => {}
        }
    }
    quote_spanned!(Span::mixed_site()=> &[#(#axes),*])
}

/// `transport` of `my::transport`.
fn last_segment(path: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = path.clone().into_iter().collect();
    let colon = tokens.iter().rposition(|token| is_punct(token, ':'));
    tokens[colon.map_or(0, |colon| colon + 1)..]
        .iter()
        .cloned()
        .collect()
}

fn row_ids(rows: &[Row]) -> Vec<String> {
    let ids = rows.iter().enumerate().map(|(index, row)| {
        let name = row.name.clone();
        name.unwrap_or_else(|| ids::of_row(index + 1, rows.len()))
    });
    ids::unique(ids.collect())
}

fn axis<'a>(
    private: &TokenStream,
    ids: Vec<String>,
    says: impl Iterator<Item = (Option<&'a Literal>, &'a ShouldPanic)>,
) -> TokenStream {
    let values = ids.into_iter().zip(says).map(|(id, (ignore, should_panic))| {
        let ignore = option(ignore);
        let should_panic = should_panic.variant();
        quote_spanned!(Span::mixed_site()=> (#id, #ignore, #private::ShouldPanic::#should_panic))
    });
    quote_spanned!(Span::mixed_site()=> #private::Axis { values: || #private::values(&[#(#values),*]) })
}

/// `::core::option::Option::Some("slow")`
pub(crate) fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        None => quote!(::core::option::Option::None),
        Some(value) => quote!(::core::option::Option::Some(#value)),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;
    use crate::attributes::Attributes;
    use crate::item::Item;

    /// The ids of each axis, joined by spaces, and what is wrong.
    fn read(item: TokenStream, subject: Subject) -> (Vec<String>, Vec<String>) {
        let mut errors = Vec::new();
        let item = Item::parse(item, subject, &mut errors);
        let has_rows = item.attributes.iter().any(is_row);
        let rows = Attributes::sort(item.attributes, subject, &mut errors).rows;
        let parameters = item.signature.expect("it is a function").parameters;
        check(&rows, &parameters, has_rows, &mut errors);
        let axes = axes(&CratePath::default(), &rows, &parameters, subject);
        let axes = literals(
            &axes
                .into_iter()
                .nth(1)
                .map(TokenStream::from)
                .unwrap_or_default(),
        );
        (axes, errors.iter().map(ToString::to_string).collect())
    }

    /// The first strings in each `values(&[…])`.
    fn literals(axes: &TokenStream) -> Vec<String> {
        let text = axes.to_string();
        let axes = text.split("Axis {").skip(1).map(|axis| {
            let ids = axis
                .split("(\"")
                .skip(1)
                .filter_map(|rest| rest.split_once("\" ,"));
            ids.map(|(id, _)| id.to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        });
        axes.collect()
    }

    fn ids(item: TokenStream, subject: Subject) -> Vec<String> {
        let (ids, errors) = read(item, subject);
        assert_eq!(errors, [""; 0]);
        ids
    }

    #[test]
    fn rows_are_the_first_axis() {
        let item = quote! {
            #[case::short(1, "1s")]
            #[case(2, "2s")]
            #[case::r#type(60, |a, b| a)]
            async fn name(#[values(1, 2)] _a: u8, #[case] secs: u64, #[case] text: X, #[values("x", "x")] b: &str) {}
        };
        assert_eq!(
            ids(item, Subject::Test),
            ["short case_2 type", "a_1 a_2", "b_x b_x_2"]
        );
    }

    #[test]
    fn the_only_axis_of_a_fixture_needs_no_name() {
        let one = quote!(
            fn name(#[values(Tcp, Unix)] over: Over) -> Server {}
        );
        assert_eq!(ids(one, Subject::Fixture), ["Tcp Unix"]);
        let two = quote!(
            fn name(#[values(Tcp)] over: Over, #[values(4, 6)] v: u8) -> Server {}
        );
        assert_eq!(ids(two, Subject::Fixture), ["over_Tcp", "v_4 v_6"]);
    }

    #[test]
    fn ids_can_be_given() {
        let item = quote!(
            async fn name(#[values(a(), b(); ids = ["one", "two"])] x: X) {}
        );
        assert_eq!(ids(item, Subject::Test), ["one two"]);
    }

    #[test]
    fn files_are_a_feature() {
        let item = quote!(
            async fn name(#[files("src/*.rs")] path: PathBuf, #[files] other: PathBuf) {}
        );
        let (_, errors) = read(item, Subject::Test);
        let count = |part: &str| errors.iter().filter(|error| error.contains(part)).count();
        let missing = if cfg!(feature = "files") { 0 } else { 2 };
        assert_eq!(count("needed the feature `files` of `solipsism`"), missing);
        assert_eq!(count("needed a pattern of paths"), 1);
    }

    #[test]
    fn what_stands_before_a_row_is_about_that_row() {
        let attributes = quote! {
            #[ignore]
            #[case(1)]
            #[should_panic(expected = "x")]
            #[case(2)]
            #[ignore = "whole"]
        };
        let attributes = Attribute::parse_outer
            .parse2(attributes)
            .expect("they are attributes");
        let mut errors = Vec::new();
        let sorted = Attributes::sort(attributes, Subject::Test, &mut errors);
        assert!(errors.is_empty());
        let [first, second] = sorted.rows.as_slice() else {
            panic!("there are two rows")
        };
        assert!(first.ignore.is_some() && matches!(first.should_panic, ShouldPanic::No));
        assert!(second.ignore.is_none() && matches!(second.should_panic, ShouldPanic::With(_)));
        assert_eq!(
            sorted.ignore.map(|reason| reason.to_string()).as_deref(),
            Some("\"whole\"")
        );
        assert_eq!(sorted.libtest.len(), 1);
    }
}

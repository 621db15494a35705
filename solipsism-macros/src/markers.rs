//! The arguments that say something of a test, and nothing of its world: how to choose it, beside whom it may run, whether to
//! run it, and how often.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Path, Token, bracketed};

use crate::arguments::is_punct;
use crate::cases::option;
use crate::crate_path::CratePath;
use crate::mistake::{as_typed, mistake};

/// The name of each argument and how it is written.
pub(crate) const KNOWN: [(&str, &str); 5] = [
    ("tags", "tags = [\"slow\", \"db\"]"),
    ("serial", "serial = \"db\""),
    ("ignore_if", "ignore_if = no_docker"),
    ("unrepeatable", "unrepeatable"),
    ("retries", "retries = 2"),
];

/// Those of one attribute, or of one `defaults!`.
#[derive(Default)]
pub(crate) struct Markers {
    tags: Vec<LitStr>,
    serial: Option<LitStr>,
    ignore_if: Option<Path>,
    unrepeatable: bool,
    /// The number, and what was typed.
    retries: Option<(u64, TokenStream)>,
    pub(crate) is_given: bool,
}

impl Markers {
    /// Takes the argument of this name, of which `all` was typed.
    pub(crate) fn take(
        &mut self,
        name: &Ident,
        rest: &[TokenTree],
        all: TokenStream,
    ) -> syn::Result<()> {
        self.is_given = true;
        let example = KNOWN.iter().find(|(known, _)| name == known);
        let (_, example) = example.expect("whoever calls has looked it up");
        let cure = format!("write, for example, `{example}`");
        if name == "unrepeatable" {
            self.unrepeatable = true;
            return match rest {
                [] => Ok(()),
                _ => Err(mistake(all, "`unrepeatable` alone", "remove its value")),
            };
        }
        let value: TokenStream = match rest {
            [equals, value @ ..] if is_punct(equals, '=') && !value.is_empty() => {
                value.iter().cloned().collect()
            }
            _ => return Err(mistake(all, "an argument with a value", &cure)),
        };
        match name.to_string().as_str() {
            "tags" => self.tags = tags(&value, &cure)?,
            "serial" => self.serial = Some(text(&value, &cure)?),
            "ignore_if" => {
                let path = Path::parse_mod_style.parse2(value.clone());
                let path = path.map_err(|_| {
                    mistake(&value, "the path of a function without parameters", &cure)
                })?;
                self.ignore_if = Some(path);
            }
            _ => {
                let count = syn::parse2::<LitInt>(value.clone()).ok();
                let count = count.and_then(|literal| literal.base10_parse().ok());
                let count =
                    count.ok_or_else(|| mistake(&value, "how often to run it again", &cure))?;
                self.retries = Some((count, all));
            }
        }
        Ok(())
    }

    /// Whether what is retried may come to something else.
    pub(crate) fn check(&self, is_clock_real: bool) -> syn::Result<()> {
        match &self.retries {
            Some((_, typed)) if !self.unrepeatable && !is_clock_real => Err(mistake(
                typed,
                "`unrepeatable` or `clock = \"real\"` beside `retries`",
                "remove it, since a test that failed fails again, unless it depends on real time, threads or the machine: then add \
                 `unrepeatable`",
            )),
            _ => Ok(()),
        }
    }

    /// `tags = ["slow"], ignore_if = no_docker` becomes
    /// ```text
    /// ::solipsism::__private::Markers {
    ///     tags: &["slow"],
    ///     serial: ::core::option::Option::None,
    ///     ignore_if: ::core::option::Option::Some(::solipsism::__private::IgnoreIf {
    ///         path: "no_docker",
    ///         ask: || ::solipsism::__private::ignored_if("no_docker", no_docker),
    ///     }),
    ///     unrepeatable: false,
    ///     retries: ::core::option::Option::None,
    /// }
    /// ```
    pub(crate) fn expand(&self, crate_path: &CratePath) -> TokenStream {
        let private = crate_path.private();
        if !self.is_given {
            return quote_spanned!(Span::mixed_site()=> #private::Markers::NONE);
        }
        let (tags, unrepeatable) = (&self.tags, self.unrepeatable);
        let serial = option(self.serial.as_ref());
        let ignore_if = option(
            self.ignore_if
                .as_ref()
                .map(|path| condition(crate_path, path)),
        );
        let retries = option(self.retries.as_ref().map(|(count, _)| count));
        quote_spanned! {Span::mixed_site()=>
            #private::Markers {
                tags: &[#(#tags),*],
                serial: #serial,
                ignore_if: #ignore_if,
                unrepeatable: #unrepeatable,
                retries: #retries,
            }
        }
    }
}

fn condition(crate_path: &CratePath, path: &Path) -> TokenStream {
    let private = crate_path.private();
    let typed = as_typed(&path.to_token_stream().to_string());
    // What is wrong with its type is told at the path.
    let place = path
        .segments
        .last()
        .map_or_else(Span::mixed_site, |last| last.ident.span());
    let at_path = crate_path.private_at(place);
    let ask =
        quote_spanned!(place.resolved_at(Span::mixed_site())=> #at_path::ignored_if(#typed, #path));
    quote!(#private::IgnoreIf { path: #typed, ask: || #ask })
}

/// `["slow", "db"]`
fn tags(value: &TokenStream, cure: &str) -> syn::Result<Vec<LitStr>> {
    let wrong = || mistake(value, "a list of strings", cure);
    let list = |input: syn::parse::ParseStream<'_>| {
        let content;
        bracketed!(content in input);
        Punctuated::<LitStr, Token![,]>::parse_terminated(&content)
    };
    let tags = list.parse2(value.clone()).map_err(|_| wrong())?;
    if tags.is_empty() {
        return Err(wrong());
    }
    let (mut known, mut errors) = (Vec::new(), Vec::new());
    for tag in &tags {
        let text = tag.value();
        if text.is_empty() {
            errors.push(mistake(tag, "a tag", "give it a name, or remove it"));
        } else if text.contains([',', ' ', '\t', '\n']) {
            let needed = "a tag without blanks and commas";
            errors.push(mistake(tag, needed, "join its words by `-` or `_`"));
        } else if known.contains(&text) {
            errors.push(mistake(tag, "each tag once", "remove one of the two"));
        }
        known.push(text);
    }
    let errors = errors.into_iter().reduce(|mut all, one| {
        all.combine(one);
        all
    });
    errors.map_or(Ok(tags.into_iter().collect()), Err)
}

/// A string that is not empty.
fn text(value: &TokenStream, cure: &str) -> syn::Result<LitStr> {
    let literal = syn::parse2::<LitStr>(value.clone()).ok();
    let literal = literal.filter(|literal| !literal.value().is_empty());
    literal.ok_or_else(|| mistake(value, "the name of a group, as a string", cure))
}

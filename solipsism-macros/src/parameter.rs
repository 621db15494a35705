//! [`Parameter`]: what comes through one parameter of a test or of a fixture function, and from where.

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, LitStr, Meta, Path, Token, Type};

use crate::conditions::is_condition;
use crate::expressions::split;
use crate::lifetimes::{bare, copy, is_borrowing};
use crate::mistake::mistake;
use crate::ours::is_ours;
use crate::signature::{Subject, is_opaque};
use crate::values::Values;
use crate::with::With;

/// One parameter.
pub(crate) struct Parameter {
    /// `None` where the pattern is more than a name.
    pub(crate) name: Option<Ident>,
    /// As it was typed.
    pub(crate) wanted: Type,
    pub(crate) source: Source,
}

/// From where its value comes.
pub(crate) enum Source {
    Fixture(Box<Fixture>),
    /// `#[default(expression)]`: a setting of the fixture function.
    Default(TokenStream),
    /// `#[case]`: the rows of the function.
    Case(TokenStream),
    /// `#[values(…)]`
    Values(Values),
    /// `#[files("glob")]`
    Files(Literal),
    /// `#[with(transports = [tcp, unix])]`: the one setting of which each listed value makes a case.
    Transports(Vec<TokenStream>),
}

/// What it asks of which fixture.
pub(crate) struct Fixture {
    /// Without the `&` or `&mut`.
    pub(crate) wanted: Type,
    pub(crate) how: How,
    /// `#[from(path)]`
    pub(crate) from: Option<Path>,
    pub(crate) settings: Vec<With>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `T`
    Owned,
    /// `&T`
    Shared,
    /// `&mut T`
    Fresh,
}

impl Parameter {
    /// Reads `#[…] pattern: Type`. `None` is what is no parameter of its own; `errors` then say so.
    pub(crate) fn parse(
        list: ParseStream<'_>,
        subject: Subject,
        errors: &mut Vec<Error>,
    ) -> syn::Result<Option<Self>> {
        let needed = "a parameter with a fixture's type";
        let attributes = list.call(Attribute::parse_outer)?;
        for attribute in attributes.iter().filter(|one| is_condition(one)) {
            errors.push(mistake(
                attribute,
                "a parameter in every configuration",
                "put it on the function",
            ));
        }
        let pattern = pattern(list)?;
        let is_self = names_self(&pattern);
        if is_self {
            let cure = subject.says(
                "a test is no method, so remove it",
                "a fixture is no method, so remove it",
            );
            errors.push(mistake(&pattern, needed, cure));
        }
        if list.peek(Token![...]) {
            errors.push(mistake(list.parse::<Token![...]>()?, needed, "remove it"));
            return Ok(None);
        }
        if list.is_empty() || list.peek(Token![,]) {
            if !is_self {
                errors.push(mistake(pattern, needed, "add the type"));
            }
            return Ok(None);
        }
        let wanted: Type = list.parse()?;
        if is_opaque(wanted.to_token_stream()) {
            errors.push(mistake(&wanted, needed, "write the type itself"));
        }
        let name = name(&pattern);
        let source = source(
            &attributes,
            &pattern,
            name.as_ref(),
            &wanted,
            subject,
            errors,
        );
        Ok(Some(Self {
            name,
            wanted,
            source,
        }))
    }
}

/// Reads the attributes, of which one says where the value comes from; the others of ours are about fixtures.
fn source(
    attributes: &[Attribute],
    pattern: &TokenStream,
    name: Option<&Ident>,
    wanted: &Type,
    subject: Subject,
    errors: &mut Vec<Error>,
) -> Source {
    let ours = |one: &&Attribute| is_ours(one);
    let leads = |one: &&&Attribute| !one.path().is_ident("with") && !one.path().is_ident("from");
    let all: Vec<&Attribute> = attributes.iter().filter(ours).collect();
    let Some(&first) = all.iter().find(leads) else {
        let mut fixture = fixture(attributes, wanted, errors);
        return match transports(&mut fixture.settings, errors) {
            Some(listed) => Source::Transports(listed),
            None => Source::Fixture(Box::new(fixture)),
        };
    };
    for other in all.iter().filter(|other| !std::ptr::eq(**other, first)) {
        let needed = format!("`#[{}]` alone", path(first));
        let cure = "a parameter has one source, so remove one of the two";
        errors.push(mistake(other, &needed, cure));
    }
    match path(first).as_str() {
        "default" => {
            if subject == Subject::Test {
                let cure = "a test has no settings: write `#[values(…)]`, or a fixture with this";
                errors.push(mistake(first, "an attribute of a test's parameter", cure));
            } else if name.is_none() {
                let cure = "the name is that of the setting: take the value apart in the body";
                errors.push(mistake(pattern, "a name alone for a setting", cure));
            }
            Source::Default(list(first, "default(value)", errors))
        }
        "case" => {
            if !matches!(first.meta, Meta::Path(_)) {
                let cure = "the values stand in the `#[case(…)]`s before the function";
                errors.push(mistake(first, "`#[case]`", cure));
            }
            Source::Case(first.to_token_stream())
        }
        "files" => Source::Files(files(first, errors)),
        _ => {
            let tokens = list(first, "values(1, 2)", errors);
            Source::Values(Values::parse(first, tokens, errors))
        }
    }
}

fn fixture(attributes: &[Attribute], wanted: &Type, errors: &mut Vec<Error>) -> Fixture {
    let settings = With::parse(attributes, errors);
    let (inner, how) = match bare(wanted) {
        Type::Reference(reference) => {
            if let Some(lifetime) = reference.lifetime.as_ref().filter(|one| one.ident != "_") {
                let cure = "it is lent until whoever asks is done, so remove the lifetime";
                errors.push(mistake(lifetime, "`&T` or `&mut T`", cure));
            }
            let how = match reference.mutability {
                None => How::Shared,
                Some(_) => How::Fresh,
            };
            (bare(&reference.elem), how)
        }
        wanted => (wanted, How::Owned),
    };
    if how == How::Shared && !settings.is_empty() {
        for attribute in attributes.iter().filter(|one| one.path().is_ident("with")) {
            let cure = "it is shared with others, who would get these settings too; take it as `T` or as `&mut T`";
            errors.push(mistake(attribute, "`&T` as its fixture makes it", cure));
        }
    }
    let is_str = matches!(inner, Type::Path(path) if path.path.is_ident("str"));
    if how != How::Owned && (is_str || matches!(inner, Type::Slice(_))) {
        let needed = "a parameter with a fixture's type";
        let cure = "a fixture has a value of its own, such as a `String`; or put `#[case]` or `#[values(…)]` before it";
        errors.push(mistake(wanted, needed, cure));
    } else if is_borrowing(inner) {
        let needed = "a fixture's type, which is `'static`";
        let cure =
            "nothing lives long enough to be borrowed from, so let the fixture own what it has";
        errors.push(mistake(inner, needed, cure));
    }
    let mut all = attributes.iter().filter(|one| one.path().is_ident("from"));
    let from = all.next().and_then(|first| from(first, errors));
    errors.extend(all.map(|other| {
        let needed = "one `#[from]` for each parameter";
        mistake(other, needed, "remove one of the two")
    }));
    Fixture {
        wanted: copy(inner),
        how,
        from,
        settings,
    }
}

/// The functions listed in `transports = [tcp, my::transport]`, if that is the setting.
fn transports(settings: &mut [With], errors: &mut Vec<Error>) -> Option<Vec<TokenStream>> {
    let [With { name, value }] = settings else {
        return None;
    };
    if name != "transports" {
        return None;
    }
    let tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    let listed = match tokens.as_slice() {
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => split(list.stream()),
        _ => Vec::new(),
    };
    if listed.is_empty() {
        let cure = "list functions that make one, as in `transports = [tcp, unix]`";
        errors.push(mistake(value, "transports", cure));
    }
    Some(listed)
}

/// `#[from(path)]`
fn from(attribute: &Attribute, errors: &mut Vec<Error>) -> Option<Path> {
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let path = Path::parse_mod_style.parse2(tokens);
    if path.is_err() {
        let cure = "write it as `#[from(function)]`";
        errors.push(mistake(attribute, "a fixture function", cure));
    }
    path.ok()
}

/// `#[files("glob")]`
fn files(attribute: &Attribute, errors: &mut Vec<Error>) -> Literal {
    if !cfg!(feature = "files") {
        let needed = "the feature `files` of `solipsism`";
        let cure = "write `features = [\"files\"]` where `Cargo.toml` names `solipsism`";
        errors.push(mistake(attribute, needed, cure));
    }
    let pattern = attribute.parse_args::<LitStr>();
    pattern.map_or_else(
        |_| {
            let cure = "write it as `#[files(\"tests/data/*.json\")]`";
            errors.push(mistake(attribute, "a pattern of paths", cure));
            Literal::string("")
        },
        |pattern| pattern.token(),
    )
}

/// What stands between the parentheses, of which there must be some.
fn list(attribute: &Attribute, cure: &str, errors: &mut Vec<Error>) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
        _ => {
            let cure = format!("write it as `#[{cure}]`");
            errors.push(mistake(attribute, "a value", &cure));
            TokenStream::new()
        }
    }
}

fn path(attribute: &Attribute) -> String {
    attribute.path().to_token_stream().to_string()
}

/// The tokens up to a single `:`, which is taken too; a `self` and a `...` may have none.
fn pattern(list: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !list.is_empty() && !list.peek(Token![,]) && !list.peek(Token![...]) {
        if let Some(colons) = list.parse::<Option<Token![::]>>()? {
            colons.to_tokens(&mut tokens);
        } else if list.parse::<Option<Token![:]>>()?.is_some() {
            break;
        } else {
            list.parse::<TokenTree>()?.to_tokens(&mut tokens);
        }
    }
    Ok(tokens)
}

/// `name` of `name` and of `mut name`.
fn name(pattern: &TokenStream) -> Option<Ident> {
    let tokens: Vec<TokenTree> = pattern.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => Some(name.clone()),
        [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "mut" => Some(name.clone()),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => name(&group.stream()),
        _ => None,
    }
}

/// Whether there is a `self` that is in no brackets.
pub(crate) fn names_self(pattern: &TokenStream) -> bool {
    pattern
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(name) if name == "self"))
}

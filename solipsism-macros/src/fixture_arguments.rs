//! What stands between the parentheses of `#[solipsism::fixture(…)]`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, LitStr};

use crate::arguments::{is_punct, unknown};
use crate::crate_path::CratePath;
use crate::expressions::split;
use crate::mistake::mistake;

/// The arguments of one attribute, each given once.
#[derive(Default)]
pub(crate) struct FixtureArguments {
    /// A variant of `Scope`, and what was typed.
    pub(crate) scope: Option<(Ident, String)>,
    pub(crate) teardown: Option<Teardown>,
    pub(crate) autouse: bool,
    pub(crate) crate_path: CratePath,
}

/// What is called with the value in the end.
pub(crate) enum Teardown {
    Path(TokenStream),
    /// A closure with one parameter.
    Alone(TokenStream),
    /// A closure with two.
    Told(TokenStream),
}

/// The name of each argument and how it is written.
const KNOWN: [(&str, &str); 4] = [
    ("scope", "scope = \"session\""),
    ("teardown", "teardown = Database::close"),
    ("autouse", "autouse"),
    ("crate", "crate = ::solipsism"),
];

const SCOPES: [(&str, &str); 3] = [
    ("test", "Test"),
    ("module", "Module"),
    ("session", "Session"),
];

impl FixtureArguments {
    /// Reads as much as can be read; what cannot is told to `errors` and left out.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Vec<Error>) -> Self {
        let mut arguments = Self::default();
        let mut given = Vec::new();
        for argument in split(tokens) {
            errors.extend(arguments.take(argument, &mut given).err());
        }
        arguments
    }

    fn take(&mut self, argument: TokenStream, given: &mut Vec<Ident>) -> syn::Result<()> {
        let tokens: Vec<TokenTree> = argument.clone().into_iter().collect();
        let [TokenTree::Ident(name), rest @ ..] = tokens.as_slice() else {
            let cure = "write it as `name = value`";
            return Err(mistake(argument, "an argument", cure));
        };
        let Some((_, example)) = KNOWN.iter().find(|(known, _)| name == known) else {
            let known = KNOWN.map(|(known, _)| known.to_owned());
            return Err(unknown(&known, name, &name.to_string()));
        };
        if given.contains(name) {
            return Err(mistake(name, "each argument once", "remove one of the two"));
        }
        given.push(name.clone());
        let cure = format!("write, for example, `{example}`");
        if name == "autouse" {
            self.autouse = true;
            return match rest {
                [] => Ok(()),
                _ => Err(mistake(argument, "`autouse` alone", "remove its value")),
            };
        }
        let value: TokenStream = match rest {
            [equals, value @ ..] if is_punct(equals, '=') && !value.is_empty() => {
                value.iter().cloned().collect()
            }
            _ => return Err(mistake(argument, "an argument with a value", &cure)),
        };
        match name.to_string().as_str() {
            "crate" => self.crate_path = CratePath::parse(&value, &cure)?,
            "teardown" => self.teardown = Some(teardown(value)?),
            _ => self.scope = Some(scope(&value, &cure)?),
        }
        Ok(())
    }
}

fn scope(value: &TokenStream, cure: &str) -> syn::Result<(Ident, String)> {
    let literal = syn::parse2::<LitStr>(value.clone());
    let literal = literal.map_err(|_| mistake(value, "a string", cure))?;
    let typed = literal.value();
    let scope = SCOPES.iter().find(|(name, _)| *name == typed);
    let known = SCOPES.map(|(name, _)| format!("\"{name}\""));
    let (_, variant) = scope.ok_or_else(|| unknown(&known, &literal, &format!("\"{typed}\"")))?;
    Ok((Ident::new(variant, literal.span()), typed))
}

fn teardown(value: TokenStream) -> syn::Result<Teardown> {
    let tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    // What a `macro_rules!` hands on as `$teardown`.
    if let [TokenTree::Group(group)] = tokens.as_slice() {
        if group.delimiter() == Delimiter::None {
            return teardown(group.stream());
        }
    }
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "async" || word == "move");
    let words = tokens.iter().take_while(|token| is_word(token)).count();
    let rest = &tokens[words..];
    let Some((first, rest)) = rest.split_first().filter(|(first, _)| is_punct(first, '|')) else {
        return Ok(Teardown::Path(value));
    };
    let end = rest.iter().position(|token| is_punct(token, '|'));
    let parameters = split(rest[..end.unwrap_or(rest.len())].iter().cloned().collect());
    match parameters.len() {
        1 => Ok(Teardown::Alone(value)),
        2 => Ok(Teardown::Told(value)),
        _ => {
            let found: TokenStream = [first].into_iter().chain(rest).cloned().collect();
            let needed = "a closure with the value, or with the value and the outcome";
            let cure = "write it as `|value| …` or as `|value, outcome| …`";
            Err(mistake(found.to_token_stream(), needed, cure))
        }
    }
}

//! What stands between the parentheses of `#[solipsism::test(…)]`.
//!
//! It knows the names, the kind of each value, and how to say what is wrong with either. What a string means as a
//! duration or as a date is left to `const fn`s of the expansion.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, LitInt, LitStr};

use crate::crate_path::CratePath;
use crate::leaks::{self, Allowed};
use crate::markers::{self, Markers};
use crate::mistake::mistake;

/// The arguments of one attribute, each given once.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Those about the test's world, in the order in which they were typed.
    pub(crate) settings: Vec<Setting>,
    /// Those about the test.
    pub(crate) markers: Markers,
    pub(crate) crate_path: CratePath,
    /// All of their names.
    given: Vec<Ident>,
}

/// One field of `Settings`.
pub(crate) struct Setting {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// A variant of `Clock`, spanned at what was typed.
    Clock(Ident),
    Integer(u64, Span),
    /// A string, and the `const fn` that reads it.
    Text(LitStr, &'static str),
    /// The argument was there, alone.
    Word,
    /// A variant of `Policy`, spanned at what was typed.
    Policy(Ident),
    Allowed(Vec<Allowed>),
}

/// The name of each argument about the test's world, which is a field of `Settings`, and an example of its value.
const SETTINGS: [(&str, &str); 10] = [
    ("clock", "\"manual\""),
    ("seed", "0x7f3a"),
    ("time_limit", "\"1h\""),
    ("wall_limit", "\"30s\""),
    ("step_limit", "1000"),
    ("poll_budget", "1000"),
    ("epoch", "\"2024-02-29T12:00:00Z\""),
    ("tokio", ""),
    ("leaks", "\"fail\""),
    ("allow_leaks", ""),
];

const CRATE: (&str, &str) = ("crate", "::solipsism");

/// Every name, those about the world first.
fn known() -> Vec<(&'static str, &'static str)> {
    [&SETTINGS[..], &markers::KNOWN, &[CRATE]].concat()
}

const CLOCKS: [(&str, &str); 3] = [
    ("virtual", "Virtual"),
    ("manual", "Manual"),
    ("real", "Real"),
];

impl Arguments {
    /// How many fields `Settings` has.
    pub(crate) const FIELDS: usize = SETTINGS.len();

    /// Reads as much as can be read; what cannot is told to `errors` and left out.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Vec<Error>) -> Self {
        let mut arguments = Arguments::default();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for argument in tokens.split(|token| is_punct(token, ',')) {
            if !argument.is_empty() {
                errors.extend(arguments.take(argument).err());
            }
        }
        let is_real =
            |setting: &Setting| matches!(&setting.value, Value::Clock(it) if it == "Real");
        let is_clock_real = arguments.settings.iter().any(is_real);
        errors.extend(arguments.markers.check(is_clock_real).err());
        arguments
    }

    /// Whether none was given but `crate`.
    pub(crate) fn is_empty(&self) -> bool {
        self.given.iter().all(|name| name == CRATE.0)
    }

    /// Where the first of them stands, but for `crate`, which `main!` adds.
    pub(crate) fn place(&self) -> Span {
        let first = self.given.iter().find(|name| *name != CRATE.0);
        first.map_or_else(Span::call_site, Ident::span)
    }

    fn take(&mut self, argument: &[TokenTree]) -> syn::Result<()> {
        let all: TokenStream = argument.iter().cloned().collect();
        let [TokenTree::Ident(name), rest @ ..] = argument else {
            return Err(mistake(all, "an argument", "write it as `name = value`"));
        };
        let known = known();
        let Some((_, example)) = known.iter().find(|(known, _)| name == known) else {
            let known: Vec<_> = known.iter().map(|(known, _)| (*known).to_owned()).collect();
            return Err(unknown(&known, name, &name.to_string()));
        };
        if self.given.contains(name) {
            return Err(mistake(name, "each argument once", "remove one of the two"));
        }
        self.given.push(name.clone());
        if markers::KNOWN.iter().any(|(known, _)| name == known) {
            return self.markers.take(name, rest, all);
        }
        if name == "tokio" {
            return self.set_tokio(name, rest, all);
        }
        if name == "allow_leaks" {
            let value = Value::Allowed(leaks::allowed(rest, &all)?);
            let name = name.clone();
            self.settings.push(Setting { name, value });
            return Ok(());
        }
        let cure = format!("write, for example, `{name} = {example}`");
        match rest {
            [equals, value @ ..] if is_punct(equals, '=') && !value.is_empty() => {
                self.set(name, value.iter().cloned().collect(), &cure)
            }
            _ => Err(mistake(all, "an argument with a value", &cure)),
        }
    }

    fn set_tokio(&mut self, name: &Ident, rest: &[TokenTree], all: TokenStream) -> syn::Result<()> {
        if !rest.is_empty() {
            return Err(mistake(all, "`tokio` alone", "remove its value"));
        }
        if !cfg!(feature = "tokio") {
            let cure =
                "enable it where `solipsism` is named in Cargo.toml: `features = [\"tokio\"]`";
            return Err(mistake(name, "the feature `tokio`", cure));
        }
        self.settings.push(Setting {
            name: name.clone(),
            value: Value::Word,
        });
        Ok(())
    }

    fn set(&mut self, name: &Ident, value: TokenStream, cure: &str) -> syn::Result<()> {
        let string = || {
            let literal = syn::parse2::<LitStr>(value.clone());
            literal.map_err(|_| mistake(&value, "a string", cure))
        };
        let value = match name.to_string().as_str() {
            "crate" => {
                self.crate_path = CratePath::parse(&value, cure)?;
                return Ok(());
            }
            "clock" => Value::Clock(clock(&string()?)?),
            "leaks" => Value::Policy(leaks::policy(&string()?)?),
            "time_limit" | "wall_limit" => Value::Text(string()?, "duration"),
            "epoch" => Value::Text(string()?, "epoch"),
            _ => integer(value, cure)?,
        };
        self.settings.push(Setting {
            name: name.clone(),
            value,
        });
        Ok(())
    }
}

pub(crate) fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn integer(value: TokenStream, cure: &str) -> syn::Result<Value> {
    let literal = syn::parse2::<LitInt>(value.clone()).ok();
    let literal = literal.filter(|literal| matches!(literal.suffix(), "" | "u64"));
    let integer = literal.and_then(|literal| Some((literal.base10_parse().ok()?, literal.span())));
    let (integer, span) =
        integer.ok_or_else(|| mistake(value, "an unsigned integer of 64 bits", cure))?;
    Ok(Value::Integer(integer, span))
}

fn clock(literal: &LitStr) -> syn::Result<Ident> {
    let typed = literal.value();
    let clock = CLOCKS.iter().find(|(name, _)| *name == typed);
    let known = CLOCKS.map(|(name, _)| format!("\"{name}\""));
    let (_, variant) = clock.ok_or_else(|| unknown(&known, literal, &format!("\"{typed}\"")))?;
    Ok(Ident::new(variant, literal.span()))
}

pub(crate) fn unknown(known: &[String], found: impl ToTokens, typed: &str) -> Error {
    let needed = format!("one of `{}`", known.join("`, `"));
    let nearest = known.iter().min_by_key(|name| distance(name, typed));
    match nearest.filter(|name| distance(name, typed) <= 2) {
        Some(name) => mistake(found, &needed, &format!("did you mean `{name}`?")),
        None => mistake(found, &needed, "write one of these"),
    }
}

/// How many letters must be put in, taken out or replaced to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

//! `leaks = "fail"` and `allow_leaks(…)`: what becomes of a test that leaves something behind, and what it may.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::LitStr;

use crate::arguments::{is_punct, unknown};
use crate::crate_path::CratePath;
use crate::mistake::mistake;

/// Something that may be left behind.
pub(crate) struct Allowed {
    /// A variant of `AllowLeak`.
    variant: &'static str,
    value: Value,
}

enum Value {
    /// A variant of `Kind`.
    Kind(Ident),
    Text(LitStr),
}

const POLICIES: [(&str, &str); 3] = [("fail", "Fail"), ("warn", "Warn"), ("allow", "Allow")];

const KINDS: [(&str, &str); 10] = [
    ("tasks", "Tasks"),
    ("tokio_tasks", "TokioTasks"),
    ("proxies", "Proxies"),
    ("listeners", "Listeners"),
    ("streams", "Streams"),
    ("datagrams", "Datagrams"),
    ("timers", "Timers"),
    ("signals", "Signals"),
    ("handlers", "Handlers"),
    ("faults", "Faults"),
];

const NAMED: [(&str, &str); 3] = [("task", "Task"), ("crate", "Crate"), ("type", "Type")];

const CURE: &str =
    "write, for example, `allow_leaks(listeners, task = \"pool *\", crate = \"hyper_util\")`";

/// `"fail"` becomes `Fail`.
pub(crate) fn policy(literal: &LitStr) -> syn::Result<Ident> {
    let typed = literal.value();
    let policy = POLICIES.iter().find(|(name, _)| *name == typed);
    let known = POLICIES.map(|(name, _)| format!("\"{name}\""));
    let (_, variant) = policy.ok_or_else(|| unknown(&known, literal, &format!("\"{typed}\"")))?;
    Ok(Ident::new(variant, literal.span()))
}

/// What stands behind `allow_leaks`, of which `all` was typed.
pub(crate) fn allowed(rest: &[TokenTree], all: &TokenStream) -> syn::Result<Vec<Allowed>> {
    let tokens: Vec<TokenTree> = match rest {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            group.stream().into_iter().collect()
        }
        _ => return Err(mistake(all, "a list in parentheses", CURE)),
    };
    let items = tokens.split(|token| is_punct(token, ','));
    let items = items.filter(|item| !item.is_empty());
    let allowed: Vec<_> = items.map(one).collect::<syn::Result<_>>()?;
    if allowed.is_empty() {
        return Err(mistake(all, "at least one thing that may be left", CURE));
    }
    Ok(allowed)
}

fn one(item: &[TokenTree]) -> syn::Result<Allowed> {
    match item {
        [TokenTree::Ident(name)] => {
            let found = KINDS.iter().find(|(known, _)| name == known);
            let known: Vec<_> = KINDS.iter().map(|(known, _)| (*known).to_owned()).collect();
            let (_, variant) = found.ok_or_else(|| unknown(&known, name, &name.to_string()))?;
            Ok(Allowed {
                variant: "Kind",
                value: Value::Kind(Ident::new(variant, name.span())),
            })
        }
        [TokenTree::Ident(name), equals, TokenTree::Literal(value)] if is_punct(equals, '=') => {
            let found = NAMED.iter().find(|(known, _)| name == known);
            let known: Vec<_> = NAMED.iter().map(|(known, _)| (*known).to_owned()).collect();
            let (_, variant) = found.ok_or_else(|| unknown(&known, name, &name.to_string()))?;
            let text: LitStr = syn::parse2(TokenTree::from(value.clone()).into())
                .map_err(|_| mistake(value, "a string", CURE))?;
            Ok(Allowed {
                variant,
                value: Value::Text(text),
            })
        }
        _ => {
            let typed: TokenStream = item.iter().cloned().collect();
            Err(mistake(
                typed,
                "a kind, or `task`, `crate` or `type` with a string",
                CURE,
            ))
        }
    }
}

impl Allowed {
    /// `tasks` becomes `AllowLeak::Kind(Kind::Tasks)`, `task = "pool"` becomes `AllowLeak::Task("pool")`.
    pub(crate) fn expand(&self, crate_path: &CratePath) -> TokenStream {
        let variant = Ident::new(self.variant, Span::mixed_site());
        match &self.value {
            Value::Kind(kind) => {
                let private = crate_path.private_at(kind.span());
                quote_spanned!(kind.span()=> #private::AllowLeak::#variant(#private::LeakKind::#kind))
            }
            Value::Text(text) => {
                let private = crate_path.private_at(text.span());
                quote_spanned!(text.span()=> #private::AllowLeak::#variant(#text))
            }
        }
    }
}

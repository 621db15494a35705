//! Where an error leaves a body: each `?` in it is made to tell, since what it passes on does not know where it was.
//!
//! Nothing is parsed for that. A `?` stands behind an operand, and so does a call of a method, which is put between the two:
//! to whatever comes before and behind, one is as good as the other.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use quote::quote;

use crate::arguments::is_punct;
use crate::crate_path::CratePath;
use crate::expressions::is_operand_next;
use crate::signature::Subject;

/// Words of types, behind which a `?` is one of a bound's.
const OF_BOUNDS: [&str; 2] = ["dyn", "impl"];

/// Words behind which a block is no part of what the body itself runs.
const BEFORE_BLOCKS: [&str; 7] = ["async", "const", "fn", "gen", "impl", "trait", "try"];

/// Macros that keep a `?` as the token that it is.
const OF_TOKENS: [&str; 5] = [
    "macro_rules",
    "parse_quote",
    "parse_quote_spanned",
    "quote",
    "quote_spanned",
];

/// The function, with each `?` of its body telling.
///
/// ```text
/// async fn name() -> io::Result<()> { let reply = client.get(path).await?; … }
/// ```
/// becomes
/// ```text
/// async fn name() -> io::Result<()> {
///     use ::solipsism::__private::{NotPassedOn as _, PassedOn as _};
///     let reply = client.get(path).await.__passed_on()?; …
/// }
/// ```
pub(crate) fn telling(
    function: TokenStream,
    subject: Subject,
    crate_path: &CratePath,
) -> TokenStream {
    let place = match subject {
        Subject::Test => Place::Body,
        Subject::Fixture => Place::Part,
    };
    let mut tokens: Vec<TokenTree> = function.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last() {
        if let Some(told) = block(body, place, crate_path) {
            tokens.pop();
            tokens.push(told.into());
        }
    }
    tokens.into_iter().collect()
}

fn block(body: &Group, place: Place, crate_path: &CratePath) -> Option<Group> {
    if body.delimiter() == Delimiter::None {
        // The `$body` of a `macro_rules!`.
        return match body.stream().into_iter().last()? {
            TokenTree::Group(inner) => block(&inner, place, crate_path),
            _ => None,
        };
    }
    let stream = walked(body.stream(), place)?;
    let private = crate_path.private();
    let import = quote! {
        #[allow(unused_imports)]
        use #private::{NotPassedOn as _, PassedOn as _};
    };
    let mut tokens: Vec<TokenTree> = stream.into_iter().collect();
    let start = inner_attributes(&tokens);
    tokens.splice(start..start, import);
    Some(again(body, tokens.into_iter().collect()))
}

/// What tokens are read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A `?` here ends a test.
    Body,
    /// It ends a closure or a block, or the function of a fixture.
    Part,
    /// The arguments of a macro, where a `?` behind a mere name may be anything.
    Macro,
}

/// The tokens with each `?` telling; nothing if there is none.
fn walked(stream: TokenStream, place: Place) -> Option<TokenStream> {
    let mut tokens: Vec<TokenTree> = Vec::new();
    let mut is_changed = false;
    // Up to the end of a block, which may have commas before it, or of a closure, which ends as an expression does.
    let (mut in_block, mut in_closure) = (false, false);
    for token in stream {
        let part = if in_block || in_closure {
            Place::Part
        } else {
            place
        };
        match &token {
            TokenTree::Punct(mark) => match mark.as_char() {
                '?' if is_operator(&tokens, place) => {
                    is_changed = true;
                    tokens.extend(call(mark, part));
                }
                '|' if place == Place::Body && is_operand_next(&tokens) => in_closure = true,
                ',' => in_closure = false,
                ';' => (in_block, in_closure) = (false, false),
                _ => {}
            },
            TokenTree::Ident(word) if place == Place::Body => {
                in_block |= BEFORE_BLOCKS.iter().any(|it| word == it);
            }
            TokenTree::Group(group) => {
                let inside = inside(&tokens, part);
                let changed = inside.and_then(|inside| walked(group.stream(), inside));
                in_block &= group.delimiter() != Delimiter::Brace;
                if let Some(stream) = changed {
                    is_changed = true;
                    tokens.push(again(group, stream).into());
                    continue;
                }
            }
            _ => {}
        }
        tokens.push(token);
    }
    is_changed.then(|| tokens.into_iter().collect())
}

/// Whether a `?` behind these is the operator.
fn is_operator(before: &[TokenTree], place: Place) -> bool {
    let is_code = place != Place::Macro;
    match before {
        // One that was made to tell.
        [.., TokenTree::Punct(punct)] => punct.as_char() == '?',
        // The repetition of a macro.
        [.., dollar, TokenTree::Group(_)] if is_punct(dollar, '$') => false,
        [.., TokenTree::Group(group)] => is_code || group.delimiter() == Delimiter::Parenthesis,
        [.., TokenTree::Ident(word)] => {
            word == "await" || is_code && !OF_BOUNDS.iter().any(|it| word == it)
        }
        [.., TokenTree::Literal(_)] => is_code,
        [] => false,
    }
}

/// What a group behind these is read as, if it is to be.
fn inside(before: &[TokenTree], place: Place) -> Option<Place> {
    match before {
        [.., TokenTree::Ident(name), bang] if is_punct(bang, '!') => {
            (!OF_TOKENS.iter().any(|it| name == it)).then_some(Place::Macro)
        }
        // `macro_rules! name { … }`
        [.., bang, TokenTree::Ident(_)] if is_punct(bang, '!') => None,
        // What is imported here is not seen in there.
        [.., TokenTree::Ident(word), TokenTree::Ident(_)] if word == "mod" => None,
        // An attribute.
        [.., hash] if is_punct(hash, '#') => None,
        [.., hash, bang] if is_punct(hash, '#') && is_punct(bang, '!') => None,
        _ => Some(place),
    }
}

/// `.__passed_on()`, where the `?` stands: that is where it is called, as panics tell it.
fn call(mark: &Punct, place: Place) -> [TokenTree; 3] {
    let span = mark.span();
    let method = match place {
        Place::Body => "__passed_on",
        Place::Part | Place::Macro => "__passed_on_within",
    };
    let mut dot = Punct::new('.', Spacing::Alone);
    dot.set_span(span);
    let mut nothing = Group::new(Delimiter::Parenthesis, TokenStream::new());
    nothing.set_span(span);
    [dot.into(), Ident::new(method, span).into(), nothing.into()]
}

/// How many tokens at the start of a block are its inner attributes.
fn inner_attributes(tokens: &[TokenTree]) -> usize {
    let is_attribute = |tokens: &&[TokenTree]| matches!(tokens, [hash, bang, TokenTree::Group(_)] if is_punct(hash, '#') && is_punct(bang, '!'));
    tokens.chunks(3).take_while(is_attribute).count() * 3
}

/// The same group around other tokens.
fn again(group: &Group, stream: TokenStream) -> Group {
    let mut again = Group::new(group.delimiter(), stream);
    again.set_span(group.span());
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body with a `!` for each `?` that ends it, and a `~` for each of any other kind that tells.
    fn told(body: &str) -> String {
        let body: TokenStream = body.parse().expect("these are tokens");
        let told = walked(body.clone(), Place::Body).unwrap_or(body);
        let told = told.to_string().replace(' ', "");
        let told = told.replace(".__passed_on()?", "!");
        told.replace(".__passed_on_within()?", "~")
    }

    #[test]
    fn those_that_end_the_body() {
        assert_eq!(told("a.b().await?; c??; -d?"), "a.b().await!;c!!;-d!");
        assert_eq!(
            told("if a? { b[c?]? } else { loop { d()? } }"),
            "ifa!{b[c!]!}else{loop{d()!}}"
        );
        assert_eq!(
            told("match a { A | B => b?, C => { c? } }?"),
            "matcha{A|B=>b!,C=>{c!}}!"
        );
        assert_eq!(told("a | b?; a || b?"), "a|b!;a||b!");
    }

    #[test]
    fn those_that_end_a_part_of_it() {
        assert_eq!(
            told("async move { a? }.await?; b?"),
            "asyncmove{a~}.await!;b!"
        );
        assert_eq!(told("f(|a| b?, c?)?"), "f(|a|b~,c!)!");
        assert_eq!(told("try { a? }?"), "try{a~}!");
        assert_eq!(
            told("let f = |a: B| if a? { b? } else { c? }.d()?; e?"),
            "letf=|a:B|ifa~{b~}else{c~}.d()~;e!"
        );
        assert_eq!(
            told("f(async || a?); || b?; move || { c? }"),
            "f(async||a~);||b~;move||{c~}"
        );
        assert_eq!(
            told("fn f<A, B>() -> G { a? } impl H { fn i() { b? } } c?"),
            "fnf<A,B>()->G{a~}implH{fni(){b~}}c!"
        );
    }

    #[test]
    fn those_in_macros() {
        assert_eq!(told("f!(a.await?, b()?, c?)?"), "f!(a.await~,b()~,c?)!");
        assert_eq!(told("f! { x: u8? }; f!(g(a?))"), "f!{x:u8?};f!(g(a?))");
        assert_eq!(told("if !(a)? { b? }"), "if!(a)!{b!}");
        assert_eq!(told("quote! { #a()? }"), "quote!{#a()?}");
    }

    #[test]
    fn what_is_no_operator_and_what_sees_no_import() {
        let bounds = "fn f<T: ?Sized + G>(a: &impl ?Sized) where U: H + ?Sized {}";
        assert_eq!(told(bounds), bounds.replace(' ', ""));
        let repeated = "macro_rules! a { ($b:ident $(, $c:expr)?) => { $b $(+ $c)? } }";
        assert_eq!(told(repeated), repeated.replace(' ', ""));
        assert_eq!(told("mod a { fn b() { c? } } d?"), "moda{fnb(){c?}}d!");
        assert_eq!(told("#[a(b?)] c?"), "#[a(b?)]c!");
    }
}

//! `#[values(a, b, …)]`: what a parameter has, one value in each case.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, LitStr, Token};

use crate::arguments::is_punct;
use crate::expressions::split;
use crate::ids;
use crate::mistake::mistake;

/// The values of one parameter.
pub(crate) struct Values {
    pub(crate) all: Vec<TokenStream>,
    /// `; ids = ["one", "two"]`
    ids: Option<Vec<String>>,
}

impl Values {
    /// Reads what stands between the parentheses of this attribute.
    pub(crate) fn parse(
        attribute: &Attribute,
        tokens: TokenStream,
        errors: &mut Vec<Error>,
    ) -> Self {
        let is_empty = tokens.is_empty();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let end = tokens.iter().position(|token| is_punct(token, ';'));
        let (values, ids) = match end {
            Some(end) => (&tokens[..end], Some(&tokens[end + 1..])),
            None => (tokens.as_slice(), None),
        };
        let all = split(values.iter().cloned().collect());
        if all.is_empty() && !is_empty {
            let cure = "write it as `#[values(1, 2)]`";
            errors.push(mistake(attribute, "a value", cure));
        }
        let ids = ids.and_then(|tokens| match self::ids(tokens, all.len()) {
            Ok(ids) => Some(ids),
            Err(error) => {
                errors.push(error);
                None
            }
        });
        Self { all, ids }
    }

    /// Each value's part of a case's name: `a_1`, or `1` without the parameter's name.
    pub(crate) fn ids(&self, parameter: Option<&str>) -> Vec<String> {
        let ids = self.ids.clone().unwrap_or_else(|| {
            let ids = self.all.iter().enumerate();
            let ids = ids.map(|(index, value)| ids::of_value(value, index + 1));
            ids.map(|id| match parameter {
                Some(parameter) => format!("{parameter}_{id}"),
                None => id,
            })
            .collect()
        });
        ids::unique(ids)
    }
}

/// `ids = ["one", "two"]`
fn ids(tokens: &[TokenTree], values: usize) -> syn::Result<Vec<String>> {
    let all: TokenStream = tokens.iter().cloned().collect();
    let cure = "write them as `; ids = [\"one\", \"two\"]`";
    let [TokenTree::Ident(name), equals, TokenTree::Group(list)] = tokens else {
        return Err(mistake(all, "ids", cure));
    };
    let literals = Punctuated::<LitStr, Token![,]>::parse_terminated.parse2(list.stream());
    let literals = literals
        .ok()
        .filter(|_| name == "ids" && is_punct(equals, '='));
    let literals = literals.ok_or_else(|| mistake(&all, "ids", cure))?;
    if literals.len() != values {
        let needed = format!("{values} ids, one for each value");
        return Err(mistake(list, &needed, "write as many as values"));
    }
    let is_part_of_name = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
    let ids = literals.iter().map(|literal| {
        let id = literal.value();
        if id.is_empty() || !id.chars().all(is_part_of_name) {
            let needed = "an id of letters, digits, `_`, `-` and `.`";
            return Err(mistake(literal, needed, "it is a part of the case's name"));
        }
        Ok(id)
    });
    ids.collect()
}

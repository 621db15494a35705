//! What the function is called that a coroutine's type is the state of.

use std::sync::Arc;

use crate::names;
use crate::types::{Struct, Type};
use crate::units::TypeId;
use crate::values::{Value, Values};

/// `crate::module::function`, `crate::module::Type::function`. An implementation is a number in the debug information;
/// whose it is tells the function's linker name, or else its `self`.
pub(crate) fn function(values: &mut Values, coroutine: Value, it: &Struct) -> Option<String> {
    let path = values.types.units.path(coroutine.of)?;
    let is_implementation = |part: &String| part.starts_with(names::IMPLEMENTATION);
    let Some(implementation) = path.iter().position(is_implementation) else {
        return Some(named(&path));
    };
    let linked = values.types.units.linkage_name(coroutine.of);
    if let Some(name) = linked.and_then(|linked| demangled(&linked)) {
        return Some(name);
    }
    let method = named(&path[implementation + 1..]);
    let of = owner(values, it).map_or_else(
        || format!("{}::_", named(&path[..implementation])),
        |of| without_generics(&of),
    );
    Some(format!("{of}::{method}"))
}

/// The type of what a coroutine captured as `self`, without what points to it.
fn owner(values: &mut Values, it: &Struct) -> Option<Arc<str>> {
    let unresumed = values.types.get(it.variants.first()?.member.of)?;
    let Type::Struct(unresumed) = &*unresumed else {
        return None;
    };
    let mut captured = unresumed.members.iter();
    let itself = captured.find(|member| names::SELF.contains(&member.name.as_str()))?;
    let mut of: TypeId = itself.of;
    loop {
        of = match &*values.types.get(of)? {
            Type::Pointer { to, .. } => (*to)?,
            Type::Struct(it) => {
                let path = values.types.path(of)?;
                if !names::is_pointer(&path) {
                    return Some(path);
                }
                *it.parameters.first()?
            }
            _ => return None,
        };
    }
}

/// A path without what the compiler made up.
fn named(path: &[String]) -> String {
    let is_named = |part: &&String| !names::ANONYMOUS.iter().any(|it| part.starts_with(it));
    let named = path.iter().filter(is_named);
    named
        .map(|part| without_generics(part))
        .collect::<Vec<_>>()
        .join("::")
}

/// `<a::S as a::T>::f::{{closure}}` → `a::S::f`
fn demangled(linked: &str) -> Option<String> {
    let name = rustc_demangle::try_demangle(linked).ok()?;
    let name = format!("{name:#}");
    let mut name = name.as_str();
    while let Some((before, last)) = name.rsplit_once("::") {
        if !names::LINKED_ANONYMOUS
            .iter()
            .any(|it| last.starts_with(it))
        {
            break;
        }
        name = before;
    }
    if let Some((of, rest)) = name.strip_prefix('<').and_then(split_closing) {
        let of = of.split_once(" as ").map_or(of, |(of, _)| of);
        let of = without_generics(of);
        return Some(format!("{of}{}", without_generics(rest)));
    }
    Some(without_generics(name))
}

/// Splits at the `>` that closes what is open at the beginning.
fn split_closing(text: &str) -> Option<(&str, &str)> {
    let mut open = 1;
    for (at, byte) in text.bytes().enumerate() {
        open += match byte {
            b'<' => 1,
            b'>' if at > 0 && text.as_bytes()[at - 1] != b'-' => -1,
            _ => 0,
        };
        if open == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

fn without_generics(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before.trim_end_matches("::"));
        let Some((_, after)) = split_closing(after) else {
            return name.to_owned();
        };
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::{demangled, without_generics};

    #[test]
    fn linker_names_become_paths() {
        for (linked, name) in [
            (
                "_ZN4prog1S4call28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
                "prog::S::call",
            ),
            (
                "_ZN41_$LT$prog..S$u20$as$u20$prog..Service$GT$4call28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
                "prog::S::call",
            ),
            (
                "_ZN4prog14Mutex$LT$T$GT$4lock28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
                "prog::Mutex::lock",
            ),
        ] {
            assert_eq!(demangled(linked).as_deref(), Some(name));
        }
    }

    #[test]
    fn generics_go() {
        for (name, plain) in [
            ("a::b", "a::b"),
            ("a::B<c::D<e>>::f", "a::B::f"),
            ("a::B<fn(u8) -> u8>::f", "a::B::f"),
            ("a::f::<u8>", "a::f"),
        ] {
            assert_eq!(without_generics(name), plain);
        }
    }
}

//! Whether a type borrows, as far as its tokens tell: a fixture lives as long as its asker, and hence must own what it has.

use quote::ToTokens;
use syn::{GenericArgument, Lifetime, PathArguments, Type, TypeParamBound};

/// Whether there is a lifetime in it, typed or left out, that is not `'static`. What stands in `fn(&str)` or
/// `dyn Fn(&str)` is the caller's.
pub(crate) fn is_borrowing(wanted: &Type) -> bool {
    let mut borrows = false;
    each(&mut copy(wanted), &mut |lifetime| {
        borrows |= lifetime.as_ref().is_none_or(|name| name.ident != "static");
    });
    borrows
}

/// `&str` becomes `&'static str`, as in a constant.
pub(crate) fn made_static(wanted: &Type) -> Type {
    let mut wanted = copy(wanted);
    each(&mut wanted, &mut |lifetime| {
        if lifetime.as_ref().is_none_or(|name| name.ident == "_") {
            *lifetime = Some(Lifetime::new("'static", proc_macro2::Span::call_site()));
        }
    });
    wanted
}

/// By way of its tokens: that syn's types can be cloned is a feature of its own, which takes time to build.
pub(crate) fn copy(wanted: &Type) -> Type {
    syn::parse2(wanted.to_token_stream()).expect("what a type prints is a type")
}

/// What a group of `macro_rules!` or of parentheses holds.
pub(crate) fn bare(wanted: &Type) -> &Type {
    match wanted {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        wanted => wanted,
    }
}

fn each(wanted: &mut Type, see: &mut dyn FnMut(&mut Option<Lifetime>)) {
    match wanted {
        Type::Reference(reference) => {
            see(&mut reference.lifetime);
            each(&mut reference.elem, see);
        }
        Type::Path(path) => {
            if let Some(qself) = &mut path.qself {
                each(&mut qself.ty, see);
            }
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
                    continue;
                };
                for argument in &mut arguments.args {
                    match argument {
                        GenericArgument::Lifetime(lifetime) => {
                            let mut seen = Some(lifetime.clone());
                            see(&mut seen);
                            *lifetime = seen.expect("it is replaced at most");
                        }
                        GenericArgument::Type(inner) => each(inner, see),
                        _ => {}
                    }
                }
            }
        }
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Lifetime(lifetime) = bound {
                    let mut seen = Some(lifetime.clone());
                    see(&mut seen);
                    *lifetime = seen.expect("it is replaced at most");
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|one| each(one, see)),
        Type::Array(array) => each(&mut array.elem, see),
        Type::Slice(slice) => each(&mut slice.elem, see),
        Type::Group(group) => each(&mut group.elem, see),
        Type::Paren(paren) => each(&mut paren.elem, see),
        _ => {}
    }
}

//! [`Tags`]: which tests a command line asks for by their tags.

use std::env;

use crate::Case;
use crate::ordered::Set;
use crate::refusal::Refusal;

/// What `--tag` and `--no-tag` say, or the variables of the same meaning where a flag says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    wanted: Named,
    unwanted: Named,
}

/// Some tags, and who named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Named {
    tags: Vec<String>,
    /// The variable, if it is one. It may be meant for several targets, and each of them has only some of the tags.
    variable: Option<&'static str>,
}

impl Tags {
    /// The values of `--tag` and of `--no-tag`; and for a flag that is not there, of its variable.
    pub(crate) fn new(wanted: Vec<String>, unwanted: Vec<String>) -> Self {
        Self {
            wanted: Named::new(wanted, "SOLIPSISM_TAG"),
            unwanted: Named::new(unwanted, "SOLIPSISM_NO_TAG"),
        }
    }

    /// Whether the case is asked for: it has one of the wanted tags, if there are any, and none of the others.
    pub(crate) fn want(&self, case: &Case) -> bool {
        let has = |tag: &String| case.marked.tags.contains(&tag.as_str());
        (self.wanted.tags.is_empty() || self.wanted.tags.iter().any(has))
            && !self.unwanted.tags.iter().any(has)
    }

    /// What is to be remarked of a variable that names a tag which no case has.
    ///
    /// # Errors
    ///
    /// A flag does.
    pub(crate) fn check(&self, cases: &[Case]) -> Result<Vec<String>, Refusal> {
        let named = || [&self.wanted, &self.unwanted].into_iter();
        if named().all(|named| named.tags.is_empty()) {
            return Ok(Vec::new());
        }
        let mut known = Set::default();
        for case in cases {
            for tag in &case.marked.tags {
                known.insert(*tag);
            }
        }
        let list = if known.is_empty() {
            "none of them has any: write `#[solipsism::test(tags = [\"slow\"])]`".to_owned()
        } else {
            format!("there are `{}`", known.join("`, `"))
        };
        let mut remarks = Vec::new();
        for Named { tags, variable } in named() {
            for tag in tags.iter().filter(|tag| !known.contains(&tag.as_str())) {
                let text = format!("no test of this target has the tag `{tag}`");
                match variable {
                    None => return Err(Refusal::misuse(format!("{text}: {list}"))),
                    Some(variable) => {
                        remarks.push(format!("note: {text}, which `{variable}` names: {list}"));
                    }
                }
            }
        }
        Ok(remarks)
    }
}

impl Named {
    fn new(tags: Vec<String>, variable: &'static str) -> Self {
        if !tags.is_empty() {
            return Self {
                tags,
                variable: None,
            };
        }
        let text = env::var_os(variable).unwrap_or_default();
        let text = text.to_string_lossy();
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        Self {
            tags: tags.map(str::to_owned).collect(),
            variable: Some(variable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::tests::test;
    use crate::{Options, ShouldPanic};

    fn case(tags: &[&'static str]) -> Case {
        let mut case = Case::new(test("it", "a", ShouldPanic::No), Options::default());
        case.marked.tags = tags.to_vec();
        case
    }

    fn flags(wanted: &[&str], unwanted: &[&str]) -> Tags {
        let owned = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
        Tags::new(owned(wanted), owned(unwanted))
    }

    #[test]
    fn any_wanted_tag_is_enough_and_any_unwanted_one_too_much() {
        for (wanted, unwanted, tags, is_wanted) in [
            (&[][..], &[][..], &[][..], true),
            (&["a"], &[], &[], false),
            (&["a", "b"], &[], &["b"], true),
            (&["a"], &["b"], &["a", "b"], false),
            (&[], &["b"], &["a"], true),
        ] {
            assert_eq!(flags(wanted, unwanted).want(&case(tags)), is_wanted);
        }
    }

    #[test]
    fn a_tag_that_nobody_has_is_refused() {
        let cases = [case(&["slow"]), case(&["db", "slow"])];
        assert_eq!(flags(&["db"], &["slow"]).check(&cases).unwrap(), [""; 0]);
        let refusal = flags(&[], &["slwo"]).check(&cases).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "no test of this target has the tag `slwo`: there are `db`, `slow`"
        );
        let refusal = flags(&["x"], &[]).check(&[case(&[])]).unwrap_err();
        assert!(refusal.to_string().contains("none of them has any"));
    }

    #[test]
    fn a_variable_that_names_such_a_tag_is_remarked() {
        let named = Named {
            tags: vec!["x".to_owned()],
            variable: Some("SOLIPSISM_TAG"),
        };
        let tags = Tags {
            wanted: named,
            ..Tags::default()
        };
        let remarks = tags.check(&[case(&["db"])]).unwrap();
        assert_eq!(
            remarks,
            [
                "note: no test of this target has the tag `x`, which `SOLIPSISM_TAG` names: there are `db`"
            ]
        );
    }
}

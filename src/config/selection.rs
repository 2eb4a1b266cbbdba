//! Which rules are chosen: codes, names, prefixes and `ALL`.

use crate::text::nearest_name;

/// Which rules run, as the config file and the command line say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What the config file says.
    pub config: Selectors,
    /// What the command line says, which wins.
    pub command_line: Selectors,
    /// Rules that the config ignores for the path of the template.
    pub path_ignore: Vec<String>,
    /// Rules that run whatever ignores them, as cfn-lint's `mandatory_checks` names them.
    pub mandatory: Vec<String>,
}

impl Selection {
    /// Whether rules that no selector matches run.
    pub(super) fn takes_the_rest(&self) -> bool {
        self.command_line.select.is_empty() && self.config.select.is_empty()
    }

    pub(super) fn path_ignores(&self, code: &str, name: &str) -> bool {
        self.path_ignore.iter().any(|selector| specificity(selector, code, name).is_some())
    }

    /// Whether a rule is chosen by its own code or name.
    pub(super) fn names_exactly(&self, code: &str, name: &str) -> bool {
        let chosen = self.command_line.select.iter().chain(&self.config.select).chain(&self.mandatory);
        chosen.into_iter().any(|selector| specificity(selector, code, name) == Some(usize::MAX))
    }

    pub(super) fn is_mandatory(&self, code: &str, name: &str) -> bool {
        self.mandatory.iter().any(|selector| specificity(selector, code, name).is_some())
    }
}

/// Two lists of selectors: a code (`ECS101`), a rule's name, the beginning of codes (`ECS`, `E30`) or `ALL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    /// Only these rules run; empty means those that are on by default.
    pub select: Vec<String>,
    /// These rules do not run.
    pub ignore: Vec<String>,
}

impl Selectors {
    /// What the selectors say about a rule. The most specific one wins, `ignore` where two are as specific.
    pub(super) fn choice(&self, code: &str, name: &str) -> Option<bool> {
        let strongest = |list: &[String]| list.iter().filter_map(|selector| specificity(selector, code, name)).max();
        match (strongest(&self.select), strongest(&self.ignore)) {
            (None, None) => None,
            (select, ignore) => Some(select > ignore),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.select.iter().chain(&self.ignore).map(String::as_str)
    }
}

/// Whether a selector names the rule: by code, name, the beginning of its code, or `ALL`.
#[must_use]
pub fn matches(selector: &str, code: &str, name: &str) -> bool {
    specificity(selector, code, name).is_some()
}

/// How narrowly `selector` matches the rule; `None` where it does not.
fn specificity(selector: &str, code: &str, name: &str) -> Option<usize> {
    if selector.eq_ignore_ascii_case(code) || selector.eq_ignore_ascii_case(name) {
        Some(usize::MAX)
    } else if selector.eq_ignore_ascii_case("ALL") {
        Some(0)
    } else {
        is_prefix(selector, code).then_some(selector.len())
    }
}

/// Whether `selector` is all the letters of `code` and maybe some of its digits: `E` begins `E3012` but not `ECS101`.
fn is_prefix(selector: &str, code: &str) -> bool {
    let letters = |text: &str| text.find(|character: char| !character.is_ascii_uppercase()).unwrap_or(text.len());
    let upper = selector.to_ascii_uppercase();
    // What follows GRD is the name of a policy.
    !upper.is_empty() && code.starts_with(&upper) && (letters(&upper) == letters(code) || upper == "GRD")
}

/// Whether a selector has the form of cfn-lint's: what people ignore there is accepted here, whether or not the rule exists yet.
fn is_of_cfn_lint(selector: &str) -> bool {
    let mut bytes = selector.bytes();
    matches!(bytes.next(), Some(b'E' | b'W' | b'I')) && selector.len() <= 5 && bytes.all(|byte| byte.is_ascii_digit())
}

/// Checks one selector against the rules there are, given as `(code, name)`.
///
/// # Errors
///
/// Where it matches none, the closest code or name, or `None` where none is close.
pub fn nearest<'a>(selector: &str, rules: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Result<(), Option<&'a str>> {
    let is_policy = selector.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("GRD"));
    if is_policy || selector.eq_ignore_ascii_case("ALL") || is_of_cfn_lint(selector) {
        return Ok(());
    }
    if rules.clone().any(|(code, name)| specificity(selector, code, name).is_some()) {
        return Ok(());
    }
    Err(nearest_name(selector, rules.flat_map(|(code, name)| [code, name])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(select: &[&str], ignore: &[&str]) -> Option<bool> {
        let own = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Selectors { select: own(select), ignore: own(ignore) }.choice("E3012", "wrong-value-type")
    }

    #[test]
    fn the_most_specific_selector_wins() {
        assert_eq!(choice(&["ALL"], &["E3"]), Some(false));
        assert_eq!(choice(&["E301"], &["E3"]), Some(true));
        assert_eq!(choice(&["E301"], &["e3012"]), Some(false));
        assert_eq!(choice(&["wrong-value-type"], &["E301", "ALL"]), Some(true));
    }

    #[test]
    fn ignore_wins_between_selectors_as_specific() {
        assert_eq!(choice(&["E30"], &["E30"]), Some(false));
    }

    #[test]
    fn a_prefix_holds_all_the_letters_of_the_code() {
        assert!(is_prefix("E", "E3012"));
        assert!(!is_prefix("E", "ECS101"));
        assert!(is_prefix("ECS1", "ECS101"));
        assert!(is_prefix("GRD", "GRDS3_ENCRYPTED"));
        assert!(!is_prefix("", "E3012"));
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest_name() {
        let rules = [("E3012", "wrong-value-type"), ("ECS101", "exec-on-asg-capacity-provider")];
        assert_eq!(nearest("wrong-value-typo", rules.into_iter()), Err(Some("wrong-value-type")));
        assert_eq!(nearest("ECS110", rules.into_iter()), Err(Some("ECS101")));
        assert_eq!(nearest("zzz", rules.into_iter()), Err(None));
        assert_eq!(nearest("E3", rules.into_iter()), Ok(()));
    }
}

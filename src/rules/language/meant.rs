//! Names that are plainly slips of others.

use crate::syntax::Node;
use crate::template::Intrinsic;
use crate::text::{Edit, is_one_slip_away};

/// The one of `names` that `name` is a slip of: it differs in case or in one character, and no other one does.
pub(in super::super) fn plainly<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let is_slip = |other: &&str| {
        name.eq_ignore_ascii_case(other)
            || name.len() >= SHORTEST && other.len() >= SHORTEST && is_one_slip_away(name, other) && !is_numbered(name, other)
    };
    let mut slips = names.filter(is_slip);
    let first = slips.next()?;
    slips.next().is_none().then_some(first)
}

/// The change that makes a reference to `name` one to `meant`.
pub(in super::super) fn renamed(reference: Node, name: &str, meant: &str) -> Option<Edit> {
    let (_, argument) = reference.function()?;
    match Intrinsic::of(reference)? {
        Intrinsic::Ref(_) => argument.replace_scalar(meant),
        Intrinsic::GetAtt { .. } if argument.is_sequence() => argument.items().next()?.replace_scalar(meant),
        Intrinsic::GetAtt { .. } => argument.replace_scalar(&format!("{meant}{}", argument.as_str()?.strip_prefix(name)?)),
        Intrinsic::Sub { text, .. } => {
            let written = text.as_str()?;
            let whole = written.replace(&format!("${{{name}}}"), &format!("${{{meant}}}"));
            let whole = whole.replace(&format!("${{{name}."), &format!("${{{meant}."));
            text.replace_scalar(&whole).filter(|_| whole != written)
        }
        _ => None,
    }
}

/// Whether two names differ in their last character, which tells members of a series apart: `SubnetA` and `SubnetB`.
fn is_numbered(name: &str, other: &str) -> bool {
    let is_mark = |text: &str| text.bytes().last().is_some_and(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (is_mark(name) || is_mark(other)) && name.bytes().last() != other.bytes().last()
}

/// In a shorter name one character is too much to be a slip.
const SHORTEST: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_has_one_meaning() {
        assert_eq!(plainly("topik", ["Topic", "Queue"].into_iter()), None);
        assert_eq!(plainly("Topik", ["Topic", "Queue"].into_iter()), Some("Topic"));
        assert_eq!(plainly("topic", ["Topic"].into_iter()), Some("Topic"));
        assert_eq!(plainly("Topix", ["Topic", "Topiz"].into_iter()), None);
        assert_eq!(plainly("SubnetC", ["SubnetA"].into_iter()), None);
        assert_eq!(plainly("Subnet1", ["Subnet"].into_iter()), None);
    }
}

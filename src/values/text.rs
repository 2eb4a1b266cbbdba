//! Strings that are known in part: what `Ref`, `Fn::Sub` and `Fn::Join` make of names that only a deployment knows.

use std::borrow::Cow;

use super::{ResourceId, StackId};

/// A string as a sequence of parts. Two strings with the same parts are the same string, whatever it is.
///
/// Literals never stand side by side and are never empty, so that equal strings over the same unknowns have equal parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<'t> {
    parts: Vec<Part<'t>>,
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part<'t> {
    /// Known.
    Literal(Cow<'t, str>),
    /// The value of a parameter of a stack.
    Parameter(StackId, &'t str),
    /// The value of a pseudo parameter.
    Pseudo(StackId, &'t str),
    /// What `Ref` gives for a resource, or with a name, what `Fn::GetAtt` reads of it.
    Resource(ResourceId, Option<Cow<'t, str>>),
    /// What another stack exports under this name.
    Import(Box<Text<'t>>),
    /// A dynamic reference, as written.
    Dynamic(Cow<'t, str>),
    /// What a parameter of an SSM type stands for.
    SsmParameter(StackId, &'t str),
    /// A function whose result only a deployment knows, in a form in which equal calls are equal.
    Call(StackId, String),
}

impl<'t> Text<'t> {
    /// A known string.
    #[must_use]
    pub fn literal(text: impl Into<Cow<'t, str>>) -> Self {
        Self::of(Part::Literal(text.into()))
    }

    /// A string of one part.
    #[must_use]
    pub fn of(part: Part<'t>) -> Self {
        let mut text = Self::default();
        text.push(part);
        text
    }

    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part<'t>] {
        &self.parts
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: Part<'t>) {
        match (self.parts.last_mut(), part) {
            (_, Part::Literal(text)) if text.is_empty() => {}
            (Some(Part::Literal(before)), Part::Literal(text)) => before.to_mut().push_str(&text),
            (_, part) => self.parts.push(part),
        }
    }

    /// Adds all of `other` at the end.
    pub fn append(&mut self, other: &Self) {
        for part in &other.parts {
            self.push(part.clone());
        }
    }

    /// The string, where all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The only part, where there is just one.
    #[must_use]
    pub fn only(&self) -> Option<&Part<'t>> {
        match self.parts.as_slice() {
            [part] => Some(part),
            _ => None,
        }
    }

    /// What stands after the last `marker` in a literal part: the name at the end of an ARN.
    #[must_use]
    pub fn after_last(&self, marker: &str) -> Option<Self> {
        for (index, part) in self.parts.iter().enumerate().rev() {
            if let Part::Literal(text) = part
                && let Some(at) = text.rfind(marker)
            {
                let mut rest = Self::literal(text[at + marker.len()..].to_owned());
                self.parts[index + 1..].iter().for_each(|part| rest.push(part.clone()));
                return Some(rest);
            }
        }
        None
    }

    /// What stands before the first `marker` in a literal part; the whole where there is none.
    #[must_use]
    pub fn before_first(&self, marker: &str) -> Self {
        let mut before = Self::default();
        for part in &self.parts {
            if let Part::Literal(text) = part
                && let Some(at) = text.find(marker)
            {
                before.push(Part::Literal(Cow::Owned(text[..at].to_owned())));
                break;
            }
            before.push(part.clone());
        }
        before
    }

    /// Why a deployment is needed to know the string, `None` where literals, parameters, pseudo parameters and resources of
    /// the templates given make it up.
    #[must_use]
    pub fn unknown(&self) -> Option<Unknown> {
        self.parts.iter().find_map(|part| match part {
            Part::Import(_) => Some(Unknown::Import),
            Part::Dynamic(_) => Some(Unknown::DynamicReference),
            Part::SsmParameter(..) => Some(Unknown::SsmParameter),
            Part::Call(..) => Some(Unknown::Function),
            Part::Literal(_) | Part::Parameter(..) | Part::Pseudo(..) | Part::Resource(..) => None,
        })
    }

    /// Takes equal beginnings and ends off both; `None` where a literal at either end shows that they differ.
    pub(super) fn without_common_ends(a: &Self, b: &Self) -> Option<(Self, Self)> {
        let (mut a, mut b) = (a.clone(), b.clone());
        for end in [End::First, End::Last] {
            while let (Some(x), Some(y)) = (end.of(&a.parts), end.of(&b.parts)) {
                if x == y {
                    end.remove(&mut a.parts);
                    end.remove(&mut b.parts);
                    continue;
                }
                let (Part::Literal(x), Part::Literal(y)) = (x, y) else { break };
                let common = end.common(x, y);
                if common < x.len() && common < y.len() {
                    return None;
                }
                end.cut(&mut a.parts, common);
                end.cut(&mut b.parts, common);
            }
        }
        Some((a, b))
    }
}

/// The two ends of a string.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

impl End {
    fn of<'a, 't>(self, parts: &'a [Part<'t>]) -> Option<&'a Part<'t>> {
        match self {
            Self::First => parts.first(),
            Self::Last => parts.last(),
        }
    }

    fn remove(self, parts: &mut Vec<Part>) {
        match self {
            Self::First => drop(parts.remove(0)),
            Self::Last => drop(parts.pop()),
        }
    }

    /// The number of bytes that two literals share at this end, on character boundaries.
    fn common(self, x: &str, y: &str) -> usize {
        match self {
            Self::First => x.chars().zip(y.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum(),
            Self::Last => x.chars().rev().zip(y.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum(),
        }
    }

    /// Takes `length` bytes off the literal at this end, and the literal itself where nothing is left.
    fn cut(self, parts: &mut Vec<Part>, length: usize) {
        let at = match self {
            Self::First => 0,
            Self::Last => parts.len() - 1,
        };
        let Part::Literal(text) = &mut parts[at] else { return };
        if length == text.len() {
            parts.remove(at);
            return;
        }
        let rest = match self {
            Self::First => text[length..].to_owned(),
            Self::Last => text[..text.len() - length].to_owned(),
        };
        *text = Cow::Owned(rest);
    }
}

/// Why a value cannot be known from the files given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// It is imported from a stack that is not among them.
    Import,
    /// It is read from Parameter Store or Secrets Manager in a dynamic reference.
    DynamicReference,
    /// It is what a parameter of an SSM type stands for.
    SsmParameter,
    /// It is a parameter that takes any value.
    Parameter,
    /// A macro writes it.
    Macro,
    /// It is the result of a function that only a deployment can evaluate.
    Function,
    /// It names something that the files do not declare.
    Elsewhere,
    /// It has another shape than expected.
    Shape,
    /// It has more cases than are followed.
    TooManyCases,
}

impl Unknown {
    /// What it is, for a message: "an import", …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "imported from a stack that was not given",
            Self::DynamicReference => "a dynamic reference",
            Self::SsmParameter => "read from Parameter Store",
            Self::Parameter => "a parameter that takes any value",
            Self::Macro => "written by a macro",
            Self::Function => "known only when the stack is deployed",
            Self::Elsewhere => "declared in no template that was given",
            Self::Shape => "of an unexpected shape",
            Self::TooManyCases => "one of too many cases to follow",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str) -> Part<'_> {
        Part::Parameter(StackId::ROOT, name)
    }

    fn text<'t>(parts: &[Part<'t>]) -> Text<'t> {
        let mut text = Text::default();
        parts.iter().for_each(|part| text.push(part.clone()));
        text
    }

    #[test]
    fn literals_side_by_side_become_one() {
        let joined = text(&[Part::Literal("a".into()), Part::Literal("".into()), Part::Literal("b".into()), parameter("P")]);
        assert_eq!(joined.parts(), [Part::Literal("ab".into()), parameter("P")]);
    }

    #[test]
    fn different_literals_at_an_end_show_that_two_strings_differ() {
        let dev = text(&[Part::Literal("dev-".into()), parameter("P")]);
        let prod = text(&[Part::Literal("prod-".into()), parameter("P")]);
        assert_eq!(Text::without_common_ends(&dev, &prod), None);
        let (a, b) = Text::without_common_ends(&dev, &Text::literal("dev-x")).unwrap();
        assert_eq!((a, b), (text(&[parameter("P")]), Text::literal("x")));
    }

    #[test]
    fn the_name_at_the_end_of_an_arn_may_be_unknown_itself() {
        let arn = text(&[Part::Literal("arn:aws:ecs:x:1:capacity-provider/".into()), parameter("P")]);
        assert_eq!(arn.after_last("capacity-provider/"), Some(text(&[parameter("P")])));
    }
}

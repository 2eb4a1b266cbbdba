//! A config file as serde_yaml reads it, and where each value of it stands.
//!
//! serde_yaml gives no places with values, only with errors. So a place is found by a second reading that fails on purpose: it goes
//! the same way to the value and refuses it there. Files are small, and it is done for faults only.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ConfigError;
use crate::report::ProblemPlace;

/// A value of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    /// Entries in their order, keys as often as they are written.
    Map(Vec<(Node, Node)>),
}

/// One step from a value to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The key of the entry of this number.
    Key(usize),
    /// The value of the entry of this number.
    Value(usize),
    /// The item of this number.
    Item(usize),
}

impl Node {
    /// Reads a text; [`Node::Null`] where there is nothing in it.
    pub(super) fn read(text: &str) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let has_content = |line: &str| !matches!(line.trim(), "" | "---") && !line.trim_start().starts_with('#');
        if !text.lines().any(has_content) {
            return Ok(Self::Null);
        }
        serde_yaml::from_str(text).map_err(|error| fault(text, &error))
    }

    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The value as one text: a text, a boolean or a whole number. What a number with a fraction was written as is lost.
    pub(super) fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// The value as JSON.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(number) => number.clone().into(),
            Self::Text(text) => text.clone().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(entries) => {
                let key = |key: &Self| key.scalar().unwrap_or_else(|| key.to_json().to_string());
                entries.iter().map(|(name, value)| (key(name), value.to_json())).collect()
            }
        }
    }
}

/// What serde_yaml says is wrong with a text.
pub(super) fn fault(text: &str, error: &serde_yaml::Error) -> ConfigError {
    let message = error.to_string();
    // A character that YAML has not is placed by its byte alone.
    let byte = message.rsplit_once(" at position ").and_then(|(what, byte)| Some((what, text.get(..byte.parse().ok()?)?)));
    if let Some((what, before)) = byte {
        let (line, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |end| end + 1));
        let place = ProblemPlace::new(text, line, before[start..].chars().count() + 1);
        return ConfigError { place: Some(place), message: what.to_owned() };
    }
    let place = error.location().map(|place| ProblemPlace::new(text, place.line(), place.column()));
    // serde_yaml gives the place in its message, where it stands in front here.
    let message = message.split(" at line ").next().unwrap_or_default();
    ConfigError { place, message: message.to_owned() }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;

        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a value without a tag")
            }

            fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Node, A::Error> {
                Err(de::Error::custom("a tag means nothing here"))
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Number(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Number(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                // Infinity and its like are no JSON numbers.
                Ok(serde_json::Number::from_f64(value).map_or_else(|| Node::Text(value.to_string()), Node::Number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Map(entries))
            }
        }

        deserializer.deserialize_any(NodeVisitor)
    }
}

/// Where the value stands that `steps` lead to in `text`.
pub(super) fn place(text: &str, steps: &[Step]) -> Option<ProblemPlace> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = Locate { steps }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    let place = refused.location()?;
    Some(ProblemPlace::new(text, place.line(), place.column()))
}

/// Goes along `steps` and refuses what is there.
#[derive(Clone, Copy)]
struct Locate<'s> {
    steps: &'s [Step],
}

impl Locate<'_> {
    fn found<E: de::Error>(self) -> Result<(), E> {
        Err(E::custom("here"))
    }
}

impl<'de> DeserializeSeed<'de> for Locate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Locate<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.found()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.found()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.found()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.found()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.found()
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.found()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some((Step::Item(index), steps)) = self.steps.split_first() else { return self.found() };
        for _ in 0..*index {
            list.next_element::<IgnoredAny>()?;
        }
        list.next_element_seed(Locate { steps })?;
        self.found()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (index, seeks_key, steps) = match self.steps.split_first() {
            Some((Step::Key(index), steps)) => (*index, true, steps),
            Some((Step::Value(index), steps)) => (*index, false, steps),
            _ => return self.found(),
        };
        for _ in 0..index {
            map.next_entry::<IgnoredAny, IgnoredAny>()?;
        }
        if seeks_key {
            map.next_key_seed(Locate { steps })?;
        } else {
            map.next_key::<IgnoredAny>()?;
            map.next_value_seed(Locate { steps })?;
        }
        self.found()
    }
}

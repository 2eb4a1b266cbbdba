//! The config file as it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Level, Settings, Workspace, severity};
use crate::diagnostic::Severity;
use crate::text::nearest_name;

/// What is wrong with a config file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", self.place())]
pub struct ConfigError {
    /// Line and column from 1, where known.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl ConfigError {
    fn place(&self) -> String {
        self.place.map(|(line, column)| format!("line {line}, column {column}: ")).unwrap_or_default()
    }
}

/// The settings that the text of a config file makes, with the defaults for what it leaves out.
///
/// # Errors
///
/// Where the text is not YAML, or has an unknown key or a value of the wrong kind.
pub fn parse(text: &str) -> Result<Settings, ConfigError> {
    settings_from(text, |file: File| file.0)
}

/// What `settings` makes of the text as a `T`; the defaults where there is nothing in it.
pub(super) fn settings_from<T: DeserializeOwned>(text: &str, settings: fn(T) -> Settings) -> Result<Settings, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let has_content = |line: &str| !matches!(line.trim(), "" | "---") && !line.trim_start().starts_with('#');
    if !text.lines().any(has_content) {
        return Ok(Settings::default());
    }
    serde_yaml::from_str(text).map(settings).map_err(|error| {
        let place = error.location().map(|location| (location.line(), location.column()));
        // serde_yaml ends its message with the place, which stands in front here.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        ConfigError { place, message: message.to_owned() }
    })
}

const KEYS: [&str; 10] =
    ["select", "ignore", "severity", "fail-on", "rules", "regions", "parameters", "workspace", "stack-names", "baseline"];

struct File(Settings);

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FileVisitor).map(Self)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a mapping of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut settings = Settings::default();
        let mut seen: Vec<&'static str> = Vec::new();
        while let Some(key) = map.next_key_seed(Key { seen: &seen })? {
            seen.push(key);
            match key {
                "select" => settings.selection.config.select = map.next_value::<Words>()?.0,
                "ignore" => settings.selection.config.ignore = map.next_value::<Words>()?.0,
                "severity" => settings.severity = map.next_value::<Threshold>()?.0,
                "fail-on" => settings.fail_on = map.next_value::<Threshold>()?.0,
                "regions" => settings.regions = map.next_value::<Words>()?.0,
                "parameters" => {
                    let parameters = map.next_value::<Option<BTreeMap<String, Text>>>()?.unwrap_or_default();
                    settings.parameters = parameters.into_iter().map(|(name, value)| (name, value.0)).collect();
                }
                "workspace" => settings.workspace = map.next_value::<Linking>()?.0,
                "baseline" => settings.baseline = Some(map.next_value::<Text>()?.0),
                "stack-names" => {
                    let names = map.next_value::<Option<BTreeMap<String, Text>>>()?.unwrap_or_default();
                    settings.stack_names = names.into_iter().map(|(path, name)| (path, name.0)).collect();
                }
                _ => {
                    for (rule, entry) in map.next_value::<Option<BTreeMap<String, RuleEntry>>>()?.unwrap_or_default() {
                        settings.severity_overrides.extend(entry.level.map(|level| (rule.clone(), level)));
                        if !entry.options.is_empty() {
                            settings.rule_options.insert(rule, serde_json::Value::Object(entry.options));
                        }
                    }
                }
            }
        }
        Ok(settings)
    }
}

struct Linking(Workspace);

impl<'de> Deserialize<'de> for Linking {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Text::deserialize(deserializer)?.0;
        match word.as_str() {
            // `off` without quotes is a boolean of YAML 1.1.
            "off" | "false" => Ok(Self(Workspace::Off)),
            "open" => Ok(Self(Workspace::Open)),
            "closed" => Ok(Self(Workspace::Closed)),
            _ => Err(de::Error::custom(format!("`{word}` is no way to link templates, it must be `open`, `closed` or `off`"))),
        }
    }
}

/// One of [`KEYS`], each at most once.
struct Key<'a> {
    seen: &'a [&'static str],
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a setting")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<&'static str, E> {
        if self.seen.contains(&word) {
            return Err(E::custom(format!("`{word}` is given twice")));
        }
        KEYS.into_iter().find(|key| *key == word).ok_or_else(|| {
            let underscored = word.replace('_', "-");
            E::custom(match nearest_name(&underscored, KEYS.into_iter()) {
                Some(key) => format!("unknown key `{word}`, did you mean `{key}`?"),
                None => format!("unknown key `{word}`, the keys are {}", quoted(&KEYS)),
            })
        })
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A list of words, or one text with commas.
#[derive(Default)]
pub(super) struct Words(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;

        impl<'de> Visitor<'de> for ListVisitor {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of words")
            }

            fn visit_unit<E>(self) -> Result<Words, E> {
                Ok(Words(Vec::new()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(split_words(text).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element::<String>()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_any(ListVisitor)
    }
}

fn split_words(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned)
}

/// `severity` and `fail-on`.
struct Threshold(Severity);

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor { parse: severity, words: &["info", "warning", "error"] }).map(Self)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor { parse: Self::parse, words: &["off", "info", "warning", "error"] })
    }
}

/// One of a few words.
struct WordVisitor<T> {
    parse: fn(&str) -> Option<T>,
    words: &'static [&'static str],
}

impl<T> Visitor<'_> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "one of {}", quoted(self.words))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        (self.parse)(word).ok_or_else(|| E::custom(format!("unknown level `{word}`, it is one of {}", quoted(self.words))))
    }

    /// In YAML 1.1, `off` is a boolean.
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        self.visit_str(if value { "on" } else { "off" })
    }
}

/// The value of a template parameter, which CloudFormation takes as text.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text, in quotes")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// What the config says about one rule: its severity, and options that only the rule understands.
#[derive(Deserialize)]
#[serde(expecting = "a mapping such as `{severity: off}`")]
struct RuleEntry {
    #[serde(rename = "severity")]
    level: Option<Level>,
    #[serde(flatten)]
    options: serde_json::Map<String, serde_json::Value>,
}

//! The options of rules: what each takes, and what is wrong with a value.

use serde_json::{Map, Value, json};

use super::file::one_of;
use crate::text::nearest_name;

/// An option that the config may set for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleOption {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub shape: OptionShape,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionShape {
    /// One of a few words.
    Word(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A whole number, from 0 on.
    Number,
    /// A list of texts.
    Texts,
    /// A list, each item a text or a mapping that has the first of these keys and may have the others, all of them texts.
    Entries(&'static [&'static str]),
}

/// What is wrong with the value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionFault {
    /// The item it is in, where the value is a list.
    pub item: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl RuleOption {
    /// Checks a value.
    ///
    /// # Errors
    ///
    /// Where the option does not take it.
    pub fn check(&self, value: &Value) -> Result<(), OptionFault> {
        let name = self.name;
        let wrong =
            |expected: &str| OptionFault { item: None, message: format!("`{name}` must be {expected}, not {}", kind(value)) };
        let is_right = match self.shape {
            OptionShape::Word(words) => return self.word(words, value),
            OptionShape::Bool => value.is_boolean(),
            OptionShape::Number => value.is_u64(),
            OptionShape::Texts | OptionShape::Entries(_) => value.is_array(),
        };
        if !is_right {
            return Err(wrong(self.shape.expected()));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.item(item).map_err(|message| OptionFault { item: Some(index), message })?;
        }
        Ok(())
    }

    fn word(&self, words: &[&str], value: &Value) -> Result<(), OptionFault> {
        let fault = |message| Err(OptionFault { item: None, message });
        let Some(written) = value.as_str() else {
            return fault(format!("`{}` must be {}, not {}", self.name, one_of(words), kind(value)));
        };
        if words.contains(&written) {
            return Ok(());
        }
        let near = nearest_name(written, words.iter().copied()).map(|near| format!(", did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| format!(", it must be {}", one_of(words)));
        fault(format!("`{}` cannot be `{written}`{hint}", self.name))
    }

    fn item(&self, item: &Value) -> Result<(), String> {
        let name = self.name;
        let (OptionShape::Entries(keys), Value::Object(entry)) = (self.shape, item) else {
            let expected = if matches!(self.shape, OptionShape::Entries(_)) { "a text or a mapping" } else { "a text" };
            return if item.is_string() {
                Ok(())
            } else {
                Err(format!("an item of `{name}` must be {expected}, not {}", kind(item)))
            };
        };
        if let Some(first) = keys.first().filter(|first| !entry.contains_key(**first)) {
            return Err(format!("an item of `{name}` must have `{first}`"));
        }
        for (key, value) in entry {
            if !keys.contains(&key.as_str()) {
                return Err(super::file::unknown("key", key, keys.iter().copied(), "an item has"));
            }
            if !value.is_string() {
                return Err(format!("`{key}` must be a text, not {}", kind(value)));
            }
        }
        Ok(())
    }

    /// Its JSON Schema.
    pub(super) fn schema(&self) -> Value {
        match self.shape {
            OptionShape::Word(words) => json!({"enum": words}),
            OptionShape::Bool => json!({"type": "boolean"}),
            OptionShape::Number => json!({"type": "integer", "minimum": 0}),
            OptionShape::Texts => json!({"type": "array", "items": {"type": "string"}}),
            OptionShape::Entries(keys) => {
                let properties: Map<String, Value> =
                    keys.iter().map(|key| ((*key).to_owned(), json!({"type": "string"}))).collect();
                let required: Vec<&str> = keys.iter().copied().take(1).collect();
                let entry =
                    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required});
                json!({"type": "array", "items": {"anyOf": [{"type": "string"}, entry]}})
            }
        }
    }
}

impl OptionShape {
    fn expected(self) -> &'static str {
        match self {
            Self::Word(_) => "a word",
            Self::Bool => "true or false",
            Self::Number => "a whole number",
            Self::Texts | Self::Entries(_) => "a list",
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(shape: OptionShape, value: &Value) -> Option<String> {
        RuleOption { name: "most", shape }.check(value).err().map(|fault| fault.message)
    }

    #[test]
    fn each_shape_takes_its_own_values_only() {
        let values = [json!("on"), json!(true), json!(8), json!(["a"]), json!([{"resource": "a", "reason": "b"}])];
        let shapes = [
            OptionShape::Word(&["on", "off"]),
            OptionShape::Bool,
            OptionShape::Number,
            OptionShape::Texts,
            OptionShape::Entries(&["resource", "reason"]),
        ];
        for (row, shape) in shapes.into_iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                // An entry may be a text alone.
                let is_taken = row == column || (row, column) == (4, 3);
                assert_eq!(fault(shape, value).is_none(), is_taken, "{shape:?} {value}");
            }
        }
        assert_eq!(fault(OptionShape::Number, &json!(-1)).as_deref(), Some("`most` must be a whole number, not a number"));
    }

    #[test]
    fn an_entry_has_its_first_key_and_no_others() {
        let shape = OptionShape::Entries(&["resource", "reason"]);
        assert_eq!(fault(shape, &json!([{"reason": "b"}])).as_deref(), Some("an item of `most` must have `resource`"));
        let typed = json!(["x", {"resource": "a", "reson": "b"}]);
        let fault = RuleOption { name: "most", shape }.check(&typed).expect_err("there is no such key");
        assert_eq!((fault.item, fault.message.as_str()), (Some(1), "unknown key `reson`, did you mean `reason`?"));
    }
}

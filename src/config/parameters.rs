//! Files of parameter values, in the formats that people have.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::ConfigError;
use super::node::fault;
use crate::report::ProblemPlace;
use crate::text::SourceFile;

/// What a parameter file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterFile {
    /// The values, by parameter.
    pub parameters: BTreeMap<String, String>,
    /// The template they are for; every one where it is `None`.
    pub template: Option<String>,
}

/// The text of a file that gives a template's parameters their values.
#[derive(Clone, Debug)]
pub struct ValueFile(pub Arc<SourceFile>);

impl PartialEq for ValueFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Reads a parameter file:
///
/// * a list of `{ParameterKey, ParameterValue}`, as the AWS CLI takes it;
/// * a list of `KEY=VALUE`;
/// * a mapping of names to values;
/// * a mapping with `Parameters`, as CodePipeline takes it;
/// * a deployment file of Git sync: `template-file-path` and `parameters`;
/// * with `toml`, `samconfig.toml`: the `parameter_overrides` of its environments, the last one first.
///
/// # Errors
///
/// Where the text is none of these.
pub fn parse_parameters(text: &str, toml: bool) -> Result<ParameterFile, ConfigError> {
    let refuse = |message: &str| ConfigError { place: None, message: message.to_owned() };
    if toml {
        return sam_config(text);
    }
    let value: Value = serde_yaml::from_str(text).map_err(|error| fault(text, &error))?;
    match value {
        Value::Array(list) => {
            let pairs: Option<Vec<(String, String)>> = list.iter().filter(|item| !uses_previous(item)).map(pair).collect();
            let pairs = pairs.ok_or_else(|| refuse("each item must have `ParameterKey` and `ParameterValue`"))?;
            Ok(ParameterFile { parameters: pairs.into_iter().collect(), template: None })
        }
        Value::Object(map) => {
            let template = map.get("template-file-path").and_then(Value::as_str).map(str::to_owned);
            let nested = map.get("Parameters").or_else(|| template.as_ref().and(map.get("parameters")));
            let values = match nested {
                Some(Value::Object(nested)) => nested.clone(),
                Some(Value::Array(_)) => {
                    let inner = parse_parameters(&nested.map(ToString::to_string).unwrap_or_default(), false)?;
                    return Ok(ParameterFile { template, ..inner });
                }
                _ if template.is_some() => serde_json::Map::new(),
                _ => map.clone(),
            };
            let parameters: Option<BTreeMap<String, String>> =
                values.into_iter().map(|(name, value)| Some((name, scalar(&value)?))).collect();
            Ok(ParameterFile { parameters: parameters.ok_or_else(|| refuse("each parameter must have one value"))?, template })
        }
        Value::Null => Ok(ParameterFile::default()),
        _ => Err(refuse("it must hold a list or a mapping of parameters")),
    }
}

/// `UsePreviousValue` leaves a value to the deployed stack, where nobody here can see it.
fn uses_previous(item: &Value) -> bool {
    item.get("UsePreviousValue").and_then(Value::as_bool) == Some(true)
}

fn pair(item: &Value) -> Option<(String, String)> {
    if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('=')) {
        return Some((name.to_owned(), value.to_owned()));
    }
    Some((item.get("ParameterKey")?.as_str()?.to_owned(), scalar(item.get("ParameterValue")?)?))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        // A list parameter's value is one string with commas.
        Value::Array(items) => Some(items.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(",")),
        Value::Null | Value::Object(_) => None,
    }
}

fn sam_config(text: &str) -> Result<ParameterFile, ConfigError> {
    let file: toml::Table = toml::from_str(text).map_err(|error| ConfigError {
        place: error.span().map(|span| {
            let before = &text[..span.start.min(text.len())];
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            ProblemPlace::new(text, before.matches('\n').count() + 1, column)
        }),
        message: error.message().to_owned(),
    })?;
    let mut found = ParameterFile::default();
    for environment in file.values().filter_map(toml::Value::as_table) {
        for command in environment.values().filter_map(toml::Value::as_table) {
            let Some(overrides) = command.get("parameters").and_then(|parameters| parameters.get("parameter_overrides")) else {
                continue;
            };
            for (name, value) in sam_overrides(overrides) {
                found.parameters.entry(name).or_insert(value);
            }
        }
    }
    Ok(found)
}

/// `"A=1 B=\"two words\""`, `["A=1", "B=2"]`, or a table.
fn sam_overrides(value: &toml::Value) -> Vec<(String, String)> {
    let split =
        |text: &str| text.split_once('=').map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
    match value {
        toml::Value::String(text) => words(text).iter().filter_map(|word| split(word)).collect(),
        toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).filter_map(split).collect(),
        toml::Value::Table(table) => table.iter().filter_map(|(name, value)| Some((name.clone(), toml_scalar(value)?))).collect(),
        _ => Vec::new(),
    }
}

fn toml_scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Array(items) => Some(items.iter().map(toml_scalar).collect::<Option<Vec<_>>>()?.join(",")),
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// Words between blanks, quotes respected.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if character.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        parse_parameters(text, false).unwrap().parameters.into_iter().collect()
    }

    fn expected() -> Vec<(String, String)> {
        vec![("Count".to_owned(), "2".to_owned()), ("Stage".to_owned(), "prod".to_owned())]
    }

    #[test]
    fn every_format_gives_the_same_values() {
        for text in [
            r#"[{"ParameterKey": "Stage", "ParameterValue": "prod"}, {"ParameterKey": "Count", "ParameterValue": "2"}]"#,
            r#"["Stage=prod", "Count=2"]"#,
            "Stage: prod\nCount: 2\n",
            r#"{"Parameters": {"Stage": "prod", "Count": "2"}}"#,
            "template-file-path: a/app.yaml\nparameters:\n  Stage: prod\n  Count: 2\ntags: {Team: x}\n",
        ] {
            assert_eq!(read(text), expected(), "{text}");
        }
        let sam = "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"Stage=\\\"prod\\\" Count=2\"\n";
        let found: Vec<_> = parse_parameters(sam, true).unwrap().parameters.into_iter().collect();
        assert_eq!(found, expected());
    }

    #[test]
    fn a_deployment_file_names_its_template() {
        let found = parse_parameters("template-file-path: a/app.yaml\nparameters: {}\n", false).unwrap();
        assert_eq!(found.template.as_deref(), Some("a/app.yaml"));
    }

    #[test]
    fn a_value_that_stays_as_deployed_is_left_out() {
        assert_eq!(read(r#"[{"ParameterKey": "Stage", "UsePreviousValue": true}]"#), []);
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        assert!(parse_parameters("just text", false).is_err());
        assert_eq!(parse_parameters("[a]\nb = ", true).unwrap_err().place.map(|place| place.line), Some(2));
    }
}

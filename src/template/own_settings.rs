//! What a template says itself about how it is checked: cfn-lint's `Metadata.cfn-lint.config`, but for `ignore_checks`, which keeps
//! findings back and is in `suppress`.

use serde_json::Value;

use crate::config::{self, InTemplate, RegionFault};
use crate::syntax::{Kind, MAX_DEPTH, Node, ScalarValue, Tree};
use crate::text::Span;

/// A setting in a template that cannot count as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// What is said about a region that is not known.
    Region(String),
    /// A list of files, which only cfn-lint reads.
    Files,
}

/// The settings in a template, and what cannot count of them; `None` where there are none.
///
/// The keys are those that cfn-lint 1.58.0 reads there, which `mandatory_checks` is not one of. What has another shape than it wants
/// is left aside, as it does.
#[must_use]
pub fn own_settings(tree: &Tree) -> Option<(InTemplate, Vec<(Span, SettingFault)>)> {
    if !tree.source().contains("cfn-lint") {
        return None;
    }
    let config = tree.root()?.get("Metadata")?.get("cfn-lint")?.get("config")?;
    let (mut own, mut faults) = (InTemplate::default(), Vec::new());
    let list = |key: &str| config.get(key).filter(|node| node.is_sequence()).into_iter().flat_map(Node::items);
    own.info = list("include_checks").any(|check| check.as_str().is_some_and(|check| check.starts_with('I')));
    own.include_experimental =
        config.get("include_experimental").and_then(text).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    for item in list("regions") {
        let Some(written) = item.as_str() else { continue };
        if written == config::ALL_REGIONS {
            own.regions = Some(Vec::new());
            break;
        }
        let fault = config::region(written).err();
        if !matches!(fault, Some(RegionFault::Error(_))) {
            own.regions.get_or_insert_default().push(written.to_owned());
        }
        if let Some(RegionFault::Error(message) | RegionFault::Warning(message)) = fault {
            faults.push((item.span(), SettingFault::Region(message)));
        }
    }
    let sets = list("parameters").filter(|set| set.is_mapping());
    own.parameters = config::agreed(sets.map(|set| set.entries().filter_map(|entry| text(entry.key).zip(text(entry.value)))));
    if let Some(files) = config.get("parameter_files").filter(|files| files.is_sequence() && !files.is_empty()) {
        faults.push((files.span(), SettingFault::Files));
    }
    for rule in config.get("configure_rules").filter(|rules| rules.is_mapping()).into_iter().flat_map(Node::entries) {
        if let (Some(name), true) = (text(rule.key), rule.value.is_mapping()) {
            let options = rule.value.entries().filter_map(|option| Some((text(option.key)?, json(option.value, 0))));
            own.rule_options.entry(name).or_default().extend(options);
        }
    }
    Some((own, faults))
}

/// A key, or the value of a parameter; `None` where it is none.
fn text(node: Node) -> Option<String> {
    let scalar = node.scalar().filter(|scalar| !scalar.is_null() && node.function().is_none())?;
    Some(scalar.text().to_owned())
}

/// The value of an option; what is deeper than a template can be is a circle of aliases.
fn json(node: Node, depth: usize) -> Value {
    if depth > MAX_OPTION_DEPTH.min(MAX_DEPTH) {
        return Value::Null;
    }
    match node.kind() {
        Kind::Sequence => node.items().map(|item| json(item, depth + 1)).collect(),
        Kind::Mapping => node
            .entries()
            .filter_map(|entry| Some((text(entry.key)?, json(entry.value, depth + 1))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Kind::Scalar => match node.scalar().map(|scalar| scalar.value()) {
            None | Some(ScalarValue::Null) => Value::Null,
            Some(ScalarValue::Bool(value)) => value.into(),
            Some(ScalarValue::Int(value)) => i64::try_from(value).map_or_else(|_| value.to_string().into(), Into::into),
            Some(ScalarValue::Float(value)) => value.into(),
            Some(ScalarValue::String(text)) => text.into(),
        },
    }
}

/// An option is a list of mappings at most; deeper ones, and aliases that repeat one another, are not followed.
const MAX_OPTION_DEPTH: usize = 4;

//! The metadata `com.aws.cloudformation.Context`, which says to tools why a template is as it is: where it stands, and which resources
//! are asked for it.

use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::syntax::Node;
use crate::template::Resource;

use super::super::Rule;
use super::super::language::cdk;

pub(super) const KEY: &str = "com.aws.cloudformation.Context";

/// Regular expressions; resources with a logical ID that one of them finds are left alone.
pub(super) const INCIDENTAL: RuleOption = RuleOption { name: "additional_incidental_patterns", shape: OptionShape::Texts };

/// Parts of logical IDs that the AWS CDK gives to what it adds by itself; in a template that it wrote, nothing is asked at all.
///
/// Source: the rules I4010, W4011 and W4012 of cfn-lint 1.58.0.
const HANDLERS: [&str; 3] = ["frameworkonEvent", "frameworkisComplete", "frameworkonTimeout"];
const SINGLETON: &str = "AWS679f53fac002430cb0da5b7982bd2287";

/// The context of a resource or of the template, whatever its shape.
pub(super) fn of(metadata: Option<Node<'_>>) -> Option<Node<'_>> {
    metadata?.get(KEY)
}

/// The resources that somebody wrote on purpose.
pub(super) fn resources<'t>(analysis: &Analysis<'t>, rule: &Rule) -> Vec<&'t Resource<'t>> {
    if cdk::is_synthesized(analysis.template) || analysis.set.is_deployed() {
        return Vec::new();
    }
    let patterns = texts(analysis, rule, INCIDENTAL.name);
    let patterns: Vec<regex::Regex> = patterns.iter().filter_map(|pattern| regex::Regex::new(pattern).ok()).collect();
    let is_meant = |resource: &&Resource| {
        let id = resource.logical_id();
        !is_incidental(id) && !patterns.iter().any(|pattern| pattern.is_match(id))
    };
    analysis.template.resources.iter().filter(is_meant).collect()
}

/// The texts that an option of a rule lists.
pub(super) fn texts<'a>(analysis: &'a Analysis, rule: &Rule, option: &str) -> Vec<&'a str> {
    let list = analysis.settings.options(rule.code, rule.name).and_then(|options| options.get(option)?.as_array());
    list.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

fn is_incidental(id: &str) -> bool {
    let is_provider = |(at, _): (usize, &str)| id[..at].ends_with(|last: char| last.is_ascii_lowercase());
    id.starts_with("LogRetention")
        || id == SINGLETON
        || HANDLERS.iter().any(|handler| id.contains(handler))
        || id.match_indices("Providerframework").any(is_provider)
}

//! `wrong-tags`: the tags of a resource are not what tags are, whatever its type.

use super::super::language::calls;
use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_call, each_fault, echo, shortened, unsure};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::syntax::Node;
use crate::validation::{self, Fault, Kind, TagFault};

pub(super) static RULE: Rule = Rule {
    code: "E3024",
    name: "wrong-tags",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/wrong-tags.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
    // A function in a tag that cannot be called so, or gives what is none, makes the tag a wrong one too.
    each_call(analysis, sink, |fault| is_in_tags(analysis, fault.node));
    for fault in analysis.written_faults().iter().filter(|fault| matches!(fault.kind, Kind::GivenType { .. })) {
        let Some((function, given)) = fault.given.as_ref().and_then(|given| Some((given.call.function()?.0, given.call))) else {
            continue;
        };
        let Some(main) = calls::rule_of(function).filter(|_| is_in_tags(analysis, given)) else { continue };
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        let finding = Finding::at(fault.at, "tags are mappings with a `Key`").node(fault.node);
        let finding = finding.resource(analysis.graph(), &fault.resource).verdict(verdict);
        sink.report(unsure(analysis, echo(analysis, finding, main)));
    }
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::Tags(tag_fault) = fault.kind else { return None };
    let written = shortened(fault.node.as_str().unwrap_or_default());
    Some(match tag_fault {
        TagFault::WrongType(_) => Finding::at(fault.at, "tags are mappings with a `Key`"),
        TagFault::NoKey => Finding::at(fault.at, "the tag has no `Key`"),
        TagFault::RepeatedKey => Finding::at(fault.at, "two tags have the same key").help("keep one of them"),
        TagFault::RefusedKey => Finding::at(fault.at, format!("`{written}` cannot be the key of a tag"))
            .help("choose one that does not begin with `aws:`, which is AWS's own"),
        TagFault::WrongLength { keyword: Keyword::MinLength, .. } => Finding::at(fault.at, "the key of a tag cannot be empty"),
        TagFault::WrongLength { limit, .. } => {
            Finding::at(fault.at, format!("a text of a tag can have at most {limit} characters here"))
        }
    })
}

/// Whether a call stands in the tags of a resource of a type that has them.
fn is_in_tags(analysis: &Analysis, call: Node) -> bool {
    let path = call.path();
    let [section, name, properties, tags, ..] = path.as_slice() else { return false };
    if (section.as_str(), properties.as_str(), tags.as_str()) != ("Resources", "Properties", "Tags") {
        return false;
    }
    let resource = analysis.template.resources.get(name);
    let is_mapping = resource.and_then(|resource| resource.properties?.get("Tags")).is_some_and(Node::is_mapping);
    let facts = resource.and_then(|resource| validation::facts_of(analysis.facts(), resource.resource_type));
    facts.is_some_and(|facts| validation::is_taggable(facts) && !(is_mapping && facts.is_serverless()))
}

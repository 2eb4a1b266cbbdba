//! `competing-capacity-provider-lists`: two resources set the capacity providers of one cluster.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{ASSOCIATIONS, Attachment, CLUSTER};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::text::Edit;
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS218",
    name: "competing-capacity-provider-lists",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/competing-capacity-provider-lists.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[ASSOCIATIONS]) {
        return;
    }
    let graph = analysis.graph();
    let attachments = graph.attachments();
    for (index, later) in attachments.iter().enumerate() {
        if later.writer.resource_type() != ASSOCIATIONS || !graph.values().is_own(later.writer.id.stack) {
            continue;
        }
        let rivals = attachments[..index].iter().filter(|earlier| earlier.cluster.is_some() && earlier.cluster == later.cluster);
        let rivals = rivals.filter(|earlier| earlier.writer.id != later.writer.id);
        if let Some(finding) = rivals.into_iter().find_map(|earlier| diagnostic(graph, earlier, later)) {
            sink.report(finding);
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, earlier: &Attachment<'t>, later: &Attachment<'t>) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let from_cluster = earlier.writer.resource_type() == CLUSTER;
    let loses = if from_cluster { formulas.or(drops(graph, earlier, later), has_default(graph, earlier)) } else { Formula::TRUE };
    let verdict = graph.values().verdict(later.writer.when, formulas.all([earlier.when, later.when, loses]))?;
    let cluster = graph.resource(later.cluster?);
    let (name, one, other) = (cluster.logical_id(), earlier.writer.logical_id(), later.writer.logical_id());
    let message = if from_cluster {
        format!("`{other}` replaces the capacity providers that the cluster `{name}` sets itself")
    } else {
        format!("`{one}` and `{other}` both set the capacity providers of the cluster `{name}`")
    };
    let node = later.list.map_or(later.writer.declaration.node, |list| list.node);
    let place = later.list.map_or(later.writer.place(), |list| graph.entry_key(list.node));
    let rival = earlier.list.map_or(earlier.writer.place(), |list| graph.entry_key(list.node));
    let edits = (verdict == Verdict::Definite).then(|| merge(graph, earlier, later)).flatten();
    let finding = Finding::at(place, message)
        .node(node)
        .resource(graph, &later.writer)
        .verdict(verdict)
        .label(rival, "also set here")
        .note("each of them calls `PutClusterCapacityProviders`, which detaches every provider that it does not list and replaces the default strategy; which one comes last is left to chance")
        .help("list all providers, and the default strategy, in one place");
    Some(match edits {
        Some(edits) if from_cluster => finding.fix(format!("let `{other}` set them all"), Safety::Unsafe, edits),
        Some(edits) => finding.fix(format!("let `{one}` set them all, and remove `{other}`"), Safety::Unsafe, edits),
        None => finding,
    })
}

const LISTS: [&str; 2] = ["CapacityProviders", "DefaultCapacityProviderStrategy"];

/// Moves what a cluster lists to its associations, or the second associations to the first.
fn merge<'t>(graph: &ResourceGraph<'t>, earlier: &Attachment<'t>, later: &Attachment<'t>) -> Option<Vec<Edit>> {
    if earlier.writer.id.stack != later.writer.id.stack {
        return None;
    }
    if earlier.writer.resource_type() == CLUSTER {
        let declared = earlier.writer.declaration;
        let mut edits = take_over(graph, later, earlier)?;
        edits.extend(match declared.properties?.remove_entries(&LISTS) {
            Some(edits) => edits,
            None => vec![declared.node.remove_entry("Properties")?],
        });
        return Some(edits);
    }
    let resources = later.writer.declaration.node.parent().filter(|resources| resources.path() == ["Resources"])?;
    // Nothing may be left that names it.
    let name = later.writer.logical_id();
    let text = resources.tree().source().text();
    if text.matches(name).count() != later.writer.declaration.key.place().text().matches(name).count() {
        return None;
    }
    let mut edits = take_over(graph, earlier, later)?;
    edits.push(resources.remove_entry(name)?);
    Some(edits)
}

/// Adds what `from` lists to what `into` lists. `None` where both have a default strategy: one of them is wrong.
fn take_over<'t>(graph: &ResourceGraph<'t>, into: &Attachment<'t>, from: &Attachment<'t>) -> Option<Vec<Edit>> {
    let cluster = into.cluster.filter(|_| into.complete && from.complete)?;
    let lists = |attachment: &Attachment<'t>| {
        let properties = attachment.writer.declaration.properties?;
        let [providers, strategy] = LISTS.map(|list| properties.get(list));
        let written_out = [providers, strategy].into_iter().flatten().all(Node::is_sequence);
        written_out.then_some((properties, providers, strategy))
    };
    let ((target, into_providers, into_strategy), (_, _, from_strategy)) = (lists(into)?, lists(from)?);
    let mut missing = Vec::new();
    for attached in &from.providers {
        let kept = graph.may_attach(std::slice::from_ref(into), cluster, &attached.provider.target);
        if kept == Formula::FALSE {
            missing.push(attached.written.node.in_flow()?);
        } else if kept != Formula::TRUE {
            return None;
        }
    }
    let items = |list: Option<Node<'t>>| list.into_iter().flat_map(|list| list.items().collect::<Vec<_>>());
    let strategy = items(from_strategy).map(Node::in_flow).collect::<Option<Vec<String>>>()?;
    if !strategy.is_empty() && items(into_strategy).next().is_some() {
        return None;
    }
    let mut edits = Vec::new();
    for (key, list, added) in [(LISTS[0], into_providers, missing), (LISTS[1], into_strategy, strategy)] {
        if !added.is_empty() {
            edits.push(match list {
                Some(list) => list.append_items(&added)?,
                None => target.insert_entry(key, &format!("[{}]", added.join(", ")))?,
            });
        }
    }
    Some(edits)
}

/// When the cluster's own list certainly names a provider that the associations do not.
fn drops<'t>(graph: &ResourceGraph<'t>, cluster: &Attachment<'t>, associations: &Attachment<'t>) -> Formula {
    let formulas = &graph.values().formulas;
    let Some(id) = associations.cluster.filter(|_| cluster.complete && associations.complete) else { return Formula::FALSE };
    let lost = cluster.providers.iter().map(|attached| {
        let kept = graph.may_attach(std::slice::from_ref(associations), id, &attached.provider.target);
        formulas.and(attached.provider.when, formulas.not(kept))
    });
    formulas.any(lost.collect::<Vec<_>>())
}

/// When the cluster has a default strategy of its own.
fn has_default<'t>(graph: &ResourceGraph<'t>, cluster: &Attachment<'t>) -> Formula {
    let lists = graph.property(&cluster.writer, &["DefaultCapacityProviderStrategy"]);
    let items = lists.iter().flat_map(|list| graph.values().items(list)).filter(|item| item.written().is_some());
    graph.values().formulas.any(items.map(|item| item.when).collect::<Vec<_>>())
}

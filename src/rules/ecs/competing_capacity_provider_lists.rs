//! `competing-capacity-provider-lists`: two resources set the capacity providers of one cluster.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{ASSOCIATIONS, Attachment, CLUSTER};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Formula;

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
    Some(
        Finding::at(place, message)
            .node(node)
            .resource(graph, &later.writer)
            .verdict(verdict)
            .label(rival, "also set here")
            .note("each of them calls `PutClusterCapacityProviders`, which detaches every provider that it does not list and replaces the default strategy; which one comes last is left to chance")
            .help("list all providers, and the default strategy, in one place"),
    )
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

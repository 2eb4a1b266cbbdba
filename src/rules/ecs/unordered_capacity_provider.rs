//! `unordered-capacity-provider`: nothing orders a service after the association that attaches its capacity providers.

use super::order::depends_on;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::Target;
use crate::graph::ecs::{ASSOCIATIONS, Attachment, Launch, LaunchPath};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, ResourceId};

pub(super) static RULE: Rule = Rule {
    code: "ECS204",
    name: "unordered-capacity-provider",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unordered-capacity-provider.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[ASSOCIATIONS]) || analysis.template.has_unknown_transform() {
        return;
    }
    let graph = analysis.graph();
    let attachments = graph.attachments();
    for launch in graph.launches() {
        // What starts tasks by `RunTask` does so when everything has long been created.
        if launch.path == LaunchPath::RunTask {
            continue;
        }
        for (cluster, when) in clusters(graph, &launch) {
            // The order of two stacks is in no template.
            let own = attachments.iter().filter(|attachment| graph.values().is_own(attachment.writer.id.stack));
            let writers = own.filter(|attachment| attachment.cluster == Some(cluster));
            for attachment in writers.filter(|attachment| attachment.writer.resource_type() == ASSOCIATIONS) {
                if let Some(finding) = diagnostic(graph, &launch, when, attachment, &attachments) {
                    sink.report(finding);
                }
            }
        }
    }
}

fn clusters<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<(ResourceId, Formula)> {
    let known = graph.clusters_of_launch(launch).into_iter().filter_map(|identity| match identity.target {
        Target::Resource(id) => Some((id, identity.when)),
        Target::Name(_) | Target::Absent | Target::Unknown(_) => None,
    });
    known.collect()
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    when: Formula,
    attachment: &Attachment<'t>,
    attachments: &[Attachment<'t>],
) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let (associations, service) = (&attachment.writer, &launch.resource);
    let (named, written) = names_provider_of(graph, launch, attachment, attachments);
    let inherited = formulas.and(graph.inherits_strategy(launch), gives_default(graph, associations));
    let unordered = formulas.not(graph.created_after(service.id, associations.id));
    let hits = formulas.all([when, attachment.when, formulas.or(named, inherited), unordered]);
    let verdict = graph.values().verdict(launch.when, hits)?;
    let (name, attaching) = (service.logical_id(), associations.logical_id());
    let (place, node) = match written {
        Some(written) => (graph.entry_key(written.node), written.node),
        None => (service.place(), service.declaration.node),
    };
    let message = if written.is_some() {
        format!("`{name}` can be created before `{attaching}` attaches its capacity providers")
    } else {
        format!("`{name}` can be created before `{attaching}` sets the default strategy that it inherits")
    };
    let here = if written.is_some() { "names what is not attached yet" } else { "has no launch type and no strategy of its own" };
    let finding = Finding::at(place, message)
        .node(node)
        .resource(graph, service)
        .verdict(verdict)
        .here(here)
        .label(associations.place(), format!("nothing orders `{name}` after this"))
        .note("a capacity provider must be attached to the cluster before a service uses it; in the other order the deployment fails, or, where the strategy is the cluster's default, the service takes the EC2 launch type")
        .note("when the stack is deleted, the same order removes the service first; a provider in use cannot be detached")
        .help(format!("add `DependsOn: {attaching}` to `{name}`"));
    Some(with_fix(graph, finding, service, associations))
}

fn with_fix<'t>(
    graph: &ResourceGraph<'t>,
    finding: Finding<'t>,
    service: &Resource<'t>,
    associations: &Resource<'t>,
) -> Finding<'t> {
    match depends_on(graph, service, associations) {
        Some(edit) => finding.fix(format!("add `DependsOn: {}`", associations.logical_id()), Safety::Safe, vec![edit]),
        None => finding,
    }
}

/// When the strategy of a launch names a provider that only `attachment` attaches, and the strategy.
fn names_provider_of<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    attachment: &Attachment<'t>,
    attachments: &[Attachment<'t>],
) -> (Formula, Option<Expression<'t>>) {
    let formulas = &graph.values().formulas;
    let (mut named, mut written) = (Formula::FALSE, None);
    for strategy in graph.strategies_of(launch) {
        for provider in strategy.items.iter().flat_map(|item| &item.providers) {
            let here = formulas.and(provider.when, graph.attaches(attachment, &provider.target));
            if !graph.values().possible(here) {
                continue;
            }
            let others = attachments.iter().filter(|other| other.writer.id != attachment.writer.id);
            let elsewhere =
                attachment.cluster.map_or(Formula::TRUE, |cluster| graph.may_attach(others, cluster, &provider.target));
            named = formulas.or(named, formulas.and(here, formulas.not(elsewhere)));
            written = written.or(Some(strategy.list));
        }
    }
    (named, written)
}

/// When associations give their cluster a default strategy.
fn gives_default<'t>(graph: &ResourceGraph<'t>, associations: &Resource<'t>) -> Formula {
    let lists = graph.property(associations, &["DefaultCapacityProviderStrategy"]);
    let items = lists.iter().flat_map(|list| graph.values().items(list)).filter(|item| item.written().is_some());
    graph.values().formulas.any(items.map(|item| item.when).collect::<Vec<_>>())
}

//! The compute that a task definition has to fit, and where it is chosen: what the rules on launch types share.

use super::hazard::outermost;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{CapacityKind, Compute, Fit, Launch, LaunchPath, Provider, StrategySource};
use crate::rules::Finding;
use crate::syntax::Node;
use crate::text::Place;
use crate::values::{Choice, Expression, Formula, Verdict};

/// When a task definition has to fit one kind of compute.
pub(super) struct Demand {
    /// When the question arises: something runs the definition, or it asks to be validated.
    pub(super) exists: Formula,
    /// When it has to fit.
    pub(super) when: Formula,
}

/// When a task definition has to fit `wanted`: `RequiresCompatibilities` names it, or something runs the definition on it.
pub(super) fn demand<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>, wanted: Compute) -> Demand {
    let formulas = &graph.values().formulas;
    let requires = graph.requires(&fit.definition, wanted);
    let Demand { exists, when } = demand_of_runs(graph, fit, wanted);
    let validated = if graph.values().possible(requires) { fit.definition.when } else { Formula::FALSE };
    Demand { exists: formulas.or(exists, validated), when: formulas.or(when, requires) }
}

/// When something runs a task definition on `wanted`.
pub(super) fn demand_of_runs<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>, wanted: Compute) -> Demand {
    let formulas = &graph.values().formulas;
    Demand {
        exists: formulas.any(fit.runs.iter().map(|run| run.when).collect::<Vec<_>>()),
        when: formulas.any(fit.runs.iter().map(|run| graph.run_is_on(run, wanted)).collect::<Vec<_>>()),
    }
}

/// "runs on", or what else ties a task definition to its compute where `hits` holds.
pub(super) fn ties<'t>(
    graph: &ResourceGraph<'t>,
    fit: &Fit<'t>,
    wanted: Compute,
    hits: Formula,
    verdict: &Verdict,
) -> &'static str {
    let by_run = graph.values().formulas.and(hits, demand_of_runs(graph, fit, wanted).when);
    match (graph.values().possible(by_run), verdict) {
        (true, Verdict::Definite) => "runs on",
        (true, Verdict::Possible(_)) => "can run on",
        (false, Verdict::Definite) => "is declared for",
        (false, Verdict::Possible(_)) => "can be declared for",
    }
}

/// `help`, and the other way out for a definition that is only declared for `wanted`, as [`ties`] has it.
pub(super) fn help_for(tie: &str, wanted: Compute, help: String) -> String {
    match wanted.compatibility().filter(|_| tie.ends_with("declared for")) {
        Some(word) => format!("{help}; or take `{word}` out of `RequiresCompatibilities`"),
        None => help,
    }
}

/// Labels what makes a task definition's compute `wanted` where `hits` holds.
pub(super) fn label_demand<'t>(
    graph: &ResourceGraph<'t>,
    mut finding: Finding<'t>,
    fit: &Fit<'t>,
    wanted: Compute,
    hits: Formula,
) -> Finding<'t> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut labelled: Vec<Place> = Vec::new();
    for run in &fit.runs {
        if values.possible(formulas.and(hits, graph.run_is_on(run, wanted)))
            && let Some((place, text)) = chosen(graph, &run.launch, wanted)
            && !labelled.contains(&place)
        {
            labelled.push(place.clone());
            finding = finding.label(place, text);
        }
    }
    if labelled.is_empty() && values.possible(formulas.and(hits, graph.requires(&fit.definition, wanted))) {
        let lists = values.property(&fit.definition.properties, "RequiresCompatibilities");
        if let Some(list) = lists.iter().find_map(Choice::written) {
            finding = finding.label(entry(graph, list.node), format!("ECS validates it for {}", wanted.as_str()));
        }
    }
    finding
}

/// Where a launch's compute is chosen, and what that text does.
pub(super) fn chosen<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, wanted: Compute) -> Option<(Place, String)> {
    let (starter, kind) = (launch.resource.logical_id(), wanted.as_str());
    graph.capacity(launch).into_iter().find_map(|capacity| match capacity.kind {
        CapacityKind::LaunchType(launch_type) => {
            let node = launch_type.written()?.node;
            Some((entry(graph, outermost(node)), format!("`{starter}` runs its tasks on {kind}")))
        }
        CapacityKind::Default if wanted == Compute::Ec2 => {
            Some((place_of(graph, launch), format!("`{starter}` names no launch type and no strategy, so {kind} run its tasks")))
        }
        CapacityKind::Strategy(items, source) => items.into_iter().find_map(|item| {
            let matches = match &item.provider {
                Provider::Fargate => wanted == Compute::Fargate,
                Provider::Declared(provider) => match wanted {
                    Compute::Ec2 => !graph.group_provider(provider).is_empty(),
                    Compute::ManagedInstances => graph.group_provider(provider).is_empty(),
                    Compute::Fargate | Compute::External | Compute::Unknown => false,
                },
                Provider::Unknown(_) => false,
            };
            let text = match source {
                StrategySource::Own => format!("this strategy runs the tasks of `{starter}` on {kind}"),
                StrategySource::Cluster(_) | StrategySource::Associations(_) => {
                    format!("without a launch type or strategy of its own, `{starter}` takes the cluster's default: {kind}")
                }
            };
            matches.then(|| (item.written.node.place(), text))
        }),
        CapacityKind::Default | CapacityKind::Unknown(_) => None,
    })
}

/// Labels where a launch's compute is chosen.
pub(super) fn label_chosen<'t>(
    graph: &ResourceGraph<'t>,
    finding: Finding<'t>,
    launch: &Launch<'t>,
    wanted: Compute,
) -> Finding<'t> {
    match chosen(graph, launch, wanted) {
        Some((place, text)) => finding.label(place, text),
        None => finding,
    }
}

/// The text that stands for a launch: the resource's logical ID, or the key of the target's ECS settings.
pub(super) fn place_of<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Place {
    match (launch.path, launch.settings.written()) {
        (LaunchPath::RunTask, Some(written)) => graph.entry_key(written.node),
        _ => launch.resource.place(),
    }
}

/// A property's text: `key: value` where that fits on a line, else the key.
pub(super) fn entry<'t>(graph: &ResourceGraph<'t>, node: Node<'t>) -> Place {
    let whole = graph.entry_span(node);
    if whole.text().contains(['\n', '\r']) { graph.entry_key(node) } else { whole }
}

/// A finding about a property of a mapping that `owner` declares: at the property as a whole where a value of it is written, at
/// `otherwise` where it is missing.
pub(super) fn finding_at<'t>(
    graph: &ResourceGraph<'t>,
    written: Option<Expression<'t>>,
    otherwise: (Place, Option<Node<'t>>),
    message: String,
) -> Finding<'t> {
    match written {
        Some(written) => {
            let node = outermost(written.node);
            Finding::at(entry(graph, node), message).node(node)
        }
        None => {
            let finding = Finding::at(otherwise.0, message);
            match otherwise.1 {
                Some(node) => finding.node(node),
                None => finding,
            }
        }
    }
}

/// The first value of a property that is written where `when` can hold.
pub(super) fn written_where<'t>(
    graph: &ResourceGraph<'t>,
    mapping: &Choice<'t>,
    property: &str,
    when: Formula,
) -> Option<Expression<'t>> {
    let values = graph.values();
    let choices = values.property(mapping, property).into_iter();
    choices.filter(|choice| values.possible(values.formulas.and(choice.when, when))).find_map(|choice| choice.written())
}

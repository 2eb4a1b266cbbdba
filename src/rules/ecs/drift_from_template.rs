//! `drift-from-template`: a deployed service or cluster differs from its template in what the ECS rules read.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{ASSOCIATIONS, CLUSTER, CLUSTERS, PROVIDERS, SERVICE};
use crate::graph::{Resource, ResourceGraph, Target};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Place;
use crate::values::{Choice, Formula, Found};

pub(super) static RULE: Rule = Rule {
    code: "ECS123",
    name: "drift-from-template",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/drift-from-template.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.set.is_deployed() || analysis.against.is_empty() {
        return;
    }
    let graph = analysis.graph();
    for template in &analysis.against {
        let written = template.graph();
        for deployed in graph.of_type(SERVICE) {
            for service in written.of_type(SERVICE).into_iter().filter(|service| is_same(service, &deployed, "ServiceName")) {
                compare(graph, &deployed, written, &service, sink);
            }
        }
        for deployed in graph.of_type(CLUSTER) {
            for cluster in written.of_type(CLUSTER).into_iter().filter(|cluster| is_same(cluster, &deployed, "ClusterName")) {
                compare_default_strategy(graph, &deployed, written, &cluster, sink);
            }
        }
    }
}

/// Whether something deployed is that of a template: by its name, or by the name that CloudFormation makes of the logical ID.
fn is_same(declared: &Resource, deployed: &Resource, name: &str) -> bool {
    let name_of = |resource: &Resource| {
        let name = resource.declaration.properties?.get(name)?;
        name.as_str().map(|written| (name.function().is_none(), written.to_owned()))
    };
    let Some((_, deployed)) = name_of(deployed) else { return false };
    match name_of(declared) {
        Some((is_literal, name)) => is_literal && name == deployed,
        None if declared.declaration.properties.is_some_and(|properties| properties.get(name).is_some()) => false,
        None => is_made_of(&deployed, declared.logical_id()),
    }
}

/// Whether CloudFormation may have made a name of a logical ID.
fn is_made_of(name: &str, logical_id: &str) -> bool {
    name.contains(&format!("-{logical_id}-"))
}

fn compare<'t>(
    graph: &ResourceGraph<'t>,
    deployed: &Resource<'t>,
    written: &ResourceGraph<'t>,
    service: &Resource<'t>,
    sink: &mut Sink,
) {
    for properties in graph.properties(deployed) {
        let is_on = graph.may_be(&properties, "EnableExecuteCommand", "true") != Formula::FALSE;
        let mut may_be = (false, false);
        let mut place = None;
        for own in written.properties(service) {
            let on = written.may_be(&own, "EnableExecuteCommand", "true");
            let values = written.values();
            may_be.0 |= values.possible(values.formulas.and(own.when, on));
            may_be.1 |= values.possible(values.formulas.and(own.when, values.formulas.not(on)));
            place = place.or_else(|| entry(written, &own, "EnableExecuteCommand"));
        }
        let name = deployed.logical_id();
        let difference = match (is_on, may_be) {
            (true, (false, _)) => Some((format!("ECS Exec is on in `{name}`, and its template does not turn it on"), "on here")),
            (false, (_, false)) => Some((format!("ECS Exec is off in `{name}`, and its template turns it on"), "off here")),
            _ => None,
        };
        if let Some((message, here)) = difference {
            let at = entry(graph, &properties, "EnableExecuteCommand").unwrap_or_else(|| deployed.place());
            let label = if place.is_some() { "the template says this" } else { "the template says nothing of it" };
            let finding = Finding::at(at, message)
                .resource(graph, deployed)
                .here(here)
                .label(place.unwrap_or_else(|| service.place()), label)
                .note("somebody changed the service past CloudFormation; the console does not show ECS Exec")
                .help("make the template and the service say the same");
            sink.report(finding);
        }
        compare_capacity(graph, deployed, &properties, written, service, sink);
    }
}

/// The launch type, the strategy and the platform version, where both sides say what they are.
fn compare_capacity<'t>(
    graph: &ResourceGraph<'t>,
    deployed: &Resource<'t>,
    properties: &Choice<'t>,
    written: &ResourceGraph<'t>,
    service: &Resource<'t>,
    sink: &mut Sink,
) {
    let name = deployed.logical_id();
    let cases = written.properties(service);
    if let [own] = cases.as_slice() {
        for (property, does) in [("LaunchType", "runs on launch type"), ("PlatformVersion", "runs on platform version")] {
            if let (Some(now), Some(then)) = (known(graph, properties, property), known(written, own, property))
                && now != then
            {
                let at = entry(graph, properties, property).unwrap_or_else(|| deployed.place());
                let finding = Finding::at(at, format!("`{name}` {does} {now}, and its template says {then}"))
                    .resource(graph, deployed)
                    .label(entry(written, own, property).unwrap_or_else(|| service.place()), "the template says this")
                    .help("make the template and the service say the same");
                sink.report(finding);
            }
        }
    }
    let Some(now) = deployed_strategy(graph, properties, STRATEGY) else { return };
    if now.is_empty() {
        return;
    }
    let mut strategies = Vec::new();
    for own in &cases {
        // A service with a launch type has no strategy; one with neither has that of its cluster.
        for launch_type in written.values().property(own, "LaunchType") {
            match launch_type.found {
                Found::Absent => {}
                Found::Written(_) => continue,
                Found::Unknown(_) => return,
            }
            for list in written.values().property(&Choice { when: launch_type.when, ..*own }, STRATEGY) {
                match list.found {
                    Found::Absent => match inherited(written, &Choice { when: list.when, ..*own }) {
                        Some(mut lists) => strategies.append(&mut lists),
                        None => return,
                    },
                    _ => strategies.push(list),
                }
            }
        }
    }
    if let Some(list) = strategies.first().filter(|_| strategies.iter().all(|list| !may_give(written, list, &now))) {
        let at = entry(graph, properties, STRATEGY).unwrap_or_else(|| deployed.place());
        let place = list.written().map_or_else(|| service.place(), |list| written.entry_span(list.node));
        let message = format!("`{name}` is placed by the strategy {}, and its template gives it another one", show(&now));
        let finding = Finding::at(at, message)
            .resource(graph, deployed)
            .label(place, "the strategy of the template")
            .help("make the template and the service say the same");
        sink.report(finding);
    }
}

const STRATEGY: &str = "CapacityProviderStrategy";
const DEFAULT_STRATEGY: &str = "DefaultCapacityProviderStrategy";

/// A property that has one known value.
fn known<'t>(graph: &ResourceGraph<'t>, properties: &Choice<'t>, property: &str) -> Option<String> {
    match graph.texts(properties, property).as_slice() {
        [(_, text)] => text.known().map(str::to_owned),
        _ => None,
    }
}

/// The default strategy of a cluster, where the template says one.
fn compare_default_strategy<'t>(
    graph: &ResourceGraph<'t>,
    deployed: &Resource<'t>,
    written: &ResourceGraph<'t>,
    cluster: &Resource<'t>,
    sink: &mut Sink,
) {
    for properties in graph.properties(deployed) {
        let Some(now) = deployed_strategy(graph, &properties, DEFAULT_STRATEGY) else { continue };
        let Some(lists) = default_strategies(written, cluster) else { continue };
        let Some(list) = lists.first().filter(|_| lists.iter().all(|list| !may_give(written, list, &now))) else { continue };
        let at = entry(graph, &properties, DEFAULT_STRATEGY).unwrap_or_else(|| deployed.place());
        let place = list.written().map_or_else(|| cluster.place(), |list| written.entry_span(list.node));
        let name = deployed.logical_id();
        let has = if now.is_empty() { "no default strategy".to_owned() } else { format!("the default strategy {}", show(&now)) };
        let finding = Finding::at(at, format!("the cluster `{name}` has {has}, and its template gives it another one"))
            .resource(graph, deployed)
            .label(place, "the default strategy of the template")
            .note(
                "services that name neither a launch type nor a strategy take the default of their cluster when they are created",
            )
            .help("make the template and the cluster say the same");
        sink.report(finding);
    }
}

/// The default strategies that a service's cluster can have; `None` where the template does not tell.
fn inherited<'t>(written: &ResourceGraph<'t>, service: &Choice<'t>) -> Option<Vec<Choice<'t>>> {
    let mut found = Vec::new();
    for cluster in written.values().property(service, "Cluster") {
        for identity in written.identify(&cluster, CLUSTERS) {
            found.append(&mut default_strategies(written, &written.target(&identity)?)?);
        }
    }
    Some(found)
}

/// The default strategies that a template gives a cluster, in all cases; `None` where it gives none, which others may then do.
fn default_strategies<'t>(written: &ResourceGraph<'t>, cluster: &Resource<'t>) -> Option<Vec<Choice<'t>>> {
    let mut found = written.property(cluster, &[DEFAULT_STRATEGY]);
    for associations in written.of_type(ASSOCIATIONS) {
        for named in written.property(&associations, &["Cluster"]) {
            if written.identify(&named, CLUSTERS).iter().any(|identity| identity.target == Target::Resource(cluster.id)) {
                found.extend(written.property(&associations, &[DEFAULT_STRATEGY]));
            }
        }
    }
    found.retain(|list| list.found != Found::Absent);
    (!found.is_empty()).then_some(found)
}

/// An item of a strategy that is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    provider: String,
    base: i64,
    weight: i64,
}

/// A strategy as it is deployed; `None` where it cannot be read. Empty where there is none.
fn deployed_strategy<'t>(graph: &ResourceGraph<'t>, properties: &Choice<'t>, property: &str) -> Option<Vec<Item>> {
    let lists = graph.values().property(properties, property);
    let items = lists.iter().flat_map(|list| graph.values().items(list));
    let item = |item: Choice<'t>| {
        let provider = known(graph, &item, "CapacityProvider")?;
        let provider = provider.rsplit('/').next().unwrap_or(&provider).to_owned();
        Some(Item { provider, base: number(graph, &item, "Base")?, weight: number(graph, &item, "Weight")? })
    };
    items.map(item).collect()
}

fn number<'t>(graph: &ResourceGraph<'t>, item: &Choice<'t>, property: &str) -> Option<i64> {
    match graph.numbers(item, property).as_slice() {
        [(_, number)] => *number,
        _ => None,
    }
}

/// Whether a list of a template can become the strategy that is deployed, in any order.
fn may_give<'t>(written: &ResourceGraph<'t>, list: &Choice<'t>, deployed: &[Item]) -> bool {
    let mut items = written.values().items(list);
    if items.iter().any(|item| item.written().is_none()) {
        return true;
    }
    for wanted in deployed {
        let Some(at) = items.iter().position(|item| may_be(written, item, wanted)) else { return false };
        items.remove(at);
    }
    // What is left may be there only under a condition.
    items.iter().all(|item| !written.values().implies(list.when, item.when))
}

fn may_be<'t>(written: &ResourceGraph<'t>, item: &Choice<'t>, wanted: &Item) -> bool {
    let same = |property, wanted| number_may_be(written, item, property, wanted);
    same("Base", wanted.base) && same("Weight", wanted.weight) && provider_may_be(written, item, &wanted.provider)
}

fn number_may_be<'t>(written: &ResourceGraph<'t>, item: &Choice<'t>, property: &str, wanted: i64) -> bool {
    written.numbers(item, property).iter().any(|(_, number)| number.is_none_or(|number| number == wanted))
}

fn provider_may_be<'t>(written: &ResourceGraph<'t>, item: &Choice<'t>, wanted: &str) -> bool {
    let named = written.values().property(item, "CapacityProvider");
    let mut identities = named.iter().flat_map(|named| written.identify(named, PROVIDERS));
    identities.any(|identity| match &identity.target {
        Target::Name(name) => name.known().is_none_or(|name| name == wanted),
        Target::Resource(id) => {
            let provider = written.resource(*id);
            let names = written.property(&provider, &[PROVIDERS.property]);
            names.iter().any(|name| match name.found {
                Found::Absent => is_made_of(wanted, provider.logical_id()),
                Found::Unknown(_) => true,
                Found::Written(_) => {
                    let texts = written.texts_of(name);
                    texts.is_empty() || texts.iter().any(|(_, text)| text.known().is_none_or(|name| name == wanted))
                }
            })
        }
        Target::Absent => false,
        Target::Unknown(_) => true,
    })
}

fn show(items: &[Item]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|Item { provider, base, weight }| match base {
            0 => format!("`{provider}` (weight {weight})"),
            _ => format!("`{provider}` (base {base}, weight {weight})"),
        })
        .collect();
    items.join(", ")
}

/// A property with its key.
fn entry<'t>(graph: &ResourceGraph<'t>, properties: &Choice<'t>, name: &str) -> Option<Place> {
    let written = graph.values().property(properties, name).into_iter().find_map(|choice| choice.written())?;
    Some(graph.entry_span(written.node))
}

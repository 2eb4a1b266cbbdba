//! `drift-from-template`: a deployed service differs from its template in what the ECS rules read.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::SERVICE;
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Place;
use crate::values::{Choice, Formula};

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
    for deployed in graph.of_type(SERVICE) {
        for template in &analysis.against {
            let written = template.graph();
            for service in written.of_type(SERVICE).into_iter().filter(|service| is_same(service, &deployed)) {
                compare(graph, &deployed, written, &service, sink);
            }
        }
    }
}

/// Whether a deployed service is that of a template: by its name, or by the name that CloudFormation makes of the logical ID.
fn is_same(service: &Resource, deployed: &Resource) -> bool {
    let Some(deployed) = service_name(deployed) else { return false };
    match service_name(service) {
        Some(name) => name == deployed,
        None => deployed.contains(&format!("-{}-", service.logical_id())),
    }
}

fn service_name(service: &Resource) -> Option<String> {
    let properties = service.declaration.properties?;
    let name = properties.get("ServiceName").filter(|name| name.function().is_none())?;
    name.as_str().map(str::to_owned)
}

fn compare<'t>(
    graph: &ResourceGraph<'t>,
    deployed: &Resource<'t>,
    written: &ResourceGraph<'t>,
    service: &Resource<'t>,
    sink: &mut Sink,
) {
    for properties in graph.properties(deployed) {
        let is_on = graph.is(&properties, "EnableExecuteCommand", "true") != Formula::FALSE;
        let mut may_be = (false, false);
        let mut place = None;
        for own in written.properties(service) {
            let on = written.is(&own, "EnableExecuteCommand", "true");
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

/// The launch type, where both sides say one.
fn compare_capacity<'t>(
    graph: &ResourceGraph<'t>,
    deployed: &Resource<'t>,
    properties: &Choice<'t>,
    written: &ResourceGraph<'t>,
    service: &Resource<'t>,
    sink: &mut Sink,
) {
    let known = |graph: &ResourceGraph<'t>, properties: &Choice<'t>| {
        graph.texts(properties, "LaunchType").into_iter().find_map(|(_, text)| text.known().map(str::to_owned))
    };
    let Some(now) = known(graph, properties) else { return };
    let written_types: Vec<(Option<String>, Choice)> =
        written.properties(service).into_iter().map(|own| (known(written, &own), own)).collect();
    let [(Some(then), own)] = written_types.as_slice() else { return };
    if *then == now {
        return;
    }
    let at = entry(graph, properties, "LaunchType").unwrap_or_else(|| deployed.place());
    let finding = Finding::at(at, format!("`{}` runs on launch type {now}, and its template says {then}", deployed.logical_id()))
        .resource(graph, deployed)
        .label(entry(written, own, "LaunchType").unwrap_or_else(|| service.place()), "the template says this")
        .help("make the template and the service say the same");
    sink.report(finding);
}

/// A property with its key.
fn entry<'t>(graph: &ResourceGraph<'t>, properties: &Choice<'t>, name: &str) -> Option<Place> {
    let written = graph.values().property(properties, name).into_iter().find_map(|choice| choice.written())?;
    Some(graph.entry_span(written.node))
}

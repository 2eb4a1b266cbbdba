//! `private-tasks-without-ssmmessages`: tasks with ECS Exec on have no way to Systems Manager.

use super::new_resource::new_resource;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Egress, ExecLaunch};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Expression, Part, Text, Unknown, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS111",
    name: "private-tasks-without-ssmmessages",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/private-tasks-without-ssmmessages.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["AWS::EC2::VPCEndpoint"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for found in graph.exec_launches() {
        for (when, subnet, item) in graph.subnets_of(&found.launch) {
            let Egress::None(closed) = graph.egress(subnet.id) else { continue };
            let Some(vpc) = graph.vpc_of(&subnet) else { continue };
            let endpoints = graph.interface_endpoints(&vpc);
            if endpoints.iter().any(|(_, services)| services.iter().any(may_be_systems_manager)) {
                continue;
            }
            // Endpoints for other services show that these are the tasks' way to AWS; without one they are made elsewhere.
            let mut endpoints: Vec<Resource> = endpoints.into_iter().map(|(endpoint, _)| endpoint).collect();
            endpoints.retain(|endpoint| graph.vpc_of(endpoint).as_ref() == Some(&vpc));
            let served = values.formulas.any(endpoints.iter().map(|endpoint| endpoint.when).collect::<Vec<_>>());
            let hits = values.formulas.all([found.on, when, closed, served]);
            if let Some(verdict) = values.verdict(values.formulas.and(found.exists, when), hits) {
                sink.report(diagnostic(analysis, &found, &subnet, item, &endpoints, verdict));
                break;
            }
        }
    }
}

/// Whether an endpoint's service is the one that ECS Exec talks to, or is not known.
fn may_be_systems_manager(service: &Result<Text, Unknown>) -> bool {
    match service {
        Ok(name) => name.parts().iter().any(|part| match part {
            Part::Literal(text) => text.contains("ssmmessages"),
            Part::Pseudo(..) => false,
            _ => true,
        }),
        Err(_) => true,
    }
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    found: &ExecLaunch<'t>,
    subnet: &Resource<'t>,
    item: Expression<'t>,
    endpoints: &[Resource<'t>],
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (owner, subnet_id) = (found.launch.owner.logical_id(), subnet.logical_id());
    let message = format!("`{owner}` turns on ECS Exec in `{subnet_id}`, which has no way to Systems Manager");
    let mut finding = Finding::at(graph.entry_span(item.node), message)
        .node(item.node)
        .resource(graph, &found.launch.resource)
        .verdict(verdict)
        .here("tasks in this subnet cannot open a session")
        .label(subnet.place(), "no route of its table leaves the VPC")
        .label(graph.exec_switch(found), "ECS Exec is on here");
    for endpoint in endpoints {
        finding = finding.label(endpoint.place(), "an endpoint of the VPC, for another service");
    }
    let finding = finding
        .note("the VPC's endpoints for `ssmmessages` may be in another stack")
        .help("add an interface endpoint for `com.amazonaws.REGION.ssmmessages`, or a route to a NAT gateway");
    let like = endpoints.iter().find(|endpoint| endpoint.id.stack == found.launch.resource.id.stack);
    match like.and_then(|like| Some((like.logical_id(), endpoint_like(graph, like)?))) {
        Some((like, edit)) => finding.fix(format!("add an endpoint for `ssmmessages` like `{like}`"), Safety::Unsafe, vec![edit]),
        None => finding,
    }
}

/// Adds an endpoint with the properties of `like`, but for those that speak of its service.
fn endpoint_like<'t>(graph: &ResourceGraph<'t>, like: &Resource<'t>) -> Option<Edit> {
    let mut properties = vec!["ServiceName: !Sub \"com.amazonaws.${AWS::Region}.ssmmessages\"".to_owned()];
    for entry in like.declaration.properties?.entries() {
        let key = entry.key.as_str()?;
        if !matches!(key, "ServiceName" | "PolicyDocument" | "Tags") {
            properties.push(format!("{key}: {}", entry.value.in_flow()?));
        }
    }
    let properties = format!("{{{}}}", properties.join(", "));
    new_resource(graph, like, "SsmMessagesEndpoint", like.resource_type(), &properties)
}

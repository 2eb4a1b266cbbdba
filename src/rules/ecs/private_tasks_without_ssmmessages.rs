//! `private-tasks-without-ssmmessages`: tasks with ECS Exec on have no way to Systems Manager.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::{Egress, ExecLaunch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Part, Text, Unknown, Verdict};

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

/// A service that sessions need, by the end of its endpoint's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    SystemsManager,
    /// Where the cluster encrypts sessions with a key.
    ///
    /// Source: "If you are using interface Amazon VPC endpoints with Amazon ECS, and you are using AWS KMS key for encryption, then you
    /// must create the interface Amazon VPC endpoint […] for AWS KMS key",
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>.
    Keys,
}

impl Service {
    const fn endpoint(self) -> &'static str {
        match self {
            Self::SystemsManager => "ssmmessages",
            Self::Keys => "kms",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SystemsManager => "Systems Manager",
            Self::Keys => "AWS KMS",
        }
    }
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["AWS::EC2::VPCEndpoint"]) {
        return;
    }
    let graph = analysis.graph();
    for found in graph.exec_launches() {
        let missing =
            |service| graph.subnets_of(&found.launch).into_iter().find_map(|subnet| unserved(analysis, &found, subnet, service));
        if let Some(finding) = missing(Service::SystemsManager).or_else(|| missing(Service::Keys)) {
            sink.report(finding);
        }
    }
}

/// The finding for a subnet of a launch in which a service cannot be reached.
fn unserved<'t>(
    analysis: &Analysis<'t>,
    found: &ExecLaunch<'t>,
    (when, subnet, item): (Formula, Resource<'t>, Expression<'t>),
    service: Service,
) -> Option<Finding<'t>> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let (needed, key) = match service {
        Service::SystemsManager => (Formula::TRUE, None),
        Service::Keys => {
            let settings = graph.session_settings_of(&found.launch);
            let keys = settings.iter().flat_map(|session| values.property(&session.settings, "KmsKeyId"));
            let keys: Vec<_> = keys.filter_map(|key| Some((key.when, key.written()?))).collect();
            (values.formulas.any(keys.iter().map(|(when, _)| *when).collect::<Vec<_>>()), keys.first().map(|(_, key)| *key))
        }
    };
    if needed == Formula::FALSE {
        return None;
    }
    let Egress::None(closed) = graph.egress(subnet.id) else { return None };
    let vpc = graph.vpc_of(&subnet)?;
    let endpoints = graph.interface_endpoints(&vpc);
    if endpoints.iter().any(|(_, services)| services.iter().any(|name| may_be(service, name))) {
        return None;
    }
    // Endpoints for other services show that these are the tasks' way to AWS; without one they are made elsewhere.
    let mut endpoints: Vec<Resource> = endpoints.into_iter().map(|(endpoint, _)| endpoint).collect();
    endpoints.retain(|endpoint| graph.vpc_of(endpoint).as_ref() == Some(&vpc));
    let served = values.formulas.any(endpoints.iter().map(|endpoint| endpoint.when).collect::<Vec<_>>());
    let hits = values.formulas.all([found.on, when, closed, served, needed]);
    let verdict = values.verdict(values.formulas.and(found.exists, when), hits)?;
    let finding = diagnostic(analysis, found, &subnet, item, &endpoints, service, verdict);
    Some(match key {
        Some(key) => finding.label(graph.entry_span(key.node), "sessions are encrypted with this key"),
        None => finding,
    })
}

/// Whether an endpoint is the one of `service`, or of one that is not known.
fn may_be(service: Service, name: &Result<Text, Unknown>) -> bool {
    match name {
        Ok(name) => name.parts().iter().any(|part| match part {
            Part::Literal(text) => text.split(['.', '-']).any(|word| word == service.endpoint()),
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
    service: Service,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (owner, subnet_id) = (found.launch.owner.logical_id(), subnet.logical_id());
    let message = format!("`{owner}` turns on ECS Exec in `{subnet_id}`, which has no way to {}", service.name());
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
    finding
        .note(format!("the VPC's endpoints for `{}` may be in another stack", service.endpoint()))
        .help(format!("add an interface endpoint for `com.amazonaws.REGION.{}`, or a route to a NAT gateway", service.endpoint()))
}

//! `private-tasks-without-ssmmessages`: tasks with ECS Exec on have no way to Systems Manager.

use super::new_resource::new_resource;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Egress, ExecLaunch};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::template::Intrinsic;
use crate::text::Edit;
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
            let served = |service: &Service| {
                endpoints.iter().any(|(_, services)| services.iter().any(|name| may_be(name, service.endpoint)))
            };
            let (key, encrypted) = session_key(analysis, &found);
            let (service, needed) = match (served(&SESSIONS), served(&KEYS)) {
                (false, _) => (&SESSIONS, Formula::TRUE),
                (true, false) => (&KEYS, encrypted),
                (true, true) => continue,
            };
            // Endpoints for other services show that these are the tasks' way to AWS; without one they are made elsewhere.
            let mut endpoints: Vec<Resource> = endpoints.into_iter().map(|(endpoint, _)| endpoint).collect();
            endpoints.retain(|endpoint| graph.vpc_of(endpoint).as_ref() == Some(&vpc));
            let served = values.formulas.any(endpoints.iter().map(|endpoint| endpoint.when).collect::<Vec<_>>());
            let hits = values.formulas.all([found.on, when, closed, served, needed]);
            if let Some(verdict) = values.verdict(values.formulas.and(found.exists, when), hits) {
                let finding = diagnostic(analysis, &found, &subnet, item, (service, &endpoints), verdict);
                sink.report(match key.filter(|_| needed != Formula::TRUE) {
                    Some(key) => finding.label(graph.entry_span(key.node), "sessions are encrypted with this key"),
                    None => finding,
                });
                break;
            }
        }
    }
}

/// A service that sessions need.
struct Service {
    name: &'static str,
    /// The end of its endpoint's name.
    endpoint: &'static str,
    /// What tasks cannot do without it.
    lost: &'static str,
    /// The logical ID of an endpoint for it.
    logical_id: &'static str,
}

const SESSIONS: Service = Service {
    name: "Systems Manager",
    endpoint: "ssmmessages",
    lost: "tasks in this subnet cannot open a session",
    logical_id: "SsmMessagesEndpoint",
};

/// Where the cluster encrypts sessions with a key.
///
/// Source: "If you are using interface Amazon VPC endpoints with Amazon ECS, and you are using AWS KMS key for encryption, then you
/// must create the interface Amazon VPC endpoint […] for AWS KMS key",
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>.
const KEYS: Service =
    Service { name: "KMS", endpoint: "kms", lost: "tasks in this subnet cannot decrypt a session", logical_id: "KmsEndpoint" };

/// The key that encrypts a launch's sessions, and when there is one.
fn session_key<'t>(analysis: &Analysis<'t>, found: &ExecLaunch<'t>) -> (Option<Expression<'t>>, Formula) {
    let (graph, values) = (analysis.graph(), analysis.values());
    let (mut key, mut ways) = (None, Vec::new());
    for settings in graph.session_settings_of(&found.launch) {
        for choice in values.property(&settings.settings, "KmsKeyId") {
            for (when, text) in graph.texts_of(&choice) {
                // A parameter that is empty by default is there to be left out.
                if values.with_defaults(&text).is_none_or(|text| !text.is_empty()) {
                    key = key.or(choice.written());
                    ways.push(when);
                }
            }
        }
    }
    (key, values.formulas.any(ways))
}

/// Whether an endpoint's service is the given one, or is not known.
fn may_be(service: &Result<Text, Unknown>, endpoint: &str) -> bool {
    match service {
        Ok(name) => name.parts().iter().any(|part| match part {
            Part::Literal(text) => text.split(['.', '-']).any(|word| word == endpoint),
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
    (service, endpoints): (&Service, &[Resource<'t>]),
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (owner, subnet_id) = (found.launch.owner.logical_id(), subnet.logical_id());
    let message = format!("`{owner}` turns on ECS Exec in `{subnet_id}`, which has no way to {}", service.name);
    let mut finding = Finding::at(graph.entry_span(item.node), message)
        .node(item.node)
        .resource(graph, &found.launch.resource)
        .verdict(verdict)
        .here(service.lost)
        .label(subnet.place(), "no route of its table leaves the VPC")
        .label(graph.exec_switch(found), "ECS Exec is on here");
    for endpoint in endpoints {
        finding = finding.label(endpoint.place(), "an endpoint of the VPC, for another service");
    }
    let finding = finding
        .note(format!("the VPC's endpoints for `{}` may be in another stack", service.endpoint))
        .help(format!("add an interface endpoint for `com.amazonaws.REGION.{}`, or a route to a NAT gateway", service.endpoint));
    let like = endpoints.iter().find(|endpoint| endpoint.id.stack == found.launch.resource.id.stack);
    match like.and_then(|like| Some((like.logical_id(), endpoint_like(graph, like, service)?))) {
        Some((like, edit)) => {
            finding.fix(format!("add an endpoint for `{}` like `{like}`", service.endpoint), Safety::Unsafe, vec![edit])
        }
        None => finding,
    }
}

/// Adds an endpoint with the properties of `like`, but for those that speak of its service.
fn endpoint_like<'t>(graph: &ResourceGraph<'t>, like: &Resource<'t>, service: &Service) -> Option<Edit> {
    let declared = like.declaration.properties?;
    let prefix = declared.get("ServiceName").and_then(prefix_of);
    let prefix = prefix.unwrap_or_else(|| "com.amazonaws.${AWS::Region}.".to_owned());
    let tag = if prefix.contains("${") { "!Sub " } else { "" };
    let mut properties = vec![format!("ServiceName: {tag}\"{prefix}{}\"", service.endpoint)];
    for entry in declared.entries() {
        let key = entry.key.as_str()?;
        if !matches!(key, "ServiceName" | "PolicyDocument" | "Tags") {
            properties.push(format!("{key}: {}", entry.value.in_flow()?));
        }
    }
    let properties = format!("{{{}}}", properties.join(", "));
    new_resource(graph, like, service.logical_id, like.resource_type(), &properties)
}

/// What stands before the service in the name of an endpoint's service: China's begin with `cn.com.amazonaws`.
fn prefix_of(name: Node) -> Option<String> {
    let name = match Intrinsic::of(name) {
        None => name.as_str()?,
        Some(Intrinsic::Sub { text, variables: None }) => text.as_str()?,
        Some(_) => return None,
    };
    let (before, rest) = name.split_once("amazonaws.")?;
    let (region, _) = rest.split_once('.')?;
    Some(format!("{before}amazonaws.{region}."))
}

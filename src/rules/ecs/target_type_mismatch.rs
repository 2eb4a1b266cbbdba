//! `target-type-mismatch`: a target group registers other targets than the tasks' network mode gives.

use super::compute::entry;
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Compute, LaunchPath, Run};
use crate::graph::{NamedBy, Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS307",
    name: "target-type-mismatch",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/target-type-mismatch.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const TARGET_GROUPS: NamedBy = NamedBy {
    resource_type: "AWS::ElasticLoadBalancingV2::TargetGroup",
    property: "Name",
    arn_marker: "targetgroup/",
    reserved: &[],
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["TargetGroupArn"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for run in graph.runs().iter().filter(|run| run.launch.path != LaunchPath::RunTask) {
        let modes = Modes::of(graph, run);
        let balancers = values.property(&run.launch.settings, "LoadBalancers");
        for balancer in balancers.iter().flat_map(|balancers| values.items(balancers)) {
            for named in values.property(&balancer, "TargetGroupArn") {
                let Some(written) = named.written() else { continue };
                for identity in graph.identify(&named, TARGET_GROUPS) {
                    let Some(group) = graph.target(&identity) else { continue };
                    let exists = formulas.and(run.when, identity.when);
                    let mismatch = mismatch(graph, &group, &modes);
                    if let Some(verdict) = values.verdict(exists, formulas.and(exists, mismatch)) {
                        sink.report(diagnostic(graph, run, written.node, &group, verdict));
                    }
                }
            }
        }
    }
}

/// When tasks have a network interface each, and when they share that of their instance.
struct Modes {
    own_interface: Formula,
    shared: Formula,
}

impl Modes {
    fn of<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> Self {
        let formulas = &graph.values().formulas;
        let properties = &run.definition.properties;
        let shared =
            formulas.or(graph.says(properties, "NetworkMode", &["bridge", "host"]), graph.lacks(properties, "NetworkMode"));
        // On Fargate another mode than `awsvpc` is a fault of its own.
        let fargate = formulas.or(graph.run_is_on(run, Compute::Fargate), graph.requires(&run.definition, Compute::Fargate));
        Self {
            own_interface: graph.says(properties, "NetworkMode", &["awsvpc"]),
            shared: formulas.and(shared, formulas.not(fargate)),
        }
    }
}

fn mismatch<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>, modes: &Modes) -> Formula {
    let formulas = &graph.values().formulas;
    let ways = graph.properties(group).into_iter().map(|properties| {
        let other = formulas.or(graph.lacks(&properties, "TargetType"), graph.says_other(&properties, "TargetType", &["ip"]));
        let address = graph.says(&properties, "TargetType", &["ip"]);
        formulas.or(formulas.and(modes.own_interface, other), formulas.and(modes.shared, address))
    });
    formulas.any(ways.collect::<Vec<_>>())
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    run: &Run<'t>,
    named: Node<'t>,
    group: &Resource<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let (starter, definition) = (run.launch.resource.logical_id(), run.definition.resource);
    let (task, target) = (definition.logical_id(), group.logical_id());
    let types = graph.property(group, &["TargetType"]);
    let target_type = types.iter().find_map(|choice| choice.written());
    let can = if matches!(verdict, Verdict::Definite) { "registers" } else { "can register" };
    let registered = match target_type.and_then(|written| written.node.as_str()) {
        Some("ip") => "addresses",
        _ if target_type.is_none() => "instances",
        _ => "other targets than addresses",
    };
    let wants_address = graph.says(&run.definition.properties, "NetworkMode", &["awsvpc"]) != Formula::FALSE;
    let (mode, right) = if wants_address {
        ("has a network interface of its own (`awsvpc`)", "ip")
    } else {
        ("shares the network of its instance", "instance")
    };
    let node = outermost(named);
    let finding = Finding::at(entry(graph, node), format!("`{target}` {can} {registered}, but each task of `{starter}` {mode}"))
        .node(node)
        .resource(graph, &run.launch.resource)
        .verdict(verdict)
        .here(format!("tasks of `{task}` are registered in this group"))
        .note("ECS refuses it: the target type \"is incompatible with the … network mode specified in the task definition\"")
        .help(format!("set `TargetType` of `{target}` to `{right}`; CloudFormation then replaces the group"));
    let finding = match target_type {
        Some(written) => finding.label(entry(graph, outermost(written.node)), "what the group registers"),
        None => finding.label(group.place(), "without `TargetType`, a group registers instances"),
    };
    match graph.values().property(&run.definition.properties, "NetworkMode").iter().find_map(|mode| mode.written()) {
        Some(mode) => finding.label(entry(graph, outermost(mode.node)), "the tasks' network mode"),
        None => finding.label(definition.place(), "no `NetworkMode`, so tasks use `bridge`"),
    }
}

//! `public-ip-on-instances`: tasks on EC2 instances are to get a public address of their own.

use super::compute::{entry, label_chosen};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Launch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::Verdict;

pub(super) static RULE: Rule = Rule {
    code: "ECS306",
    name: "public-ip-on-instances",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/public-ip-on-instances.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AssignPublicIp"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for launched in graph.launched().iter() {
        let launch = &launched.launch;
        let on_instances = graph.launched_on(launched, Compute::Ec2);
        if !values.possible(on_instances) {
            continue;
        }
        for name in ["AwsvpcConfiguration", "AwsVpcConfiguration"] {
            for block in values.path(&launch.settings, &["NetworkConfiguration", name]) {
                let enabled = graph.says(&block, "AssignPublicIp", &["ENABLED"]);
                let hits = formulas.and(enabled, on_instances);
                let written = values.property(&block, "AssignPublicIp").into_iter();
                let written = written.filter(|choice| values.possible(formulas.and(choice.when, hits)));
                if let Some(verdict) = values.verdict(launch.when, hits)
                    && let Some(written) = written.into_iter().find_map(|choice| choice.written())
                {
                    sink.report(diagnostic(graph, launch, written.node, verdict));
                }
            }
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, enabled: Node<'t>, verdict: Verdict) -> Finding<'t> {
    let starter = launch.resource.logical_id();
    let definite = matches!(verdict, Verdict::Definite);
    let can = if definite { "asks" } else { "can ask" };
    let node = outermost(enabled);
    let finding =
        Finding::at(entry(graph, node), format!("`{starter}` {can} for public IP addresses for tasks on EC2 instances"))
            .node(node)
            .resource(graph, &launch.resource)
            .verdict(verdict)
            .here("only tasks on Fargate get one")
            .note("ECS refuses it: \"Assign public IP is not supported for this launch type\"")
            .help("set `AssignPublicIp` to `DISABLED`; a task on an instance reaches the internet through a NAT gateway");
    let finding = label_chosen(graph, finding, launch, Compute::Ec2);
    match enabled.replace_scalar("DISABLED").filter(|_| definite) {
        Some(edit) => finding.fix("set `AssignPublicIp` to `DISABLED`", Safety::Safe, vec![edit]),
        None => finding,
    }
}

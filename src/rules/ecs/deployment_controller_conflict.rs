//! `deployment-controller-conflict`: a service asks for what its deployment controller does not do.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula};

pub(super) static RULE: Rule = Rule {
    code: "ECS407",
    name: "deployment-controller-conflict",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/deployment-controller-conflict.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const CONTROLLER: [&str; 2] = ["DeploymentController", "Type"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["DeploymentController"]) {
        return;
    }
    let graph = analysis.graph();
    let formulas = &graph.values().formulas;
    for (service, properties) in graph.services() {
        let [code_deploy, external] = ["CODE_DEPLOY", "EXTERNAL"].map(|word| graph.path_is(&properties, &CONTROLLER, word));
        for (name, thing) in [("DeploymentCircuitBreaker", "a deployment circuit breaker"), ("Alarms", "deployment alarms")] {
            for (controller, word) in [(code_deploy, "CODE_DEPLOY"), (external, "EXTERNAL")] {
                roll_back_of_another(graph, (&service, &properties), (name, thing), (controller, word), sink);
            }
        }
        for controller in graph.values().path(&properties, &CONTROLLER) {
            let Some(written) = controller.written() else { continue };
            let hits = formulas.and(code_deploy, graph.is_empty(&properties, "LoadBalancers"));
            if let Some(verdict) = graph.values().verdict(controller.when, hits) {
                let message = format!("`{}` is deployed by CodeDeploy and has no load balancer", service.logical_id());
                let finding = Finding::at(graph.entry_span(written.node), message).node(written.node);
                let help = "add `LoadBalancers`, or use the deployment controller `ECS`";
                sink.report(finding.resource(graph, &service).verdict(verdict).help(help));
            }
        }
    }
}

/// Reports what only rolling updates look at, where the controller is another one.
fn roll_back_of_another<'t>(
    graph: &ResourceGraph<'t>,
    (service, properties): (&Resource<'t>, &Choice<'t>),
    (name, thing): (&str, &str),
    (controller, word): (Formula, &str),
    sink: &mut Sink,
) {
    for setting in graph.values().path(properties, &["DeploymentConfiguration", name]) {
        let Some(written) = setting.written() else { continue };
        let hits = graph.values().formulas.and(controller, graph.is_surely(&setting, "Enable", "true"));
        let Some(verdict) = graph.values().verdict(setting.when, hits) else { continue };
        let message = format!("`{}` cannot have {thing} with the deployment controller `{word}`", service.logical_id());
        let finding = Finding::at(graph.entry_span(written.node), message).node(written.node);
        let help = format!("remove `{name}`, or use the deployment controller `ECS`");
        sink.report(finding.resource(graph, service).verdict(verdict).help(help));
    }
}

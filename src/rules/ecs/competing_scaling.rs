//! `competing-scaling`: something besides managed scaling changes how many instances a group has.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::HostGroup;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Formula, Part, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS211",
    name: "competing-scaling",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/competing-scaling.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const POLICY: &str = "AWS::AutoScaling::ScalingPolicy";
const SCHEDULED_ACTION: &str = "AWS::AutoScaling::ScheduledAction";
const PLAN: &str = "AWS::AutoScalingPlans::ScalingPlan";
/// What the resource ID of a group begins with in a scaling plan.
const GROUP_PREFIX: &str = "autoScalingGroup/";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ManagedScaling"]) || !analysis.mentions(&[POLICY, SCHEDULED_ACTION, PLAN]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let hosts = graph.host_groups();
    check_plans(analysis, &hosts, sink);
    for scaler in graph.resources().into_iter().filter(|resource| matches!(resource.resource_type(), POLICY | SCHEDULED_ACTION)) {
        for properties in graph.properties(&scaler) {
            let acts = changes_capacity(analysis, &scaler, &properties);
            for name in values.property(&properties, "AutoScalingGroupName") {
                let Some(written) = name.written() else { continue };
                for host in &hosts {
                    let (managed, _) = host.managed_scaling;
                    let named = graph.names_group(&name, host.group.id);
                    let hits = values.formulas.all([named, host.when, managed, acts]);
                    if let Some(verdict) = values.verdict(name.when, hits) {
                        sink.report(diagnostic(analysis, host, &scaler, written, verdict));
                        break;
                    }
                }
            }
        }
    }
}

/// The instructions of scaling plans for the group of a host.
fn check_plans<'t>(analysis: &Analysis<'t>, hosts: &[HostGroup<'t>], sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    for plan in graph.resources().into_iter().filter(|resource| resource.resource_type() == PLAN) {
        for instruction in graph.property(&plan, &["ScalingInstructions"]).iter().flat_map(|list| values.items(list)) {
            let still = graph.is_on(&instruction, "DisableDynamicScaling");
            let forecasts = graph.says(&instruction, "PredictiveScalingMode", &["ForecastAndScale"]);
            let scales = values.formulas.or(values.formulas.not(still), forecasts);
            for id in values.property(&instruction, "ResourceId") {
                let Some(written) = id.written() else { continue };
                let found = hosts.iter().find_map(|host| {
                    let (managed, _) = host.managed_scaling;
                    let hits = values.formulas.all([plans_for(analysis, &id, host), host.when, managed, scales]);
                    Some((host, values.verdict(id.when, hits)?))
                });
                if let Some((host, verdict)) = found {
                    sink.report(diagnostic(analysis, host, &plan, written, verdict));
                }
            }
        }
    }
}

/// When the resource ID of an instruction is that of a host's group.
fn plans_for<'t>(analysis: &Analysis<'t>, id: &Choice<'t>, host: &HostGroup<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut ways = Vec::new();
    for (when, text) in graph.texts_of(id) {
        let Some(name) = text.after_last(GROUP_PREFIX) else { continue };
        let same = match name.only() {
            Some(Part::Resource(named, None)) if *named == host.group.id => Formula::TRUE,
            _ => {
                let names = graph.property(&host.group, &["AutoScalingGroupName"]);
                let names = names.iter().flat_map(|own| graph.texts_of(own));
                let same = names.filter_map(|(own_when, own)| {
                    Some(values.formulas.and(own_when, values.known_to_be_same(&name, &own, own_when)?))
                });
                values.formulas.any(same.collect::<Vec<_>>())
            }
        };
        ways.push(values.formulas.and(when, same));
    }
    values.formulas.any(ways)
}

/// When a policy or an action changes the desired capacity.
fn changes_capacity<'t>(analysis: &Analysis<'t>, scaler: &Resource<'t>, properties: &Choice<'t>) -> Formula {
    let (graph, formulas) = (analysis.graph(), &analysis.values().formulas);
    if scaler.resource_type() == SCHEDULED_ACTION {
        return graph.has(properties, "DesiredCapacity");
    }
    // A predictive policy only forecasts, unless it is told to scale.
    let predictive = graph.says(properties, "PolicyType", &["PredictiveScaling"]);
    let configuration = analysis.values().property(properties, "PredictiveScalingConfiguration");
    let scales = configuration.iter().map(|configuration| graph.says(configuration, "Mode", &["ForecastAndScale"]));
    let scales = formulas.any(scales.collect::<Vec<_>>());
    formulas.or(formulas.not(predictive), scales)
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    host: &HostGroup<'t>,
    scaler: &Resource<'t>,
    written: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, provider, scaler_id) = (host.group.logical_id(), host.provider.logical_id(), scaler.logical_id());
    let message = format!("`{scaler_id}` changes the size of `{group}`, which managed scaling of `{provider}` sets");
    let mut finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, scaler)
        .verdict(verdict)
        .here("the group that ECS scales");
    if let (_, Some(scaling)) = host.managed_scaling {
        finding = finding.label(graph.entry_span(scaling.node), "managed scaling is on here");
    }
    finding
        .note("ECS makes a scaling policy of its own for the group; a second one starts and stops instances against it")
        .help(format!("remove `{scaler_id}`, or turn managed scaling off"))
}

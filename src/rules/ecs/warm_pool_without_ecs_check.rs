//! `warm-pool-without-ecs-check`: a group of ECS has a warm pool that ECS is not told of.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::{HostGroup, UserData};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Choice, Expression, Formula, Part, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS224",
    name: "warm-pool-without-ecs-check",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/warm-pool-without-ecs-check.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const WARM_POOL: &str = "AWS::AutoScaling::WarmPool";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[WARM_POOL]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let hosts = graph.host_groups();
    for pool in graph.resources().into_iter().filter(|resource| resource.resource_type() == WARM_POOL) {
        for properties in graph.properties(&pool) {
            for name in values.property(&properties, "AutoScalingGroupName") {
                for host in &hosts {
                    let named = values.formulas.and(host.when, graph.names_group(&name, host.group.id));
                    if !values.possible(named) {
                        continue;
                    }
                    check_reuse(analysis, &pool, &properties, named, sink);
                    check_user_data(analysis, &pool, host, named, sink);
                    break;
                }
            }
        }
    }
}

fn check_reuse<'t>(analysis: &Analysis<'t>, pool: &Resource<'t>, properties: &Choice<'t>, named: Formula, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    for policy in values.property(properties, "InstanceReusePolicy") {
        let hits = values.formulas.and(named, graph.is_on(&policy, "ReuseOnScaleIn"));
        let written = values.property(&policy, "ReuseOnScaleIn").iter().find_map(Choice::written);
        let (Some(verdict), Some(written)) = (values.verdict(properties.when, hits), written) else { continue };
        sink.report(returned(analysis, pool, written, verdict));
    }
}

fn returned<'t>(analysis: &Analysis<'t>, pool: &Resource<'t>, written: Expression<'t>, verdict: Verdict) -> Finding<'t> {
    let (graph, name) = (analysis.graph(), pool.logical_id());
    Finding::at(graph.entry_span(written.node), format!("warm pool `{name}` takes back instances, which ECS does not support"))
        .node(written.node)
        .resource(graph, pool)
        .verdict(verdict)
        .help("set `ReuseOnScaleIn` to `false`, or leave it out")
}

fn check_user_data<'t>(analysis: &Analysis<'t>, pool: &Resource<'t>, host: &HostGroup<'t>, named: Formula, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    for data in graph.launch_data(&host.group, named) {
        let cases = graph.user_data(&data);
        let silent = cases.iter().filter(|case| says_nothing_of_warm_pools(case));
        let hits = values.formulas.any(silent.clone().map(|case| case.when).collect::<Vec<_>>());
        let (Some(verdict), Some(first)) = (values.verdict(data.settings.when, hits), silent.clone().next()) else { continue };
        let place = first.written.map(|written| written.node);
        sink.report(unchecked(analysis, pool, &data.resource, place, verdict));
    }
}

/// Whether all of a text is known, starts an ECS agent on Linux, and does not tell it of warm pools.
fn says_nothing_of_warm_pools(case: &UserData) -> bool {
    let Ok(text) = &case.text else { return false };
    let known = text.parts().iter().all(|part| matches!(part, Part::Literal(_) | Part::Resource(..) | Part::Pseudo(..)));
    let says = |word: &str| text.parts().iter().any(|part| matches!(part, Part::Literal(text) if text.contains(word)));
    known && says("ECS_CLUSTER") && !says("ECS_WARM_POOLS_CHECK") && !says("<powershell>")
}

fn unchecked<'t>(
    analysis: &Analysis<'t>,
    pool: &Resource<'t>,
    instances: &Resource<'t>,
    user_data: Option<Node<'t>>,
    verdict: Verdict,
) -> Finding<'t> {
    let (graph, name) = (analysis.graph(), pool.logical_id());
    let message = format!("instances of warm pool `{name}` join the cluster while they are still in the pool");
    let finding = match user_data {
        Some(node) => Finding::at(graph.entry_key(node), message).node(node),
        None => Finding::at(instances.place(), message),
    };
    finding
        .resource(graph, instances)
        .verdict(verdict)
        .here("does not set `ECS_WARM_POOLS_CHECK`")
        .label(pool.place(), "the warm pool of their group")
        .note("the agent looks for the state of its instance in a warm pool only with `ECS_WARM_POOLS_CHECK=true`")
        .help("write `ECS_WARM_POOLS_CHECK=true` to `/etc/ecs/ecs.config` in the user data")
}

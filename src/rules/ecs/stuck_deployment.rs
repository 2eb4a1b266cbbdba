//! `stuck-deployment`: a rolling update may neither start a task first nor stop one first.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Launch, Number};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS404",
    name: "stuck-deployment",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/stuck-deployment.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// The percents of a service that does not set them, but for the maximum of a daemon.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>.
const DEFAULT_MINIMUM: i64 = 100;

fn check(analysis: &Analysis, sink: &mut Sink) {
    // The default of 200 lets every update start tasks first.
    if !analysis.mentions(&["MaximumPercent"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.service_launches() {
        for maximum in graph.values().path(&launch.settings, &["DeploymentConfiguration", "MaximumPercent"]) {
            let Some(written) = maximum.written() else { continue };
            let stuck = stuck(graph, &launch);
            let hits = graph.values().formulas.any(stuck.iter().map(|(when, ..)| *when));
            if let Some(verdict) = graph.values().verdict(maximum.when, hits)
                && let Some((_, count, minimum, percent)) =
                    stuck.iter().find(|(when, ..)| graph.values().possible(graph.values().formulas.and(maximum.when, *when)))
            {
                sink.report(diagnostic(graph, &launch, written.node, verdict, (*count, *minimum, *percent)));
            }
        }
    }
}

/// The counts and percents with which an update can do nothing: when, the desired count, the minimum and the maximum.
fn stuck<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<(Formula, Option<i64>, i64, i64)> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let settings = &launch.settings;
    let daemon = graph.is_surely(settings, "SchedulingStrategy", "DAEMON");
    let replica = formulas
        .or(graph.is_absent(settings, &["SchedulingStrategy"]), graph.is_surely(settings, "SchedulingStrategy", "REPLICA"));
    let scaled = formulas.any(graph.scalable_targets_of(&launch.resource).into_iter().map(|(when, _)| when).collect::<Vec<_>>());
    let rolling = graph.is_rolling(settings);
    let counts = graph.whole_numbers(settings, &["DesiredCount"]);
    let mut found = Vec::new();
    for maximum in graph.whole_numbers(settings, &["DeploymentConfiguration", "MaximumPercent"]) {
        let Some(most) = maximum.value else { continue };
        for minimum in graph.whole_numbers(settings, &["DeploymentConfiguration", "MinimumHealthyPercent"]) {
            let least = minimum.value.unwrap_or(DEFAULT_MINIMUM);
            let both = formulas.all([rolling, maximum.when, minimum.when]);
            // Whatever the count. A daemon that sets no minimum may stop tasks.
            if most <= 100 && least >= 100 {
                let strategy = if minimum.value.is_some() { formulas.or(replica, daemon) } else { replica };
                found.push((formulas.and(both, strategy), None, least, most));
                continue;
            }
            for &Number { when, value } in &counts {
                if let Some(count) = value.filter(|count| is_stuck(*count, least, most)) {
                    let fixed = formulas.and(replica, formulas.not(scaled));
                    found.push((formulas.all([both, when, fixed]), Some(count), least, most));
                }
            }
        }
    }
    found.retain(|(when, ..)| values.possible(*when));
    found
}

/// Whether neither one more task than `count` may run, nor one less.
fn is_stuck(count: i64, minimum: i64, maximum: i64) -> bool {
    // No service runs more tasks than this; larger numbers are faults of another kind.
    if !(1..=100_000).contains(&count) || !(0..=10_000).contains(&minimum) || !(0..=10_000).contains(&maximum) {
        return false;
    }
    let least = (count * minimum + 99) / 100;
    let most = count * maximum / 100;
    least >= count && most <= count
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    node: Node<'t>,
    verdict: Verdict,
    (count, minimum, maximum): (Option<i64>, i64, i64),
) -> Finding<'t> {
    let name = launch.resource.logical_id();
    let why = match count {
        Some(count) => format!(
            "of {count} {}, at least {minimum} % have to run and at most {maximum} % may, rounded up and down to whole tasks",
            if count == 1 { "task" } else { "tasks" }
        ),
        None => format!("at least {minimum} % of the tasks have to run, and at most {maximum} % may"),
    };
    let finding = Finding::at(graph.entry_span(node), format!("a deployment of `{name}` can neither start nor stop a task"))
        .node(node)
        .resource(graph, &launch.resource)
        .here("no room for one more task")
        .verdict(verdict)
        .note(why)
        .help("raise `MaximumPercent`, or lower `MinimumHealthyPercent`");
    let daemon = graph.values().possible(graph.is_surely(&launch.settings, "SchedulingStrategy", "DAEMON"));
    // The tasks of a daemon service stop before others start.
    match node.replace_scalar("200").filter(|_| !daemon) {
        Some(edit) => finding.fix("set `MaximumPercent` to 200", Safety::Unsafe, vec![edit]),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::is_stuck;

    #[test]
    fn an_update_needs_room_for_one_task_more_or_one_less() {
        assert!(is_stuck(1, 100, 150));
        assert!(is_stuck(1, 50, 100));
        assert!(is_stuck(3, 67, 133));
        assert!(!is_stuck(1, 100, 200));
        assert!(!is_stuck(2, 50, 100));
        assert!(!is_stuck(4, 100, 125));
        assert!(!is_stuck(0, 100, 100));
    }
}

//! `unsupported-runtime-platform`: a task's operating system or architecture is none that its compute offers.

use super::compute::{finding_at, label_chosen, written_where};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{CapacityKind, Compute, Run};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS310",
    name: "unsupported-runtime-platform",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unsupported-runtime-platform.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Platform versions of Fargate that know no ARM.
const BEFORE_ARM: [&str; 5] = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.3"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["RuntimePlatform"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for run in graph.runs().iter() {
        for platform in values.property(&run.definition.properties, "RuntimePlatform") {
            for limit in limits(graph, run, &platform) {
                let hits = formulas.and(run.when, limit.when);
                if let Some(verdict) = values.verdict(run.when, hits) {
                    sink.report(diagnostic(graph, run, &platform, &limit, (hits, verdict)));
                }
            }
        }
    }
}

/// Something that a kind of compute does not offer.
struct Limit {
    when: Formula,
    property: &'static str,
    compute: Compute,
    what: &'static str,
    note: &'static str,
}

fn limits<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>, platform: &Choice<'t>) -> Vec<Limit> {
    let formulas = &graph.values().formulas;
    let windows = windows(graph, platform);
    let arm = graph.says(platform, "CpuArchitecture", &["ARM64"]);
    let fargate = graph.run_is_on(run, Compute::Fargate);
    let sizes = graph.task_cpu(&run.definition).into_iter();
    let wrong_size = sizes.filter(|size| !(1_024..=4_096).contains(&size.amount)).map(|size| size.when);
    vec![
        Limit {
            when: formulas.and(windows, spot(graph, run)),
            property: "OperatingSystemFamily",
            compute: Compute::Fargate,
            what: "Windows tasks on Fargate Spot",
            note: "`FARGATE_SPOT` runs Linux tasks only",
        },
        Limit {
            when: formulas.and(windows, graph.run_is_on(run, Compute::ManagedInstances)),
            property: "OperatingSystemFamily",
            compute: Compute::ManagedInstances,
            what: "Windows tasks on Managed Instances",
            note: "Managed Instances run Linux containers",
        },
        Limit {
            when: formulas.all([windows, fargate, formulas.any(wrong_size.collect::<Vec<_>>())]),
            property: "OperatingSystemFamily",
            compute: Compute::Fargate,
            what: "Windows tasks on Fargate with less than 1 or more than 4 vCPU",
            note: "on Fargate, Windows tasks have 1, 2 or 4 vCPU",
        },
        Limit {
            when: formulas.all([arm, fargate, graph.says(&run.launch.settings, "PlatformVersion", &BEFORE_ARM)]),
            property: "CpuArchitecture",
            compute: Compute::Fargate,
            what: "ARM tasks on Fargate with a platform version before 1.4.0",
            note: "Fargate runs ARM tasks from platform version 1.4.0 on",
        },
    ]
}

/// When the operating system is one of Windows.
fn windows<'t>(graph: &ResourceGraph<'t>, platform: &Choice<'t>) -> Formula {
    let texts = graph.texts(platform, "OperatingSystemFamily").into_iter();
    let known = texts.filter(|(_, text)| text.known().is_some_and(|text| text.starts_with("WINDOWS_SERVER")));
    graph.values().formulas.any(known.map(|(when, _)| when).collect::<Vec<_>>())
}

/// When a run's tasks are placed by `FARGATE_SPOT`.
fn spot<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut ways = Vec::new();
    for capacity in graph.capacity(&run.launch) {
        let CapacityKind::Strategy(items, _) = capacity.kind else { continue };
        for item in items {
            let written =
                Choice { when: formulas.and(capacity.when, item.when), found: crate::values::Found::Written(item.written) };
            for case in values.property(&written, "CapacityProvider").iter().flat_map(|name| values.cases_of(name)) {
                if let Value::Text(text) = &case.value {
                    ways.push(formulas.and(case.when, graph.stated(text, &["FARGATE_SPOT"], case.when)));
                }
            }
        }
    }
    formulas.any(ways)
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    run: &Run<'t>,
    platform: &Choice<'t>,
    limit: &Limit,
    (hits, verdict): (Formula, Verdict),
) -> Finding<'t> {
    let resource = run.definition.resource;
    let can = if matches!(verdict, Verdict::Definite) { "runs" } else { "can run" };
    let written = written_where(graph, platform, limit.property, hits);
    let message = format!("`{}` {can} {}", run.launch.resource.logical_id(), limit.what);
    let finding = finding_at(graph, written, (resource.place(), Some(resource.declaration.node)), message)
        .resource(graph, &resource)
        .verdict(verdict)
        .note(limit.note)
        .help("run the task on compute that offers its platform, or change the platform");
    label_chosen(graph, finding, &run.launch, limit.compute)
}

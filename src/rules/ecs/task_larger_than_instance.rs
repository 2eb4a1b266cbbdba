//! `task-larger-than-instance`: a task asks for more than an instance of its Auto Scaling group has.

use super::compute::{entry, label_chosen};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{CAPACITY_PROVIDER, CapacityKind, Compute, GroupProvider, InstanceType, LaunchPath, Provider, Run, Size};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS221",
    name: "task-larger-than-instance",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/task-larger-than-instance.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["InstanceType"]) || !analysis.mentions(&[CAPACITY_PROVIDER]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let runs = graph.runs();
    let mut reported = Vec::new();
    for run in runs.iter().filter(|run| !may_ask_for_less(run)) {
        for fault in faults(graph, run) {
            let place = (run.launch.resource.id, fault.size.written);
            if reported.contains(&place) {
                continue;
            }
            if let Some(verdict) = values.verdict(run.when, fault.when) {
                reported.push(place);
                sink.report(diagnostic(graph, run, &fault, verdict));
            }
        }
    }
}

/// Whether what starts tasks by `RunTask` has an input or overrides, which can change their sizes.
fn may_ask_for_less(run: &Run) -> bool {
    const CHANGING: [&str; 5] = ["Input", "InputPath", "InputTransformer", "InputTemplate", "Overrides"];
    let Some(settings) = run.launch.settings.written().filter(|_| run.launch.path == LaunchPath::RunTask) else { return false };
    // The input stands beside the settings, with functions between the two at times.
    let around = std::iter::successors(Some(settings.node), |node| node.parent());
    around.into_iter().any(|node| CHANGING.iter().any(|key| node.entry(key).is_some()))
}

/// CPU or memory.
#[derive(Clone, Copy, PartialEq)]
enum Resource {
    Cpu,
    Memory,
}

/// A task that finds no room on instances of one type.
struct Fault<'t> {
    when: Formula,
    resource: Resource,
    size: Size<'t>,
    host: InstanceType<'t>,
    /// What the type has of the resource.
    offered: u32,
    /// Whether the group has other types, on which the task may fit.
    smallest: bool,
    group: &'t str,
}

/// The faults of all routes by which a run's tasks come to a group.
fn faults<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> Vec<Fault<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let sizes =
        [(Resource::Cpu, graph.reserved_cpu(&run.definition)), (Resource::Memory, graph.reserved_memory(&run.definition))];
    let mut faults = Vec::new();
    let windows_tasks = on_windows(graph, run);
    for (route, block) in routes(graph, run) {
        for (when, group) in graph.groups(&block, route) {
            let when = formulas.and(when, group.when);
            let (hosts, others) = graph.instance_types(&group, when);
            let images = graph.images(&group, when);
            let mut paths = images.iter().filter_map(|image| graph.image_path(image));
            let windows = windows_tasks || paths.any(|path| path.to_ascii_lowercase().contains("windows"));
            for (resource, size) in sizes.iter().flat_map(|(resource, sizes)| sizes.iter().map(move |size| (*resource, size))) {
                let fits = |host: &InstanceType| offered(host, resource, windows).is_none_or(|offered| size.amount <= offered);
                let roomy = formulas.any(hosts.iter().filter(|host| fits(host)).map(|host| host.when).collect::<Vec<_>>());
                let roomy = formulas.or(roomy, others);
                let scaled = surely_scaled(graph, &block);
                for host in hosts.iter().filter(|host| !fits(host)) {
                    // With managed scaling a task has to fit on every type of the group; else one is enough.
                    let stuck = formulas.or(scaled, formulas.not(roomy));
                    let when = formulas.all([run.when, when, size.when, host.when, stuck]);
                    // A size or a type that is free to be another is the template's own word by its default only.
                    let stated =
                        !(host.chosen || size.chosen) || values.witness(when).is_none_or(|witness| witness.with_defaults);
                    if values.possible(when) && stated {
                        let smallest = values.possible(formulas.and(when, roomy));
                        let (size, host, group) = (size.clone(), host.clone(), group.logical_id());
                        let offered = offered(&host, resource, windows).unwrap_or_default();
                        faults.push(Fault { when, resource, size, host, offered, smallest, group });
                    }
                }
            }
        }
    }
    faults
}

/// The providers of Auto Scaling groups that a run's tasks come to.
fn routes<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> Vec<(Formula, GroupProvider<'t>)> {
    let formulas = &graph.values().formulas;
    let mut routes = Vec::new();
    for capacity in graph.capacity(&run.launch) {
        let CapacityKind::Strategy(items, _) = capacity.kind else { continue };
        for item in items {
            let Provider::Declared(provider) = item.provider else { continue };
            let when = formulas.all([run.when, capacity.when, item.when]);
            routes.extend(graph.group_provider(&provider).into_iter().map(|block| (formulas.and(when, block.when), block)));
        }
    }
    routes
}

/// Whether the tasks may run on Windows, whose kernel keeps its memory in another way.
fn on_windows<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> bool {
    let platforms = graph.values().property(&run.definition.properties, "RuntimePlatform");
    let families = platforms.iter().flat_map(|platform| graph.texts(platform, "OperatingSystemFamily"));
    families.into_iter().any(|(_, family)| family.known().is_none_or(|family| family.starts_with("WINDOWS")))
}

/// When managed scaling is on as far as the templates say so.
fn surely_scaled<'t>(graph: &ResourceGraph<'t>, block: &GroupProvider<'t>) -> Formula {
    let scalings = graph.values().property(&block.block, "ManagedScaling");
    let on = scalings.iter().map(|scaling| graph.is_surely(scaling, "Status", "ENABLED"));
    graph.values().formulas.any(on.collect::<Vec<_>>())
}

/// The most of a resource that an instance can give to a task; `None` for a type that is not known.
fn offered(host: &InstanceType, resource: Resource, windows: bool) -> Option<u32> {
    host.size.map(|size| match resource {
        Resource::Cpu => size.cpu,
        Resource::Memory if windows => size.memory,
        Resource::Memory => size.most_memory(),
    })
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>, fault: &Fault<'t>, verdict: Verdict) -> Finding<'t> {
    let definition = run.definition.resource;
    let (name, task) = (run.launch.resource.logical_id(), definition.logical_id());
    let asks = if matches!(verdict, Verdict::Definite) { "asks" } else { "can ask" };
    let (amount, offered, host) = (fault.size.amount, fault.offered, &fault.host.name);
    let what = match fault.resource {
        Resource::Cpu => format!("{amount} CPU units, and a `{host}` has {offered}"),
        Resource::Memory => format!("{amount} MiB of memory, and a `{host}` has at most {offered} for tasks"),
    };
    let node = outermost(fault.size.written.node);
    let kind = if fault.smallest { "its smallest type counts" } else { "the type of its instances" };
    let finding = Finding::at(entry(graph, node), format!("`{task}` {asks} for {what}"))
        .node(node)
        .resource(graph, &definition)
        .verdict(verdict)
        .here("more than an instance has")
        .label(entry(graph, outermost(fault.host.written.node)), format!("of `{}`, {kind}", fault.group));
    let finding = label_chosen(graph, finding, &run.launch, Compute::Ec2);
    let finding = if fault.smallest {
        finding.note("managed scaling reckons with the smallest type of a group: for a larger task it starts no instance, and the task stays in PROVISIONING")
    } else {
        finding.note("a task is placed on one instance as a whole; where it fits on none, it is never placed")
    };
    finding.help(format!("use a larger instance type for `{}`, or let the tasks of `{name}` ask for less", fault.group))
}

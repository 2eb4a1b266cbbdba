//! `unsupported-on-fargate`: a task definition for Fargate has settings that Fargate does not offer.

use super::compute::{demand, entry, help_for, label_demand, ties};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Fit};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Choice, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS308",
    name: "unsupported-on-fargate",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unsupported-on-fargate.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Which values of a property Fargate does not offer.
#[derive(Clone, Copy)]
enum Refused {
    /// Any value.
    Any,
    /// A list with an item.
    Items,
    /// These words.
    Words(&'static [&'static str]),
    /// All other words.
    OtherThan(&'static [&'static str]),
    /// A list with an item other than these words.
    ItemsOtherThan(&'static [&'static str]),
}

/// A property, by the way to it.
type Setting = (&'static [&'static str], Refused);

/// Source: "Amazon ECS task definition differences for Fargate",
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>.
const OF_TASK: [Setting; 4] = [
    (&["IpcMode"], Refused::Any),
    (&["PidMode"], Refused::Words(&["host"])),
    (&["PlacementConstraints"], Refused::Items),
    (&["InferenceAccelerators"], Refused::Items),
];

const OF_VOLUME: [Setting; 2] = [(&["DockerVolumeConfiguration"], Refused::Any), (&["Host", "SourcePath"], Refused::Any)];

const OF_CONTAINER: [Setting; 14] = [
    (&["DisableNetworking"], Refused::Words(TRUE)),
    (&["Privileged"], Refused::Words(TRUE)),
    (&["DnsSearchDomains"], Refused::Items),
    (&["DnsServers"], Refused::Items),
    (&["DockerSecurityOptions"], Refused::Items),
    (&["ExtraHosts"], Refused::Items),
    (&["Links"], Refused::Items),
    (&["LinuxParameters", "Devices"], Refused::Items),
    (&["LinuxParameters", "Tmpfs"], Refused::Items),
    (&["LinuxParameters", "MaxSwap"], Refused::Any),
    (&["LinuxParameters", "Swappiness"], Refused::Any),
    (&["LinuxParameters", "SharedMemorySize"], Refused::Any),
    (&["LinuxParameters", "Capabilities", "Add"], Refused::ItemsOtherThan(&["SYS_PTRACE", "CAP_SYS_PTRACE"])),
    (&["LogConfiguration", "LogDriver"], Refused::OtherThan(&["awslogs", "splunk", "awsfirelens"])),
];

const OF_REQUIREMENT: [Setting; 1] = [(&["Type"], Refused::Words(&["GPU", "InferenceAccelerator"]))];

const TRUE: &[&str] = &["true", "True", "TRUE"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let settings = [&OF_TASK[..], &OF_VOLUME[..], &OF_CONTAINER[..]].concat();
    let words: Vec<&str> = settings.iter().filter_map(|(path, _)| path.last().copied()).collect();
    if !analysis.mentions(&words) && !analysis.mentions(&["ResourceRequirements"]) {
        return;
    }
    let graph = analysis.graph();
    for fit in graph.fits() {
        let demand = demand(graph, &fit, Compute::Fargate);
        if !graph.values().possible(demand.when) {
            continue;
        }
        for fault in faults(graph, &fit) {
            let hits = graph.values().formulas.and(demand.when, fault.when);
            if let Some(verdict) = graph.values().verdict(demand.exists, hits) {
                sink.report(diagnostic(graph, &fit, &fault, (hits, verdict)));
            }
        }
    }
}

/// A setting that Fargate does not offer.
struct Fault<'t> {
    when: Formula,
    path: &'static [&'static str],
    node: Node<'t>,
    /// The item of a list that is refused, where not the whole list is.
    item: Option<String>,
}

fn faults<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>) -> Vec<Fault<'t>> {
    let values = graph.values();
    let properties = fit.definition.properties;
    let items = |mapping: &Choice<'t>, name: &str| -> Vec<Choice<'t>> {
        values.property(mapping, name).iter().flat_map(|list| values.items(list)).collect()
    };
    let mut faults = Vec::new();
    refused(graph, &properties, &OF_TASK, &mut faults);
    for volume in items(&properties, "Volumes") {
        refused(graph, &volume, &OF_VOLUME, &mut faults);
    }
    for container in items(&properties, "ContainerDefinitions") {
        refused(graph, &container, &OF_CONTAINER, &mut faults);
        for requirement in items(&container, "ResourceRequirements") {
            refused(graph, &requirement, &OF_REQUIREMENT, &mut faults);
        }
    }
    faults
}

fn refused<'t>(graph: &ResourceGraph<'t>, mapping: &Choice<'t>, settings: &[Setting], faults: &mut Vec<Fault<'t>>) {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for &(path, which) in settings {
        for value in values.path(mapping, path) {
            let Some(written) = value.written() else { continue };
            let texts = |choice: &Choice<'t>, judge: &dyn Fn(&crate::values::Text<'t>, Formula) -> Formula| {
                let ways = graph.texts_of(choice).into_iter().map(|(when, text)| formulas.and(when, judge(&text, when)));
                formulas.any(ways.collect::<Vec<_>>())
            };
            let items = || values.items(&value).into_iter().filter(|item| item.written().is_some());
            let when = match which {
                Refused::Any => value.when,
                Refused::Items => formulas.any(items().map(|item| item.when).collect::<Vec<_>>()),
                Refused::Words(words) => texts(&value, &|text, when| graph.stated(text, words, when)),
                Refused::OtherThan(words) => texts(&value, &|text, _| graph.denied(text, words)),
                Refused::ItemsOtherThan(words) => {
                    for item in items() {
                        refused_items(graph, &item, path, words, faults);
                    }
                    continue;
                }
            };
            if when != Formula::FALSE {
                faults.push(Fault { when, path, node: outermost(written.node), item: None });
            }
        }
    }
}

/// An item of a list, where it is none of `words`.
fn refused_items<'t>(
    graph: &ResourceGraph<'t>,
    item: &Choice<'t>,
    path: &'static [&'static str],
    words: &[&str],
    faults: &mut Vec<Fault<'t>>,
) {
    let Some(written) = item.written() else { return };
    for (when, text) in graph.texts_of(item) {
        let when = graph.values().formulas.and(when, graph.denied(&text, words));
        if when != Formula::FALSE {
            faults.push(Fault { when, path, node: written.node, item: Some(graph.values().show(&text)) });
        }
    }
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    fit: &Fit<'t>,
    fault: &Fault<'t>,
    (hits, verdict): (Formula, Verdict),
) -> Finding<'t> {
    let resource = fit.definition.resource;
    let name = resource.logical_id();
    let tie = ties(graph, fit, Compute::Fargate, hits, &verdict);
    let setting = fault.path.last().copied().unwrap_or_default();
    let (what, help) = match setting {
        "Add" => {
            let capability = fault.item.as_deref().unwrap_or_default();
            (
                format!("the capability `{capability}`"),
                format!("remove `{capability}`; `SYS_PTRACE` is the only one that Fargate lets a container add"),
            )
        }
        "LogDriver" => ("a log driver that it does not have".to_owned(), "use `awslogs`, `awsfirelens` or `splunk`".to_owned()),
        "Type" => ("GPUs or inference accelerators".to_owned(), "run the task on EC2 instances or Managed Instances".to_owned()),
        "PidMode" => ("`PidMode: host`".to_owned(), "remove it, or set it to `task`".to_owned()),
        "SourcePath" => ("a path of a host".to_owned(), "remove `SourcePath`, or use an EFS volume".to_owned()),
        setting => (format!("`{setting}`"), format!("remove `{setting}`, or run the task on EC2 instances")),
    };
    let finding = Finding::at(entry(graph, fault.node), format!("`{name}` {tie} Fargate with {what}"))
        .node(fault.node)
        .resource(graph, &resource)
        .verdict(verdict)
        .here("not offered by Fargate")
        .help(help_for(tie, Compute::Fargate, help));
    label_demand(graph, finding, fit, Compute::Fargate, hits)
}

//! `invalid-fargate-size`: a task on Fargate asks for CPU and memory that Fargate does not offer together.

use std::fmt::Write;

use super::compute::{demand, finding_at, help_for, label_demand, ties};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Fit, Size};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS305",
    name: "invalid-fargate-size",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/invalid-fargate-size.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// CPU units, and the memory that goes with them, in MiB: the least, the most, and the step between.
///
/// Source: "Task CPU and memory", <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>.
const SIZES: [(u32, u32, u32, u32); 7] = [
    (512, 1_024, 4_096, 1_024),
    (1_024, 2_048, 8_192, 1_024),
    (2_048, 4_096, 16_384, 1_024),
    (4_096, 8_192, 30_720, 1_024),
    (8_192, 16_384, 61_440, 4_096),
    (16_384, 32_768, 122_880, 8_192),
    // Three sizes are all; `memories` has them.
    (32_768, 61_440, 249_856, 0),
];

const LEAST_CPU: u32 = 256;

/// The memory sizes of a number of CPU units; none for a number that Fargate does not offer.
fn memories(cpu: u32) -> Vec<u32> {
    match cpu {
        LEAST_CPU => vec![512, 1_024, 2_048],
        32_768 => vec![61_440, 122_880, 249_856],
        _ => {
            let row = SIZES.iter().find(|(units, ..)| *units == cpu);
            row.map_or_else(Vec::new, |(_, least, most, step)| (*least..=*most).step_by(*step as usize).collect())
        }
    }
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for fit in graph.fits() {
        let demand = demand(graph, &fit, Compute::Fargate);
        if !values.possible(demand.when) {
            continue;
        }
        let properties = &fit.definition.properties;
        let (no_cpu, no_memory) = (graph.lacks(properties, "Cpu"), graph.lacks(properties, "Memory"));
        let hits = formulas.and(demand.when, formulas.or(no_cpu, no_memory));
        if let Some(verdict) = values.verdict(demand.exists, hits) {
            let missing = match (no_cpu == Formula::FALSE, no_memory == Formula::FALSE) {
                (false, false) => "`Cpu` and `Memory`",
                (false, true) => "`Cpu`",
                _ => "`Memory`",
            };
            sink.report(without(graph, &fit, missing, (hits, verdict)));
        }
        for fault in faults(graph, &fit) {
            let hits = formulas.and(demand.when, fault.when);
            if let Some(verdict) = values.verdict(demand.exists, hits) {
                sink.report(diagnostic(graph, &fit, &fault, (hits, verdict)));
            }
        }
    }
}

/// Sizes that Fargate does not offer, at one place.
struct Fault<'t> {
    when: Formula,
    written: Expression<'t>,
    cpu: String,
    /// `None` where no memory would do.
    memory: Option<String>,
    offered: Vec<u32>,
}

fn faults<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>) -> Vec<Fault<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let (cpus, memories_asked) = (graph.task_cpu(&fit.definition), graph.task_memory(&fit.definition));
    let independent = are_independent(graph, &cpus, &memories_asked);
    let mut faults: Vec<Fault> = Vec::new();
    let mut add = |fault: Fault<'t>| match faults.iter_mut().find(|other| other.written == fault.written) {
        Some(other) => other.when = formulas.or(other.when, fault.when),
        None => faults.push(fault),
    };
    for cpu in &cpus {
        let offered = memories(cpu.amount);
        if offered.is_empty() {
            add(Fault { when: cpu.when, written: cpu.written, cpu: cpu.text.clone(), memory: None, offered });
            continue;
        }
        for memory in memories_asked.iter().filter(|memory| !offered.contains(&memory.amount)) {
            let when = formulas.and(cpu.when, memory.when);
            // Of two sizes that are chosen one by one, only the defaults are the template's own word.
            let stated = !independent || by_default(graph, cpu, memory);
            if stated && values.possible(when) {
                let (written, offered) = (memory.written, offered.clone());
                add(Fault { when, written, cpu: cpu.text.clone(), memory: Some(memory.text.clone()), offered });
            }
        }
    }
    faults
}

/// Whether CPU and memory vary, and every CPU goes with every memory.
fn are_independent<'t>(graph: &ResourceGraph<'t>, cpus: &[Size<'t>], memories: &[Size<'t>]) -> bool {
    let values = graph.values();
    let vary = |sizes: &[Size]| sizes.len() > 1 || sizes.iter().any(|size| size.chosen);
    let together = |cpu: &Size, memory: &Size| values.possible(values.formulas.and(cpu.when, memory.when));
    vary(cpus) && vary(memories) && cpus.iter().all(|cpu| memories.iter().all(|memory| together(cpu, memory)))
}

fn by_default<'t>(graph: &ResourceGraph<'t>, cpu: &Size<'t>, memory: &Size<'t>) -> bool {
    let values = graph.values();
    let both = values.formulas.and(cpu.when, memory.when);
    values.witness(both).is_some_and(|witness| witness.with_defaults)
}

fn without<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>, missing: &str, (hits, verdict): (Formula, Verdict)) -> Finding<'t> {
    let resource = fit.definition.resource;
    let tie = ties(graph, fit, Compute::Fargate, hits, &verdict);
    let finding = Finding::at(resource.place(), format!("`{}` {tie} Fargate without {missing}", resource.logical_id()))
        .node(resource.declaration.node)
        .resource(graph, &resource)
        .verdict(verdict)
        .note("Fargate sizes the task as a whole; the sizes of the containers do not replace that")
        .help(help_for(
            tie,
            Compute::Fargate,
            format!("set {missing} of the task definition, for example `Cpu: 256` and `Memory: 512`"),
        ));
    label_demand(graph, finding, fit, Compute::Fargate, hits)
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    fit: &Fit<'t>,
    fault: &Fault<'t>,
    (hits, verdict): (Formula, Verdict),
) -> Finding<'t> {
    let resource = fit.definition.resource;
    let name = resource.logical_id();
    let can = if matches!(verdict, Verdict::Definite) { "asks" } else { "can ask" };
    let tie = ties(graph, fit, Compute::Fargate, hits, &verdict);
    let cpu = &fault.cpu;
    let message = match &fault.memory {
        Some(memory) => format!("`{name}` {can} Fargate for memory `{memory}` with CPU `{cpu}`, which it does not offer"),
        None => format!("`{name}` {can} Fargate for CPU `{cpu}`, which it does not offer"),
    };
    let help = match &fault.memory {
        Some(_) => format!("choose {} of memory, or another `Cpu`", listed(&fault.offered)),
        None => "choose 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768 CPU units".to_owned(),
    };
    let finding = finding_at(graph, Some(fault.written), (resource.place(), None), message)
        .resource(graph, &resource)
        .verdict(verdict)
        .here("no Fargate size")
        .note("ECS refuses it: \"No Fargate configuration exists for given values\"")
        .help(help_for(tie, Compute::Fargate, help));
    label_demand(graph, finding, fit, Compute::Fargate, hits)
}

/// "512, 1024 or 2048 MiB"; "2048 to 8192 MiB in steps of 1024".
fn listed(memories: &[u32]) -> String {
    match memories {
        [first, second, .., last] if memories.len() > 3 => format!("{first} to {last} MiB in steps of {}", second - first),
        [others @ .., last] => {
            let mut text = String::new();
            for (index, memory) in others.iter().enumerate() {
                let _ = write!(text, "{}{memory}", if index == 0 { "" } else { ", " });
            }
            format!("{text} or {last} MiB")
        }
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_has_its_sizes() {
        assert_eq!(memories(256), [512, 1024, 2048]);
        assert_eq!(memories(512), [1024, 2048, 3072, 4096]);
        assert_eq!(memories(1024).len(), 7);
        assert_eq!(memories(2048).len(), 13);
        assert_eq!(memories(4096).len(), 23);
        assert_eq!(memories(8192), (4..=15).map(|four| four * 4096).collect::<Vec<_>>());
        assert_eq!(memories(16_384), (4..=15).map(|eight| eight * 8192).collect::<Vec<_>>());
        assert_eq!(memories(32_768), [61_440, 122_880, 249_856]);
        assert!(memories(300).is_empty());
    }

    #[test]
    fn sizes_are_told_briefly() {
        assert_eq!(listed(&memories(256)), "512, 1024 or 2048 MiB");
        assert_eq!(listed(&memories(1024)), "2048 to 8192 MiB in steps of 1024");
    }
}

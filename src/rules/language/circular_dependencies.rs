//! `circular-dependencies`: resources that wait for one another.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::{Edge, EdgeKind};
use crate::template::{self, Intrinsic, Template, calls};
use crate::values::StackId;

pub(super) static RULE: Rule = Rule {
    code: "E3004",
    name: "circular-dependencies",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/circular-dependencies.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("Ref")
        && !analysis.source.contains("GetAtt")
        && !analysis.source.contains("Sub")
        && !analysis.source.contains("DependsOn")
    {
        return;
    }
    let template = analysis.template;
    let Some(edges) = direct(template) else { return };
    let on_cycle = circular(template.resources.len(), &edges);
    if !on_cycle.iter().any(|on| *on) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    let edges = graph.edges(StackId::ROOT);
    let possible: Vec<&Edge> = edges
        .iter()
        .filter(|edge| on_cycle[edge.from.index as usize] && on_cycle[edge.to.index as usize] && values.possible(edge.when))
        .collect();
    let waiting = template.resources.iter().enumerate().filter(|(index, _)| on_cycle[*index]);
    let cycles: Vec<_> = waiting.filter_map(|(index, resource)| Some((resource, cycle(index as u32, &possible)?))).collect();
    // How many circles an edge is part of.
    let mut parts: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    for edge in cycles.iter().flat_map(|(_, cycle)| cycle) {
        *parts.entry((edge.from.index, edge.to.index)).or_default() += 1;
    }
    for (resource, cycle) in &cycles {
        let serverless = |edge: &&Edge| {
            template
                .resources
                .at(edge.from.index as usize)
                .is_some_and(|from| from.resource_type.starts_with("AWS::Serverless::"))
        };
        // SAM makes several resources of one, of which the circle may not be true.
        if cycle.iter().any(serverless) {
            continue;
        }
        let when = values.formulas.all(cycle.iter().map(|edge| edge.when));
        let exists = graph.resource(cycle[0].from).when;
        let Some(verdict) = values.verdict(exists, when) else { continue };
        let name = |id: u32| template.resources.at(id as usize).map_or("", |resource| resource.logical_id());
        let mut way: Vec<String> = cycle.iter().map(|edge| format!("`{}`", name(edge.to.index))).collect();
        if way.len() > SHOWN {
            way.splice(SHOWN / 2..way.len() - SHOWN / 2, ["…".to_owned()]);
        }
        // An entry of `DependsOn` is all its author's own; a reference carries a value. Of two alike, the one that ends more circles goes.
        let worth = |edge: &Edge| (edge.kind == EdgeKind::DependsOn, parts.get(&(edge.from.index, edge.to.index)).copied());
        let Some(cut) = cycle.iter().copied().rev().max_by_key(|edge| worth(edge)) else { continue };
        let own = resource.logical_id();
        let mut finding = Finding::at(resource.key.span(), format!("`{own}` waits for itself: {}", way.join(", ")))
            .node(resource.node)
            .help(match cut.kind {
                EdgeKind::DependsOn => format!("remove `{}` from `DependsOn` of `{}`", name(cut.to.index), name(cut.from.index)),
                _ => format!(
                    "take the reference to `{}` out of `{}`, or move it into a resource of its own",
                    name(cut.to.index),
                    name(cut.from.index)
                ),
            })
            .verdict(verdict);
        for edge in cycle.iter().take(SHOWN) {
            let best = if std::ptr::eq(*edge, cut) && cycle.len() > 1 { ", which is best cut" } else { "" };
            let label = format!("`{}` waits for `{}`{best}", name(edge.from.index), name(edge.to.index));
            finding = finding.label(edge.place.clone(), label);
        }
        if cut.kind == EdgeKind::DependsOn
            && let Some(edit) =
                template.resources.at(cut.from.index as usize).and_then(|from| from.without_dependency(name(cut.to.index)))
        {
            finding = finding.fix(format!("remove `{}` from `DependsOn`", name(cut.to.index)), Safety::Unsafe, vec![edit]);
        }
        sink.report(finding);
    }
}

/// Most steps of a way that are shown.
const SHOWN: usize = 16;

/// Who names whom, whatever the conditions; `None` where nobody names anybody.
fn direct(template: &Template) -> Option<Vec<(usize, usize)>> {
    let mut edges = Vec::new();
    for (from, resource) in template.resources.iter().enumerate() {
        let mut add = |name: &str| edges.extend(template.resources.index(name).map(|to| (from, to)));
        resource.depends_on().for_each(|(name, _)| add(name));
        for call in calls(resource.node) {
            match call.intrinsic() {
                Intrinsic::Ref(name) | Intrinsic::GetAtt { resource: name, .. } => add(name),
                Intrinsic::Sub { text, .. } => {
                    let names = template::variables(text.as_str().unwrap_or_default());
                    names.for_each(|name| add(name.split_once('.').map_or(name, |(resource, _)| resource)));
                }
                _ => {}
            }
        }
    }
    (!edges.is_empty()).then_some(edges)
}

/// Which resources are left when those that wait for nobody left, or for whom nobody left waits, are taken away.
fn circular(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut left = vec![true; count];
    for reversed in [false, true] {
        let ends = |edge: &(usize, usize)| if reversed { (edge.1, edge.0) } else { *edge };
        // Who waits, sorted by whom for.
        let mut waits: Vec<(usize, usize)> =
            edges.iter().map(ends).filter(|(from, to)| left[*from] && left[*to]).map(|(from, to)| (to, from)).collect();
        waits.sort_unstable();
        let mut waiting = vec![0_usize; count];
        waits.iter().for_each(|(_, from)| waiting[*from] += 1);
        let mut free: Vec<usize> = (0..count).filter(|index| left[*index] && waiting[*index] == 0).collect();
        while let Some(index) = free.pop() {
            left[index] = false;
            let first = waits.partition_point(|(to, _)| *to < index);
            for (_, from) in waits[first..].iter().take_while(|(to, _)| *to == index) {
                waiting[*from] -= 1;
                if waiting[*from] == 0 {
                    free.push(*from);
                }
            }
        }
    }
    left
}

/// The shortest way from a resource back to itself.
fn cycle<'e>(start: u32, edges: &[&'e Edge]) -> Option<Vec<&'e Edge>> {
    let mut by_source: FxHashMap<u32, Vec<&Edge>> = FxHashMap::default();
    for edge in edges {
        by_source.entry(edge.from.index).or_default().push(edge);
    }
    let mut came_by: FxHashMap<u32, &Edge> = FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in by_source.get(&at).into_iter().flatten() {
            if edge.to.index == start {
                let mut way = vec![*edge];
                while let Some(before) =
                    way.last().filter(|edge| edge.from.index != start).and_then(|edge| came_by.get(&edge.from.index))
                {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(slot) = came_by.entry(edge.to.index) {
                slot.insert(edge);
                queue.push_back(edge.to.index);
            }
        }
    }
    None
}

//! The graph of templates as plain data: what `cfnvet graph` shows.
//!
//! How it looks is in `report::graph`; what is understood is in the model, and what is wrong in the rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::check::{Load, World};
use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::ecs::{CapacityKind, Launch, Provider, StrategySource};
use crate::graph::{ResourceGraph, is_nested_stack};
use crate::report::graph::{EdgeKind, EdgeView, FindingView, GraphView, ResourceView, StackView, When};
use crate::template::{MemberId, Named, TemplateSet};
use crate::text::{Place, SourceFile, Span};
use crate::values::{Answer, Formula, ResourceId, StackId, Values};

/// Most named conditions that are tried to say when something is there.
const MAX_CONDITIONS: usize = 200;

/// The graph of `sources`, each with the settings of the same number. Templates that they nest are asked of `load`.
#[must_use]
pub fn view(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load) -> GraphView {
    let world = World::read(sources, settings, load);
    let templates = world.templates();
    let set = world.link(&templates);
    let roots = world.roots(&set);
    let analyses: Vec<Analysis> = roots.iter().map(|root| Analysis::new(&set, *root, world.settings(*root))).collect();
    let mut builder = Builder::new(&set);
    for analysis in &analyses {
        builder.add_stack(analysis.member, analysis.graph(), StackId::ROOT, None);
    }
    for analysis in &analyses {
        builder.add_edges(analysis.member, analysis.graph());
    }
    for (member, diagnostics) in world.findings(&set).by_member.into_iter().enumerate() {
        builder.add_findings(member, diagnostics);
    }
    builder.finish()
}

/// The graph under construction.
struct Builder<'a, 't> {
    set: &'a TemplateSet<'t>,
    view: GraphView,
    /// The number of each resource, by the root of its analysis.
    own: FxHashMap<(MemberId, ResourceId), usize>,
    /// The number of the first resource that is written in a place, for those that others import from.
    written: FxHashMap<(MemberId, u32), usize>,
    /// Of each stack in the view: the template that leads to it, and the nested stack resources on the way.
    ways: Vec<(MemberId, Vec<String>)>,
    found: Vec<(MemberId, Diagnostic)>,
}

/// An edge under construction, of those between one pair and of one kind.
struct Drawn {
    when: Formula,
    span: Option<Span>,
    notes: Vec<String>,
}

/// The edges of one analysis, by their ends in it and their kind.
type Edges = BTreeMap<(ResourceId, ResourceId, EdgeKind), Drawn>;

impl<'a, 't> Builder<'a, 't> {
    fn new(set: &'a TemplateSet<'t>) -> Self {
        Self {
            set,
            view: GraphView::default(),
            own: FxHashMap::default(),
            written: FxHashMap::default(),
            ways: Vec::new(),
            found: Vec::new(),
        }
    }

    fn add_stack(&mut self, root: MemberId, graph: &ResourceGraph<'t>, stack: StackId, parent: Option<usize>) {
        let values = graph.values();
        let template = values.template(stack);
        let member = values.member(stack);
        let number = self.view.stacks.len();
        let name = self.set.member(member).stack_name.clone();
        self.view.stacks.push(StackView { file: Arc::clone(template.tree.source()), parent, name });
        let way = values.around(stack).into_iter().map(|around| values.logical_id(around).to_owned());
        self.ways.push((root, way.collect()));
        let mut words = Words::new(values);
        let mut nested = Vec::new();
        for (index, declaration) in template.resources.iter().enumerate() {
            let id = ResourceId { stack, index: index as u32 };
            let resource = self.view.resources.len();
            self.own.insert((root, id), resource);
            self.written.entry((member, id.index)).or_insert(resource);
            self.view.resources.push(ResourceView {
                stack: number,
                logical_id: declaration.logical_id().to_owned(),
                resource_type: declaration.resource_type.to_owned(),
                span: declaration.key.span(),
                when: words.when(stack, graph.resource(id).when, Formula::TRUE),
            });
            if is_nested_stack(declaration.resource_type)
                && let Some(child) = values.nested(id)
            {
                nested.push((child, resource));
            }
        }
        for (child, resource) in nested {
            self.add_stack(root, graph, child, Some(resource));
        }
    }

    fn add_edges(&mut self, root: MemberId, graph: &ResourceGraph<'t>) {
        let values = graph.values();
        let mut edges = Edges::new();
        let stacks: Vec<StackId> = (0..values.stack_count()).map(StackId::new).filter(|stack| values.is_own(*stack)).collect();
        for stack in stacks {
            for edge in graph.edges(stack).iter() {
                let kind = match &edge.kind {
                    crate::graph::EdgeKind::Ref => EdgeKind::Ref,
                    crate::graph::EdgeKind::GetAtt(name) => EdgeKind::GetAtt(name.clone()),
                    crate::graph::EdgeKind::Sub => EdgeKind::Sub,
                    crate::graph::EdgeKind::DependsOn => EdgeKind::DependsOn,
                };
                add(values, &mut edges, (edge.from, edge.to, kind), edge.when, Some(&edge.place), None);
            }
            for import in graph.imports(stack) {
                let key = (import.from, import.to, EdgeKind::Import(import.name));
                add(values, &mut edges, key, import.when, Some(&import.place), None);
            }
        }
        for launch in graph.launches() {
            add_capacity(graph, &launch, &mut edges);
        }
        let mut words = Words::new(values);
        for ((from, to, kind), drawn) in edges {
            if !values.possible(drawn.when) {
                continue;
            }
            let (Some(start), Some(end)) = (self.number(root, values, from), self.number(root, values, to)) else { continue };
            self.view.edges.push(EdgeView {
                from: start,
                to: end,
                kind,
                span: drawn.span,
                when: words.when(from.stack, drawn.when, Formula::TRUE),
                beyond: words.when(from.stack, drawn.when, graph.resource(from).when),
                note: (!drawn.notes.is_empty()).then(|| drawn.notes.join("; ")),
                hazard: false,
            });
        }
    }

    /// The number of a resource of an analysis in the view.
    fn number(&self, root: MemberId, values: &Values<'t>, id: ResourceId) -> Option<usize> {
        let own = self.own.get(&(root, id));
        own.or_else(|| self.written.get(&(values.member(id.stack), id.index))).copied()
    }

    fn add_findings(&mut self, member: MemberId, diagnostics: Vec<Diagnostic>) {
        let own = diagnostics.into_iter().filter(|diagnostic| diagnostic.echo_of.is_none());
        self.found.extend(own.map(|diagnostic| (member, diagnostic)));
    }

    fn finish(mut self) -> GraphView {
        for (member, diagnostic) in std::mem::take(&mut self.found) {
            let resources = self.resources_of(member, &diagnostic);
            let involved = self.involved(&diagnostic, &resources);
            // What the ECS rules find is what the graph is drawn for.
            let hazard = diagnostic.code.starts_with("ECS") && diagnostic.severity >= Severity::Warning;
            self.view.findings.push(FindingView { diagnostic, resources, involved, hazard });
        }
        sort_findings(&mut self.view.findings);
        let GraphView { edges, findings, .. } = &mut self.view;
        edges.sort_by(|a, b| (a.from, a.to, &a.kind).cmp(&(b.from, b.to, &b.kind)));
        // Two parents that nest one template, or two analyses that lead through one stack, say the same.
        edges.dedup_by(|later, first| {
            (later.from, later.to, &later.kind, &later.when) == (first.from, first.to, &first.kind, &first.when)
        });
        for edge in edges.iter_mut().filter(|edge| edge.kind == EdgeKind::PlacesTasksOn) {
            // From what the finding is about to what it points to, and from there on to the group.
            edge.hazard = findings.iter().filter(|finding| finding.hazard).any(|finding| {
                let reaches = finding.resources.contains(&edge.from) && finding.involved.contains(&edge.to);
                reaches || finding.involved.contains(&edge.from)
            });
        }
        self.view
    }

    /// The resources that a finding is about. The analysis of `member` has found it.
    fn resources_of(&self, member: MemberId, diagnostic: &Diagnostic) -> Vec<usize> {
        let resources = || self.view.resources.iter().enumerate();
        let in_file = |resource: &ResourceView| Arc::ptr_eq(&self.view.stacks[resource.stack].file, &diagnostic.file);
        if let Some(name) = &diagnostic.logical_id {
            let named = resources().filter(|(_, resource)| resource.logical_id == *name);
            let exact = named.clone().filter(|(_, resource)| {
                let (root, way) = &self.ways[resource.stack];
                *root == member && *way == diagnostic.stack_path
            });
            let exact: Vec<usize> = exact.map(|(number, _)| number).collect();
            if !exact.is_empty() {
                return exact;
            }
            return named.filter(|(_, resource)| in_file(resource)).map(|(number, _)| number).collect();
        }
        self.at(&diagnostic.file, diagnostic.span).collect()
    }

    /// The resources that the labels of a finding point into, but for those it is about.
    fn involved(&self, diagnostic: &Diagnostic, resources: &[usize]) -> Vec<usize> {
        let pointed = diagnostic.labels.iter().flat_map(|label| self.at(&label.file, label.span));
        let mut involved: Vec<usize> = pointed.filter(|number| !resources.contains(number)).collect();
        involved.sort_unstable();
        involved.dedup();
        involved
    }

    /// The resources in whose declaration a text stands.
    fn at<'s>(&'s self, file: &'s Arc<SourceFile>, span: Span) -> impl Iterator<Item = usize> + 's {
        let written =
            self.set.members().iter().enumerate().filter(move |(_, member)| Arc::ptr_eq(member.template.tree.source(), file));
        let declared = written.flat_map(move |(member, found)| {
            let resources = found.template.resources.iter().enumerate();
            let around = resources
                .filter(move |(_, resource)| resource.key.span().start <= span.start && span.end <= resource.node.span().end);
            around.map(move |(index, _)| (member, index as u32))
        });
        declared.filter_map(|place| self.written.get(&place).copied())
    }
}

/// Sorts findings, and puts those that say the same of the same text into one, which is about the resources of all.
fn sort_findings(findings: &mut Vec<FindingView>) {
    findings.sort_by(|a, b| a.diagnostic.order(&b.diagnostic));
    findings.dedup_by(|later, first| {
        let is_same = later.diagnostic.says_the_same(&first.diagnostic);
        if is_same {
            first.resources.append(&mut later.resources);
            first.involved.append(&mut later.involved);
        }
        is_same
    });
    for numbers in findings.iter_mut().flat_map(|finding| [&mut finding.resources, &mut finding.involved]) {
        numbers.sort_unstable();
        numbers.dedup();
    }
}

fn add<'t>(
    values: &Values<'t>,
    edges: &mut Edges,
    key: (ResourceId, ResourceId, EdgeKind),
    when: Formula,
    place: Option<&Place>,
    note: Option<String>,
) {
    if !values.possible(when) {
        return;
    }
    let own = |place: &&Place| Arc::ptr_eq(&place.file, values.template(key.0.stack).tree.source());
    let span = place.filter(own).map(|place| place.span);
    let drawn = edges.entry(key).or_insert(Drawn { when: Formula::FALSE, span, notes: Vec::new() });
    drawn.when = values.formulas.or(drawn.when, when);
    drawn.notes.extend(note.filter(|note| !drawn.notes.contains(note)));
}

/// The way from a launch to the capacity that its tasks are placed on.
fn add_capacity<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, edges: &mut Edges) {
    let values = graph.values();
    let from = launch.resource.id;
    for capacity in graph.capacity(launch) {
        match capacity.kind {
            CapacityKind::Strategy(items, source) => {
                let by = match source {
                    StrategySource::Own => None,
                    StrategySource::Cluster(id) | StrategySource::Associations(id) => {
                        Some(format!("by the default strategy of {}", values.logical_id(id)))
                    }
                };
                for item in items {
                    let when = values.formulas.and(capacity.when, item.when);
                    let place = item.written.node.place();
                    match item.provider {
                        Provider::Declared(provider) => {
                            let key = (from, provider.id, EdgeKind::PlacesTasksOn);
                            add(values, edges, key, when, Some(&place), by.clone());
                            for block in graph.group_provider(&provider) {
                                // Whoever else uses the provider, the group is behind it.
                                for (when, group) in graph.groups(&block, Formula::TRUE) {
                                    let place = block.written.node.place();
                                    add(
                                        values,
                                        edges,
                                        (provider.id, group.id, EdgeKind::PlacesTasksOn),
                                        when,
                                        Some(&place),
                                        None,
                                    );
                                }
                            }
                        }
                        Provider::Fargate => add_cluster(graph, launch, when, "Fargate", edges),
                        Provider::Unknown(_) => {}
                    }
                }
            }
            CapacityKind::LaunchType(choice) => {
                let written = choice.written().and_then(|written| written.node.as_str());
                let note = written.map_or_else(|| "launch type".to_owned(), |name| format!("launch type {name}"));
                add_cluster(graph, launch, capacity.when, &note, edges);
            }
            CapacityKind::Default => add_cluster(graph, launch, capacity.when, "launch type EC2, the default", edges),
            CapacityKind::Unknown(_) => {}
        }
    }
}

/// The cluster itself, where no provider of the templates stands between.
fn add_cluster<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, when: Formula, note: &str, edges: &mut Edges) {
    let values = graph.values();
    let place = launch.cluster.iter().find_map(|cluster| Some(cluster.written()?.node.place()));
    for identity in graph.clusters_of_launch(launch) {
        let Some(target) = graph.target(&identity) else { continue };
        let when = values.formulas.and(when, identity.when);
        let key = (launch.resource.id, target.id, EdgeKind::PlacesTasksOn);
        add(values, edges, key, when, place.as_ref(), Some(note.to_owned()));
    }
}

/// Says when formulas hold, in the words of the template.
#[derive(Debug)]
pub struct Words<'v, 't> {
    values: &'v Values<'t>,
    known: FxHashMap<(StackId, Formula, Formula), Option<When>>,
    named: FxHashMap<StackId, Vec<(&'t str, Formula)>>,
}

impl<'v, 't> Words<'v, 't> {
    /// Words for formulas over these values.
    #[must_use]
    pub fn new(values: &'v Values<'t>) -> Self {
        Self { values, known: FxHashMap::default(), named: FxHashMap::default() }
    }

    /// What `formula` takes where `given` holds; `None` where nothing.
    pub fn when(&mut self, stack: StackId, formula: Formula, given: Formula) -> Option<When> {
        if let Some(known) = self.known.get(&(stack, formula, given)) {
            return known.clone();
        }
        let named = self.named.entry(stack).or_insert_with(|| named_conditions(self.values, stack));
        let when = when(self.values, named, formula, given);
        self.known.insert((stack, formula, given), when.clone());
        when
    }
}

fn when(values: &Values, named: &[(&str, Formula)], formula: Formula, given: Formula) -> Option<When> {
    let formulas = &values.formulas;
    let both = formulas.and(formula, given);
    if values.implies(given, formula) {
        return None;
    }
    if formulas.satisfiable(both) == Answer::No {
        return Some(When::Never);
    }
    // What holds wherever the formula does, and says something.
    let mut literals: Vec<(&str, bool, Formula)> = Vec::new();
    for (name, condition) in named {
        for (holds, literal) in [(true, *condition), (false, formulas.not(*condition))] {
            if !values.implies(given, literal) && values.implies(both, literal) {
                if values.implies(formulas.and(given, literal), formula) {
                    return Some(When::Conditions(vec![((*name).to_owned(), holds)]));
                }
                literals.push((name, holds, literal));
            }
        }
    }
    let suffices = |literals: &[(&str, bool, Formula)]| {
        let all = formulas.all(literals.iter().map(|(_, _, literal)| *literal).chain([given]));
        values.implies(all, formula)
    };
    if suffices(&literals) {
        for at in (0..literals.len()).rev() {
            let left_out = literals.remove(at);
            if !suffices(&literals) {
                literals.insert(at, left_out);
            }
        }
        return Some(When::Conditions(literals.into_iter().map(|(name, holds, _)| (name.to_owned(), holds)).collect()));
    }
    let witness = values.witness(both).filter(|witness| !witness.is_empty());
    Some(witness.map_or(When::Sometimes, When::Example))
}

/// The conditions that a reader of a stack's template knows: its own, then those of the stacks around it.
fn named_conditions<'t>(values: &Values<'t>, stack: StackId) -> Vec<(&'t str, Formula)> {
    let around = values.around(stack).into_iter().rev().map(|around| around.stack);
    let stacks: Vec<StackId> = std::iter::once(stack).chain(around).collect();
    let named = stacks.into_iter().flat_map(|stack| {
        let conditions = values.template(stack).conditions.iter();
        conditions.map(move |condition| (condition.name(), values.condition(stack, condition.name())))
    });
    named.take(MAX_CONDITIONS).collect()
}

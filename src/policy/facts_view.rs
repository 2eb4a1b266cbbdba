//! The view `facts`: the template as it is written, and under `Facts` what the model knows of it. Each fact has a formula of its
//! own, so that one document holds what is the case in any deployment.

use std::borrow::Cow;

use super::document::{Entry, Shape, Value};
use super::reads::Reads;
use super::{resolved_view, template_view};
use crate::graph::ecs::{CapacityKind, LaunchPath, Provider, StrategySource};
use crate::graph::{EdgeKind, Resource, ResourceGraph};
use crate::syntax::Node;
use crate::text::{Place, Span};
use crate::values::{Formula, StackId, Value as Known};

/// Most facts of one kind; a template that has more is told by the first of them.
const MAX_FACTS: usize = 4_096;

/// The key of the facts in the document.
pub(super) const FACTS: &str = "Facts";

/// A template with its facts.
#[derive(Debug)]
pub(super) struct Facts<'t> {
    pub(super) document: Value<'t>,
    /// When each of `Launches` is the case.
    pub(super) launches: Vec<Formula>,
    /// When each of `Edges` is there.
    pub(super) edges: Vec<Formula>,
}

/// The document of the template that `graph` is about, with the facts that a policy reads. `None` where it is too deep or too large
/// for Guard.
pub(super) fn document<'t>(graph: &ResourceGraph<'t>, root: Node<'t>, reads: &Reads) -> Option<Facts<'t>> {
    let mut document = template_view::document(root)?;
    let facts = Maker { graph };
    let (mut lists, mut launches, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    if reads.has_word("Launches") {
        let (items, formulas) = facts.launches().into_iter().unzip();
        lists.push(("Launches", Shape::List(items)));
        launches = formulas;
    }
    if reads.has_word("Edges") {
        let (items, formulas) = facts.edges().into_iter().unzip();
        lists.push(("Edges", Shape::List(items)));
        edges = formulas;
    }
    let place = root.place();
    if let Shape::Map(entries) = &mut document.shape {
        entries.push(Entry { key: Cow::Borrowed(FACTS), key_place: place.clone(), value: map(lists, &place) });
    }
    Some(Facts { document, launches, edges })
}

struct Maker<'g, 't> {
    graph: &'g ResourceGraph<'t>,
}

/// One way to the capacity that tasks are placed on.
struct Route<'t> {
    when: Formula,
    capacity: &'static str,
    decided_by: &'static str,
    provider: Option<Resource<'t>>,
    managed_scaling: Option<bool>,
    place: Option<Place>,
}

impl<'t> Maker<'_, 't> {
    fn launches(&self) -> Vec<(Value<'t>, Formula)> {
        let values = self.graph.values();
        let formulas = &values.formulas;
        let mut found = Vec::new();
        for launch in self.graph.launches() {
            let exec = self.graph.exec(&launch);
            let on = formulas.and(launch.when, exec.on);
            let unknown = exec.unknown.map_or(Formula::FALSE, |(unknown, _)| formulas.and(unknown, formulas.not(exec.on)));
            let unknown = formulas.and(launch.when, unknown);
            let off = formulas.all([launch.when, formulas.not(on), formulas.not(unknown), formulas.not(exec.invalid)]);
            let switch = exec.written.map(|written| self.graph.entry_span(written.node));
            let kind = match launch.path {
                LaunchPath::Service => "Service",
                LaunchPath::TaskSet => "TaskSet",
                LaunchPath::RunTask => "RunTask",
            };
            let routes = self.routes(&launch);
            for (exec, state) in [(Shape::Bool(true), on), (Shape::Bool(false), off), (text("UNKNOWN"), unknown)] {
                for route in &routes {
                    let when = formulas.and(state, route.when);
                    if found.len() >= MAX_FACTS || !values.possible(when) {
                        continue;
                    }
                    let own = launch.resource.place();
                    let switch = switch.clone().unwrap_or_else(|| own.clone());
                    let placed = route.place.clone().unwrap_or_else(|| own.clone());
                    let mut entries = vec![
                        entry("Kind", text(kind), &own),
                        entry("LogicalId", text(launch.resource.logical_id()), &own),
                        entry("EnableExecuteCommand", exec.clone(), &switch),
                        entry("Capacity", text(route.capacity), &placed),
                        entry("DecidedBy", text(route.decided_by), &placed),
                        entry("Source", self.resource(&launch.resource, when), &own),
                    ];
                    if let Some(provider) = &route.provider {
                        entries.push(entry("CapacityProvider", text(provider.logical_id()), &placed));
                        entries.push(entry("Target", self.resource(provider, when), &placed));
                    }
                    entries.extend(route.managed_scaling.map(|on| entry("ManagedScaling", Shape::Bool(on), &placed)));
                    found.push((Value { shape: Shape::Map(entries), place: one_line(&own) }, when));
                }
            }
        }
        found
    }

    fn routes(&self, launch: &crate::graph::ecs::Launch<'t>) -> Vec<Route<'t>> {
        let values = self.graph.values();
        let formulas = &values.formulas;
        let mut routes = Vec::new();
        let plain = |when, capacity, decided_by, place| Route {
            when,
            capacity,
            decided_by,
            provider: None,
            managed_scaling: None,
            place,
        };
        for capacity in self.graph.capacity(launch) {
            match capacity.kind {
                CapacityKind::Default => routes.push(plain(capacity.when, "EC2", "Default", None)),
                CapacityKind::Unknown(_) => routes.push(plain(capacity.when, "UNKNOWN", "Unknown", None)),
                CapacityKind::LaunchType(choice) => {
                    let place = choice.written().map(|written| self.graph.entry_span(written.node));
                    for case in values.cases_of(&choice) {
                        let mut rest = case.when;
                        if let Known::Text(said) = &case.value {
                            for word in ["FARGATE", "EC2", "EXTERNAL"] {
                                let when = formulas.and(case.when, values.text_is(said, word));
                                rest = formulas.and(rest, formulas.not(when));
                                routes.push(plain(when, word, "LaunchType", place.clone()));
                            }
                        }
                        routes.push(plain(rest, "UNKNOWN", "LaunchType", place.clone()));
                    }
                }
                CapacityKind::Strategy(items, source) => {
                    let decided_by = match source {
                        StrategySource::Own => "CapacityProviderStrategy",
                        StrategySource::Cluster(_) | StrategySource::Associations(_) => "DefaultCapacityProviderStrategy",
                    };
                    for item in items {
                        let when = formulas.and(capacity.when, item.when);
                        let place = Some(item.written.node.place());
                        match item.provider {
                            Provider::Fargate => routes.push(plain(when, "FARGATE", decided_by, place)),
                            Provider::Unknown(_) => routes.push(plain(when, "UNKNOWN", decided_by, place)),
                            Provider::Declared(provider) => {
                                let mut of_group = Formula::FALSE;
                                for block in self.graph.group_provider(&provider) {
                                    let when = formulas.and(when, block.when);
                                    of_group = formulas.or(of_group, block.when);
                                    let (managed, _) = self.graph.managed_scaling(&block, when);
                                    for (on, is_on) in [(managed, true), (formulas.not(managed), false)] {
                                        routes.push(Route {
                                            when: formulas.and(when, on),
                                            capacity: "AUTO_SCALING_GROUP",
                                            decided_by,
                                            provider: Some(provider),
                                            managed_scaling: Some(is_on),
                                            place: place.clone(),
                                        });
                                    }
                                }
                                let when = formulas.and(when, formulas.not(of_group));
                                let provider = Some(provider);
                                routes.push(Route { provider, ..plain(when, "MANAGED_INSTANCES", decided_by, place) });
                            }
                        }
                    }
                }
            }
        }
        routes
    }

    fn edges(&self) -> Vec<(Value<'t>, Formula)> {
        let values = self.graph.values();
        let mut found = Vec::new();
        for edge in self.graph.edges(StackId::ROOT).iter().take(MAX_FACTS).filter(|edge| values.possible(edge.when)) {
            let (from, to) = (self.graph.resource(edge.from), self.graph.resource(edge.to));
            let (kind, attribute) = match &edge.kind {
                EdgeKind::Ref => ("Ref", None),
                EdgeKind::GetAtt(name) => ("GetAtt", Some(name.clone())),
                EdgeKind::Sub => ("Sub", None),
                EdgeKind::DependsOn => ("DependsOn", None),
            };
            let place = one_line(&edge.place);
            let mut entries = vec![
                entry("Kind", text(kind), &place),
                entry("From", text(from.logical_id()), &place),
                entry("To", text(to.logical_id()), &place),
                entry("Source", self.resource(&from, edge.when), &place),
                entry("Target", self.resource(&to, edge.when), &place),
            ];
            entries.extend(attribute.map(|name| entry("Attribute", Shape::String(Cow::Owned(name)), &place)));
            found.push((Value { shape: Shape::Map(entries), place }, edge.when));
        }
        found
    }

    /// A resource as it is where `when` holds.
    fn resource(&self, resource: &Resource<'t>, when: Formula) -> Shape<'t> {
        let place = resource.place();
        let mut entries =
            vec![entry("LogicalId", text(resource.logical_id()), &place), entry("Type", text(resource.resource_type()), &place)];
        if let Some(properties) = resolved_view::properties(self.graph, resource, when) {
            entries.push(Entry { key: Cow::Borrowed("Properties"), key_place: place, value: properties });
        }
        Shape::Map(entries)
    }
}

fn text(text: &str) -> Shape<'_> {
    Shape::String(Cow::Borrowed(text))
}

fn entry<'t>(key: &'static str, shape: Shape<'t>, place: &Place) -> Entry<'t> {
    let place = one_line(place);
    Entry { key: Cow::Borrowed(key), key_place: place.clone(), value: Value { shape, place } }
}

fn map<'t>(entries: Vec<(&'static str, Shape<'t>)>, place: &Place) -> Value<'t> {
    let entries = entries.into_iter().map(|(key, shape)| entry(key, shape, place)).collect();
    Value { shape: Shape::Map(entries), place: one_line(place) }
}

/// The first line of a text.
fn one_line(place: &Place) -> Place {
    let text = place.text();
    let end = text.find('\n').map_or(text, |end| text[..end].trim_end()).len();
    Place { file: place.file.clone(), span: Span::new(place.span.start, place.span.start + end as u32) }
}

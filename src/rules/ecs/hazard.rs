//! ECS Exec meeting an Auto Scaling group's capacity: the question that ECS101 and ECS102 share.

use crate::analysis::Analysis;
use crate::diagnostic::{Certainty, Safety, Severity, Witness};
use crate::graph::ecs::{CapacityKind, Exec, GroupProvider, ImageSupport, Launch, Provider, StrategyItem, StrategySource};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::Finding;
use crate::syntax::{Node, Style};
use crate::template::{Intrinsic, Named};
use crate::text::{Edit, Place};
use crate::values::{Answer, Expression, Formula, Text, Unknown, Value};

/// A launch whose tasks have ECS Exec on and may be placed on an Auto Scaling group.
pub(super) struct Hazard<'t> {
    pub(super) launch: Launch<'t>,
    exec: Exec<'t>,
    pub(super) certainty: Certainty,
    when: Option<Witness>,
    /// The ways to a group, worst first; none where nothing about the provider is known.
    pub(super) routes: Vec<Route<'t>>,
    /// Why it is undecided, where it is.
    pub(super) unknown: Option<Unknown>,
    /// Whether ECS Exec is on wherever the launch exists.
    pub(super) always_on: bool,
    /// The value that cannot be resolved, where one is written.
    unresolved: Option<Expression<'t>>,
}

/// One way from a launch to a group's capacity provider.
pub(super) struct Route<'t> {
    /// When it is taken with ECS Exec on.
    when: Formula,
    item: StrategyItem<'t>,
    source: StrategySource,
    pub(super) provider: Resource<'t>,
    block: GroupProvider<'t>,
    /// Where managed scaling is on, if it is.
    pub(super) managed_scaling: Option<Expression<'t>>,
    pub(super) aggravators: Vec<Aggravator>,
    pub(super) severity: Severity,
}

/// A fact that makes the hazard concrete.
pub(super) struct Aggravator {
    place: Place,
    /// What about the text.
    label: String,
    /// Whether it makes the finding an error by itself.
    pub(super) raises: bool,
}

/// What to do about a provider that cannot be resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unresolved {
    Quiet,
    Fargate,
    AutoScalingGroup,
}

/// The hazards of a template.
///
/// `needs_managed_scaling`: a group without managed scaling is no hazard for this launch.
pub(super) fn hazards<'t>(
    analysis: &Analysis<'t>,
    launches: impl Fn(&Launch<'t>) -> bool,
    needs_managed_scaling: bool,
    unresolved: Unresolved,
) -> Vec<Hazard<'t>> {
    if !analysis.mentions(&["EnableExecuteCommand", "Fn::Transform", "!Transform"]) {
        return Vec::new();
    }
    let graph = analysis.graph();
    let launches = graph.launches().into_iter().filter(|launch| launches(launch));
    launches.filter_map(|launch| hazard(graph, &launch, needs_managed_scaling, unresolved)).collect()
}

fn hazard<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    needs_managed_scaling: bool,
    unresolved: Unresolved,
) -> Option<Hazard<'t>> {
    let values = graph.values();
    let formulas = &values.formulas;
    let exec = graph.exec(launch);
    let maybe_on = exec.unknown.map_or(exec.on, |(unknown, _)| formulas.or(exec.on, unknown));
    if !values.possible(formulas.and(launch.when, maybe_on)) {
        return None;
    }
    let (mut routes, mut undecided, mut why) = (Vec::new(), Vec::new(), exec.unknown.map(|(_, why)| why));
    let mut unresolved_at = None;
    for capacity in graph.capacity(launch) {
        match capacity.kind {
            CapacityKind::LaunchType(_) | CapacityKind::Default => {}
            CapacityKind::Unknown(reason) => {
                undecided.push(capacity.when);
                why = why.or(Some(reason));
            }
            CapacityKind::Strategy(items, source) => {
                for item in items {
                    let when = formulas.and(capacity.when, item.when);
                    match item.provider {
                        Provider::Fargate => {}
                        Provider::Unknown(reason) => {
                            unresolved_at = unresolved_at.or(Some(item.written));
                            undecided.push(when);
                            why = why.or(Some(reason));
                        }
                        Provider::Declared(provider) => {
                            for block in graph.group_provider(&provider) {
                                let when = formulas.and(when, block.when);
                                let (managed, written) = graph.managed_scaling(&block, when);
                                let when = if needs_managed_scaling { formulas.and(when, managed) } else { when };
                                if !values.possible(formulas.and(when, maybe_on)) {
                                    continue;
                                }
                                let item = item.clone();
                                let route = Route {
                                    when,
                                    item,
                                    source,
                                    provider,
                                    block,
                                    managed_scaling: written.filter(|_| managed != Formula::FALSE),
                                    aggravators: Vec::new(),
                                    severity: Severity::Info,
                                };
                                routes.push(route.judged(graph, launch));
                            }
                        }
                    }
                }
            }
        }
    }
    routes.sort_by_key(|route| std::cmp::Reverse(route.severity));
    let reached = formulas.any(routes.iter().map(|route| route.when).collect::<Vec<_>>());
    let hits = formulas.and(exec.on, reached);
    // Lookups that fail are no deployments, so they speak for nothing.
    let exists = formulas.and(launch.when, formulas.not(exec.invalid));
    let undecided = formulas.any(undecided);
    let settled = hits == Formula::FALSE || values.implies(exists, hits);
    let (exists, hits) = if settled { (exists, hits) } else { values.deployments(exists, hits) };
    let answer = formulas.satisfiable(hits);
    let always_on = values.implies(exists, exec.on);
    let base = |certainty, when, routes, unknown| {
        let (launch, exec, unresolved) = (launch.clone(), exec.clone(), unresolved_at);
        Some(Hazard { launch, exec, certainty, when, routes, unknown, always_on, unresolved })
    };
    match answer {
        Answer::Yes if values.implies(exists, hits) => base(Certainty::Definite, None, routes, None),
        Answer::Yes => {
            let when = values.witness(hits).filter(|witness| !witness.is_empty());
            let certainty = if when.is_some() { Certainty::Possible } else { Certainty::Unknown };
            base(certainty, when, routes, why)
        }
        Answer::Undecided => base(Certainty::Unknown, None, routes, Some(Unknown::TooManyCases)),
        Answer::No => {
            let by_exec = formulas.and(exec.unknown.map_or(Formula::FALSE, |(unknown, _)| unknown), reached);
            let by_provider = formulas.and(maybe_on, undecided);
            match unresolved {
                Unresolved::Fargate if !values.possible(by_exec) => None,
                _ if values.possible(formulas.or(by_exec, by_provider)) => base(Certainty::Unknown, None, routes, why),
                _ => None,
            }
        }
    }
}

impl Aggravator {
    fn new(place: Place, label: String, raises: bool) -> Self {
        Self { place, label, raises }
    }
}

impl<'t> Route<'t> {
    fn judged(mut self, graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Self {
        self.aggravators = aggravators(graph, &self, launch);
        self.severity = match self.managed_scaling {
            None => Severity::Info,
            Some(_) if self.aggravators.iter().any(|aggravator| aggravator.raises) => Severity::Error,
            Some(_) => Severity::Warning,
        };
        self
    }
}

/// The facts of section 1.5 of the rule's sources that the template shows. Each has to hold wherever the route is taken.
fn aggravators<'t>(graph: &ResourceGraph<'t>, route: &Route<'t>, launch: &Launch<'t>) -> Vec<Aggravator> {
    let values = graph.values();
    let mut found = Vec::new();
    for (when, group) in graph.groups(&route.block, route.when) {
        if !values.implies(route.when, when) {
            continue;
        }
        for image in graph.images(&group, when) {
            if values.possible(image.when)
                && let Some(doubt) = graph.image_support(&image).and_then(ImageSupport::doubt)
            {
                found.push(Aggravator::new(graph.entry_span(outermost(image.written.node)), doubt, true));
            }
        }
        let (least, most) = (size(graph, &group, "MinSize"), size(graph, &group, "MaxSize"));
        let name = group.logical_id();
        if let Some((most, node)) = &most {
            let span = graph.entry_span(*node);
            if most.known() == Some("0") {
                found.push(Aggravator::new(span, format!("`{name}` can never start an instance"), true));
            } else if let Some((least, _)) = &least
                && values.same_text(least, most) == Formula::TRUE
            {
                let label = format!("`{name}` cannot grow: its minimum and its maximum are both {}", values.show(most));
                found.push(Aggravator::new(span, label, true));
            }
        }
        for (wanted, node) in [size(graph, &group, "DesiredCapacity"), least].into_iter().flatten().take(1) {
            if !values.is_deployed() && wanted.known().is_some_and(|text| text.parse::<u32>().is_ok_and(|count| count > 0)) {
                let provider = route.provider.logical_id();
                let label = format!("`{name}` starts instances before `{provider}` exists; AWS asks for a new, empty group");
                found.push(Aggravator::new(graph.entry_span(node), label, false));
            }
        }
        if let Some(weight) = instance_weight(graph, &group) {
            found.push(Aggravator::new(
                graph.entry_span(weight),
                "a capacity provider takes no instance weights".to_owned(),
                true,
            ));
        }
    }
    if let Some(span) = ipv6_only_subnet(graph, launch, route.when) {
        found.push(Aggravator::new(span, "ECS Exec is not supported for tasks that have IPv6 only".to_owned(), true));
    }
    found
}

fn instance_weight<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>) -> Option<Node<'t>> {
    let values = graph.values();
    let overrides = graph.property(group, &["MixedInstancesPolicy", "LaunchTemplate", "Overrides"]);
    let items = overrides.iter().flat_map(|overrides| values.items(overrides));
    items.flat_map(|item| values.property(&item, "WeightedCapacity")).find_map(|weight| Some(weight.written()?.node))
}

fn size<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>, name: &str) -> Option<(Text<'t>, Node<'t>)> {
    let choices = graph.property(group, &[name]);
    let [choice] = choices.as_slice() else { return None };
    let written = choice.written()?;
    match graph.values().cases(written, choice.when).as_slice() {
        [case] => match &case.value {
            Value::Text(text) => Some((text.clone(), written.node)),
            _ => None,
        },
        _ => None,
    }
}

fn ipv6_only_subnet<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, route: Formula) -> Option<Place> {
    let values = graph.values();
    let subnets = graph.subnets_of(launch);
    let native = subnets.iter().filter_map(|(when, subnet, _)| Some((*when, graph.ipv6_native(subnet)?)));
    let mut certain = native.filter(|(when, (native, _))| values.implies(route, values.formulas.and(*when, *native)));
    certain.next().map(|(_, (_, written))| graph.entry_span(written.node))
}

impl<'t> Hazard<'t> {
    /// The name of what switches ECS Exec on.
    pub(super) fn owner(&self) -> &'t str {
        self.launch.owner.logical_id()
    }

    /// The names of the providers, each once: "`A` and `B`".
    pub(super) fn providers(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for route in &self.routes {
            let name = format!("`{}`", route.provider.logical_id());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" and ")
    }

    /// A finding where ECS Exec is switched on, with the route labelled step by step.
    pub(super) fn finding(&self, graph: &ResourceGraph<'t>, message: String) -> Finding<'t> {
        let place = self.exec.written.map(|written| written.node).or(self.launch.owner.declaration.properties);
        let node = place.map_or(self.launch.owner.declaration.key, outermost);
        let mut finding = Finding::at(self.primary(graph, node), message).node(node).resource(graph, &self.launch.owner);
        finding = match (self.certainty, &self.when) {
            (Certainty::Possible, Some(witness)) => finding.possible(witness.clone()),
            (Certainty::Unknown, _) => finding.unknown(),
            _ => finding,
        };
        if let Some(written) = self.exec.written {
            finding = label_exec(graph, finding, written, node);
            // A saved output is no place to mend what is deployed.
            if let Some(edit) = switch_off(written.node).filter(|_| !graph.values().is_deployed()) {
                finding = finding.fix("switch ECS Exec off", Safety::Unsafe, vec![edit]);
            }
        }
        let mut labelled: Vec<Place> = Vec::new();
        let mut label = |finding: Finding<'t>, place: Place, text: String| {
            if labelled.contains(&place) {
                return finding;
            }
            labelled.push(place.clone());
            finding.label(place, text)
        };
        if let (Some(item), Some(why)) = (self.unresolved.filter(|_| self.routes.is_empty()), self.unknown) {
            finding = label(finding, item.node.place(), format!("this provider is {}", why.as_str()));
        }
        for route in &self.routes {
            let provider = route.provider.logical_id();
            let chosen = match route.source {
                StrategySource::Own => format!("its tasks are placed by this strategy, on `{provider}`"),
                StrategySource::Cluster(_) | StrategySource::Associations(_) => {
                    format!("without a launch type or strategy of its own, it takes the cluster's default: `{provider}`")
                }
            };
            finding = label(finding, route.item.written.node.place(), chosen);
            let block = graph.entry_key(route.block.written.node);
            finding = label(finding, block, format!("`{provider}` is the capacity of an Auto Scaling group"));
            if let Some(scaling) = route.managed_scaling {
                let text = "managed scaling lets tasks that fit nowhere wait in PROVISIONING".to_owned();
                finding = label(finding, graph.entry_span(scaling.node), text);
            }
            for aggravator in &route.aggravators {
                finding = label(finding, aggravator.place.clone(), aggravator.label.clone());
            }
        }
        finding
    }

    /// `EnableExecuteCommand: …` where it fits on a line, its key where it does not.
    fn primary(&self, graph: &ResourceGraph<'t>, node: Node<'t>) -> Place {
        let whole = graph.entry_span(node);
        if whole.text().contains(['\n', '\r']) { graph.entry_key(node) } else { whole }
    }
}

/// What to do about something that cannot be resolved.
pub(super) fn resolve_help(why: Option<Unknown>) -> &'static str {
    match why {
        Some(Unknown::Parameter | Unknown::SsmParameter) => {
            "say which value counts with `--parameter NAME=VALUE`, or check together with the parent stack"
        }
        Some(Unknown::Import) => "check together with the template that exports it",
        Some(Unknown::Elsewhere) => "check together with the template that declares it",
        _ => "check the template as it is deployed, after its macros and dynamic references are resolved",
    }
}

/// The value of the property that `node` is or is part of: out of the branches and arguments of functions, up to the entry.
pub(super) fn outermost(node: Node<'_>) -> Node<'_> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        let is_argument = parent.is_sequence() || parent.function().is_some();
        if !is_argument {
            break;
        }
        at = parent;
    }
    at
}

fn label_exec<'t>(graph: &ResourceGraph<'t>, finding: Finding<'t>, written: Expression<'t>, property: Node<'t>) -> Finding<'t> {
    let values = graph.values();
    if let Some(Intrinsic::Ref(name)) = Intrinsic::of(written.node)
        && let Some(given) = values.given_by_parent(written.stack, name)
    {
        return finding
            .here(format!("ECS Exec is on where `{name}` says so"))
            .label(graph.entry_span(given.node), "the parent stack gives it this value");
    }
    if let Some(Intrinsic::Ref(name)) = Intrinsic::of(written.node)
        && let Some(parameter) = values.template(written.stack).parameters.get(name)
    {
        let default = parameter.default.and_then(Node::scalar).map(|scalar| scalar.canonical());
        let text = match default {
            Some(default) => format!("its value decides; the default is `{default}`"),
            None => "its value decides; there is no default".to_owned(),
        };
        return finding.here(format!("ECS Exec is on where `{}` says so", parameter.name())).label(parameter.key.place(), text);
    }
    if written.node.id() == property.id() {
        finding.here("ECS Exec is switched on here")
    } else {
        finding.here("ECS Exec is on in a case of this")
    }
}

/// Turns a written `true` into `false`, quotes and spelling kept.
fn switch_off(node: Node) -> Option<Edit> {
    let scalar = node.scalar().filter(|_| node.function().is_none())?;
    if scalar.canonical() != "true" && !scalar.text().eq_ignore_ascii_case("true") {
        return None;
    }
    let replacement = match scalar.style() {
        Style::Plain => "false",
        Style::SingleQuoted => "'false'",
        Style::DoubleQuoted => "\"false\"",
        Style::Literal | Style::Folded | Style::Block | Style::Flow => return None,
    };
    // A tag or anchor before the value is part of its span; such a value is left to its author.
    let written = node.tree().source().slice(node.span());
    let plain = written == scalar.text()
        || matches!(scalar.style(), Style::SingleQuoted | Style::DoubleQuoted) && written.starts_with(['\'', '"']);
    plain.then(|| Edit { span: node.span(), replacement: replacement.to_owned() })
}

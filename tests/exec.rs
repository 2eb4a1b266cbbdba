//! Random ECS templates against brute force: a service with ECS Exec on that lands on an Auto Scaling group is found where some
//! world leads there, and only there.

use std::cell::Cell;

use cfnvet::check::check_template;
use cfnvet::config::Settings;
use cfnvet::diagnostic::{Certainty, Diagnostic, Severity, Witness};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::template::{
    Choices, Declarations, Doc, Format, Out, Parameter, Place, Val, World, call, for_random_choices, map, text,
};

const CASES: u32 = 1_500;
const WORLDS: usize = 1_200;
const ARN: &str = "arn:aws:ecs:us-east-1:111122223333:";
const FIRST: &str = "`Attach` is created before `Worker`";

/// A value, or one of two under a condition.
#[derive(Debug)]
enum Either<T> {
    One(T),
    If(usize, T, T),
}

/// How a cluster or capacity provider is named.
#[derive(Clone, Copy, Debug)]
enum Name {
    MadeUp,
    Literal,
    /// With a parameter in front, which has allowed values.
    Prefixed(usize),
}

/// What a strategy item or a service points to.
#[derive(Clone, Copy, Debug)]
enum Pointer {
    Ref(usize),
    ByName(usize),
    Arn(usize),
    /// `FARGATE`, or a cluster that the template does not declare.
    Other,
    /// The parameter with names as its values.
    Parameter,
}

#[derive(Debug)]
enum Number {
    Absent,
    Written(Either<&'static str>),
    Parameter,
}

#[derive(Debug)]
struct Item {
    /// Left out where the condition does not hold.
    when: Option<usize>,
    provider: Either<Pointer>,
    weight: Number,
    base: Number,
}

/// A strategy; absent where the condition does not hold.
#[derive(Debug)]
struct Strategy {
    when: Option<usize>,
    items: Vec<Item>,
}

/// Whether the provider is an Auto Scaling group's.
#[derive(Debug)]
struct Provider {
    name: Name,
    group: Either<bool>,
    managed_scaling: bool,
}

/// What orders the creation of service and associations.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Free,
    ServiceDependsOn,
    /// Through a resource with this condition.
    Through(usize),
    AssociationsDependOn,
}

#[derive(Debug)]
struct Associations {
    when: Option<usize>,
    cluster: Pointer,
    strategy: Option<Strategy>,
}

#[derive(Debug)]
struct Sample {
    declarations: Declarations,
    cluster_name: Name,
    cluster_strategy: Option<Strategy>,
    providers: Vec<Provider>,
    associations: Option<Associations>,
    order: Order,
    when: Option<usize>,
    cluster: Either<Option<Pointer>>,
    exec: Option<Val>,
    launch_type: Option<(&'static str, Option<usize>)>,
    strategy: Option<Strategy>,
}

impl Sample {
    fn generate(choices: &mut Choices) -> Self {
        let mut declarations = Declarations::generate(choices);
        let conditions = declarations.conditions.len();
        let exec = match choices.below(8) {
            0..=3 => Some(Val::Literal("true")),
            4 => None,
            _ => Some(declarations.value(choices, 2, Place::Property)),
        };
        let closed: Vec<usize> =
            (0..declarations.parameters.len()).filter(|index| !declarations.parameters[*index].allowed.is_empty()).collect();
        // The last two parameters are names and numbers.
        let named = |allowed: &[&'static str], default| Parameter { allowed: allowed.to_vec(), default, not_empty: false };
        let default = choices.one_in(2).then_some("cp0");
        declarations.parameters.push(named(&["cp0", "FARGATE", "cp1"], default));
        declarations.parameters.push(named(&["0", "1"], Some("1")));
        let name = |choices: &mut Choices| match choices.below(3) {
            0 => Name::MadeUp,
            2 if !closed.is_empty() => Name::Prefixed(choices.of(&closed)),
            _ => Name::Literal,
        };
        let condition = |choices: &mut Choices| choices.below(conditions);
        let maybe = |choices: &mut Choices| choices.one_in(3).then(|| condition(choices));
        let providers: Vec<Provider> = (0..=choices.below(3))
            .map(|_| Provider {
                name: name(choices),
                group: match choices.below(4) {
                    0 | 1 => Either::One(true),
                    2 => Either::One(false),
                    _ => Either::If(condition(choices), true, false),
                },
                managed_scaling: choices.one_in(2),
            })
            .collect();
        let count = providers.len();
        let pointer = |choices: &mut Choices| match choices.below(7) {
            0 | 1 => Pointer::Ref(choices.below(count)),
            2 => Pointer::ByName(choices.below(count)),
            3 => Pointer::Arn(choices.below(count)),
            4 => Pointer::Parameter,
            _ => Pointer::Other,
        };
        let number = |choices: &mut Choices| match choices.below(6) {
            0 | 1 => Number::Absent,
            2 => Number::Parameter,
            3 => Number::Written(Either::If(condition(choices), "0", "1")),
            4 => Number::Written(Either::One("0")),
            _ => Number::Written(Either::One("2")),
        };
        let strategy = |choices: &mut Choices| {
            let item = |choices: &mut Choices| Item {
                when: maybe(choices),
                provider: if choices.one_in(4) {
                    Either::If(condition(choices), pointer(choices), pointer(choices))
                } else {
                    Either::One(pointer(choices))
                },
                weight: number(choices),
                base: number(choices),
            };
            let items = (0..choices.below(4)).map(|_| item(choices)).collect();
            Strategy { when: maybe(choices), items }
        };
        let cluster = |choices: &mut Choices| match choices.below(4) {
            0 | 1 => Pointer::Ref(0),
            2 => Pointer::ByName(0),
            _ => Pointer::Arn(0),
        };
        let associations = choices.one_in(2).then(|| Associations {
            when: maybe(choices),
            cluster: cluster(choices),
            strategy: (!choices.one_in(4)).then(|| strategy(choices)),
        });
        let order = match choices.below(6) {
            0 | 1 => Order::Free,
            2 | 3 => Order::ServiceDependsOn,
            4 => Order::Through(condition(choices)),
            _ => Order::AssociationsDependOn,
        };
        Self {
            cluster_name: name(choices),
            cluster_strategy: choices.one_in(2).then(|| strategy(choices)),
            providers,
            associations,
            order,
            when: maybe(choices),
            cluster: match choices.below(5) {
                4 => Either::If(condition(choices), Some(cluster(choices)), Some(Pointer::Other)),
                3 => Either::One(None),
                _ => Either::One(Some(cluster(choices))),
            },
            exec,
            launch_type: choices.one_in(4).then(|| (choices.of(&["EC2", "FARGATE"]), maybe(choices))),
            strategy: choices.one_in(2).then(|| strategy(choices)),
            declarations,
        }
    }

    fn names(&self) -> usize {
        self.declarations.parameters.len() - 2
    }

    fn numbers(&self) -> usize {
        self.declarations.parameters.len() - 1
    }

    fn doc(&self) -> Doc {
        let entry = |key: &str, value: Doc| (key.to_owned(), value);
        let named = |key: &str, name: Name, base: &str| match name {
            Name::MadeUp => None,
            Name::Literal => Some(entry(key, text(base))),
            Name::Prefixed(parameter) => Some(entry(key, call("Sub", text(format!("${{P{parameter}}}-{base}"))))),
        };
        let resource = |kind: &str, when: Option<usize>, depends_on: Option<&str>, properties: Vec<(String, Doc)>| {
            let mut entries = vec![entry("Type", text(kind)), entry("Properties", Doc::Map(properties))];
            entries.extend(when.map(|when| entry("Condition", text(format!("C{when}")))));
            entries.extend(depends_on.map(|name| entry("DependsOn", text(name))));
            Doc::Map(entries)
        };
        let mut resources = Vec::new();
        let mut cluster: Vec<_> = named("ClusterName", self.cluster_name, "main").into_iter().collect();
        cluster.extend(self.cluster_strategy.as_ref().map(|it| entry("DefaultCapacityProviderStrategy", self.strategy_doc(it))));
        resources.push(entry("Cluster", resource("AWS::ECS::Cluster", None, None, cluster)));
        for (index, provider) in self.providers.iter().enumerate() {
            let mut properties: Vec<_> = named("Name", provider.name, &format!("cp{index}")).into_iter().collect();
            let status = if provider.managed_scaling { "ENABLED" } else { "DISABLED" };
            let block = map([
                ("AutoScalingGroupArn", text("arn:aws:autoscaling:x")),
                ("ManagedScaling", map([("Status", text(status))])),
            ]);
            let managed = map([("InfrastructureRoleArn", text("arn:aws:iam::1:role/x"))]);
            match provider.group {
                Either::One(true) => properties.push(entry("AutoScalingGroupProvider", block)),
                Either::One(false) => properties.push(entry("ManagedInstancesProvider", managed)),
                Either::If(condition, ..) => {
                    let nothing = || call("Ref", text("AWS::NoValue"));
                    let either = |a, b| call("If", Doc::List(vec![text(format!("C{condition}")), a, b]));
                    properties.push(entry("AutoScalingGroupProvider", either(block, nothing())));
                    properties.push(entry("ManagedInstancesProvider", either(nothing(), managed)));
                }
            }
            resources.push(entry(&format!("CP{index}"), resource("AWS::ECS::CapacityProvider", None, None, properties)));
        }
        if let Order::Through(when) = self.order {
            let depends_on = self.associations.as_ref().map(|_| "Attach");
            resources.push(entry("Middle", resource("AWS::SNS::Topic", Some(when), depends_on, Vec::new())));
        }
        if let Some(associations) = &self.associations {
            let mut properties = vec![
                entry("Cluster", self.cluster_doc(associations.cluster)),
                entry("CapacityProviders", Doc::List(vec![text("FARGATE")])),
            ];
            let strategy = associations.strategy.as_ref();
            properties.extend(strategy.map(|it| entry("DefaultCapacityProviderStrategy", self.strategy_doc(it))));
            let depends_on = (self.order == Order::AssociationsDependOn).then_some("Worker");
            let kind = "AWS::ECS::ClusterCapacityProviderAssociations";
            resources.push(entry("Attach", resource(kind, associations.when, depends_on, properties)));
        }
        let mut properties = Vec::new();
        match &self.cluster {
            Either::One(None) => {}
            Either::One(Some(pointer)) => properties.push(entry("Cluster", self.cluster_doc(*pointer))),
            Either::If(when, then, otherwise) => {
                let branch = |pointer: &Option<Pointer>| self.cluster_doc(pointer.expect("both branches have one"));
                let both = vec![text(format!("C{when}")), branch(then), branch(otherwise)];
                properties.push(entry("Cluster", call("If", Doc::List(both))));
            }
        }
        properties.extend(self.exec.as_ref().map(|exec| entry("EnableExecuteCommand", exec.doc())));
        properties.extend(self.launch_type.map(|(kind, when)| entry("LaunchType", under(when, text(kind)))));
        properties.extend(self.strategy.as_ref().map(|it| entry("CapacityProviderStrategy", self.strategy_doc(it))));
        let depends_on = match self.order {
            Order::ServiceDependsOn if self.associations.is_some() => Some("Attach"),
            Order::Through(_) => Some("Middle"),
            _ => None,
        };
        resources.push(entry("Worker", resource("AWS::ECS::Service", self.when, depends_on, properties)));
        let mut sections = self.declarations.sections();
        sections.push(("Resources".to_owned(), Doc::Map(resources)));
        Doc::Map(sections)
    }

    fn pointer_doc(&self, pointer: Pointer, name: Name, resource: &str, base: &str, marker: &str, other: &str) -> Doc {
        let parameter = |index: usize| call("Ref", text(format!("P{index}")));
        match (pointer, name) {
            (Pointer::Ref(_), _) | (Pointer::ByName(_), Name::MadeUp) => call("Ref", text(resource)),
            (Pointer::ByName(_), Name::Literal) => text(base),
            (Pointer::ByName(_), Name::Prefixed(index)) => {
                call("Join", Doc::List(vec![text("-"), Doc::List(vec![parameter(index), text(base)])]))
            }
            (Pointer::Arn(_), Name::MadeUp) => call("Sub", text(format!("{ARN}{marker}${{{resource}}}"))),
            (Pointer::Arn(_), Name::Literal) => text(format!("{ARN}{marker}{base}")),
            (Pointer::Arn(_), Name::Prefixed(index)) => call("Sub", text(format!("{ARN}{marker}${{P{index}}}-{base}"))),
            (Pointer::Other, _) => text(other),
            (Pointer::Parameter, _) => parameter(self.names()),
        }
    }

    fn cluster_doc(&self, pointer: Pointer) -> Doc {
        self.pointer_doc(pointer, self.cluster_name, "Cluster", "main", "cluster/", "elsewhere")
    }

    fn provider_doc(&self, pointer: Pointer) -> Doc {
        let index = match pointer {
            Pointer::Ref(index) | Pointer::ByName(index) | Pointer::Arn(index) => index,
            Pointer::Other | Pointer::Parameter => 0,
        };
        let (resource, base) = (format!("CP{index}"), format!("cp{index}"));
        self.pointer_doc(pointer, self.providers[index].name, &resource, &base, "capacity-provider/", "FARGATE")
    }

    fn strategy_doc(&self, strategy: &Strategy) -> Doc {
        let number = |number: &Number| match number {
            Number::Absent => None,
            Number::Written(Either::One(number)) => Some(Doc::Bare((*number).to_owned())),
            Number::Written(Either::If(when, a, b)) => {
                let [a, b] = [a, b].map(|number| Doc::Bare((*number).to_owned()));
                Some(call("If", Doc::List(vec![text(format!("C{when}")), a, b])))
            }
            Number::Parameter => Some(call("Ref", text(format!("P{}", self.numbers())))),
        };
        let item = |item: &Item| {
            let provider = match item.provider {
                Either::One(pointer) => self.provider_doc(pointer),
                Either::If(when, a, b) => {
                    call("If", Doc::List(vec![text(format!("C{when}")), self.provider_doc(a), self.provider_doc(b)]))
                }
            };
            let mut entries = vec![("CapacityProvider".to_owned(), provider)];
            entries.extend(number(&item.weight).map(|weight| ("Weight".to_owned(), weight)));
            entries.extend(number(&item.base).map(|base| ("Base".to_owned(), base)));
            under(item.when, Doc::Map(entries))
        };
        under(strategy.when, Doc::List(strategy.items.iter().map(item).collect()))
    }
}

fn under(when: Option<usize>, doc: Doc) -> Doc {
    match when {
        None => doc,
        Some(when) => call("If", Doc::List(vec![text(format!("C{when}")), doc, call("Ref", text("AWS::NoValue"))])),
    }
}

/// What happens in one world.
struct Deployment<'a> {
    sample: &'a Sample,
    world: &'a World,
    /// Whether the associations are created before the service, where nothing orders them.
    first: bool,
}

impl Deployment<'_> {
    fn holds(&self, condition: usize) -> bool {
        let declarations = &self.sample.declarations;
        declarations.holds(&declarations.conditions[condition], self.world)
    }

    fn is_there(&self, when: Option<usize>) -> bool {
        when.is_none_or(|when| self.holds(when))
    }

    fn chosen<'b, T>(&self, either: &'b Either<T>) -> &'b T {
        match either {
            Either::One(value) => value,
            Either::If(when, then, otherwise) => {
                if self.holds(*when) {
                    then
                } else {
                    otherwise
                }
            }
        }
    }

    /// The service exists, and nothing fails.
    fn is_deployed(&self) -> bool {
        self.is_there(self.sample.when) && self.exec() != Some(Out::Invalid)
    }

    fn exec(&self) -> Option<Out> {
        self.sample.exec.as_ref().map(|exec| self.sample.declarations.evaluate(exec, self.world))
    }

    fn is_hit(&self) -> bool {
        let on = matches!(self.exec(), Some(Out::Text(text)) if ["true", "True", "TRUE"].contains(&text.as_str()));
        on && self.items().iter().enumerate().any(|(at, item)| self.places(&self.items(), at) && self.is_group(item))
    }

    /// The items of the strategy that decides.
    fn items(&self) -> Vec<&Item> {
        if self.sample.launch_type.is_some_and(|(_, when)| self.is_there(when)) {
            return Vec::new();
        }
        let own = self.written(self.sample.strategy.as_ref());
        if !own.is_empty() {
            return own;
        }
        match self.chosen(&self.sample.cluster) {
            Some(Pointer::Ref(_) | Pointer::ByName(_) | Pointer::Arn(_)) => {}
            _ => return Vec::new(),
        }
        let associations = self.sample.associations.as_ref().filter(|it| self.is_there(it.when) && self.is_first());
        match associations {
            Some(associations) => self.written(associations.strategy.as_ref()),
            None => self.written(self.sample.cluster_strategy.as_ref()),
        }
    }

    fn is_first(&self) -> bool {
        match self.sample.order {
            Order::ServiceDependsOn => true,
            Order::AssociationsDependOn => false,
            Order::Through(when) => self.first || self.holds(when),
            Order::Free => self.first,
        }
    }

    fn written<'b>(&self, strategy: Option<&'b Strategy>) -> Vec<&'b Item> {
        let strategy = strategy.filter(|strategy| self.is_there(strategy.when));
        strategy.into_iter().flat_map(|strategy| &strategy.items).filter(|item| self.is_there(item.when)).collect()
    }

    fn is_positive(&self, number: &Number) -> bool {
        match number {
            Number::Absent => false,
            Number::Written(number) => *self.chosen(number) != "0",
            Number::Parameter => self.world[self.sample.numbers()] != "0",
        }
    }

    fn places(&self, items: &[&Item], at: usize) -> bool {
        let others = items.iter().enumerate().filter(|(other, _)| *other != at);
        self.is_positive(&items[at].weight)
            || self.is_positive(&items[at].base)
            || others.into_iter().all(|(_, other)| !self.is_positive(&other.weight))
    }

    fn is_group(&self, item: &Item) -> bool {
        let provider = match *self.chosen(&item.provider) {
            Pointer::Ref(index) | Pointer::ByName(index) | Pointer::Arn(index) => Some(index),
            Pointer::Other => None,
            Pointer::Parameter => {
                let name = self.world[self.sample.names()];
                let mut providers = self.sample.providers.iter().enumerate();
                providers
                    .find(|(index, provider)| matches!(provider.name, Name::Literal) && name == format!("cp{index}"))
                    .map(|(index, _)| index)
            }
        };
        provider.is_some_and(|index| *self.chosen(&self.sample.providers[index].group))
    }
}

/// How often each verdict was right, and how often there was none.
#[derive(Default, Debug)]
struct Count {
    definite: Cell<u64>,
    possible: Cell<u64>,
    quiet: Cell<u64>,
    undecided: Cell<u64>,
    composed: Cell<u64>,
}

fn tick(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

fn check(choices: &mut Choices, count: &Count) -> TestCaseResult {
    let sample = Sample::generate(choices);
    let worlds = sample.declarations.worlds(WORLDS);
    let all: usize = sample.declarations.worlds(usize::MAX).len();
    if worlds.len() < all {
        // "In every world" cannot be told from some of them.
        return Ok(());
    }
    let doc = sample.doc();
    for format in [Format::Yaml, Format::Json] {
        let source = doc.source(format);
        let settings = Settings { severity: Severity::Info, ..Settings::default() };
        let found = check_template(&source, &settings);
        let found: Vec<&Diagnostic> = found.iter().filter(|finding| finding.code == "ECS101").collect();
        judge(&sample, &worlds, &found, count).map_err(|failure| match failure {
            TestCaseError::Fail(why) => TestCaseError::fail(format!("{why}\n{}", source.text())),
            reject => reject,
        })?;
    }
    Ok(())
}

fn judge(sample: &Sample, worlds: &[World], found: &[&Diagnostic], count: &Count) -> TestCaseResult {
    // A witness may name a value that no world has so far.
    let witness = found.first().and_then(|finding| finding.when.as_ref());
    let mut more = Vec::new();
    for (name, shown) in witness.into_iter().flat_map(|witness| &witness.parameters) {
        if let Some(index) = parameter(name).filter(|_| !shown.starts_with("any value")) {
            let parameter = &sample.declarations.parameters[index];
            if parameter.allowed.is_empty() && !parameter.values().contains(&shown.as_str()) {
                more.push((index, &*shown.clone().leak()));
            }
        }
    }
    let larger = (!more.is_empty()).then(|| sample.declarations.worlds_with(WORLDS * 2, &more));
    let worlds = larger.as_deref().unwrap_or(worlds);
    let deployments: Vec<Deployment> = worlds
        .iter()
        .flat_map(|world| [true, false].map(|first| Deployment { sample, world, first }))
        .filter(Deployment::is_deployed)
        .collect();
    let hit = deployments.iter().filter(|deployment| deployment.is_hit()).count();
    // Of a parameter that takes any value, only some are tried: strings that functions put together may be missing.
    let complete = sample.declarations.parameters.iter().all(|parameter| !parameter.allowed.is_empty());
    if deployments.is_empty() && !complete {
        return Ok(());
    }
    prop_assert!(found.len() <= 1, "{} findings", found.len());
    match found.first().map(|finding| (finding.certainty, finding.when.as_ref())) {
        Some((Certainty::Definite, _)) => {
            prop_assert!((hit > 0 || !complete) && hit == deployments.len(), "definite, but {hit} of {}", deployments.len());
            tick(&count.definite);
        }
        // It speaks of a text of several parameters that take any value: its values are tied together in no world tried here.
        Some((Certainty::Possible, Some(witness))) if witness.parameters.keys().any(|name| parameter(name).is_none()) => {
            tick(&count.composed);
        }
        Some((Certainty::Possible, witness)) => {
            prop_assert!(hit > 0, "possible, but in no world: {:?}", witness);
            prop_assert!(hit < deployments.len() || !complete, "possible, but in all {hit} worlds: {:?}", witness);
            tick(&count.possible);
            let witness = witness.expect("what is possible has a witness");
            check_witness(sample, &deployments, witness, complete)?;
        }
        Some((Certainty::Unknown, _)) if hit > 0 => tick(&count.undecided),
        Some((Certainty::Unknown, _)) | None => {
            prop_assert_eq!(hit, 0, "no finding, but {} of {}", hit, deployments.len());
            tick(&count.quiet);
        }
    }
    Ok(())
}

/// The number of the parameter called `name`.
fn parameter(name: &str) -> Option<usize> {
    name.strip_prefix('P')?.parse().ok()
}

fn check_witness(sample: &Sample, deployments: &[Deployment], witness: &Witness, complete: bool) -> TestCaseResult {
    let fits = |deployment: &&Deployment| {
        let parameters = witness.parameters.iter().all(|(name, shown)| {
            let value = deployment.world[parameter(name).expect("every name was looked at")];
            match shown.strip_prefix("any value but ") {
                Some(others) => others.split(", ").all(|other| other.replace("the empty one", "") != value),
                None => shown == value || shown == "any value",
            }
        });
        parameters && witness.order.iter().all(|claim| deployment.first == (claim == FIRST))
    };
    let fitting: Vec<&Deployment> = deployments.iter().filter(fits).collect();
    prop_assert!(!fitting.is_empty(), "no deployment fits {:?}", witness);
    for deployment in fitting {
        prop_assert!(deployment.is_hit(), "{:?} does not lead there in {:?}", witness, deployment.world);
        for (name, holds) in &witness.conditions {
            let index: usize = name[1..].parse().expect("C and a number");
            prop_assert_eq!(deployment.holds(index), *holds, "{} in {:?}", name, witness);
        }
    }
    let at_defaults = |deployment: &&Deployment| {
        let mut values = sample.declarations.parameters.iter().zip(deployment.world);
        values.all(|(parameter, value)| parameter.default.is_none_or(|default| default == *value))
    };
    // "The default values" says something only where each parameter that matters has one.
    let has_default = |name: &String| {
        let index = parameter(name).expect("every name was looked at");
        sample.declarations.parameters[index].default.is_some()
    };
    let with_defaults =
        witness.parameters.keys().all(has_default) && deployments.iter().filter(at_defaults).any(Deployment::is_hit);
    prop_assert!(witness.with_defaults == with_defaults || (!complete && witness.with_defaults), "{:?}", witness);
    Ok(())
}

#[test]
fn exec_on_a_group_is_found_where_some_world_leads_there_and_only_there() {
    let count = Count::default();
    for_random_choices(CASES, |choices| check(choices, &count));
    assert!(count.definite.get() > 20 && count.possible.get() > 50 && count.quiet.get() > 100, "{count:?}");
    assert!((count.undecided.get() + count.composed.get()) * 10 < count.possible.get(), "{count:?}");
}

fn findings(order: &str, default: &str) -> Vec<Diagnostic> {
    let template = format!(
        "Resources:
  Cluster: {{Type: AWS::ECS::Cluster{default}}}
  Group: {{Type: AWS::ECS::CapacityProvider, Properties: {{AutoScalingGroupProvider: {{AutoScalingGroupArn: a}}}}}}
  Attach:
    Type: AWS::ECS::ClusterCapacityProviderAssociations
{order}    Properties:
      Cluster: !Ref Cluster
      DefaultCapacityProviderStrategy: [{{CapacityProvider: FARGATE}}]
  Worker: {{Type: AWS::ECS::Service, Properties: {{Cluster: !Ref Cluster, EnableExecuteCommand: true}}}}
"
    );
    let source = std::sync::Arc::new(cfnvet::text::SourceFile::new("t.yaml", template));
    let mut found = check_template(&source, &Settings { severity: Severity::Info, ..Settings::default() });
    found.retain(|finding| finding.code == "ECS101");
    found
}

const CLUSTER_DEFAULT: &str = ", Properties: {DefaultCapacityProviderStrategy: [{CapacityProvider: !Ref Group}]}";

#[test]
fn associations_that_wait_for_the_service_never_come_first() {
    let found = findings("    DependsOn: Worker\n", CLUSTER_DEFAULT);
    assert_eq!(found.iter().map(|finding| finding.certainty).collect::<Vec<_>>(), [Certainty::Definite]);
}

#[test]
fn a_witness_says_that_the_service_comes_first() {
    let found = findings("", CLUSTER_DEFAULT);
    let witness = found[0].when.as_ref().expect("it is possible only");
    assert_eq!(witness.order, ["`Worker` is created before `Attach`"]);
}

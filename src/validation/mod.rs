//! Which properties of resources do not fit the schemas of their types, as data: where, how, and when.
//!
//! The words are the rules'. A schema with alternatives is judged case by case: an alternative fails under a formula, and so does the
//! whole.

mod echo;
mod given;
mod group;
mod list;
mod object;
mod reach;
mod resolved;
mod runtime;
mod scalar;
mod tags;
mod walk;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::config::Day;
use crate::graph::{Resource, ResourceGraph};
use crate::schema::{Facts, Keyword, Regions, RuntimeStage, Schema, TypeFacts, TypeSet};
use crate::syntax::{Function, Node, NodeId};
use crate::template::{Template, Transform};
use crate::text::Span;
use crate::values::{Formula, StackId};

use given::Types;
pub use reach::is_compared;
pub use runtime::runtime_stage;
pub use tags::{TagFault, is_taggable};
use walk::Walker;

/// Something in a resource that does not fit the schema of its type.
#[derive(Clone, Debug)]
pub struct Fault<'t> {
    /// How it does not fit.
    pub kind: Kind<'t>,
    /// Where cfn-lint would report it: the key of a property, an item of a list.
    pub at: Span,
    /// The value.
    pub node: Node<'t>,
    /// Where the value is none that is written in place, what gives it.
    pub given: Option<Given<'t>>,
    /// When it is so, where the resource exists.
    pub when: Formula,
    /// The resource.
    pub resource: Resource<'t>,
    /// The faults that tell it already, from the nearest outwards: that none of several alternatives fits, or that a text is of a wrong
    /// format. It is an echo of them. Empty where it stands for itself.
    pub echo_of: Vec<Kind<'t>>,
}

/// A value that a function gives.
#[derive(Clone, Debug)]
pub struct Given<'t> {
    /// The call, which stands where the value goes.
    pub call: Node<'t>,
    /// What it gives; empty where that is not known.
    pub text: Rc<str>,
    /// Where a parameter or a mapping declares the value.
    pub declared: Option<Node<'t>>,
    /// The property that the value goes into, or whose items it is one of.
    pub property: &'t str,
}

impl<'t> Fault<'t> {
    /// What is given, where a call of `function` gives it.
    #[must_use]
    pub fn given_by(&self, function: Function) -> Option<&Given<'t>> {
        self.given.as_ref().filter(|given| given.call.function().is_some_and(|(called, _)| called == function))
    }
}

/// How a value does not fit.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'t> {
    /// No property of this name.
    UnknownProperty {
        /// The name as written.
        key: Node<'t>,
        /// The object's schema.
        schema: Schema<'static>,
    },
    /// A property that must be there is not.
    MissingProperty(&'static str),
    /// A property that another one needs is not there.
    MissingDependency {
        /// The one that is there.
        of: &'static str,
        /// The one that is not.
        name: &'static str,
        /// `dependentRequired` or `dependencies`.
        keyword: Keyword,
    },
    /// Two properties that exclude each other.
    ExcludedProperty {
        /// One of them.
        with: &'static str,
        /// The other.
        name: &'static str,
    },
    /// None of these properties is there, and one must be.
    NoneOf {
        /// The object's schema, which has the list under `keyword`.
        schema: Schema<'static>,
        /// `requiredXor` or `requiredOr`.
        keyword: Keyword,
    },
    /// More than one of these properties is there.
    SeveralOf {
        /// The object's schema, which has the list under `requiredXor`.
        schema: Schema<'static>,
        /// The one reported here.
        name: &'static str,
    },
    /// Not of one of these types.
    WrongType(TypeSet),
    /// None of the values that are allowed.
    NotAllowed {
        /// The schema that lists them.
        schema: Schema<'static>,
        /// `enum`, `enumCaseInsensitive` or `const`.
        keyword: Keyword,
    },
    /// The text is not of this pattern.
    PatternMismatch(&'static str),
    /// The text is not of this format.
    WrongFormat(&'static str),
    /// Below or above a bound.
    OutOfBounds {
        /// `minLength`, `maxItems`, `minimum` and their kin.
        keyword: Keyword,
        /// The bound.
        limit: f64,
        /// What was counted or read.
        found: f64,
    },
    /// Two items of a list are the same.
    RepeatedItem(Keyword),
    /// Two items of a list are the same, which its schema allows.
    RepeatedValue,
    /// It fits none of several schemas.
    NoAlternative(Schema<'static>),
    /// It fits not exactly one of several schemas.
    NotOneAlternative {
        /// The schema with the alternatives.
        schema: Schema<'static>,
        /// It fits more than one.
        several: bool,
    },
    /// It fits a schema that it must not fit, or the schema allows nothing.
    Forbidden,
    /// A function that gives another type than the property takes.
    GivenType {
        /// Those that it takes.
        expected: TypeSet,
        /// The one that is given.
        given: TypeSet,
    },
    /// `Ref` or `Fn::GetAtt` gives something of a resource, which is not of this format.
    GivenFormat(&'static str),
    /// A tag that no resource can have.
    Tags(TagFault),
    /// The return value that a function names is none of the resource's.
    NoReturnValue,
    /// A runtime of Lambda whose end has begun.
    EndedRuntime(RuntimeStage),
}

/// What resources are compared by.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// What is known of resource types.
    pub facts: Facts<'static>,
    /// The regions that are deployed to; any where it is empty.
    pub regions: &'a [String],
    /// Whether a scalar has to be of the type that is asked for as it is written.
    pub is_strict: bool,
    /// The day on which it is asked, where that is known.
    pub today: Option<Day>,
}

/// What does not fit in the resources of the template that is checked as they are written, in the order of the text of each.
#[must_use]
pub fn faults<'t>(graph: &ResourceGraph<'t>, basis: Basis) -> Vec<Fault<'t>> {
    let values = graph.values();
    let template = values.template(StackId::ROOT);
    // What is deployed is described in other words than a template's.
    if values.is_deployed() {
        return Vec::new();
    }
    let regions = regions_of(basis.facts, basis.regions);
    let mut faults = Faults::default();
    // A template has many resources of few types.
    let mut known = FxHashMap::default();
    let mut types = Types::new(basis.facts);
    let available = |resource_type: &str| {
        let facts = facts_of(basis.facts, resource_type)?;
        let is_there = regions.is_none_or(|regions| facts.is_serverless() || facts.regions().meets(regions));
        is_there.then_some((facts, facts.variant(regions.unwrap_or_default())?))
    };
    for resource in graph.resources() {
        if resource.id.stack != StackId::ROOT {
            continue;
        }
        // A wrong logical ID is what is wrong first: CloudFormation reads no further.
        if !resource.logical_id().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        let resource_type = resource.declaration.resource_type;
        let Some((facts, variant)) = *known.entry(resource_type).or_insert_with(|| available(resource_type)) else { continue };
        let mut walker = Walker::new(values, &mut types, resource);
        walker.is_strict = basis.is_strict;
        walker.more_properties = facts.is_serverless() && has_globals(template, resource.resource_type());
        walker.resource(variant.schema);
        walker.runtime(basis.today);
        for fault in walker.finish() {
            faults.add(values, fault);
        }
    }
    for (section, resource) in globals(graph) {
        let Some((_, variant)) = available(resource.declaration.resource_type) else { continue };
        let mut walker = Walker::new(values, &mut types, resource);
        walker.is_strict = basis.is_strict;
        walker.globals(section, variant.schema);
        for fault in walker.finish() {
            faults.add(values, fault);
        }
    }
    faults.all
}

/// The set of the regions that the user deploys to; `None` where that is not said.
#[must_use]
pub fn regions_of(facts: Facts, names: &[String]) -> Option<Regions> {
    let sets = names.iter().filter_map(|name| facts.region(name));
    (!names.is_empty()).then(|| sets.fold(Regions::default(), Regions::union))
}

/// What is known of a resource type; of a custom one, what all of them have.
#[must_use]
pub fn facts_of(facts: Facts<'static>, resource_type: &str) -> Option<TypeFacts<'static>> {
    // A schema of the user's own may be that of one custom resource.
    let known = facts.resource_type(resource_type);
    known.or_else(|| facts.resource_type("AWS::CloudFormation::CustomResource").filter(|_| resource_type.starts_with("Custom::")))
}

/// Whether a macro rewrites the resources: nobody knows what it makes of them.
#[must_use]
pub fn is_rewritten(template: &Template) -> bool {
    let call = |node: Node| node.get("Fn::Transform").is_some();
    template.has_unknown_transform() || template.tree.root().is_some_and(call) || template.resources.node.is_some_and(call)
}

/// The entries of `Globals` that say something about resources that are there, each with one of these.
fn globals<'t>(graph: &ResourceGraph<'t>) -> Vec<(Node<'t>, Resource<'t>)> {
    let template = graph.values().template(StackId::ROOT);
    let Some(globals) = template.globals.filter(|_| template.transforms.contains(&Transform::Serverless)) else {
        return Vec::new();
    };
    let resources = graph.resources();
    let takes = |resource: &&Resource<'t>, section: &str| {
        let is_of = resource.resource_type().strip_prefix("AWS::Serverless::") == Some(section);
        is_of
            && resource.id.stack == StackId::ROOT
            && resource.declaration.node.get("IgnoreGlobals").and_then(Node::as_str) != Some("*")
    };
    let entries = globals.entries().filter(|entry| entry.value.is_mapping() && entry.value.function().is_none());
    let with_resource = entries.filter_map(|entry| {
        let section = entry.key.as_str()?;
        Some((entry.value, *resources.iter().find(|resource| takes(resource, section))?))
    });
    with_resource.collect()
}

/// Whether `Globals` gives properties to resources of a type of SAM.
fn has_globals(template: &Template, resource_type: &str) -> bool {
    let section = resource_type.strip_prefix("AWS::Serverless::").unwrap_or_default();
    template.globals.is_some_and(|globals| globals.get(section).is_some())
}

/// The place, the kind, the name that tells faults of one kind apart, and the call and text of what a function gives.
type Key<'t> = (Span, std::mem::Discriminant<Kind<'t>>, &'t str, Option<(NodeId, Rc<str>)>);

fn key_of<'t>(fault: &Fault<'t>) -> Key<'t> {
    let given = fault.given.as_ref().map(|given| (given.call.id(), Rc::clone(&given.text)));
    (fault.at, std::mem::discriminant(&fault.kind), fault.kind.name(), given)
}

/// Faults, each once: a text that several resources share, by an alias or a loop, is told once.
#[derive(Debug, Default)]
struct Faults<'t> {
    all: Vec<Fault<'t>>,
    known: FxHashMap<Key<'t>, usize>,
}

impl<'t> Faults<'t> {
    fn add(&mut self, values: &crate::values::Values<'t>, fault: Fault<'t>) {
        let key = key_of(&fault);
        match self.known.get(&key) {
            Some(&index) => {
                let known = &mut self.all[index];
                // What stands for itself somewhere is no echo.
                if fault.echo_of.is_empty() {
                    known.echo_of.clear();
                }
                if known.resource.id == fault.resource.id {
                    known.when = values.formulas.or(known.when, fault.when);
                }
            }
            None => {
                self.known.insert(key, self.all.len());
                self.all.push(fault);
            }
        }
    }
}

impl<'t> Kind<'t> {
    /// Whether something is not there that should be.
    #[must_use]
    pub fn is_lack(self) -> bool {
        let is_few = |keyword| matches!(keyword, Keyword::MinItems | Keyword::MinProperties | Keyword::MinLength);
        match self {
            Self::MissingProperty(_) | Self::MissingDependency { .. } | Self::NoneOf { .. } | Self::Tags(TagFault::NoKey) => true,
            Self::NoAlternative(_) | Self::NotOneAlternative { several: false, .. } => true,
            Self::OutOfBounds { keyword, .. } => is_few(keyword),
            _ => false,
        }
    }

    /// What tells two faults of one kind at one place apart.
    fn name(self) -> &'t str {
        match self {
            Self::MissingProperty(name)
            | Self::MissingDependency { name, .. }
            | Self::ExcludedProperty { name, .. }
            | Self::SeveralOf { name, .. } => name,
            Self::PatternMismatch(text) | Self::WrongFormat(text) | Self::GivenFormat(text) => text,
            Self::OutOfBounds { keyword, .. } | Self::NotAllowed { keyword, .. } | Self::NoneOf { keyword, .. } => {
                keyword.as_str()
            }
            _ => "",
        }
    }
}

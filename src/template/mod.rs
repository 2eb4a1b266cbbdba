//! A template's sections, typed.
//!
//! What a section holds in the wrong shape is left out here and remains in the tree; wording that is the rules' business.
//! Which conditions hold, and what a value becomes, is in `values`.

mod dynamic;
mod expand;
mod faults;
mod gives;
mod intrinsic;
mod made;
mod own_settings;
mod parameter;
mod section;
mod set;
mod stack_exports;
mod substitution;
mod symbols;

use crate::syntax::{Function, Node, Tree};
use crate::text::{Edit, Span};

pub use dynamic::{DynamicReference, dynamic_reference};
pub use expand::{Expansion, expand};
pub use faults::{Fault, FaultKind, FaultSection, Shape};
pub use gives::Gives;
pub use intrinsic::{Attribute, ConditionFunction, Intrinsic};
pub use own_settings::{SettingFault, own_settings};
pub use parameter::{Parameter, ParameterType};
pub use section::{Named, Section};
pub use set::{Export, Member, MemberId, TemplateSet, Ties};
pub use stack_exports::written;
pub use substitution::{Piece, outer_variables, pieces, variables};
pub use symbols::{Occurrence, SymbolKind, occurrences, referable, text_span, variables_of};

/// Pseudo parameters that `Ref` and `Fn::Sub` know.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>.
pub const PSEUDO_PARAMETERS: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// One entry of `Transform`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform<'t> {
    /// `AWS::LanguageExtensions`: expanded here.
    LanguageExtensions,
    /// `AWS::Serverless-2016-10-31`: SAM; its `Globals` are seen, its resources are not generated.
    Serverless,
    /// `AWS::Include`, at the top level: merges a file from S3 that nobody gave us.
    Include,
    /// `AWS::SecretsManager-…`, `AWS::CodeDeployBlueGreen`, `AWS::ServiceCatalog`: change nothing that is written here.
    Aws(&'t str),
    /// Somebody's macro: what it makes of the template is not known.
    Macro(Node<'t>),
}

/// A template. Lookup by name gives the first of two entries of one name.
#[derive(Debug)]
pub struct Template<'t> {
    /// The tree it was read from, loops already expanded.
    pub tree: &'t Tree,
    /// `AWSTemplateFormatVersion`.
    pub format_version: Option<Node<'t>>,
    /// `Description`.
    pub description: Option<Node<'t>>,
    /// `Metadata`.
    pub metadata: Option<Node<'t>>,
    /// SAM's `Globals`.
    pub globals: Option<Node<'t>>,
    /// `Hooks`.
    pub hooks: Option<Node<'t>>,
    /// `Transform`, in order.
    pub transforms: Vec<Transform<'t>>,
    /// `Parameters`.
    pub parameters: Section<'t, Parameter<'t>>,
    /// `Mappings`.
    pub mappings: Section<'t, Mapping<'t>>,
    /// `Conditions`.
    pub conditions: Section<'t, Condition<'t>>,
    /// `Rules`.
    pub rules: Section<'t, AssertionRule<'t>>,
    /// `Resources`.
    pub resources: Section<'t, Resource<'t>>,
    /// `Outputs`.
    pub outputs: Section<'t, Output<'t>>,
    /// Whether it is looked at as if the macros that are not known here changed nothing.
    is_as_written: bool,
    makers: made::Makers<'t>,
}

/// An entry of `Mappings`: top-level key, second-level key, value.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'t> {
    /// The name.
    pub key: Node<'t>,
    /// The two levels.
    pub node: Node<'t>,
}

/// An entry of `Conditions`.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'t> {
    /// The name.
    pub key: Node<'t>,
    /// The condition function.
    pub node: Node<'t>,
}

/// An entry of `Rules`.
#[derive(Clone, Copy, Debug)]
pub struct AssertionRule<'t> {
    /// The name.
    pub key: Node<'t>,
    /// `RuleCondition`: when the assertions count; always where it is `None`.
    pub condition: Option<Node<'t>>,
    /// `Assertions`: a list of `{Assert, AssertDescription}`.
    pub assertions: Option<Node<'t>>,
}

/// An entry of `Resources`.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'t> {
    /// The logical ID.
    pub key: Node<'t>,
    /// Everything below it.
    pub node: Node<'t>,
    /// `Type`; empty where it is missing or no string.
    pub resource_type: &'t str,
    /// `Properties`.
    pub properties: Option<Node<'t>>,
    /// `Condition`.
    pub condition: Option<Node<'t>>,
    /// `DependsOn`: one name or a list of them.
    pub depends_on: Option<Node<'t>>,
    /// `Metadata`.
    pub metadata: Option<Node<'t>>,
}

/// An entry of `Outputs`.
#[derive(Clone, Copy, Debug)]
pub struct Output<'t> {
    /// The name.
    pub key: Node<'t>,
    /// `Value`.
    pub value: Option<Node<'t>>,
    /// `Condition`.
    pub condition: Option<Node<'t>>,
    /// `Export.Name`.
    pub export_name: Option<Node<'t>>,
}

/// A call of a function.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    /// The call.
    pub node: Node<'t>,
    /// What it calls.
    pub function: Function,
    /// What it is given.
    pub argument: Node<'t>,
}

impl<'t> Call<'t> {
    /// The call with its arguments as the function takes them.
    #[must_use]
    pub fn intrinsic(self) -> Intrinsic<'t> {
        Intrinsic::of(self.node).unwrap_or(Intrinsic::Malformed(self.function, self.argument))
    }
}

/// Every call of a function in a value, in the order of the text.
pub fn calls(node: Node<'_>) -> impl Iterator<Item = Call<'_>> {
    node.calls().map(|(function, node, argument)| Call { node, function, argument })
}

impl<'t> Resource<'t> {
    /// The logical ID.
    #[must_use]
    pub fn logical_id(&self) -> &'t str {
        self.key.as_str().unwrap_or_default()
    }

    /// The names in `DependsOn`, each with its node.
    pub fn depends_on(&self) -> impl Iterator<Item = (&'t str, Node<'t>)> + use<'t> {
        let list = self.depends_on.filter(|node| node.is_sequence()).into_iter().flat_map(Node::items);
        let single = self.depends_on.filter(|node| !node.is_sequence());
        list.chain(single).filter_map(|node| Some((node.as_str()?, node)))
    }
}

impl Resource<'_> {
    /// The change that takes a name out of `DependsOn`.
    #[must_use]
    pub fn without_dependency(&self, name: &str) -> Option<Edit> {
        match self.depends_on.filter(|list| list.is_sequence() && list.len() > 1) {
            Some(list) => list.items().position(|item| item.as_str() == Some(name)).and_then(|index| list.remove_item(index)),
            None => self.node.remove_entry("DependsOn"),
        }
    }
}

impl<'t> Template<'t> {
    /// Reads the sections of a tree.
    #[must_use]
    pub fn new(tree: &'t Tree) -> Self {
        let mut template = Self {
            tree,
            format_version: None,
            description: None,
            metadata: None,
            globals: None,
            hooks: None,
            transforms: Vec::new(),
            parameters: Section::empty(),
            mappings: Section::empty(),
            conditions: Section::empty(),
            rules: Section::empty(),
            resources: Section::empty(),
            outputs: Section::empty(),
            is_as_written: false,
            makers: made::Makers::default(),
        };
        let Some(root) = tree.root() else { return template };
        for entry in root.entries() {
            let value = entry.value;
            match entry.key.as_str().unwrap_or_default() {
                "AWSTemplateFormatVersion" => template.format_version = Some(value),
                "Description" => template.description = Some(value),
                "Metadata" => template.metadata = Some(value),
                "Globals" => template.globals = Some(value),
                "Hooks" => template.hooks = Some(value),
                "Transform" => template.transforms = transforms(value),
                "Parameters" => template.parameters.read(value, |key, node| Some(Parameter::new(key, node))),
                "Mappings" => template.mappings.read(value, |key, node| Some(Mapping { key, node })),
                "Conditions" => template.conditions.read(value, |key, node| Some(Condition { key, node })),
                "Rules" => template.rules.read(value, |key, node| {
                    Some(AssertionRule { key, condition: node.get("RuleCondition"), assertions: node.get("Assertions") })
                }),
                "Resources" => template.resources.read(value, resource),
                "Outputs" => template.outputs.read(value, |key, node| {
                    let export_name = node.get("Export").and_then(|export| export.get("Name"));
                    Some(Output { key, value: node.get("Value"), condition: node.get("Condition"), export_name })
                }),
                _ => {}
            }
        }
        template.makers = made::Makers::of(root, &template.resources);
        template
    }

    /// Reads the sections of a tree as they are written: as if the macros that are not known here changed nothing.
    #[must_use]
    pub fn as_written(tree: &'t Tree) -> Self {
        Self { is_as_written: true, ..Self::new(tree) }
    }

    /// Whether a macro rewrites the template in a way that is not known here.
    #[must_use]
    pub fn has_unknown_transform(&self) -> bool {
        !self.is_as_written && self.has_macro()
    }

    /// Whether a macro that is not known here reads the template: it may use whatever is declared.
    #[must_use]
    pub fn has_macro(&self) -> bool {
        self.transforms.iter().any(|transform| matches!(transform, Transform::Macro(_) | Transform::Include))
    }

    /// Whether the text has loops; what one is over may not be known, and then its body keeps the names as they are written.
    #[must_use]
    pub fn has_loops(&self) -> bool {
        self.tree.source().contains("Fn::ForEach::")
    }

    /// Every call of a function in the template, in the order of the text.
    pub fn calls(&self) -> impl Iterator<Item = Call<'t>> + use<'t> {
        self.tree.root().into_iter().flat_map(calls)
    }

    /// The template as written under `Resources.ID`, for a finding that has no better place.
    #[must_use]
    pub fn resource_span(&self, logical_id: &str) -> Option<Span> {
        self.resources.get(logical_id).map(|resource| resource.key.span())
    }
}

/// The transforms named at `node`: one name, a list of names, or mappings with `Name`.
fn transforms(node: Node<'_>) -> Vec<Transform<'_>> {
    if node.is_sequence() { node.items().map(transform).collect() } else { vec![transform(node)] }
}

fn transform(node: Node<'_>) -> Transform<'_> {
    match node.as_str().or_else(|| node.get("Name").and_then(Node::as_str)).unwrap_or_default() {
        "AWS::LanguageExtensions" => Transform::LanguageExtensions,
        "AWS::Serverless-2016-10-31" => Transform::Serverless,
        "AWS::Include" => Transform::Include,
        name if name.starts_with("AWS::") => Transform::Aws(name),
        _ => Transform::Macro(node),
    }
}

fn resource<'t>(key: Node<'t>, node: Node<'t>) -> Option<Resource<'t>> {
    if !node.is_mapping() {
        return None;
    }
    let mut resource =
        Resource { key, node, resource_type: "", properties: None, condition: None, depends_on: None, metadata: None };
    for entry in node.entries() {
        match entry.key.as_str().unwrap_or_default() {
            "Type" => resource.resource_type = entry.value.as_str().unwrap_or_default(),
            "Properties" => resource.properties = Some(entry.value),
            "Condition" => resource.condition = Some(entry.value),
            "DependsOn" => resource.depends_on = Some(entry.value),
            "Metadata" => resource.metadata = Some(entry.value),
            _ => {}
        }
    }
    Some(resource)
}

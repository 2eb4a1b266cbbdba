//! What may be typed at a place.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::cursor::{self, Cursor, Slot, Step};
use super::facts;
use super::hover;
use super::view::{OWN, View};
use crate::syntax::{Function, Node};
use crate::template::{Named, PSEUDO_PARAMETERS, Template, written};
use crate::text::Span;

/// Kinds of completions in the protocol.
const FUNCTION: u8 = 3;
const VARIABLE: u8 = 6;
const CLASS: u8 = 7;
const MODULE: u8 = 9;
const PROPERTY: u8 = 10;
const ENUM: u8 = 13;
const REFERENCE: u8 = 18;
const CONSTANT: u8 = 21;

/// The sections of a template.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>.
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
];

/// What an entry of `Parameters` may have.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.
const PARAMETER_ATTRIBUTES: [&str; 11] = [
    "Type",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "Description",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
    "NoEcho",
];

/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>.
const PARAMETER_TYPES: [&str; 23] = [
    "String",
    "Number",
    "CommaDelimitedList",
    "List<Number>",
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "List<AWS::EC2::AvailabilityZone::Name>",
    "List<AWS::EC2::SecurityGroup::Id>",
    "List<AWS::EC2::Subnet::Id>",
    "List<AWS::EC2::VPC::Id>",
    "AWS::SSM::Parameter::Name",
    "AWS::SSM::Parameter::Value<String>",
    "AWS::SSM::Parameter::Value<List<String>>",
    "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    "AWS::SSM::Parameter::Value<CommaDelimitedList>",
];

/// What an entry of `Resources` may have.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html>.
const RESOURCE_ATTRIBUTES: [&str; 9] = [
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    "Metadata",
];

const OUTPUT_ATTRIBUTES: [&str; 4] = ["Value", "Description", "Export", "Condition"];
const RULE_ATTRIBUTES: [&str; 2] = ["RuleCondition", "Assertions"];
const ASSERTION_ATTRIBUTES: [&str; 2] = ["Assert", "AssertDescription"];

/// Keys whose value is a mapping, which is typed in the next line.
const MAPPINGS: [&str; 11] = [
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
    "Hooks",
    "Properties",
    "Export",
    "UpdatePolicy",
];

/// Functions that only `Conditions` and `Rules` know.
const CONDITION_FUNCTIONS: [Function; 4] = [Function::Equals, Function::And, Function::Or, Function::Not];
const RULE_FUNCTIONS: [Function; 6] = [
    Function::Contains,
    Function::EachMemberEquals,
    Function::EachMemberIn,
    Function::RefAll,
    Function::ValueOf,
    Function::ValueOfAll,
];

struct Item<'t> {
    label: &'t str,
    kind: u8,
    detail: String,
    /// Behind others, where it is larger.
    rank: u8,
}

fn item(label: &str, kind: u8) -> Item<'_> {
    Item { label, kind, detail: String::new(), rank: 1 }
}

struct Completer<'v, 't> {
    view: &'v View<'t>,
    template: Template<'t>,
    cursor: Cursor,
    is_json: bool,
    /// There is more than is offered, and the editor asks again with the next letter.
    is_cut: Cell<bool>,
}

pub(super) fn completions(view: &View, offset: u32) -> Value {
    let source = view.source();
    let tree = view.world.parsed(OWN).written();
    let is_json = source.name().ends_with(".json") || source.text().trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let is_comment = tree.comments().iter().any(|comment| comment.start < offset && offset <= comment.end);
    if is_comment {
        return json!({"isIncomplete": false, "items": []});
    }
    let cursor = cursor::at(source.text(), offset as usize, is_json);
    let completer = Completer { view, template: view.written(OWN), cursor, is_json, is_cut: Cell::new(false) };
    let items = completer.all();
    json!({"isIncomplete": completer.is_cut.get(), "items": items})
}

impl<'t> Completer<'_, 't> {
    fn all(&self) -> Vec<Value> {
        let path: Vec<&str> = self.cursor.path.iter().map(step).collect();
        if let Some(open) = self.open_variable() {
            return self.referable().iter().map(|item| self.word(item, Span::new(open, self.cursor.span.end))).collect();
        }
        if let Some(tag) = self.cursor.tag.as_deref() {
            let function = if matches!(tag, "Ref" | "Condition") { tag.to_owned() } else { format!("Fn::{tag}") };
            return self.argument(&function, 0);
        }
        match self.function_around() {
            Some((function, argument)) if self.cursor.slot == Slot::Value => {
                let mut all = self.argument(function, argument);
                if all.is_empty() || argument > 0 {
                    all.extend(self.functions(false));
                }
                return all;
            }
            _ => {}
        }
        match (path.as_slice(), self.cursor.slot) {
            ([], Slot::Key) => self.keys(&SECTIONS, MODULE),
            (["Parameters", _], Slot::Key) => self.keys(&PARAMETER_ATTRIBUTES, PROPERTY),
            (["Parameters", _, "Type"], _) => self.words(PARAMETER_TYPES.iter().map(|name| item(name, CLASS))),
            (["Parameters", _, "NoEcho"], _) => self.words(["true", "false"].into_iter().map(|word| item(word, ENUM))),
            (["Parameters", name, "Default"], _) => self.allowed_values(name),
            (["AWSTemplateFormatVersion"], _) => self.words(std::iter::once(item("2010-09-09", CONSTANT))),
            (["Transform", ..], _) => self.words(
                ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", "AWS::Include"]
                    .into_iter()
                    .map(|name| item(name, CONSTANT)),
            ),
            (["Conditions", _], Slot::Key) | (["Conditions", _, ..], _) => self.functions(self.cursor.slot == Slot::Key),
            (["Rules", _], Slot::Key) => self.keys(&RULE_ATTRIBUTES, PROPERTY),
            (["Rules", _, "Assertions", _], Slot::Key) => self.keys(&ASSERTION_ATTRIBUTES, PROPERTY),
            (["Rules", ..], _) => self.functions(self.cursor.slot == Slot::Key),
            (["Resources", _], Slot::Key) => self.keys(&RESOURCE_ATTRIBUTES, PROPERTY),
            (["Resources", _, "Type"], _) => {
                let (types, is_cut) = facts::resource_types(self.view, &self.cursor.prefix);
                self.is_cut.set(is_cut);
                self.words(types.into_iter().map(|(name, is_used)| Item { rank: u8::from(!is_used), ..item(name, CLASS) }))
            }
            (["Resources", _, "Condition"] | ["Outputs", _, "Condition"], _) => self.conditions(),
            (["Resources", name, "DependsOn", ..], Slot::Value) => {
                let others = self.template.resources.iter().filter(|resource| resource.logical_id() != *name);
                self.words(
                    others.map(|resource| Item {
                        detail: resource.resource_type.to_owned(),
                        ..item(resource.logical_id(), REFERENCE)
                    }),
                )
            }
            (["Resources", _, "DeletionPolicy"], _) => {
                self.words(["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"].into_iter().map(|word| item(word, ENUM)))
            }
            (["Resources", _, "UpdateReplacePolicy"], _) => {
                self.words(["Delete", "Retain", "Snapshot"].into_iter().map(|word| item(word, ENUM)))
            }
            (["Resources", name, "Properties", "Parameters"], Slot::Key) if self.child(name).is_some() => {
                self.parameters_of_child(name)
            }
            (["Resources", name, "Properties", below @ ..], Slot::Key) => {
                let resource_type = self.template.resources.get(name).map_or("", |resource| resource.resource_type);
                let mut all = self.properties(resource_type, below);
                if !below.is_empty() && self.cursor.before.is_empty() {
                    all.extend(self.functions(true));
                }
                all
            }
            (["Outputs", _], Slot::Key) => self.keys(&OUTPUT_ATTRIBUTES, PROPERTY),
            (["Outputs", _, "Export"], Slot::Key) => self.keys(&["Name"], PROPERTY),
            (["Resources", name, "Properties", below @ ..], Slot::Value) => {
                let resource_type = self.template.resources.get(name).map_or("", |resource| resource.resource_type);
                let values = facts::allowed_values(self.view.analysis.facts(), resource_type, below);
                let mut all = match below.last() {
                    // The first key of an item.
                    Some(&"[]") if self.cursor.tag.is_none() => self.properties(resource_type, below),
                    _ => Vec::new(),
                };
                all.extend(self.words(values.iter().map(|value| Item { rank: 0, ..item(value, ENUM) })));
                all.extend(self.functions(false));
                all
            }
            (["Resources", _, _, ..] | ["Outputs", _, "Value" | "Export", ..] | ["Globals", _, ..], slot) => {
                self.functions(slot == Slot::Key)
            }
            _ => Vec::new(),
        }
    }

    /// Where the variable starts that is being typed in an `Fn::Sub`.
    fn open_variable(&self) -> Option<u32> {
        let is_sub =
            self.cursor.tag.as_deref() == Some("Sub") || self.cursor.path.iter().any(|step| self::step(step) == "Fn::Sub");
        let text = &self.cursor.prefix;
        let open = text.rfind("${").filter(|open| !text[*open..].contains('}') && !text[*open..].starts_with("${!"));
        if let Some(open) = open {
            // In the lines of a block of text there are no keys, though it looks so.
            return (is_sub || self.cursor.slot == Slot::Key).then_some(self.cursor.span.start + open as u32 + 2);
        }
        // A block of text under `!Sub |`: the cursor is in none of its lines' keys.
        let source = self.view.source();
        let line = source.line_text(source.lines().line_of(self.cursor.span.end) - 1);
        let start = source.lines().start(source.lines().line_of(self.cursor.span.end))?;
        let typed = line.get(..(self.cursor.span.end - start) as usize)?;
        let open = typed.rfind("${").filter(|open| !typed[*open..].contains('}') && !typed[*open..].starts_with("${!"))?;
        Some(start + open as u32 + 2)
    }

    /// The innermost function whose argument the cursor is in, and the number of the argument.
    fn function_around(&self) -> Option<(&str, usize)> {
        match self.cursor.path.as_slice() {
            [.., Step::Key(name), Step::Item(index)] if Function::from_long(name).is_some() => Some((name, *index)),
            [.., Step::Key(name)] if Function::from_long(name).is_some() && name != "Condition" => Some((name, 0)),
            _ => None,
        }
    }

    fn argument(&self, function: &str, index: usize) -> Vec<Value> {
        match (function, index) {
            ("Ref", _) => self.words(self.referable().into_iter()),
            ("Fn::GetAtt", 0) => match self.cursor.prefix.split_once('.') {
                Some((resource, _)) => self.return_values(resource, true),
                None => self.words(self.template.resources.iter().map(|resource| Item {
                    detail: resource.resource_type.to_owned(),
                    ..item(resource.logical_id(), REFERENCE)
                })),
            },
            ("Fn::GetAtt", 1) => match self.earlier_items().first() {
                Some(resource) => self.return_values(resource, false),
                None => Vec::new(),
            },
            ("Fn::If" | "Condition", 0) => self.conditions(),
            ("Fn::And" | "Fn::Or" | "Fn::Not", _) => self.functions(self.cursor.slot == Slot::Key),
            ("Fn::FindInMap", 0) => self.words(self.template.mappings.iter().map(|mapping| item(mapping.name(), MODULE))),
            ("Fn::FindInMap", 1 | 2) => {
                let named = self.earlier_items().first().and_then(|name| self.template.mappings.get(name));
                let mut names = BTreeSet::new();
                for mapping in
                    self.template.mappings.iter().filter(|mapping| named.is_none_or(|named| named.name() == mapping.name()))
                {
                    for top in mapping.node.entries() {
                        match index {
                            1 => names.extend(top.key.as_str()),
                            _ => names.extend(top.value.entries().filter_map(|entry| entry.key.as_str())),
                        }
                    }
                }
                self.words(names.into_iter().map(|name| item(name, CONSTANT)))
            }
            ("Fn::ImportValue", _) => {
                let exports = self.view.set.members().iter().skip(1).flat_map(|member| member.template.outputs.iter());
                let names: BTreeSet<String> = exports.filter_map(|output| output.export_name.and_then(written)).collect();
                names.iter().map(|name| self.plain(&item(name, REFERENCE), self.cursor.span)).collect()
            }
            ("Fn::Transform", _) => self.words(std::iter::once(item("AWS::Include", CONSTANT))),
            _ => Vec::new(),
        }
    }

    /// The scalars before the cursor in the same list, as they are written in one line.
    fn earlier_items(&self) -> Vec<String> {
        let source = self.view.source();
        let before = &source.text()[..self.cursor.span.start as usize];
        let open = before.rfind('[').filter(|open| !before[*open..].contains('\n') || self.is_json);
        let in_line = open.map(|open| &before[open + 1..]);
        let clean = |item: &str| item.trim().trim_matches(['"', '\'']).to_owned();
        match in_line {
            Some(items) => items.split(',').map(clean).filter(|item| !item.is_empty()).collect(),
            // Items of a block list, each on its line.
            None => {
                let dashed = before.lines().rev().skip(1).map(str::trim).take_while(|line| line.starts_with("- "));
                let mut items: Vec<String> = dashed.map(|line| clean(&line[2..])).collect();
                items.reverse();
                items
            }
        }
    }

    fn return_values(&self, resource: &str, with_resource: bool) -> Vec<Value> {
        let Some(declared) = self.template.resources.get(resource) else { return Vec::new() };
        let known = facts::return_values(self.view.analysis.facts(), declared.resource_type);
        let mut names: Vec<String> = known.into_iter().map(str::to_owned).collect();
        if let Some(child) = self.child(resource) {
            names.extend(child.outputs.iter().map(|output| format!("Outputs.{}", output.name())));
        }
        let whole = |name: String| if with_resource { format!("{resource}.{name}") } else { name };
        let names: Vec<String> = names.into_iter().map(whole).collect();
        names.iter().map(|name| self.plain(&item(name, PROPERTY), self.cursor.span)).collect()
    }

    /// The template that a nested stack is made of.
    fn child(&self, resource: &str) -> Option<&'t Template<'t>> {
        let own = self.view.set.member(OWN);
        let index = own.template.resources.index(resource)? as u32;
        Some(self.view.set.member(*own.children.get(&index)?).template)
    }

    fn parameters_of_child(&self, resource: &str) -> Vec<Value> {
        let Some(child) = self.child(resource) else { return Vec::new() };
        let open = child.parameters.iter().filter(|parameter| !self.cursor.before.iter().any(|known| known == parameter.name()));
        let items = open.map(|parameter| {
            let is_required = parameter.default.is_none();
            let detail = if is_required { "required".to_owned() } else { "has a default".to_owned() };
            Item { detail, rank: u8::from(!is_required), ..item(parameter.name(), PROPERTY) }
        });
        items.map(|item| self.key(&item)).collect()
    }

    /// What `Ref` and `Fn::Sub` know.
    fn referable(&self) -> Vec<Item<'t>> {
        let parameters = self.template.parameters.iter().map(|parameter| {
            let detail = parameter.node.get("Type").and_then(Node::as_str).unwrap_or_default().to_owned();
            Item { detail, rank: 0, ..item(parameter.name(), VARIABLE) }
        });
        let resources = self
            .template
            .resources
            .iter()
            .map(|resource| Item { detail: resource.resource_type.to_owned(), ..item(resource.logical_id(), REFERENCE) });
        let pseudo = PSEUDO_PARAMETERS.iter().map(|name| Item {
            detail: hover::pseudo_parameter(name).to_owned(),
            rank: 2,
            ..item(name, CONSTANT)
        });
        parameters.chain(resources).chain(pseudo).collect()
    }

    fn conditions(&self) -> Vec<Value> {
        self.words(self.template.conditions.iter().map(|condition| item(condition.name(), VARIABLE)))
    }

    fn allowed_values(&self, parameter: &str) -> Vec<Value> {
        let allowed = self.template.parameters.get(parameter).and_then(|parameter| parameter.allowed_values);
        self.words(allowed.into_iter().flat_map(Node::items).filter_map(Node::as_str).map(|value| item(value, ENUM)))
    }

    /// The functions that may stand here: as keys, or as tags where the format has them.
    fn functions(&self, as_keys: bool) -> Vec<Value> {
        let (in_conditions, in_rules) = match self.cursor.path.first() {
            Some(Step::Key(section)) => (section == "Conditions", section == "Rules"),
            _ => (false, false),
        };
        let fits = |function: &&Function| match function {
            Function::Condition => in_conditions,
            function if CONDITION_FUNCTIONS.contains(function) => in_conditions || in_rules,
            function if RULE_FUNCTIONS.contains(function) => in_rules,
            _ => true,
        };
        let functions = Function::ALL.iter().filter(fits);
        if as_keys || self.is_json {
            let names = functions.map(|function| Item { rank: 3, ..item(function.long(), FUNCTION) });
            return if as_keys {
                names.map(|item| self.key(&item)).collect()
            } else {
                names.map(|item| self.object(&item)).collect()
            };
        }
        // Those that have no short form are of `Rules`, and `Fn::Transform` and others that take a mapping.
        let tags: Vec<String> = functions.map(|function| format!("!{}", function.short())).collect();
        if self.cursor.quoted {
            return Vec::new();
        }
        tags.iter().map(|tag| self.tag(tag)).collect()
    }

    fn tag(&self, tag: &str) -> Value {
        let mut value = self.plain(&Item { rank: 3, ..item(tag, FUNCTION) }, self.cursor.span);
        value["textEdit"]["newText"] = json!(format!("{tag} "));
        value
    }

    /// A call in JSON where a value may stand.
    fn object(&self, item: &Item) -> Value {
        let mut value = self.plain(item, self.cursor.span);
        if !self.cursor.quoted {
            value["textEdit"]["newText"] = json!(format!("{{\"{}\": }}", item.label));
        }
        value
    }

    /// Those that are not written yet, first those that must be.
    fn properties(&self, resource_type: &str, below: &[&str]) -> Vec<Value> {
        let all = facts::properties(self.view.analysis.facts(), resource_type, below).into_iter();
        let missing = all.filter(|property| !self.cursor.before.iter().any(|known| known == property.name));
        let items = missing.map(|property| {
            let detail = if property.is_required { format!("{}, required", property.takes) } else { property.takes };
            let is_block = property.is_block && !self.is_json;
            (Item { detail, rank: u8::from(!property.is_required), ..item(property.name, PROPERTY) }, is_block)
        });
        items.map(|(item, is_block)| self.key_of(&item, is_block)).collect()
    }

    fn keys(&self, names: &[&str], kind: u8) -> Vec<Value> {
        let missing = names.iter().filter(|name| !self.cursor.before.iter().any(|known| known == **name));
        let ranked = missing.enumerate().map(|(rank, name)| Item { rank: rank as u8, ..item(name, kind) });
        ranked.map(|item| self.key(&item)).collect()
    }

    /// A key, with what has to stand behind it.
    fn key(&self, item: &Item) -> Value {
        self.key_of(item, MAPPINGS.contains(&item.label))
    }

    /// A key whose value stands below it, where `is_block`.
    fn key_of(&self, item: &Item, is_block: bool) -> Value {
        let source = self.view.source();
        let rest = &source.text()[self.cursor.span.end as usize..];
        let rest =
            rest.lines().next().unwrap_or_default().trim_start_matches(|c: char| c.is_alphanumeric() || c == '"').trim_start();
        let has_colon = rest.starts_with(':');
        let mut value = self.plain(item, self.cursor.span);
        let name = item.label;
        let text = match (self.is_json, self.cursor.quoted, has_colon) {
            (_, true, _) | (false, false, true) => name.to_owned(),
            (true, false, true) => format!("\"{name}\""),
            (true, false, false) => format!("\"{name}\": "),
            (false, false, false) if is_block => {
                let position = self.view.range(self.cursor.span).start;
                format!("{name}:\n{}", " ".repeat(position.character as usize + 2))
            }
            (false, false, false) => format!("{name}: "),
        };
        value["textEdit"]["newText"] = json!(text);
        value
    }

    fn words<'a>(&self, items: impl Iterator<Item = Item<'a>>) -> Vec<Value> {
        items.map(|item| self.word(&item, self.cursor.span)).collect()
    }

    /// A value; in JSON it stands in quotes.
    fn word(&self, item: &Item, span: Span) -> Value {
        let mut value = self.plain(item, span);
        if self.is_json && !self.cursor.quoted {
            value["textEdit"]["newText"] = json!(format!("\"{}\"", item.label));
        }
        value
    }

    fn plain(&self, item: &Item, span: Span) -> Value {
        let mut value = json!({
            "label": item.label, "kind": item.kind,
            "sortText": format!("{:02}{}", item.rank, item.label),
            "textEdit": {"range": self.view.range(span), "newText": item.label},
        });
        if !item.detail.is_empty() {
            value["detail"] = json!(item.detail);
        }
        value
    }
}

fn step(step: &Step) -> &str {
    match step {
        Step::Key(key) => key,
        Step::Item(_) => "[]",
    }
}

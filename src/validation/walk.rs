//! One value against one schema, keyword by keyword.

use super::given::Types;
use super::object::{Declared, Properties};
use super::scalar::Said;
use super::{Fault, Kind};
use crate::graph::Resource;
use crate::schema::table::{Value, ValueId};
use crate::schema::{Facts, Keyword, Schema, TypeSet};
use crate::syntax::{Function, Node, ScalarValue};
use crate::template::Intrinsic;
use crate::text::Span;
use crate::values::{Expression, Formula, Found, StackId, Values};

/// Most pairs of value and schema that are compared for one resource; past them nothing is reported any more.
///
/// The largest resource seen in 3,802 public templates takes fewer than 20,000.
const MAX_STEPS: u32 = 500_000;

/// Deepest nesting of values and of schemas in schemas that is followed: a schema of the user's own may contain itself without end.
const MAX_NESTED: u32 = 400;

/// A value, where a fault of it is reported, and when it stands there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'t> {
    pub(super) node: Node<'t>,
    pub(super) at: Span,
    /// Where a fault of the whole is reported: the key, even where `Fn::If` chooses between several values below it.
    pub(super) key: Span,
    pub(super) when: Formula,
}

impl<'t> Site<'t> {
    pub(super) fn new(node: Node<'t>, at: Span, when: Formula) -> Self {
        Self { node, at, key: at, when }
    }

    /// The place of faults of the whole.
    pub(super) fn whole(self) -> Self {
        Self { at: self.key, ..self }
    }
}

/// A value as what it is, read once for all that a schema says of it.
pub(super) enum Shape<'t> {
    Scalar(Said<'t>),
    Mapping(Properties<'t>),
    List,
}

impl<'t> Shape<'t> {
    fn of(node: Node<'t>) -> Self {
        match node.scalar() {
            Some(scalar) => Self::Scalar(Said::of(scalar)),
            None if node.is_mapping() => Self::Mapping(Properties::of(node)),
            None => Self::List,
        }
    }
}

/// What was found out about a value and a schema.
#[derive(Debug, Default)]
pub(super) struct Outcome<'t> {
    pub(super) faults: Vec<Fault<'t>>,
    /// When a function or the budget hid something.
    pub(super) unknown: Vec<Formula>,
}

/// An alternative: when the value certainly does not fit it, when that is not known, and what does not fit.
#[derive(Debug)]
struct Judged<'t> {
    fails: Formula,
    unknown: Formula,
    faults: Vec<Fault<'t>>,
}

/// Compares a resource with the schema of its type.
#[derive(Debug)]
pub(super) struct Walker<'v, 't> {
    pub(super) values: &'v Values<'t>,
    pub(super) facts: Facts<'static>,
    pub(super) types: &'v mut Types<'t>,
    pub(super) resource: Resource<'t>,
    /// `Globals` may give the resource properties that are not written in it.
    pub(super) more_properties: bool,
    /// Whether a scalar has to be of the type that is asked for as it is written.
    pub(super) is_strict: bool,
    pub(super) outcome: Outcome<'t>,
    /// The properties from the resource to what is looked at.
    pub(super) path: Vec<&'t str>,
    /// How many alternatives are around what is looked at.
    pub(super) alternatives: u32,
    steps: u32,
    /// How many values and schemas are around what is looked at.
    nested: u32,
}

impl<'v, 't> Walker<'v, 't> {
    pub(super) fn new(values: &'v Values<'t>, types: &'v mut Types<'t>, resource: Resource<'t>) -> Self {
        let outcome = Outcome::default();
        Self {
            values,
            facts: types.facts,
            types,
            resource,
            more_properties: false,
            is_strict: false,
            outcome,
            path: Vec::new(),
            alternatives: 0,
            steps: 0,
            nested: 0,
        }
    }

    /// Compares the properties with the schema of the type.
    pub(super) fn resource(&mut self, schema: Schema<'static>) {
        let declaration = self.resource.declaration;
        let at = declaration.node.entry("Properties").map_or(declaration.key.span(), |entry| entry.key.span());
        let when = self.resource.when;
        match declaration.properties {
            Some(node) if !node.is_mapping() && node.function().is_none() && node.other_tag().is_none() && !node.is_null() => {
                self.fault(Site::new(node, at, when), Kind::WrongType(TypeSet::OBJECT));
            }
            // Where a line is not read, what is empty may be full.
            Some(node) if node.is_null() && node.tree().is_damaged() => {}
            Some(node) if node.is_null() || Intrinsic::of(node) == Some(Intrinsic::Ref("AWS::NoValue")) => {
                let at = node.entry("Ref").map_or(at, |entry| entry.key.span());
                self.fault(Site::new(node, at, when), Kind::WrongType(TypeSet::OBJECT));
            }
            Some(node) => {
                let site = Site::new(node, at, when);
                self.value(site, schema);
                self.tags(site, schema);
            }
            // What is required is missing as from an empty mapping.
            None => self.missing_properties(Site::new(declaration.node, at, when), schema),
        }
    }

    /// Compares each property that `Globals` gives to resources like this one; what is missing there may stand in the resources.
    pub(super) fn globals(&mut self, section: Node<'t>, schema: Schema<'static>) {
        for entry in section.entries() {
            let name = entry.key.as_str().unwrap_or_default();
            let site = Site::new(entry.value, entry.key.span(), self.resource.when);
            self.path.push(name);
            match schema.property(name) {
                Some(property) => self.value(site, property),
                None if !schema.takes_others() => {
                    self.fault(site, Kind::UnknownProperty { key: entry.key, schema });
                }
                None => {}
            }
            self.path.pop();
        }
        self.outcome.faults.retain(|fault| !fault.kind.is_lack());
    }

    pub(super) fn finish(self) -> Vec<Fault<'t>> {
        if self.steps >= MAX_STEPS { Vec::new() } else { self.outcome.faults }
    }

    pub(super) fn fault(&mut self, site: Site<'t>, kind: Kind<'t>) {
        let Site { node, at, when, .. } = site;
        self.outcome.faults.push(Fault { kind, at, node, given: None, when, resource: self.resource, echo_of: Vec::new() });
    }

    pub(super) fn unknown(&mut self, when: Formula) {
        self.outcome.unknown.push(when);
    }

    /// What `walk` finds out, which is not yet taken as a fault.
    pub(super) fn apart(&mut self, walk: impl FnOnce(&mut Self)) -> Outcome<'t> {
        let around = std::mem::take(&mut self.outcome);
        walk(self);
        std::mem::replace(&mut self.outcome, around)
    }

    /// Compares a value, in each case, with a schema.
    pub(super) fn value(&mut self, site: Site<'t>, schema: Schema<'static>) {
        match site.node.function() {
            None => self.plain(site, schema),
            Some((Function::If, _)) => {
                let expression = Expression { stack: StackId::ROOT, node: site.node };
                for choice in self.values.choices(expression, site.when) {
                    let when = choice.when;
                    match choice.found {
                        Found::Absent => {}
                        Found::Unknown(_) => self.unknown(when),
                        Found::Written(Expression { node, .. }) => {
                            let at = if node == site.node { site.at } else { place_of(node) };
                            // An item of a list has no key, and is told apart by the branch it stands in.
                            let key = if site.key == site.node.span() { at } else { site.key };
                            let site = Site { node, at, when, key };
                            if node.function().is_some() { self.call(site, schema) } else { self.plain(site, schema) }
                        }
                    }
                }
            }
            Some(_) if Intrinsic::of(site.node) == Some(Intrinsic::Ref("AWS::NoValue")) => {}
            Some(_) => self.call(site, schema),
        }
    }

    pub(super) fn plain(&mut self, site: Site<'t>, schema: Schema<'static>) {
        if !self.may_go_on() || self.nested >= MAX_NESTED {
            return self.unknown(site.when);
        }
        self.nested += 1;
        self.compared(site, schema);
        self.nested -= 1;
    }

    /// Whether there is room for one more comparison.
    pub(super) fn may_go_on(&mut self) -> bool {
        self.steps += 1;
        self.steps < MAX_STEPS
    }

    fn compared(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let node = site.node;
        let schema = schema.resolved();
        let shape = Shape::of(node);
        if let Shape::Scalar(said) = &shape
            && said.is_nothing()
        {
            // CloudFormation takes no null; a schema says so only where it lists the values.
            for keyword in [Keyword::Enum, Keyword::EnumCaseInsensitive] {
                if schema.get(keyword).is_some() {
                    self.fault(site, Kind::NotAllowed { schema, keyword });
                }
            }
            return;
        }
        if node.len() == 1 && node.get("Fn::Transform").is_some() {
            return self.unknown(site.when);
        }
        if node.other_tag().is_some() {
            return self.unknown_function(site, schema);
        }
        if let Some(text) = node.as_str()
            && (is_dynamic(text) || text.starts_with("AWS::") && crate::template::PSEUDO_PARAMETERS.contains(&text))
        {
            return self.unknown(site.when);
        }
        let from = self.outcome.faults.len();
        let mut declared = Declared::default();
        for (key, value) in schema.object().ids() {
            match Keyword::ALL.get(key.0 as usize) {
                Some(Keyword::Properties) => declared.by_name = Some(value),
                Some(Keyword::PatternProperties) => declared.by_pattern = Some(value),
                Some(Keyword::AdditionalProperties) => declared.others = Some(value),
                Some(&keyword) => self.keyword(site, schema, (keyword, value), &shape),
                None => {}
            }
        }
        if let Shape::Mapping(properties) = &shape {
            self.object(site, schema, declared, properties);
        }
        self.mark_echoes(node, from);
    }

    /// `!Name x` with a name that CloudFormation does not know, and that no macro writes out: it is the mapping `{Fn::Name: x}`.
    fn unknown_function(&mut self, site: Site<'t>, schema: Schema<'static>) {
        self.unknown(site.when);
        let expected = schema.types();
        let from = self.outcome.faults.len();
        if !expected.has(TypeSet::OBJECT) {
            self.fault(site, Kind::WrongType(expected));
        } else if schema.get(Keyword::AdditionalProperties).and_then(Value::as_bool) == Some(false) {
            let main = Kind::UnknownProperty { key: site.node, schema };
            self.fault(site, main);
            for name in schema.required() {
                self.fault(site.whole(), Kind::MissingProperty(name));
                self.outcome.faults.last_mut().expect("one was just added").echo_of.push(main);
            }
        }
        for keyword in [Keyword::Enum, Keyword::EnumCaseInsensitive] {
            if schema.get(keyword).is_some() {
                self.fault(site, Kind::NotAllowed { schema, keyword });
            }
        }
        self.mark_echoes(site.node, from);
    }

    /// Compares a value with what a schema says under a keyword, which is read where it is needed: many keywords are about other shapes.
    fn keyword(&mut self, site: Site<'t>, schema: Schema<'static>, (keyword, under): (Keyword, ValueId), shape: &Shape<'t>) {
        use Keyword as K;
        match keyword {
            K::Type => self.type_of(site, TypeSet::of(schema.value(under)), shape),
            K::AllOf => schema.schemas_in(schema.value(under)).for_each(|each| self.plain(site, each)),
            K::AnyOf => self.any_of(site, schema),
            K::OneOf => self.one_of(site, schema),
            K::Not => self.not(site, schema),
            K::If => self.if_then_else(site.whole(), schema),
            // None of the values that schemas list is a list or a mapping.
            K::Enum | K::EnumCaseInsensitive if !matches!(shape, Shape::Scalar(_)) => {
                self.fault(site, Kind::NotAllowed { schema, keyword });
            }
            _ => match shape {
                Shape::Scalar(said) => self.text_keyword(site, schema, keyword, under, said),
                Shape::Mapping(properties) => self.object_keyword(site.whole(), schema, (keyword, under), properties),
                Shape::List => self.list_keyword(site, schema, keyword, under),
            },
        }
    }

    fn alternatives(&mut self, site: Site<'t>, schema: Schema<'static>, keyword: Keyword) -> Vec<Judged<'t>> {
        schema.schemas(keyword).map(|each| self.judge(site, each)).collect()
    }

    fn judge(&mut self, site: Site<'t>, schema: Schema<'static>) -> Judged<'t> {
        self.alternatives += 1;
        let outcome = self.apart(|walker| walker.plain(site, schema));
        self.alternatives -= 1;
        let formulas = &self.values.formulas;
        let unknown = formulas.any(outcome.unknown);
        Judged { fails: formulas.any(outcome.faults.iter().map(|fault| fault.when)), unknown, faults: outcome.faults }
    }

    fn any_of(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let judged = self.alternatives(site, schema, Keyword::AnyOf);
        self.alternatives_fail(site, judged, Kind::NoAlternative(schema));
    }

    fn one_of(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let judged = self.alternatives(site, schema, Keyword::OneOf);
        let formulas = &self.values.formulas;
        let mut several = Formula::FALSE;
        let mut before = Formula::FALSE;
        for Judged { fails, unknown, .. } in &judged {
            let fits = formulas.not(formulas.or(*fails, *unknown));
            several = formulas.or(several, formulas.and(before, fits));
            before = formulas.or(before, fits);
        }
        let several = formulas.and(site.when, several);
        self.alternatives_fail(site, judged, Kind::NotOneAlternative { schema, several: false });
        if self.values.possible(several) {
            self.fault(Site { when: several, ..site }, Kind::NotOneAlternative { schema, several: true });
        }
    }

    /// As cfn-lint, what is not known of one alternative keeps the whole open.
    fn alternatives_fail(&mut self, site: Site<'t>, judged: Vec<Judged<'t>>, kind: Kind<'t>) {
        let formulas = &self.values.formulas;
        let unknown = formulas.any(judged.iter().map(|one| one.unknown));
        let fails = judged.iter().fold(site.when, |all, one| formulas.and(all, one.fails));
        let fails = formulas.and(fails, formulas.not(unknown));
        if unknown != Formula::FALSE {
            self.unknown(unknown);
        }
        if fails != Formula::FALSE && self.values.possible(fails) {
            self.fault(Site { when: fails, ..site }, kind);
            self.echo(kind, fails, judged.into_iter().flat_map(|one| one.faults));
        }
    }

    fn not(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let judged = self.alternatives(site, schema, Keyword::Not);
        let formulas = &self.values.formulas;
        for Judged { fails, unknown, .. } in judged {
            let fits = formulas.and(site.when, formulas.not(formulas.or(fails, unknown)));
            if unknown != Formula::FALSE {
                self.outcome.unknown.push(unknown);
            }
            if self.values.possible(fits) {
                self.fault(Site { when: fits, ..site }, Kind::Forbidden);
            }
        }
    }

    fn if_then_else(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let judged = self.alternatives(site, schema, Keyword::If);
        let Some(&Judged { fails, unknown, .. }) = judged.first() else { return };
        let formulas = &self.values.formulas;
        let fits = formulas.and(site.when, formulas.not(formulas.or(fails, unknown)));
        let fails = formulas.and(formulas.and(site.when, fails), formulas.not(unknown));
        if unknown != Formula::FALSE {
            self.outcome.unknown.push(unknown);
        }
        for (when, keyword) in [(fits, Keyword::Then), (fails, Keyword::Else)] {
            if self.values.possible(when) {
                let site = Site { when, ..site };
                schema.schemas(keyword).for_each(|each| self.plain(site, each));
            }
        }
    }
}

/// Where a fault of an item of a list is reported. A number or Boolean has no place of its own for cfn-lint, which takes that of its list.
pub(super) fn place_of(item: Node) -> Span {
    let has_place = item.scalar().is_none_or(|scalar| matches!(scalar.value(), ScalarValue::String(_)));
    let Some(list) = item.parent().filter(|_| !has_place) else { return item.span() };
    let key = list.parent().and_then(|around| around.entries().find(|entry| entry.value == list));
    key.map_or(list.span(), |entry| entry.key.span())
}

/// Whether a dynamic reference is in a text, with blanks that do not belong there or without.
fn is_dynamic(text: &str) -> bool {
    memchr::memchr(b'{', text.as_bytes()).is_some()
        && text.split("{{").skip(1).any(|rest| rest.trim_start().starts_with("resolve:"))
}

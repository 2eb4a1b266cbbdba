//! Resource types and their schemas.

use super::keyword::Keyword;
use super::table::{List, Object, StringId, Table, Value, ValueId};
use super::{Regions, SERVERLESS};

/// How many references are followed before a schema that refers to itself is taken as it is.
const MAX_REFERENCES: usize = 32;

/// What is known of a resource type.
#[derive(Clone, Copy, Debug)]
pub struct TypeFacts<'a> {
    table: Table<'a>,
    first: usize,
    end: usize,
}

/// A resource type as it is in some regions.
#[derive(Clone, Copy, Debug)]
pub struct Variant<'a> {
    /// The regions; none for a type of `AWS::Serverless`, which exists where its transform does.
    pub regions: Regions,
    /// The schema of its properties.
    pub schema: Schema<'a>,
    return_values: Object<'a>,
    flags: u16,
}

/// What `Fn::GetAtt` reads.
#[derive(Clone, Copy, Debug)]
pub struct ReturnValue<'a> {
    /// Its name; a `*` in it stands for any text.
    pub name: &'a str,
    /// What is known of the value.
    pub schema: Option<Schema<'a>>,
}

/// A property as its object's schema declares it.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its value must be; the reference not followed.
    pub schema: Schema<'a>,
}

/// The types that a value may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TypeSet(u8);

impl<'a> TypeFacts<'a> {
    /// The type whose first variant is at `first`.
    pub(super) fn at(table: Table<'a>, first: usize) -> Option<Self> {
        let name = table.type_at(first)?.name;
        let more = (first + 1..table.types()).take_while(|index| table.type_at(*index).is_some_and(|entry| entry.name == name));
        Some(Self { table, first, end: first + 1 + more.count() })
    }

    pub(super) fn end(self) -> usize {
        self.end
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.table.type_at(self.first).map_or("", |entry| self.table.string(entry.name))
    }

    /// Its variants, which share no region.
    pub fn variants(self) -> impl Iterator<Item = Variant<'a>> {
        (self.first..self.end).filter_map(move |index| {
            let entry = self.table.type_at(index)?;
            Some(Variant {
                regions: Regions(entry.regions),
                schema: Schema::of_type(self.table.object(entry.schema)),
                return_values: self.table.object(entry.return_values),
                flags: entry.flags,
            })
        })
    }

    /// The variant of one of `regions`; the first where it exists in none of them.
    #[must_use]
    pub fn variant(self, regions: Regions) -> Option<Variant<'a>> {
        self.variants().find(|variant| variant.regions.meets(regions)).or_else(|| self.variants().next())
    }

    /// The regions it exists in.
    #[must_use]
    pub fn regions(self) -> Regions {
        self.variants().fold(Regions::default(), |all, variant| all.union(variant.regions))
    }

    /// The names of what `Fn::GetAtt` reads; a `*` in one stands for any text.
    pub fn return_value_names(self) -> impl Iterator<Item = &'a str> {
        self.variants().flat_map(|variant| variant.return_values.keys())
    }

    /// Whether it exists only under the transform `AWS::Serverless-2016-10-31`.
    #[must_use]
    pub fn is_serverless(self) -> bool {
        self.variants().any(|variant| variant.flags & SERVERLESS != 0)
    }
}

impl PartialEq for TypeFacts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for TypeFacts<'_> {}

impl<'a> Variant<'a> {
    /// What `Fn::GetAtt` reads, by name.
    pub fn return_values(self) -> impl Iterator<Item = ReturnValue<'a>> {
        self.return_values.iter().map(move |(name, pointer)| ReturnValue {
            name,
            schema: pointer.as_str().and_then(|pointer| self.schema.at_pointer(pointer)),
        })
    }

    /// Name and pointer of what `Fn::GetAtt` reads.
    pub(super) fn return_value_pointers(self) -> serde_json::Map<String, serde_json::Value> {
        self.return_values.iter().map(|(name, pointer)| (name.to_owned(), pointer.to_json())).collect()
    }

    /// What `Fn::GetAtt` reads under `name`.
    #[must_use]
    pub fn return_value(self, name: &str) -> Option<ReturnValue<'a>> {
        let table = self.return_values.table();
        let exact = self.return_values.ids().find(|(key, _)| table.is_string(*key, name));
        let fits = |(key, _): &(StringId, ValueId)| stands_for(table.string(*key), name);
        let longest = || self.return_values.ids().filter(fits).max_by_key(|(key, _)| table.string(*key).len());
        let (key, pointer) = exact.or_else(longest)?;
        let schema = table.value(pointer).as_str().and_then(|pointer| self.schema.at_pointer(pointer));
        Some(ReturnValue { name: table.string(key), schema })
    }
}

/// Whether `name` is one that `pattern`, with `*` for any text, stands for.
#[must_use]
pub fn stands_for(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(end)
}

/// A schema: what a value must be.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    /// The schema of the resource type, which has the definitions; in the table that the object is in.
    root: ValueId,
    object: Object<'a>,
}

impl<'a> Schema<'a> {
    /// The schema of a resource type, or of a file of cfn-lint.
    #[must_use]
    pub fn of_type(root: Object<'a>) -> Self {
        Self { root: root.id(), object: root }
    }

    /// The number of the schema: equal ones have equal numbers. References in it may mean different things in different types.
    #[must_use]
    pub fn id(self) -> ValueId {
        self.object.id()
    }

    /// All that it says, key by key.
    #[must_use]
    pub fn object(self) -> Object<'a> {
        self.object
    }

    /// What it says under a key.
    #[must_use]
    pub fn get(self, keyword: Keyword) -> Option<Value<'a>> {
        self.object.get_key(keyword)
    }

    /// What stands under a number in it.
    #[must_use]
    pub fn value(self, id: ValueId) -> Value<'a> {
        self.object.table().value(id)
    }

    /// Where it refers to another schema, that one, until one that refers to none.
    #[must_use]
    pub fn resolved(self) -> Self {
        let mut schema = self;
        for _ in 0..MAX_REFERENCES {
            let Some(next) = schema.reference() else { return schema };
            schema = next;
        }
        schema
    }

    /// The schema it refers to.
    #[must_use]
    pub fn reference(self) -> Option<Self> {
        let name = self.object.reference()?;
        let table = self.object.table();
        let root = table.object(self.root);
        let definitions = root.get_key(Keyword::Definitions).and_then(Value::as_object);
        if let Some(Value::Object(object)) = definitions.and_then(|definitions| definitions.get_key(name)) {
            return Some(self.with(object));
        }
        // Anything but a definition is written as a pointer.
        let pointer = table.string(name).strip_prefix("#/")?;
        let walk = |object: Object<'a>, key: &str| object.get(key).and_then(Value::as_object);
        pointer.split('/').try_fold(root, walk).map(|object| self.with(object))
    }

    /// The schemas under a key that holds one or a list of them, such as `oneOf` or `not`.
    pub fn schemas(self, keyword: Keyword) -> impl Iterator<Item = Self> {
        self.get(keyword).into_iter().flat_map(move |value| self.schemas_in(value))
    }

    /// The schemas that a value of it, read already, holds.
    pub fn schemas_in(self, value: Value<'a>) -> impl Iterator<Item = Self> {
        let listed = value.as_list().into_iter().flat_map(List::iter).filter_map(Value::as_object);
        listed.chain(value.as_object()).map(move |object| self.with(object))
    }

    /// The properties it declares, by name.
    pub fn properties(self) -> impl Iterator<Item = Property<'a>> {
        self.entries(Keyword::Properties)
    }

    /// The pattern and schema of each group of properties that it declares by pattern.
    pub fn pattern_properties(self) -> impl Iterator<Item = Property<'a>> {
        self.entries(Keyword::PatternProperties)
    }

    fn entries(self, keyword: Keyword) -> impl Iterator<Item = Property<'a>> {
        let entries = self.get(keyword).and_then(Value::as_object).into_iter().flat_map(Object::iter);
        entries.filter_map(move |(name, value)| Some(Property { name, schema: self.with(value.as_object()?) }))
    }

    /// The schema of the property called `name`; the reference not followed.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        let properties = self.get(Keyword::Properties)?.as_object()?;
        properties.get(name)?.as_object().map(|object| self.with(object))
    }

    /// Whether it takes properties that it does not declare.
    #[must_use]
    pub fn takes_others(self) -> bool {
        self.get(Keyword::AdditionalProperties).is_none_or(|value| value.as_bool() != Some(false))
    }

    /// The names of the properties that must be there.
    pub fn required(self) -> impl Iterator<Item = &'a str> {
        self.strings(Keyword::Required)
    }

    /// The strings under a key that holds a list of them.
    pub fn strings(self, keyword: Keyword) -> impl Iterator<Item = &'a str> {
        self.get(keyword).and_then(Value::as_list).into_iter().flat_map(List::strings)
    }

    /// The schema of the items of a list.
    #[must_use]
    pub fn items(self) -> Option<Self> {
        self.get(Keyword::Items)?.as_object().map(|object| self.with(object))
    }

    /// The types that a value may have; all where it does not say.
    #[must_use]
    pub fn types(self) -> TypeSet {
        self.get(Keyword::Type).map_or(TypeSet::ANY, TypeSet::of)
    }

    /// The values that are allowed, where it lists them.
    #[must_use]
    pub fn allowed(self) -> Option<List<'a>> {
        self.get(Keyword::Enum)?.as_list()
    }

    /// Whether the constraint under a key stems from the model of the service's API and not from the schema of its provider: the
    /// service may take more than it says.
    #[must_use]
    pub fn is_advisory(self, keyword: Keyword) -> bool {
        self.strings(Keyword::Advisory).any(|name| name == keyword.as_str())
    }

    /// The schema at a pointer as in `readOnlyProperties`: `/properties/Endpoint/Address`, with `*` for the items of a list.
    #[must_use]
    pub fn at_pointer(self, pointer: &str) -> Option<Self> {
        let path: Vec<&str> = pointer.strip_prefix("/properties/")?.split('/').collect();
        self.at_path(&path, MAX_REFERENCES)
    }

    fn at_path(self, path: &[&str], budget: usize) -> Option<Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        let budget = budget.checked_sub(1)?;
        let schema = self.resolved();
        let items = || schema.items();
        let next = if *first == "*" {
            items().and_then(|items| items.at_path(rest, budget))
        } else if let Some(property) = schema.property(first) {
            property.at_path(rest, budget)
        } else if *first == "properties" {
            // Some pointers name the keyword between two properties.
            schema.at_path(rest, budget)
        } else {
            items().and_then(|items| items.at_path(path, budget))
        };
        let choices =
            || [Keyword::OneOf, Keyword::AnyOf, Keyword::AllOf].into_iter().flat_map(move |keyword| schema.schemas(keyword));
        next.or_else(|| choices().find_map(|choice| choice.at_path(path, budget)))
    }

    /// A schema that is part of this one.
    #[must_use]
    pub fn below(self, object: Object<'a>) -> Self {
        self.with(object)
    }

    fn with(self, object: Object<'a>) -> Self {
        Self { root: self.root, object }
    }
}

impl TypeSet {
    /// A text.
    pub const STRING: Self = Self(1);
    /// A whole number.
    pub const INTEGER: Self = Self(2);
    /// Any number.
    pub const NUMBER: Self = Self(4);
    /// A truth value.
    pub const BOOLEAN: Self = Self(8);
    /// A mapping.
    pub const OBJECT: Self = Self(16);
    /// A list.
    pub const ARRAY: Self = Self(32);
    /// Nothing.
    pub const NULL: Self = Self(64);
    /// All.
    pub const ANY: Self = Self(127);

    /// Those that a schema lists under `type`; all where it lists none.
    #[must_use]
    pub fn of(listed: Value) -> Self {
        match listed {
            Value::String(name) => Self::named(name),
            Value::List(names) => Self(names.strings().fold(0, |all, name| all | Self::named(name).0)),
            _ => Self::ANY,
        }
    }

    /// The type of a name as in a schema; all for an unknown one.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "string" => Self::STRING,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "boolean" => Self::BOOLEAN,
            "object" => Self::OBJECT,
            "array" => Self::ARRAY,
            "null" => Self::NULL,
            _ => Self::ANY,
        }
    }

    /// Whether every type of `other` is among them.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

//! What is known of resource types: their properties, values, return values and regions, read in place out of an embedded table.
//!
//! The table is `facts.bin`, which `examples/schema` writes; `docs/schema-facts.md` says where the facts come from. Whether a value of a
//! template fits is not decided here.

pub mod format;
pub mod json;
mod keyword;
mod own;
mod pattern;
mod rewrite;
mod runtime;
pub mod table;
mod types;
pub mod write;

use std::sync::{Arc, LazyLock, RwLock};

use rustc_hash::FxHashMap;

pub use keyword::Keyword;
pub use own::own_table;
pub use pattern::{Pattern, SIZE_LIMIT, Treatment, expression};
pub use rewrite::treated;
pub use runtime::{Runtime, RuntimeStage};
pub use types::{Property, ReturnValue, Schema, TypeFacts, TypeSet, Variant, stands_for};

use table::{Object, Table, Value};

static EMBEDDED: &[u8] = include_bytes!("facts.bin");

/// The flag of a type that exists only under the transform `AWS::Serverless-2016-10-31`.
pub const SERVERLESS: u16 = 1;

/// A set of regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Regions(pub u64);

impl Regions {
    /// Those in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is a region in both sets.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// How many regions it has.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether it has no region.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Where the facts come from.
#[derive(Clone, Copy, Debug)]
pub struct Provenance<'a> {
    /// `cfn-lint 1.58.0`
    pub source: &'a str,
    /// The date of the schemas, in RFC 3339.
    pub schema_date: &'a str,
    /// Its SPDX identifier.
    pub licence: &'a str,
}

/// The facts of all resource types.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    table: Table<'a>,
    /// The user's own types, which stand before the others.
    own: Option<Table<'a>>,
}

impl Facts<'static> {
    /// The facts in this binary.
    #[must_use]
    pub fn embedded() -> Self {
        static FACTS: LazyLock<Facts<'static>> =
            LazyLock::new(|| Facts::open(EMBEDDED).expect("a test opens the embedded table"));
        *FACTS
    }
}

impl<'a> Facts<'a> {
    /// The facts in a table; `None` where `bytes` are none.
    #[must_use]
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        Table::open(bytes).map(|table| Self { table, own: None })
    }

    /// These with the types in a table that [`own_table`] wrote, which stand in place of those of the same names.
    #[must_use]
    pub fn with_own(self, bytes: Option<&'a [u8]>) -> Self {
        Self { own: bytes.and_then(Table::open), ..self }
    }

    /// Whether the user leaves out the types of this name.
    fn leaves_out(self, name: &str) -> bool {
        let Some(own) = self.own else { return false };
        let patterns = |key| own.root().get(key).and_then(Value::as_list);
        let is_among = |list: table::List| list.strings().any(|pattern| stands_for(pattern, name));
        patterns("include").is_some_and(|list| !is_among(list)) || patterns("exclude").is_some_and(is_among)
    }

    /// The table they are in.
    #[must_use]
    pub fn table(self) -> Table<'a> {
        self.table
    }

    /// Where they come from.
    #[must_use]
    pub fn provenance(self) -> Provenance<'a> {
        let source = self.part("provenance");
        let text = |key| source.get(key).and_then(Value::as_str).unwrap_or_default();
        Provenance { source: text("source"), schema_date: text("schemaDate"), licence: text("licence") }
    }

    /// The names of all regions, sorted.
    pub fn regions(self) -> impl Iterator<Item = &'a str> {
        self.table.root().get("regions").and_then(Value::as_list).into_iter().flat_map(|list| list.strings())
    }

    /// The set of one region; `None` where it is not known.
    #[must_use]
    pub fn region(self, name: &str) -> Option<Regions> {
        self.regions()
            .position(|region| region == name)
            .and_then(|place| 1_u64.checked_shl(u32::try_from(place).ok()?))
            .map(Regions)
    }

    /// All resource types, by name; the user's own come last.
    pub fn resource_types(self) -> impl Iterator<Item = TypeFacts<'a>> {
        let all = |table: Table<'a>| {
            let mut next = 0;
            std::iter::from_fn(move || {
                let found = TypeFacts::at(table, next)?;
                next = found.end();
                Some(found)
            })
        };
        let is_own = move |name: &str| self.own.is_some_and(|own| type_in(own, name).is_some());
        let others = all(self.table).filter(move |found| self.own.is_none() || !is_own(found.name()));
        others.chain(self.own.into_iter().flat_map(all)).filter(move |found| !self.leaves_out(found.name()))
    }

    /// The resource type called `name`, in exactly this case.
    #[must_use]
    pub fn resource_type(self, name: &str) -> Option<TypeFacts<'a>> {
        if self.leaves_out(name) {
            return None;
        }
        self.own.and_then(|own| type_in(own, name)).or_else(|| type_in(self.table, name))
    }

    /// The name of the resource type that is nearest to `name`, where one is near.
    #[must_use]
    pub fn nearest(self, name: &str) -> Option<&'a str> {
        let wanted = name.to_ascii_lowercase();
        // A quarter of the name may differ, and a service or resource of few letters by one.
        let limit = (wanted.trim_start_matches("aws::").len() / 4).clamp(1, 5);
        let mut letters = [0_i16; 256];
        wanted.bytes().for_each(|letter| letters[usize::from(letter)] += 1);
        // What has other letters is not near, in whichever order they stand.
        let has_letters = |known: &str| {
            let mut left = letters;
            let missing = |letter: u8| {
                let count = &mut left[usize::from(letter.to_ascii_lowercase())];
                *count -= 1;
                *count < 0
            };
            known.len().abs_diff(wanted.len()) <= limit
                && known.bytes().map(missing).filter(|is_missing| *is_missing).count() <= limit
        };
        let distance = |known: &str| {
            let distance = strsim::osa_distance(&known.to_ascii_lowercase(), &wanted);
            (distance <= limit).then_some(distance)
        };
        let likely = self.resource_types().map(TypeFacts::name).filter(|known| has_letters(known));
        let near = likely.filter_map(|known| Some((distance(known)?, known)));
        near.min().map(|(_, name)| name)
    }

    /// The schemas of cfn-lint that join the properties of a resource type, or several resources: name and schema. Where the schema
    /// differs by region, it is an object of regions.
    pub fn extensions(self, resource_type: &str) -> impl Iterator<Item = (&'a str, Object<'a>)> {
        let folder = resource_type.replace("::", "_").to_ascii_lowercase();
        let extensions = self.part("extensions").get(&folder).and_then(Value::as_object);
        extensions
            .into_iter()
            .flat_map(|extensions| extensions.iter())
            .filter_map(|(name, value)| Some((name, value.as_object()?)))
    }

    /// A schema of cfn-lint for something other than a resource type, such as `functions/getatt`.
    #[must_use]
    pub fn other(self, name: &str) -> Option<Object<'a>> {
        self.part("other").get(name).and_then(Value::as_object)
    }

    /// A list or table of cfn-lint that is no schema: `StatefulResources`, `LmbdRuntimeLifecycle`, `Policies`.
    #[must_use]
    pub fn list(self, name: &str) -> Option<Value<'a>> {
        self.part("lists").get(name)
    }

    /// The patterns that are not compiled as written, and what becomes of them.
    pub fn treated_patterns(self) -> impl Iterator<Item = (&'a str, Treatment<'a>)> {
        self.part("patterns").iter().map(|(pattern, value)| (pattern, treatment(value)))
    }

    /// A pattern of a schema, compiled; `None` where no engine takes it.
    #[must_use]
    pub fn pattern(self, text: &str) -> Option<Pattern> {
        let own = self.own.and_then(|own| own.root().get("patterns")?.as_object()?.get(text));
        Pattern::compile(text, own.or_else(|| self.part("patterns").get(text)).map_or(Treatment::AsWritten, treatment))
    }

    /// A pattern as [`Self::pattern`] compiles it, once in the life of the process.
    #[must_use]
    pub fn cached_pattern(self, text: &'a str) -> Option<Arc<Pattern>>
    where
        'a: 'static,
    {
        // A table has each string once and stays where it is: the place tells a pattern from others, and patterns are long.
        type Patterns = RwLock<FxHashMap<(usize, usize), Option<Arc<Pattern>>>>;
        static PATTERNS: LazyLock<Patterns> = LazyLock::new(Patterns::default);
        let place = (text.as_ptr().addr(), text.len());
        // A thread that died while it held the lock left the map whole: entries are inserted complete.
        if let Some(known) = PATTERNS.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&place) {
            return known.clone();
        }
        let compiled = self.pattern(text).map(Arc::new);
        PATTERNS.write().unwrap_or_else(std::sync::PoisonError::into_inner).entry(place).or_insert(compiled).clone()
    }

    fn part(self, name: &str) -> Object<'a> {
        let root = self.table.root();
        root.id_of(name).map_or_else(|| self.table.object(table::ValueId(u32::MAX)), |id| self.table.object(id))
    }
}

/// The resource type called `name` in a table.
fn type_in<'a>(table: Table<'a>, name: &str) -> Option<TypeFacts<'a>> {
    table.type_called(name).and_then(|index| TypeFacts::at(table, index))
}

fn treatment(value: Value<'_>) -> Treatment<'_> {
    match value {
        Value::Object(object) => Treatment::Rewritten(object),
        Value::String(reason) => Treatment::LeftOut(reason),
        _ => Treatment::AsWritten,
    }
}

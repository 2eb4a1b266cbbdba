//! The table of facts, read in place.
//!
//! A header, then four sections: strings, values, types and sets of regions. A value is a JSON value; equal values are stored once, so
//! that equal parts of schemas have equal numbers. Nothing here knows what a schema means. Every read is checked: in a damaged table
//! what is out of bounds is null, zero or empty.
//!
//! ```text
//! header    magic (7 bytes), format (1 byte), then 32-bit little-endian numbers: start and length of the strings, start and length
//!           of the values, start and count of the types, start and count of the sets of regions, and the root value
//! string    its length, its bytes in UTF-8
//! value     length or number << 3 | kind, then what the kind says; a list: its values; an object: keys and values, by the keys' text
//! type      name, schema, return values: 32 bits each; set of regions, flags: 16 bits each
//! regions   64 bits, one for each region of the root's list
//! ```
//!
//! Numbers in strings and values are LEB128. The number of a string is that of a [`Keyword`], or the number of keywords plus its
//! place in the section; the number of a value is its place.

use std::cmp::Ordering;

use super::keyword::Keyword;

/// The version of the format.
pub const FORMAT: u8 = 1;
/// What a table begins with.
pub const MAGIC: &[u8; 7] = b"cfnfact";
/// The length of the header in bytes.
pub const HEADER: usize = 8 + 9 * 4;
/// The length of a type in bytes.
pub const TYPE: usize = 16;
/// Deepest nesting of values in a table.
pub const MAX_DEPTH: usize = 64;

/// The kinds of values, as written.
pub mod kind {
    #![allow(missing_docs, reason = "each is a kind of JSON value")]
    /// 0 null, 1 false, 2 true.
    pub const CONSTANT: u64 = 0;
    /// Zigzag.
    pub const INTEGER: u64 = 1;
    /// Followed by 8 bytes.
    pub const FLOAT: u64 = 2;
    pub const STRING: u64 = 3;
    pub const LIST: u64 = 4;
    pub const OBJECT: u64 = 5;
    /// A whole number of 8 bytes, which follow.
    pub const LARGE: u64 = 6;
}

/// The number of a string: equal strings of one table have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringId(pub u32);

impl From<Keyword> for StringId {
    fn from(keyword: Keyword) -> Self {
        Self(keyword as u32)
    }
}

/// The number of a value: equal values of one table have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

/// A value in a table.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(&'a str),
    /// A list.
    List(List<'a>),
    /// An object.
    Object(Object<'a>),
}

/// A type as the table lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeEntry {
    pub(super) name: StringId,
    pub(super) schema: ValueId,
    pub(super) return_values: ValueId,
    pub(super) regions: u64,
    pub(super) flags: u16,
}

/// A table. It is part of every object, schema and value, which are handed on all the time: it holds only what reading them takes, and
/// looks up where the rest is.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    bytes: &'a [u8],
    values: &'a [u8],
}

/// A section of a table, by the number of the field of the header that says where it starts.
#[derive(Clone, Copy)]
enum Section {
    Strings = 0,
    Values = 2,
    Types = 4,
    Regions = 6,
}

impl Section {
    /// The length in bytes of what is counted in it.
    const fn unit(self) -> usize {
        match self {
            Self::Strings | Self::Values => 1,
            Self::Types => TYPE,
            Self::Regions => 8,
        }
    }
}

/// The field of the header that names the root value.
const ROOT: usize = 8;

impl<'a> Table<'a> {
    /// Opens a table; `None` where `bytes` are none of this format.
    #[must_use]
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) || bytes.get(MAGIC.len()) != Some(&FORMAT) {
            return None;
        }
        field(bytes, ROOT)?;
        let all = [Section::Strings, Section::Types, Section::Regions];
        let is_whole = all.into_iter().all(|part| section(bytes, part).is_some());
        section(bytes, Section::Values).filter(|_| is_whole).map(|values| Self { bytes, values })
    }

    /// The value that holds all that belongs to no type.
    #[must_use]
    pub fn root(self) -> Object<'a> {
        self.object(ValueId(field(self.bytes, ROOT).unwrap_or(u32::MAX)))
    }

    fn section(self, part: Section) -> &'a [u8] {
        section(self.bytes, part).unwrap_or_default()
    }

    /// The text of a string.
    #[must_use]
    pub fn string(self, id: StringId) -> &'a str {
        str::from_utf8(self.bytes(id)).unwrap_or_default()
    }

    /// Whether a string is `text`: that it is text at all need not be looked at for it.
    #[must_use]
    pub fn is_string(self, id: StringId, text: &str) -> bool {
        self.bytes(id) == text.as_bytes()
    }

    /// The bytes of a string.
    #[must_use]
    pub fn bytes(self, id: StringId) -> &'a [u8] {
        match Keyword::ALL.get(id.0 as usize) {
            Some(keyword) => keyword.as_str().as_bytes(),
            None => bytes_in(self.section(Section::Strings), id),
        }
    }

    /// The value of a number.
    #[must_use]
    pub fn value(self, id: ValueId) -> Value<'a> {
        let mut reader = Reader { bytes: self.values, at: id.0 as usize };
        let head = reader.number();
        let rest = head >> 3;
        match head & 7 {
            kind::CONSTANT if rest > 0 => Value::Bool(rest == 2),
            // Zigzag: the sign is in the lowest bit.
            kind::INTEGER => Value::Integer((rest >> 1).cast_signed() ^ -(rest & 1).cast_signed()),
            kind::LARGE => Value::Integer(i64::from_le_bytes(self.eight_bytes(reader.at))),
            kind::FLOAT => Value::Float(f64::from_le_bytes(self.eight_bytes(reader.at))),
            kind::STRING => Value::String(self.string(StringId(narrow(rest)))),
            kind::LIST => Value::List(List { table: self, at: reader.place(), count: self.bounded(rest) }),
            kind::OBJECT => Value::Object(Object { table: self, id, at: reader.place(), count: self.bounded(rest) }),
            _ => Value::Null,
        }
    }

    /// The object of a number; an empty one where it is none.
    #[must_use]
    pub fn object(self, id: ValueId) -> Object<'a> {
        match self.value(id) {
            Value::Object(object) => object,
            _ => Object { table: self, id, at: 0, count: 0 },
        }
    }

    fn eight_bytes(self, at: usize) -> [u8; 8] {
        self.values.get(at..).and_then(|rest| rest.first_chunk().copied()).unwrap_or_default()
    }

    /// Each entry of a collection takes at least a byte.
    fn bounded(self, count: u64) -> u32 {
        narrow(count.min(self.values.len() as u64))
    }

    fn reader(self, at: u32) -> Reader<'a> {
        Reader { bytes: self.values, at: at as usize }
    }

    pub(super) fn types(self) -> usize {
        self.section(Section::Types).len() / TYPE
    }

    /// Where the type called `name` is among the types, which are sorted.
    pub(super) fn type_called(self, name: &str) -> Option<usize> {
        let (types, strings) = (self.section(Section::Types), self.section(Section::Strings));
        // No type is called as a keyword is.
        let name_at = |index: usize| u32_at(types, index * TYPE).map_or(&[][..], |name| bytes_in(strings, StringId(name)));
        let (mut from, mut to) = (0, types.len() / TYPE);
        while from < to {
            let middle = from.midpoint(to);
            match name_at(middle).cmp(name.as_bytes()) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal | Ordering::Greater => to = middle,
            }
        }
        (name_at(from) == name.as_bytes()).then_some(from)
    }

    pub(super) fn type_at(self, index: usize) -> Option<TypeEntry> {
        let entry = self.section(Section::Types).get(index.checked_mul(TYPE)?..)?.get(..TYPE)?;
        let half =
            |at: usize| entry.get(at..at + 2).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes));
        let set = usize::from(half(12)) * 8;
        let regions = self
            .section(Section::Regions)
            .get(set..)
            .and_then(|rest| rest.first_chunk())
            .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        Some(TypeEntry {
            name: StringId(u32_at(entry, 0)?),
            schema: ValueId(u32_at(entry, 4)?),
            return_values: ValueId(u32_at(entry, 8)?),
            regions,
            flags: half(14),
        })
    }
}

/// A list in a table.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    table: Table<'a>,
    /// Where the numbers of its values are.
    at: u32,
    count: u32,
}

impl<'a> List<'a> {
    /// How many values it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.count as usize
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The numbers of its values.
    pub fn ids(self) -> impl Iterator<Item = ValueId> + 'a {
        let mut reader = self.table.reader(self.at);
        (0..self.count).map(move |_| ValueId(narrow(reader.number())))
    }

    /// Its values.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> + 'a {
        self.ids().map(move |id| self.table.value(id))
    }

    /// Those of its values that are strings.
    pub fn strings(self) -> impl Iterator<Item = &'a str> + 'a {
        self.iter().filter_map(Value::as_str)
    }
}

/// An object in a table.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    table: Table<'a>,
    id: ValueId,
    /// Where the numbers of its keys and values are.
    at: u32,
    count: u32,
}

impl<'a> Object<'a> {
    /// Its number.
    #[must_use]
    pub fn id(self) -> ValueId {
        self.id
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.count as usize
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The numbers of its keys and values, by the text of the keys.
    pub fn ids(self) -> Ids<'a> {
        Ids { reader: self.table.reader(self.at), left: self.count }
    }

    /// Its keys and values, by the text of the keys.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Value<'a>)> + 'a {
        self.ids().map(move |(key, value)| (self.table.string(key), self.table.value(value)))
    }

    /// Its keys, sorted.
    pub fn keys(self) -> impl Iterator<Item = &'a str> + 'a {
        self.ids().map(move |(key, _)| self.table.string(key))
    }

    /// The number of the value of a key, by text.
    #[must_use]
    pub fn id_of(self, key: &str) -> Option<ValueId> {
        self.ids().find(|(id, _)| self.table.is_string(*id, key)).map(|(_, value)| value)
    }

    /// The value of a key, by text.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.id_of(key).map(|id| self.table.value(id))
    }

    /// The number of the value of a key, by number: a comparison of numbers for each entry.
    #[must_use]
    pub fn id_of_key(self, key: impl Into<StringId>) -> Option<ValueId> {
        let key = key.into();
        self.ids().find(|(id, _)| *id == key).map(|(_, value)| value)
    }

    /// The value of a key, by number.
    #[must_use]
    pub fn get_key(self, key: impl Into<StringId>) -> Option<Value<'a>> {
        self.id_of_key(key).map(|id| self.table.value(id))
    }

    /// The string under `$ref`, by number. The keys are sorted, so that few others are looked at.
    #[must_use]
    pub fn reference(self) -> Option<StringId> {
        let may_be_before = |key: StringId| self.table.bytes(key).first() <= Some(&b'$');
        let (_, value) = self.ids().take_while(|(key, _)| may_be_before(*key)).find(|(key, _)| *key == Keyword::Ref.into())?;
        let head = self.table.reader(value.0).number();
        (head & 7 == kind::STRING).then(|| StringId(narrow(head >> 3)))
    }

    /// The table it is in.
    #[must_use]
    pub fn table(self) -> Table<'a> {
        self.table
    }
}

impl<'a> Value<'a> {
    /// The text, where it is a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The list, where it is one.
    #[must_use]
    pub fn as_list(self) -> Option<List<'a>> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The object, where it is one.
    #[must_use]
    pub fn as_object(self) -> Option<Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The truth value, where it is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(value) } else { None }
    }

    /// The whole number, where it is one.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(number) } else { None }
    }

    /// As JSON. What is nested deeper than [`MAX_DEPTH`], which no table is that was written here, is null.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        self.to_json_within(MAX_DEPTH)
    }

    fn to_json_within(self, depth: usize) -> serde_json::Value {
        let Some(depth) = depth.checked_sub(1) else { return serde_json::Value::Null };
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => value.into(),
            Self::Integer(number) => number.into(),
            Self::Float(number) => number.into(),
            Self::String(text) => text.into(),
            Self::List(list) => list.iter().map(|value| value.to_json_within(depth)).collect(),
            Self::Object(object) => object.iter().map(|(key, value)| (key.to_owned(), value.to_json_within(depth))).collect(),
        }
    }
}

/// The numbers of the keys and values of an object. Most of the reading of a table is a loop over these.
#[derive(Clone, Debug)]
pub struct Ids<'a> {
    reader: Reader<'a>,
    left: u32,
}

impl Iterator for Ids<'_> {
    type Item = (StringId, ValueId);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some((StringId(narrow(self.reader.number())), ValueId(narrow(self.reader.number()))))
    }
}

/// Reads numbers.
#[derive(Clone, Copy, Debug)]
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// A number in LEB128; zeros follow the end.
    #[inline]
    fn number(&mut self) -> u64 {
        // Nearly all take one byte or three. Up to four are read at once, without a loop: it is what reading a table consists of.
        if let Some(byte) = self.bytes.get(self.at).copied().filter(|byte| *byte < 0x80) {
            self.at += 1;
            return byte.into();
        }
        if let Some(word) = u32_at(self.bytes, self.at) {
            let ends = !word & 0x8080_8080;
            if ends != 0 {
                let length = ends.trailing_zeros() / 8 + 1;
                let word = word & (u32::MAX >> (32 - 8 * length));
                self.at += length as usize;
                let number = word & 0x7f | word >> 1 & 0x3f80 | word >> 2 & 0x1f_c000 | word >> 3 & 0xfe0_0000;
                return number.into();
            }
        }
        self.long_number()
    }

    #[cold]
    fn long_number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.bytes.get(self.at).copied().unwrap_or_default();
            self.at = self.at.saturating_add(1);
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 56 {
                return number;
            }
        }
    }

    /// Where it is, behind every section where that is too far.
    fn place(&self) -> u32 {
        narrow(self.at as u64)
    }
}

/// The bytes of a string that is no keyword.
fn bytes_in(strings: &[u8], id: StringId) -> &[u8] {
    let mut reader = Reader { bytes: strings, at: (id.0 as usize).saturating_sub(Keyword::ALL.len()) };
    let length = reader.number() as usize;
    reader.at.checked_add(length).and_then(|end| strings.get(reader.at..end)).unwrap_or_default()
}

/// A number of the header.
fn field(bytes: &[u8], index: usize) -> Option<u32> {
    u32_at(bytes, 8 + index * 4)
}

fn section(bytes: &[u8], part: Section) -> Option<&[u8]> {
    let start = field(bytes, part as usize)? as usize;
    let length = (field(bytes, part as usize + 1)? as usize).checked_mul(part.unit())?;
    bytes.get(start..start.checked_add(length)?)
}

/// Past every section where it is too large for a place in one.
#[inline]
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

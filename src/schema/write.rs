//! Tables of facts, written: those in the binary by `examples/schema`, and those of a user's own types when they are read.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use super::Keyword;
use super::table::{FORMAT, HEADER, MAGIC, MAX_DEPTH, kind};

/// A resource type in the regions where it has one schema.
#[derive(Clone, Copy, Debug)]
pub struct Type<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its schema, without prose.
    pub schema: &'a Value,
    /// Name and pointer of what `Fn::GetAtt` reads; a null where the value can be any text.
    pub return_values: &'a Map<String, Value>,
    /// The set of regions, as bits.
    pub regions: u64,
    /// [`super::SERVERLESS`] or none.
    pub flags: u16,
}

/// A value whose parts are numbers of other values and of strings, in the order they were met.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Node {
    Constant(u64),
    Integer(i64),
    Float(u64),
    String(usize),
    List(Vec<usize>),
    Object(Vec<(usize, usize)>),
}

/// Everything met once, with how often it is used: what is used most gets the shortest number.
#[derive(Default)]
struct Pool {
    strings: Vec<String>,
    string_numbers: FxHashMap<String, usize>,
    string_uses: Vec<usize>,
    nodes: Vec<Node>,
    node_numbers: FxHashMap<Node, usize>,
    node_uses: Vec<usize>,
}

impl Pool {
    fn string(&mut self, text: &str) -> usize {
        if let Some(&number) = self.string_numbers.get(text) {
            self.string_uses[number] += 1;
            return number;
        }
        let number = self.strings.len();
        self.strings.push(text.to_owned());
        self.string_uses.push(1);
        self.string_numbers.insert(text.to_owned(), number);
        number
    }

    fn node(&mut self, node: Node) -> usize {
        if let Some(&number) = self.node_numbers.get(&node) {
            self.node_uses[number] += 1;
            return number;
        }
        let number = self.nodes.len();
        self.nodes.push(node.clone());
        self.node_uses.push(1);
        self.node_numbers.insert(node, number);
        number
    }

    /// The number of a value; `under` is the key it has.
    fn value(&mut self, value: &Value, under: &str, depth: usize) -> usize {
        let depth = depth.checked_sub(1).expect("no schema is nested that deep");
        let node = match value {
            Value::Null => Node::Constant(0),
            Value::Bool(value) => Node::Constant(1 + u64::from(*value)),
            Value::Number(number) => match number.as_i64() {
                Some(number) => Node::Integer(number),
                None => Node::Float(number.as_f64().expect("it is finite").to_bits()),
            },
            Value::String(text) => {
                // With the bare name, a reference has the number of the definition's key.
                let text =
                    text.strip_prefix("#/definitions/").filter(|name| under == "$ref" && !name.contains('/')).unwrap_or(text);
                Node::String(self.string(text))
            }
            Value::Array(list) => Node::List(list.iter().map(|value| self.value(value, "", depth)).collect()),
            Value::Object(object) => {
                let mut entries: Vec<(&String, &Value)> = object.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                Node::Object(entries.iter().map(|(key, value)| (self.string(key), self.value(value, key, depth))).collect())
            }
        };
        self.node(node)
    }
}

/// The table of `types`, which are sorted by name.
/// # Panics
///
/// Where a value is nested deeper than [`MAX_DEPTH`], or the table is larger than 4 GiB.
#[must_use]
pub fn table(root: &Value, types: &[Type]) -> Vec<u8> {
    let mut pool = Pool::default();
    let root = pool.value(root, "", MAX_DEPTH);
    let types: Vec<(usize, usize, usize, &Type)> = types
        .iter()
        .map(|found| {
            let name = pool.string(found.name);
            let schema = pool.value(found.schema, "", MAX_DEPTH);
            (name, schema, pool.value(&Value::Object(found.return_values.clone()), "", MAX_DEPTH), found)
        })
        .collect();

    let (strings, string_ids) = strings(&pool);
    let (values, places) = values(&pool, &string_ids);

    let sets: BTreeSet<u64> = types.iter().map(|(.., found)| found.regions).collect();
    let set_numbers: BTreeMap<u64, u16> = sets.iter().zip(0..).map(|(set, number)| (*set, number)).collect();
    let mut entries = Vec::new();
    for (name, schema, return_values, found) in &types {
        for number in [string_ids[*name], places[*schema], places[*return_values]] {
            entries.extend(narrow(number).to_le_bytes());
        }
        entries.extend(set_numbers[&found.regions].to_le_bytes());
        entries.extend(found.flags.to_le_bytes());
    }
    let regions: Vec<u8> = sets.iter().flat_map(|set| set.to_le_bytes()).collect();

    let mut bytes = MAGIC.to_vec();
    bytes.push(FORMAT);
    let mut start = HEADER;
    for (section, count) in [(&strings, strings.len()), (&values, values.len()), (&entries, types.len()), (&regions, sets.len())]
    {
        bytes.extend(narrow(start).to_le_bytes());
        bytes.extend(narrow(count).to_le_bytes());
        start += section.len();
    }
    bytes.extend(narrow(places[root]).to_le_bytes());
    assert_eq!(bytes.len(), HEADER);
    [bytes, strings, values, entries, regions].concat()
}

/// The section of strings, and the number of each.
fn strings(pool: &Pool) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = Vec::new();
    let mut numbers = vec![0; pool.strings.len()];
    for index in by_use(&pool.string_uses) {
        let text = &pool.strings[index];
        let keyword = Keyword::ALL.iter().position(|keyword| keyword.as_str() == text);
        numbers[index] = keyword.unwrap_or_else(|| {
            let number = Keyword::ALL.len() + bytes.len();
            put(&mut bytes, text.len() as u64);
            bytes.extend(text.as_bytes());
            number
        });
    }
    (bytes, numbers)
}

/// The section of values, and the place of each.
fn values(pool: &Pool, strings: &[usize]) -> (Vec<u8>, Vec<usize>) {
    let order = by_use(&pool.node_uses);
    let mut places = vec![0; pool.nodes.len()];
    loop {
        // Places only grow from one round to the next, so that this comes to an end.
        let mut bytes = Vec::new();
        let mut next = vec![0; places.len()];
        for index in &order {
            next[*index] = bytes.len();
            put_node(&mut bytes, &pool.nodes[*index], strings, &places);
        }
        if next == places {
            return (bytes, places);
        }
        places = next;
    }
}

fn put_node(bytes: &mut Vec<u8>, node: &Node, strings: &[usize], places: &[usize]) {
    match node {
        Node::Constant(number) => put(bytes, number << 3 | kind::CONSTANT),
        Node::Integer(number) if number.unsigned_abs() < 1 << 40 => {
            put(bytes, (number << 1 ^ number >> 63).cast_unsigned() << 3 | kind::INTEGER);
        }
        Node::Integer(number) => {
            put(bytes, kind::LARGE);
            bytes.extend(number.to_le_bytes());
        }
        Node::Float(bits) => {
            put(bytes, kind::FLOAT);
            bytes.extend(bits.to_le_bytes());
        }
        Node::String(text) => put(bytes, (strings[*text] as u64) << 3 | kind::STRING),
        Node::List(list) => {
            put(bytes, (list.len() as u64) << 3 | kind::LIST);
            list.iter().for_each(|value| put(bytes, places[*value] as u64));
        }
        Node::Object(entries) => {
            put(bytes, (entries.len() as u64) << 3 | kind::OBJECT);
            for (key, value) in entries {
                put(bytes, strings[*key] as u64);
                put(bytes, places[*value] as u64);
            }
        }
    }
}

/// What is used most first; of what is used as often, what was met first.
fn by_use(uses: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..uses.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(uses[*index]));
    order
}

/// Writes a number in LEB128.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("a table is smaller than 4 GiB")
}

//! Lists: their items, how many, and whether they differ.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Kind;
use super::walk::{Site, Walker, place_of};
use crate::schema::table::{Value, ValueId};
use crate::schema::{Keyword, Schema};
use crate::syntax::{Function, Node};
use crate::values::{Expression, Formula, Found, StackId};

/// Most items that are compared with each other.
const MAX_COMPARED: usize = 2_000;

impl<'t> Walker<'_, 't> {
    pub(super) fn list_keyword(&mut self, site: Site<'t>, schema: Schema<'static>, keyword: Keyword, under: ValueId) {
        let value = || schema.value(under);
        match keyword {
            Keyword::Items => {
                let Some(items) = value().as_object().map(|object| schema.below(object)) else { return };
                let skipped = schema.get(Keyword::PrefixItems).and_then(Value::as_list).map_or(0, |list| list.len());
                self.path.push("*");
                for item in site.node.items().skip(skipped) {
                    self.value(Site::new(item, place_of(item), site.when), items);
                }
                self.path.pop();
            }
            Keyword::PrefixItems => {
                for (item, each) in site.node.items().zip(schema.schemas(keyword)) {
                    self.path.push("*");
                    self.value(Site::new(item, place_of(item), site.when), each);
                    self.path.pop();
                }
            }
            Keyword::MinItems | Keyword::MaxItems => self.count(site.whole(), keyword, value()),
            Keyword::MaxUniqueItems => {
                let Some(limit) = value().as_integer() else { return };
                // What stands there in every case: `Fn::If` may give nothing.
                let items = site.node.items().filter(|item| !matches!(item.function(), Some((Function::If, _))));
                let distinct: FxHashSet<Cow<str>> = items.take(MAX_COMPARED).filter_map(|item| self.sameness(item)).collect();
                let found = distinct.len() as i64;
                if found > limit {
                    self.fault(site.whole(), Kind::OutOfBounds { keyword, limit: limit as f64, found: found as f64 });
                }
            }
            Keyword::UniqueItems => {
                let kind = match value().as_bool() {
                    Some(true) => Kind::RepeatedItem(keyword),
                    // Inside an alternative it would make that one fail.
                    Some(false) if self.alternatives == 0 => Kind::RepeatedValue,
                    _ => return,
                };
                self.unique(site, kind, |node, when, items, walker| {
                    if let Some(text) = walker.sameness(node) {
                        items.push((text, when));
                    }
                });
            }
            Keyword::UniqueKeys => {
                let keys: Vec<&str> = schema.strings(keyword).collect();
                self.unique(site, Kind::RepeatedItem(keyword), |node, when, items, walker| {
                    let texts: Option<Vec<Cow<str>>> = keys.iter().map(|key| walker.sameness(node.get(key)?)).collect();
                    items.extend(texts.map(|texts| (texts.join("\0").into(), when)));
                });
            }
            _ => {}
        }
    }

    /// Two values with equal texts are the same; `None` where a function other than a reference is in it.
    fn sameness(&self, node: Node<'t>) -> Option<Cow<'t, str>> {
        match node.scalar().filter(|_| node.function().is_none()) {
            Some(scalar) => (!scalar.is_null()).then(|| scalar.canonical()),
            None => Some(self.values.canonical(Expression { stack: StackId::ROOT, node }).into()),
        }
    }

    /// Reports the list where two of the items that `read` makes are equal.
    fn unique(
        &mut self,
        site: Site<'t>,
        kind: Kind<'t>,
        read: impl Fn(Node<'t>, Formula, &mut Vec<(Cow<'t, str>, Formula)>, &Self),
    ) {
        match site.node.len() {
            0 | 1 => return,
            length if length > MAX_COMPARED => return self.unknown(site.when),
            _ => {}
        }
        let mut items = Vec::new();
        let mut starts = Vec::new();
        for node in site.node.items() {
            starts.push(items.len());
            if node.function().is_none() {
                read(node, site.when, &mut items, self);
                continue;
            }
            for choice in self.values.choices(Expression { stack: StackId::ROOT, node }, site.when) {
                if let Found::Written(expression) = choice.found {
                    read(expression.node, choice.when, &mut items, self);
                }
            }
        }
        let formulas = &self.values.formulas;
        let mut seen: FxHashMap<&str, Formula> = FxHashMap::default();
        let mut repeated = Formula::FALSE;
        for (index, start) in starts.iter().enumerate() {
            let own = &items[*start..starts.get(index + 1).copied().unwrap_or(items.len())];
            for (text, when) in own {
                if let Some(before) = seen.get(&**text) {
                    repeated = formulas.or(repeated, formulas.and(*before, *when));
                }
            }
            for (text, when) in own {
                let before = seen.entry(text).or_insert(Formula::FALSE);
                *before = formulas.or(*before, *when);
            }
        }
        if repeated != Formula::FALSE && self.values.possible(repeated) {
            self.fault(Site { when: repeated, ..site.whole() }, kind);
        }
    }
}

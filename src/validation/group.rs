//! Which properties go together: what depends on which of them are there, case by case.

use super::Kind;
use super::object::Properties;
use super::walk::{Site, Walker};
use crate::schema::table::{List, Value, ValueId};
use crate::schema::{Keyword, Schema};
use crate::syntax::{Entry, Node};
use crate::values::{Choice, Expression, Formula, Found, StackId};

impl<'t> Walker<'_, 't> {
    /// What a resource without `Properties` lacks.
    pub(super) fn missing_properties(&mut self, site: Site<'t>, schema: Schema<'static>) {
        self.path.clear();
        for keyword in [Keyword::Required, Keyword::RequiredXor, Keyword::RequiredOr] {
            if schema.get(keyword).is_none() || self.more_properties {
                continue;
            }
            match keyword {
                Keyword::Required => {
                    for name in schema.required() {
                        self.fault(site, Kind::MissingProperty(name));
                    }
                }
                _ => self.fault(site, Kind::NoneOf { schema, keyword }),
            }
        }
    }

    /// When the property `name` of a mapping is not there, and when it is; what is not known is neither.
    fn presence(&self, site: Site<'t>, properties: &Properties<'t>, name: &str) -> (Formula, Formula) {
        let Some(Entry { value, .. }) = properties.entry(name) else {
            // `Fn::Transform` or `Globals` may add it.
            let open = properties.entry("Fn::Transform").is_some() || self.more_properties && self.path.is_empty();
            return if open { (Formula::FALSE, Formula::FALSE) } else { (site.when, Formula::FALSE) };
        };
        if value.function().is_none() && !value.is_null() {
            return (Formula::FALSE, site.when);
        }
        let choices = self.values.choices(Expression { stack: StackId::ROOT, node: value }, site.when);
        let formulas = &self.values.formulas;
        let any = |wanted: fn(&Choice<'t>) -> bool| {
            formulas.any(choices.iter().filter(|choice| wanted(choice)).map(|choice| choice.when))
        };
        (any(|choice| choice.found == Found::Absent), any(|choice| matches!(choice.found, Found::Written(_))))
    }

    fn fault_when(&mut self, site: Site<'t>, when: Formula, kind: Kind<'t>) {
        if when != Formula::FALSE && self.values.possible(when) {
            self.fault(Site { when, ..site }, kind);
        }
    }

    /// A keyword about the properties of a mapping as a whole.
    pub(super) fn object_keyword(
        &mut self,
        site: Site<'t>,
        schema: Schema<'static>,
        (keyword, under): (Keyword, ValueId),
        properties: &Properties<'t>,
    ) {
        let values = self.values;
        let formulas = &values.formulas;
        let value = || schema.value(under);
        let names = || value().as_list().into_iter().flat_map(List::strings);
        match keyword {
            Keyword::Required => {
                for name in names() {
                    let (absent, _) = self.presence(site, properties, name);
                    self.fault_when(site, absent, Kind::MissingProperty(name));
                }
            }
            Keyword::RequiredOr | Keyword::RequiredXor => {
                let names: Vec<&str> = names().collect();
                let presence: Vec<_> = names.iter().map(|name| self.presence(site, properties, name)).collect();
                let none = presence.iter().fold(site.when, |all, (absent, _)| formulas.and(all, *absent));
                self.fault_when(site, none, Kind::NoneOf { schema, keyword });
                if keyword == Keyword::RequiredXor {
                    for (index, name) in names.iter().enumerate() {
                        let others = presence.iter().enumerate().filter(|(other, _)| *other != index);
                        let another = formulas.any(others.map(|(_, (_, present))| *present));
                        let both = formulas.and(presence[index].1, another);
                        if both == Formula::FALSE {
                            continue;
                        }
                        let at = properties.entry(name).map_or(site.at, |entry| entry.key.span());
                        self.fault_when(Site { at, ..site }, both, Kind::SeveralOf { schema, name });
                    }
                }
            }
            Keyword::Dependencies | Keyword::DependentRequired | Keyword::DependentExcluded => {
                for (of, names) in value().as_object().into_iter().flat_map(|object| object.iter()) {
                    let (_, present) = self.presence(site, properties, of);
                    if present == Formula::FALSE {
                        continue;
                    }
                    if let Value::Object(object) = names {
                        if values.possible(present) {
                            self.value(Site { when: present, ..site }, schema.below(object));
                        }
                        continue;
                    }
                    for name in names.as_list().into_iter().flat_map(|names| names.strings()) {
                        let (absent, there) = self.presence(site, properties, name);
                        if keyword == Keyword::DependentExcluded {
                            let at = properties.entry(name).map_or(site.at, |entry| entry.key.span());
                            let both = formulas.and(present, there);
                            self.fault_when(Site { at, ..site }, both, Kind::ExcludedProperty { with: of, name });
                        } else {
                            let lacking = formulas.and(present, absent);
                            self.fault_when(site, lacking, Kind::MissingDependency { of, name, keyword });
                        }
                    }
                }
            }
            Keyword::MinProperties | Keyword::MaxProperties => self.count(site, keyword, value()),
            _ => {}
        }
    }

    /// Compares how many items or properties there are with a bound.
    pub(super) fn count(&mut self, site: Site<'t>, keyword: Keyword, value: Value<'static>) {
        let Some(limit) = value.as_integer() else { return };
        let least = matches!(keyword, Keyword::MinItems | Keyword::MinProperties);
        // Of these two, one has nothing.
        let nodes = || site.node.entries().map(|entry| entry.value).chain(site.node.items());
        let is_there = |node: Node<'t>| node.function().is_none() && !node.is_null();
        let is_enough = least && nodes().filter(|node| is_there(*node)).count() as i64 >= limit;
        if is_enough || least && site.node.get("Fn::Transform").is_some() || !least && nodes().count() as i64 <= limit {
            return;
        }
        // `counts[n]`: when exactly `n` of those looked at so far are there.
        let formulas = &self.values.formulas;
        let mut counts = vec![site.when];
        let mut always = 0;
        for node in nodes() {
            if is_there(node) {
                always += 1;
                continue;
            }
            let choices = self.values.choices(Expression { stack: StackId::ROOT, node }, site.when);
            let absent = formulas.any(choices.iter().filter(|choice| choice.found == Found::Absent).map(|choice| choice.when));
            if absent == Formula::FALSE {
                always += 1;
                continue;
            }
            if counts.len() > 12 {
                return self.unknown(site.when);
            }
            let there = formulas.not(absent);
            let mut next = vec![Formula::FALSE; counts.len() + 1];
            for (count, when) in counts.iter().enumerate() {
                next[count] = formulas.or(next[count], formulas.and(*when, absent));
                next[count + 1] = formulas.or(next[count + 1], formulas.and(*when, there));
            }
            counts = next;
        }
        let out = |count: i64| if least { count < limit } else { count > limit };
        let hits: Vec<(i64, Formula)> =
            (always..).zip(counts).filter(|(count, when)| out(*count) && self.values.possible(*when)).collect();
        let Some(&(found, _)) = hits.first() else { return };
        let when = formulas.any(hits.iter().map(|(_, when)| *when));
        self.fault(Site { when, ..site }, Kind::OutOfBounds { keyword, limit: limit as f64, found: found as f64 });
    }
}

//! Runtimes of Lambda whose end has begun: what no schema says, for it depends on the day.

use super::Kind;
use super::walk::{Site, Walker};
use crate::config::Day;
use crate::schema::{Facts, RuntimeStage};
use crate::syntax::Node;
use crate::values::{Choice, Expression, Formula, Found, StackId, Value};

/// The types with a `Runtime` that is one of Lambda's.
const FUNCTIONS: &[&str] = &["AWS::Lambda::Function", "AWS::Serverless::Function"];

/// How far the end of a runtime has come.
#[must_use]
pub fn runtime_stage(name: &str, today: Option<Day>) -> Option<RuntimeStage> {
    Facts::embedded().lambda_runtime(name)?.stage(today?)
}

impl<'t> Walker<'_, 't> {
    /// Looks at the runtime of a function on a day.
    pub(super) fn runtime(&mut self, today: Option<Day>) {
        let declaration = self.resource.declaration;
        if today.is_none() || !FUNCTIONS.contains(&declaration.resource_type) {
            return;
        }
        for properties in self.values.properties(StackId::ROOT, declaration.properties, self.resource.when) {
            let Found::Written(Expression { node, .. }) = properties.found else { continue };
            let Some(entry) = node.entry("Runtime") else { continue };
            let expression = Expression { stack: StackId::ROOT, node: entry.value };
            for choice in self.values.choices(expression, properties.when) {
                let Choice { when, found: Found::Written(Expression { node, .. }) } = choice else { continue };
                let at = if node == entry.value { entry.key.span() } else { node.span() };
                let site = Site { node, at, key: entry.key.span(), when };
                match node.as_str().filter(|_| node.function().is_none()) {
                    Some(name) => {
                        if let Some(stage) = runtime_stage(name, today) {
                            self.fault(site, Kind::EndedRuntime(stage));
                        }
                    }
                    None if node.function().is_some() => self.given_runtime(site, today),
                    None => {}
                }
            }
        }
    }

    /// What a call gives for a runtime. What a lookup gives is told where all that it gives has come to its end: mappings by region
    /// hold regions that nobody deploys to.
    fn given_runtime(&mut self, site: Site<'t>, today: Option<Day>) {
        let mut found: Vec<(Formula, String, Option<Node<'t>>, RuntimeStage)> = Vec::new();
        for case in self.values.cases(Expression { stack: StackId::ROOT, node: site.node }, site.when) {
            let Value::Text(text) = &case.value else { continue };
            for way in self.texts(text) {
                let when = self.values.formulas.and(case.when, way.when(self.values));
                if !self.values.possible(when) {
                    continue;
                }
                match runtime_stage(&way.text, today).filter(|_| way.is_whole) {
                    Some(stage) => found.push((when, way.text, way.declared, stage)),
                    None if case.source.is_some() => return,
                    None => {}
                }
            }
        }
        for (when, text, declared, stage) in found {
            self.given_to("Runtime", Site { when, ..site }, Kind::EndedRuntime(stage), &text, declared);
        }
    }
}

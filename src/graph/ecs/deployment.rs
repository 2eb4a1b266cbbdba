//! How a service is deployed and scaled: its controller, its counts, and what scales it.
//!
//! What the numbers lead to is in the rules.

use super::super::{Resource, ResourceGraph};
use super::{Launch, LaunchPath, SERVICE};
use crate::values::{Choice, Formula, Found, Part, Text, Value};

/// A number in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// When.
    pub when: Formula,
    /// The number; `None` where nothing is written.
    pub value: Option<i64>,
}

impl<'t> ResourceGraph<'t> {
    /// When a property is the given string, as far as the templates say: a parameter that takes any value may be anything, and
    /// counts for nothing here.
    #[must_use]
    pub fn is_surely(&self, mapping: &Choice<'t>, property: &str, literal: &str) -> Formula {
        let formulas = &self.values.formulas;
        let open = self.texts(mapping, property).into_iter().filter(|(_, text)| self.values.is_open(text));
        let open = formulas.any(open.map(|(when, _)| when).collect::<Vec<_>>());
        formulas.and(self.may_be(mapping, property, literal), formulas.not(open))
    }

    /// When the property reached by `path` is the given string, in the same sense.
    #[must_use]
    pub fn path_is(&self, start: &Choice<'t>, path: &[&str], literal: &str) -> Formula {
        let Some((last, before)) = path.split_last() else { return Formula::FALSE };
        let ways = self.values.path(start, before).into_iter().map(|mapping| self.is_surely(&mapping, last, literal));
        self.values.formulas.any(ways.collect::<Vec<_>>())
    }

    /// When the property reached by `path` is not there, for certain.
    #[must_use]
    pub fn is_absent(&self, start: &Choice<'t>, path: &[&str]) -> Formula {
        let there = self.values.path(start, path).into_iter().filter_map(|choice| {
            let absent = choice.found == Found::Absent;
            (!absent).then_some(choice.when)
        });
        self.values.formulas.not(self.values.formulas.any(there.collect::<Vec<_>>()))
    }

    /// When a service replaces its tasks by rolling updates, which are the default.
    #[must_use]
    pub fn is_rolling(&self, service: &Choice<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let is = |path: &[&str], word: &str| formulas.or(self.is_absent(service, path), self.path_is(service, path, word));
        formulas.and(is(&["DeploymentController", "Type"], "ECS"), is(&["DeploymentConfiguration", "Strategy"], "ROLLING"))
    }

    /// The whole numbers that the property reached by `path` can be. Cases that are no known numbers are left out.
    #[must_use]
    pub fn whole_numbers(&self, start: &Choice<'t>, path: &[&str]) -> Vec<Number> {
        let formulas = &self.values.formulas;
        let mut numbers = Vec::new();
        for case in self.values.path(start, path).iter().flat_map(|choice| self.values.cases_of(choice)) {
            match case.value {
                Value::Absent => numbers.push(Number { when: case.when, value: None }),
                Value::Text(text) => {
                    for (when, spelled) in self.values.spelled_out(&text).unwrap_or_default() {
                        if let Ok(number) = spelled.trim().parse() {
                            numbers.push(Number { when: formulas.and(case.when, when), value: Some(number) });
                        }
                    }
                }
                Value::Structure(_) | Value::Unknown(_) | Value::Invalid => {}
            }
        }
        numbers.retain(|number| self.values.possible(number.when));
        numbers
    }

    /// The launches of services, and of nothing else.
    #[must_use]
    pub fn service_launches(&self) -> Vec<Launch<'t>> {
        self.launches().into_iter().filter(|launch| launch.path == LaunchPath::Service).collect()
    }

    /// The services of the templates that are checked, whoever deploys them, in each case of their properties.
    #[must_use]
    pub fn services(&self) -> Vec<(Resource<'t>, Choice<'t>)> {
        let services = self.resources().into_iter().filter(|resource| resource.resource_type() == SERVICE);
        services.flat_map(|service| self.properties(&service).into_iter().map(move |properties| (service, properties))).collect()
    }

    /// The `AWS::ApplicationAutoScaling::ScalableTarget`s that set the desired count of a service, and when they do.
    #[must_use]
    pub fn scalable_targets_of(&self, service: &Resource<'t>) -> Vec<(Formula, Resource<'t>)> {
        let mut found = Vec::new();
        for target in self.of_type("AWS::ApplicationAutoScaling::ScalableTarget") {
            for properties in self.properties(&target) {
                for (when, resource_id) in self.texts(&properties, "ResourceId") {
                    // `service/<cluster>/<service>`
                    let Some(name) = resource_id.after_last("/") else { continue };
                    let named = match name.only() {
                        Some(Part::Resource(id, _)) => *id == service.id,
                        _ => false,
                    };
                    let when = if named { when } else { self.values.formulas.and(when, self.is_service_name(service, &name)) };
                    if self.values.possible(when) {
                        found.push((when, target));
                    }
                }
            }
        }
        found
    }

    fn is_service_name(&self, service: &Resource<'t>, name: &Text<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let mut ways = Vec::new();
        for properties in self.properties(service) {
            for (when, own) in self.texts(&properties, "ServiceName") {
                if let Some(same) = self.values.known_to_be_same(&own, name, when) {
                    ways.push(formulas.and(when, same));
                }
            }
        }
        formulas.any(ways)
    }
}

//! Launches together with the task definitions that they run.

use std::rc::Rc;

use super::super::ResourceGraph;
use super::{Compute, Launch, TaskDefinition};
use crate::values::{Choice, Formula, Found, Text, Value};

/// A launch with its kinds of compute.
#[derive(Clone, Debug)]
pub struct Launched<'t> {
    /// The launch.
    pub launch: Launch<'t>,
    /// The kinds of compute, as [`ResourceGraph::compute`] gives them.
    pub compute: Vec<(Formula, Compute)>,
}

/// A launch and a task definition that it runs, where the templates declare it.
#[derive(Clone, Debug)]
pub struct Run<'t> {
    /// When the launch runs the definition.
    pub when: Formula,
    /// The launch.
    pub launch: Launch<'t>,
    /// The definition.
    pub definition: TaskDefinition<'t>,
    /// The kinds of compute, as [`ResourceGraph::compute`] gives them.
    pub compute: Vec<(Formula, Compute)>,
}

/// A task definition, in one case of its properties, with everything that runs it.
#[derive(Clone, Debug)]
pub struct Fit<'t> {
    /// The definition; its `when` says when it exists.
    pub definition: TaskDefinition<'t>,
    /// What runs it.
    pub runs: Vec<Run<'t>>,
}

impl<'t> ResourceGraph<'t> {
    /// Every launch with every task definition that it can run. Worked out once.
    #[must_use]
    pub fn runs(&self) -> Rc<[Run<'t>]> {
        Rc::clone(self.runs.get_or_init(|| {
            let launched = self.launched();
            let runs = launched.iter().flat_map(|Launched { launch, compute }| {
                let definitions = self.task_definitions_of(launch).into_iter();
                definitions.map(|definition| Run {
                    when: definition.when,
                    launch: launch.clone(),
                    definition,
                    compute: compute.clone(),
                })
            });
            runs.collect()
        }))
    }

    /// Every launch with its kinds of compute. Worked out once.
    #[must_use]
    pub fn launched(&self) -> Rc<[Launched<'t>]> {
        Rc::clone(self.launched.get_or_init(|| {
            let launches = self.launches().into_iter();
            launches.map(|launch| Launched { compute: self.compute(&launch), launch }).collect()
        }))
    }

    /// When a launch's tasks are on one kind of compute for certain.
    #[must_use]
    pub fn launched_on(&self, launched: &Launched<'t>, wanted: Compute) -> Formula {
        let kinds = launched.compute.iter().filter(|(_, compute)| *compute == wanted).map(|(when, _)| *when);
        self.values.formulas.any(kinds.collect::<Vec<_>>())
    }

    /// The task definitions of the templates that are checked, each with what runs it.
    #[must_use]
    pub fn fits(&self) -> Vec<Fit<'t>> {
        let runs = self.runs();
        let definitions = self.task_definitions().into_iter();
        let fits = definitions.map(|definition| {
            let same = |run: &&Run| {
                run.definition.resource.id == definition.resource.id
                    && run.definition.properties.found == definition.properties.found
            };
            Fit { definition, runs: runs.iter().filter(same).cloned().collect() }
        });
        fits.collect()
    }

    /// When a run's tasks are on one kind of compute for certain.
    #[must_use]
    pub fn run_is_on(&self, run: &Run<'t>, wanted: Compute) -> Formula {
        let kinds = run.compute.iter().filter(|(_, compute)| *compute == wanted).map(|(when, _)| *when);
        self.values.formulas.and(run.when, self.values.formulas.any(kinds.collect::<Vec<_>>()))
    }

    /// When `RequiresCompatibilities` asks ECS to validate a definition for one kind of compute.
    #[must_use]
    pub fn requires(&self, definition: &TaskDefinition<'t>, wanted: Compute) -> Formula {
        let Some(word) = wanted.compatibility() else { return Formula::FALSE };
        let formulas = &self.values.formulas;
        let lists = self.values.property(&definition.properties, "RequiresCompatibilities");
        let items = lists.iter().flat_map(|list| self.values.items(list));
        let ways = items.flat_map(|item| self.values.cases_of(&item)).filter_map(|case| match &case.value {
            Value::Text(text) => Some(formulas.and(case.when, self.stated(text, &[word], case.when))),
            _ => None,
        });
        formulas.any(ways.collect::<Vec<_>>())
    }

    /// When a string is one of `words`, as far as the templates say so: not where only chance makes it one, as with a parameter
    /// that takes any value and has another default.
    #[must_use]
    pub fn stated(&self, text: &Text<'t>, words: &[&str], when: Formula) -> Formula {
        let same = |word: &&str| self.values.known_to_be_same(text, &Text::literal((*word).to_owned()), when);
        self.values.formulas.any(words.iter().filter_map(same).collect::<Vec<_>>())
    }

    /// When a string is none of `words`, as far as the templates say so.
    #[must_use]
    pub fn denied(&self, text: &Text<'t>, words: &[&str]) -> Formula {
        let by_default = || self.values.with_defaults(text).is_some_and(|text| !words.contains(&text.as_str()));
        if self.values.is_open(text) && !by_default() {
            return Formula::FALSE;
        }
        let same = words.iter().map(|word| self.values.text_is(text, word));
        self.values.formulas.not(self.values.formulas.any(same.collect::<Vec<_>>()))
    }

    /// When a property is one of `words`, as far as the templates say so.
    #[must_use]
    pub fn says(&self, mapping: &Choice<'t>, property: &str, words: &[&str]) -> Formula {
        let formulas = &self.values.formulas;
        let texts = self.texts(mapping, property).into_iter();
        formulas.any(texts.map(|(when, text)| formulas.and(when, self.stated(&text, words, when))).collect::<Vec<_>>())
    }

    /// When a property is there and none of `words`, as far as the templates say so.
    #[must_use]
    pub fn says_other(&self, mapping: &Choice<'t>, property: &str, words: &[&str]) -> Formula {
        let formulas = &self.values.formulas;
        let texts = self.texts(mapping, property).into_iter();
        formulas.any(texts.map(|(when, text)| formulas.and(when, self.denied(&text, words))).collect::<Vec<_>>())
    }

    /// When a property is missing. Never in a template that a macro rewrites.
    #[must_use]
    pub fn lacks(&self, mapping: &Choice<'t>, property: &str) -> Formula {
        let Some(written) = mapping.written() else { return Formula::FALSE };
        // A state machine's definition gives `Name.$` where a value is read from the state's input.
        let read = written.node.get(&format!("{property}.$")).is_some();
        if read || self.values.template(written.stack).has_unknown_transform() {
            return Formula::FALSE;
        }
        let absent = self.values.property(mapping, property).into_iter().filter(|choice| choice.found == Found::Absent);
        self.values.formulas.any(absent.map(|choice| choice.when).collect::<Vec<_>>())
    }
}

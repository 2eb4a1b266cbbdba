//! What every rule receives: a template, what it can become together with the others, and the settings.
//!
//! A pure function of these; no file, clock or other template's findings are in reach.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::Settings;
use crate::graph::ResourceGraph;
use crate::schema::Facts;
use crate::syntax::Tree;
use crate::template::{self, MemberId, Template, TemplateSet};
use crate::text::SourceFile;
use crate::validation;
use crate::values::{Inputs, Values};

/// A template under analysis.
#[derive(Debug)]
pub struct Analysis<'t> {
    /// Its text.
    pub source: &'t Arc<SourceFile>,
    /// Its tree, loops written out.
    pub tree: &'t Tree,
    /// Its sections.
    pub template: &'t Template<'t>,
    /// What the user wants.
    pub settings: &'t Settings,
    /// The templates that are analysed together.
    pub set: &'t TemplateSet<'t>,
    /// Its number among them.
    pub member: MemberId,
    /// Where what is deployed is analysed: the templates that it is compared with.
    pub against: Vec<Analysis<'t>>,
    /// The words that were asked for, and whether they stand anywhere.
    mentioned: RefCell<FxHashMap<String, bool>>,
    graph: OnceCell<ResourceGraph<'t>>,
    open_values: OnceCell<Values<'t>>,
    call_faults: OnceCell<Vec<template::Fault<'t>>>,
    schema_faults: OnceCell<Vec<validation::Fault<'t>>>,
    is_rewritten: OnceCell<bool>,
}

impl<'t> Analysis<'t> {
    /// The analysis of the template `member` of a set.
    #[must_use]
    pub fn new(set: &'t TemplateSet<'t>, member: MemberId, settings: &'t Settings) -> Self {
        let template = set.member(member).template;
        Self {
            source: template.tree.source(),
            tree: template.tree,
            template,
            settings,
            set,
            member,
            against: Vec::new(),
            mentioned: RefCell::default(),
            graph: OnceCell::new(),
            open_values: OnceCell::new(),
            call_faults: OnceCell::new(),
            schema_faults: OnceCell::new(),
            is_rewritten: OnceCell::new(),
        }
    }

    /// Whether one of `words` stands anywhere in the text of the template or of those that it nests. A rule whose finding cannot do
    /// without a word asks this first, and spares other templates the making of the graph.
    #[must_use]
    pub fn mentions(&self, words: &[&str]) -> bool {
        // What is deployed is described in other words than a template's.
        if self.set.is_deployed() {
            return true;
        }
        words.iter().any(|word| {
            // Many rules ask for the same words.
            if let Some(known) = self.mentioned.borrow().get(*word) {
                return *known;
            }
            let is_there = self.is_mentioned(word);
            self.mentioned.borrow_mut().insert((*word).to_owned(), is_there);
            is_there
        })
    }

    fn is_mentioned(&self, word: &str) -> bool {
        let mut members = vec![self.member];
        let mut at = 0;
        while let Some(&member) = members.get(at) {
            let member = self.set.member(member);
            if member.template.tree.source().contains(word) {
                return true;
            }
            for child in member.children.values() {
                if !members.contains(child) {
                    members.push(*child);
                }
            }
            at += 1;
        }
        false
    }

    /// Its resources and the values of their properties, made when the first rule asks.
    pub fn graph(&self) -> &ResourceGraph<'t> {
        self.graph.get_or_init(|| {
            let inputs = Inputs { parameters: &self.settings.parameters, regions: &self.settings.regions };
            ResourceGraph::new(Values::new(self.set, self.member, inputs))
        })
    }

    /// The values of its properties in any deployment, whatever parameters and regions the settings say.
    pub fn open_values(&self) -> &Values<'t> {
        if self.settings.parameters.is_empty() && self.settings.regions.is_empty() {
            return self.values();
        }
        self.open_values.get_or_init(|| {
            let nothing = BTreeMap::new();
            Values::new(self.set, self.member, Inputs { parameters: &nothing, regions: &[] })
        })
    }

    /// What is wrong with the calls of functions in the template, found when the first rule asks.
    pub fn call_faults(&self) -> &[template::Fault<'t>] {
        self.call_faults.get_or_init(|| self.template.faults(self.facts()))
    }

    /// What in its resources does not fit the schemas of their types; nothing where a macro rewrites them.
    pub fn schema_faults(&self) -> &[validation::Fault<'t>] {
        if self.is_rewritten() { &[] } else { self.written_faults() }
    }

    /// Whether a macro rewrites its resources: nobody knows what it makes of them.
    #[must_use]
    pub fn is_rewritten(&self) -> bool {
        *self.is_rewritten.get_or_init(|| validation::is_rewritten(self.template))
    }

    /// What in its resources, as they are written, does not fit the schemas of their types, found when the first rule asks.
    pub fn written_faults(&self) -> &[validation::Fault<'t>] {
        self.schema_faults.get_or_init(|| {
            let options = self.settings.options("E3012", "wrong-types");
            let is_strict = options.and_then(|options| options.get("strict")?.as_bool()).unwrap_or_default();
            let Settings { regions, today, .. } = self.settings;
            let basis = validation::Basis { facts: self.facts(), regions, is_strict, today: *today };
            validation::faults(self.graph(), basis)
        })
    }

    /// What is known of resource types.
    #[must_use]
    pub fn facts(&self) -> Facts<'static> {
        Facts::embedded().with_own(self.settings.own_types)
    }

    /// Whether a rule has asked for the graph.
    #[must_use]
    pub fn has_graph(&self) -> bool {
        self.graph.get().is_some()
    }

    /// The values of its properties.
    pub fn values(&self) -> &Values<'t> {
        self.graph().values()
    }
}

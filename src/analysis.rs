//! What every rule receives: a template, what it can become together with the others, and the settings.
//!
//! A pure function of these; no file, clock or other template's findings are in reach.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::config::Settings;
use crate::graph::ResourceGraph;
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
    graph: OnceCell<ResourceGraph<'t>>,
    call_faults: OnceCell<Vec<template::Fault<'t>>>,
    schema_faults: OnceCell<Vec<validation::Fault<'t>>>,
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
            graph: OnceCell::new(),
            call_faults: OnceCell::new(),
            schema_faults: OnceCell::new(),
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
        let mut members = vec![self.member];
        let mut at = 0;
        while let Some(&member) = members.get(at) {
            let member = self.set.member(member);
            let text = member.template.tree.source().text();
            if words.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
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

    /// What is wrong with the calls of functions in the template, found when the first rule asks.
    pub fn call_faults(&self) -> &[template::Fault<'t>] {
        self.call_faults.get_or_init(|| self.template.faults())
    }

    /// What in its resources does not fit the schemas of their types; nothing where a macro rewrites them.
    pub fn schema_faults(&self) -> &[validation::Fault<'t>] {
        if self.is_rewritten() { &[] } else { self.written_faults() }
    }

    /// Whether a macro rewrites its resources: nobody knows what it makes of them.
    #[must_use]
    pub fn is_rewritten(&self) -> bool {
        validation::is_rewritten(self.template)
    }

    /// What in its resources, as they are written, does not fit the schemas of their types, found when the first rule asks.
    pub fn written_faults(&self) -> &[validation::Fault<'t>] {
        self.schema_faults.get_or_init(|| {
            let options = self.settings.options("E3012", "wrong-types");
            let is_strict = options.and_then(|options| options.get("strict")?.as_bool()).unwrap_or_default();
            validation::faults(self.graph(), &self.settings.regions, is_strict)
        })
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

//! What every rule receives: a template, what it can become, and the settings.
//!
//! A pure function of these; no file, clock or other template's findings are in reach.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::config::Settings;
use crate::graph::ResourceGraph;
use crate::syntax::Tree;
use crate::template::Template;
use crate::text::SourceFile;
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
    graph: OnceCell<ResourceGraph<'t>>,
}

impl<'t> Analysis<'t> {
    /// The analysis of one template.
    #[must_use]
    pub fn new(source: &'t Arc<SourceFile>, tree: &'t Tree, template: &'t Template<'t>, settings: &'t Settings) -> Self {
        Self { source, tree, template, settings, graph: OnceCell::new() }
    }

    /// Its resources and the values of their properties, made when the first rule asks.
    pub fn graph(&self) -> &ResourceGraph<'t> {
        self.graph.get_or_init(|| {
            let inputs = Inputs { parameters: &self.settings.parameters, regions: &self.settings.regions };
            ResourceGraph::new(Values::new(self.template, inputs))
        })
    }

    /// The values of its properties.
    pub fn values(&self) -> &Values<'t> {
        self.graph().values()
    }
}

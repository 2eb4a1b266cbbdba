//! Which templates belong together: nested stacks and the templates they are made of.
//!
//! Only paths are looked at here, and only as text; files are read at the edges.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::Settings;
use crate::syntax::{self, Node, Tree};
use crate::template::{Expansion, Template, expand};
use crate::text::SourceFile;

/// A template that was read, with the paths of the templates that it nests.
#[derive(Debug)]
pub struct Parsed {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// What the user wants for it.
    pub settings: Arc<Settings>,
    parsed: Tree,
    expanded: Option<Expansion>,
    /// For each nested stack with a template beside this one: the number of the resource, and the path.
    pub nests: Vec<(u32, String)>,
}

impl Parsed {
    /// Reads a template.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>, settings: &Arc<Settings>) -> Self {
        let parsed = syntax::parse(source);
        let expanded = expand(&parsed, &|name| settings.parameters.get(name).cloned());
        let tree = expanded.as_ref().map_or(&parsed, |expansion| &expansion.tree);
        let nests = nested_paths(source, tree);
        Self { source: Arc::clone(source), settings: Arc::clone(settings), parsed, expanded, nests }
    }

    /// The name of the stack it is deployed as, where the settings say so.
    #[must_use]
    pub fn stack_name(&self) -> Option<String> {
        let mut known = self.settings.stack_names.iter();
        known.find(|(template, _)| names(template, self.source.name())).map(|(_, name)| name.clone())
    }

    /// Its tree as it is written, with the comments.
    #[must_use]
    pub fn written(&self) -> &Tree {
        &self.parsed
    }

    /// Its tree, loops written out.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        self.expanded.as_ref().map_or(&self.parsed, |expansion| &expansion.tree)
    }
}

/// The local templates that a template nests.
fn nested_paths(source: &SourceFile, tree: &Tree) -> Vec<(u32, String)> {
    // One search of the text spares most templates the reading of their sections.
    if !["TemplateURL", "AWS::Serverless::Application"].iter().any(|word| source.text().contains(word)) {
        return Vec::new();
    }
    let template = Template::new(tree);
    let resources = template.resources.iter().enumerate();
    let nested = resources.filter_map(|(index, resource)| {
        let (property, asset) = match resource.resource_type {
            "AWS::CloudFormation::Stack" => {
                ("TemplateURL", resource.metadata.and_then(|metadata| metadata.get("aws:asset:path")))
            }
            "AWS::Serverless::Application" => ("Location", None),
            _ => return None,
        };
        // The CDK writes an address that is made at deployment, and beside it the file in `cdk.out`.
        let written = asset.or_else(|| resource.properties?.get(property)).filter(|node| node.function().is_none());
        Some((index as u32, local_path(source.name(), written.and_then(Node::as_str)?)?))
    });
    nested.collect()
}

/// The path of `reference`, which is written in the file `base`; `None` where it is an address or absolute.
fn local_path(base: &str, reference: &str) -> Option<String> {
    if reference.is_empty() || reference.contains("://") || reference.starts_with('/') || reference.contains("{{resolve:") {
        return None;
    }
    let folder = base.rfind('/').map_or("", |at| &base[..=at]);
    Some(normal(&format!("{folder}{reference}")))
}

/// A path without `.` and without a `..` that something before it takes back.
#[must_use]
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether `written`, a path in a config or parameter file, names the template read from `name`: the same path, or its end.
#[must_use]
pub fn names(written: &str, name: &str) -> bool {
    let (written, name) = (normal(written), normal(name));
    name.strip_suffix(&written).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The templates of a run, found by path.
#[derive(Debug, Default)]
pub struct Paths(FxHashMap<String, usize>);

impl Paths {
    /// Adds the template number `index`, read from `name`.
    pub fn insert(&mut self, name: &str, index: usize) {
        self.0.entry(normal(name)).or_insert(index);
    }

    /// The template at `path`, which is normal.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<usize> {
        self.0.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_folder_of_the_template() {
        assert_eq!(local_path("a/b/parent.yaml", "../c/child.yaml"), Some("a/c/child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "./child.yaml"), Some("child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "../child.yaml"), Some("../child.yaml".to_owned()));
        assert_eq!(local_path("/a/parent.yaml", "child.yaml"), Some("/a/child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "https://bucket/child.yaml"), None);
    }
}

//! Which templates belong together: nested stacks and the templates they are made of.
//!
//! Only paths are looked at here, and only as text; files are read at the edges.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::Settings;
use crate::syntax::{self, Node, Tree};
use crate::template::{self, Expansion, Named, Parameter, SettingFault, Template, expand};
use crate::text::{SourceFile, Span};

/// A template that was read, with the paths of the templates that it nests.
#[derive(Debug)]
pub struct Parsed {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// What the user wants for it, with what it says itself.
    pub settings: Arc<Settings>,
    /// What the user wants, which goes for the templates that it nests too.
    pub given: Arc<Settings>,
    /// What it says of that and cannot count.
    pub faults: Vec<(Span, SettingFault)>,
    parsed: Tree,
    expanded: Option<Expansion>,
    /// For each nested stack with a template beside this one: the number of the resource, and the path.
    pub nests: Vec<(u32, String)>,
    /// For each nested stack whose template lies in a bucket: the number of the resource, and the paths at which the template may
    /// lie beside this one, the likeliest first.
    pub hosted: Vec<(u32, Vec<String>)>,
}

impl Parsed {
    /// Reads a template.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>, settings: &Arc<Settings>) -> Self {
        let parsed = syntax::parse(source);
        let given = Arc::clone(settings);
        // Before its loops are written out, which values of parameters decide.
        let (settings, faults) = match template::own_settings(&parsed) {
            Some((own, faults)) => (Arc::new(given.with_template(&own)), faults),
            None => (Arc::clone(&given), Vec::new()),
        };
        let expanded = expand(&parsed, &|name| settings.parameters.get(name).cloned());
        let tree = expanded.as_ref().map_or(&parsed, |expansion| &expansion.tree);
        let (nests, hosted) = nested_paths(source, tree);
        Self { source: Arc::clone(source), settings, given, faults, parsed, expanded, nests, hosted }
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

/// The templates that a template nests: those beside it, and those in buckets.
#[expect(clippy::type_complexity, reason = "each is a field of the one caller")]
fn nested_paths(source: &SourceFile, tree: &Tree) -> (Vec<(u32, String)>, Vec<(u32, Vec<String>)>) {
    let (mut beside, mut hosted) = (Vec::new(), Vec::new());
    // One search of the text spares most templates the reading of their sections.
    if !["TemplateURL", "AWS::Serverless::Application"].iter().any(|word| source.contains(word)) {
        return (beside, hosted);
    }
    let template = Template::new(tree);
    for (index, resource) in template.resources.iter().enumerate() {
        let (property, asset) = match resource.resource_type {
            "AWS::CloudFormation::Stack" => {
                ("TemplateURL", resource.metadata.and_then(|metadata| metadata.get("aws:asset:path")))
            }
            "AWS::Serverless::Application" => ("Location", None),
            _ => continue,
        };
        // The CDK writes an address that is made at deployment, and beside it the file in `cdk.out`.
        let Some(written) = asset.or_else(|| resource.properties?.get(property)) else { continue };
        let text = written.as_str().filter(|_| written.function().is_none());
        if let Some(path) = text.and_then(|text| local_path(source.name(), text)) {
            beside.push((index as u32, path));
        } else if let Some(key) = template::written(written).as_deref().and_then(object_key) {
            hosted.push((index as u32, paths_of_object(source.name(), key)));
        }
    }
    (beside, hosted)
}

/// The key of an object in a bucket, or the end of it that is written out; `None` where the address names no file.
fn object_key(address: &str) -> Option<&str> {
    let key = match address.rfind('}') {
        Some(end) => &address[end + 1..],
        // Behind the host, which may be the bucket.
        None => address.split_once("://")?.1.split_once('/')?.1,
    };
    let key = key.split(['?', '#']).next().unwrap_or(key).trim_start_matches('/');
    (!key.is_empty() && !key.contains("{{")).then_some(key)
}

/// Where the object `key` may lie in a repository with the template `base`: as much of its path as there is, from the folder of the
/// template or from one above.
fn paths_of_object(base: &str, key: &str) -> Vec<String> {
    let mut folders = vec![base.rfind('/').map_or("", |at| &base[..at])];
    while let Some(folder) = folders.last().filter(|folder| !folder.is_empty() && folders.len() < MAX_FOLDERS_UP) {
        folders.push(folder.rfind('/').map_or("", |at| &folder[..at]));
    }
    let starts = std::iter::once(0).chain(key.match_indices('/').map(|(at, _)| at + 1));
    let ends = starts.map(|at| &key[at..]).filter(|end| !end.is_empty());
    let paths = ends.flat_map(|end| {
        folders.iter().map(move |folder| if folder.is_empty() { normal(end) } else { normal(&format!("{folder}/{end}")) })
    });
    paths.filter(|path| *path != normal(base)).take(MAX_PATHS_OF_OBJECT).collect()
}

/// Most folders, from the template's own upwards, in which an object of a bucket is looked for.
const MAX_FOLDERS_UP: usize = 4;

/// Most paths at which an object of a bucket is looked for.
const MAX_PATHS_OF_OBJECT: usize = 64;

/// Whether `parent` gives its resource number `resource`, a nested stack, the parameters that `child` takes.
#[must_use]
pub fn fits(parent: &Template, resource: u32, child: &Template) -> bool {
    let declared = parent.resources.at(resource as usize);
    let given = declared.and_then(|resource| resource.properties?.get("Parameters"));
    if given.is_some_and(|given| given.function().is_some()) {
        return false;
    }
    let names: Vec<&str> = given.into_iter().flat_map(Node::entries).filter_map(|entry| entry.key.as_str()).collect();
    let missing = |parameter: &Parameter| parameter.default.is_none() && !names.contains(&parameter.name());
    names.iter().all(|name| child.parameters.get(name).is_some()) && !child.parameters.iter().any(missing)
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
    fn a_template_in_a_bucket_is_looked_for_by_the_end_of_its_key() {
        let key = object_key("https://s3.amazonaws.com/depot/trams/infra/vpc.yaml").expect("it names a file");
        assert_eq!(key, "depot/trams/infra/vpc.yaml");
        let paths = paths_of_object("repo/main.yaml", key);
        assert_eq!(paths[..2], ["repo/depot/trams/infra/vpc.yaml", "depot/trams/infra/vpc.yaml"]);
        assert!(paths.contains(&"repo/infra/vpc.yaml".to_owned()) && paths.contains(&"vpc.yaml".to_owned()), "{paths:?}");
        assert_eq!(object_key("https://${Bucket}.s3.amazonaws.com/${Prefix}infra/vpc.yaml"), Some("infra/vpc.yaml"));
        assert_eq!(object_key("${TemplateUrl}"), None);
        assert_eq!(paths_of_object("vpc.yaml", "infra/vpc.yaml"), ["infra/vpc.yaml"]);
    }

    #[test]
    fn paths_are_taken_from_the_folder_of_the_template() {
        assert_eq!(local_path("a/b/parent.yaml", "../c/child.yaml"), Some("a/c/child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "./child.yaml"), Some("child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "../child.yaml"), Some("../child.yaml".to_owned()));
        assert_eq!(local_path("/a/parent.yaml", "child.yaml"), Some("/a/child.yaml".to_owned()));
        assert_eq!(local_path("parent.yaml", "https://bucket/child.yaml"), None);
    }
}

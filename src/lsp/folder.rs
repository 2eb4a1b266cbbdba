//! A workspace folder: its templates, which are analysed together, and what its config files say.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::{Overrides, Settings};
use crate::discover::{self, ConfigFiles, ConfigSource, Stamp};
use crate::report::RunProblem;
use crate::rules;
use crate::template::Template;
use crate::text::SourceFile;
use crate::workspace::Parsed;

/// Templates of a folder by their names, each with what its file looked like.
type Files = BTreeMap<String, (Arc<Parsed>, Option<Stamp>)>;

pub(super) struct Folder {
    /// `None` for the documents that are in no workspace folder.
    pub(super) root: Option<PathBuf>,
    source: ConfigSource,
    configs: ConfigFiles,
    files: Files,
    /// What a CDK app calls its stacks.
    stack_names: BTreeMap<String, String>,
    /// The resource types that its templates use.
    pub(super) resource_types: BTreeSet<String>,
    /// Templates outside the folder that others nest, as they were when they were last read.
    nested: RefCell<FxHashMap<String, Nested>>,
    /// How often the folder was looked through; what an earlier look found is of no use.
    generation: u64,
    /// Whether the folder was looked through at all.
    pub(super) is_scanned: bool,
}

/// Most templates outside the folder that are kept.
const MAX_NESTED: usize = 1_000;

struct Nested {
    stamp: Option<Stamp>,
    settings: Arc<Settings>,
    parsed: Option<Arc<Parsed>>,
}

/// What a look through a folder found.
pub(super) struct Scan {
    pub(super) root: PathBuf,
    generation: u64,
    configs: ConfigFiles,
    files: Files,
    stack_names: BTreeMap<String, String>,
    resource_types: BTreeSet<String>,
}

/// A look through a folder that is to be taken.
pub(super) struct Search {
    root: PathBuf,
    generation: u64,
    source: ConfigSource,
    known: BTreeMap<String, (Arc<SourceFile>, Option<Stamp>)>,
}

impl Folder {
    pub(super) fn new(root: Option<PathBuf>, source: ConfigSource) -> Self {
        let configs = ConfigFiles::for_folder(source.clone(), rules::known(), root.clone());
        let is_scanned = root.is_none();
        Self {
            root,
            source,
            configs,
            files: Files::new(),
            stack_names: BTreeMap::new(),
            resource_types: BTreeSet::new(),
            nested: RefCell::default(),
            generation: 0,
            is_scanned,
        }
    }

    /// Whether the file called `name` is in the folder; how long the folder's own path is, so that the innermost can be chosen.
    pub(super) fn holds(&self, name: &str) -> Option<usize> {
        let root = self.root.as_deref()?;
        Path::new(name).starts_with(root).then_some(root.as_os_str().len())
    }

    /// A look through the folder, to be taken on any thread; `None` where there is no folder.
    pub(super) fn search(&mut self) -> Option<Search> {
        self.generation += 1;
        let known = self.files.iter().map(|(name, (parsed, stamp))| (name.clone(), (Arc::clone(&parsed.source), *stamp)));
        Some(Search {
            root: self.root.clone()?,
            generation: self.generation,
            source: self.source.clone(),
            known: known.collect(),
        })
    }

    /// Takes over what a look through the folder found, if it is the last that was asked for.
    pub(super) fn take_over(&mut self, scan: Scan) -> bool {
        if scan.generation != self.generation {
            return false;
        }
        self.configs = scan.configs;
        self.files = scan.files;
        self.stack_names = scan.stack_names;
        self.resource_types = scan.resource_types;
        self.is_scanned = true;
        true
    }

    /// Reads the config files again. What is open has to be read again with other settings then.
    pub(super) fn reread_configs(&mut self) {
        self.configs = ConfigFiles::for_folder(self.source.clone(), rules::known(), self.root.clone());
    }

    /// Takes another config file for all templates, or searches for one.
    pub(super) fn set_source(&mut self, source: ConfigSource) {
        self.source = source;
        self.reread_configs();
    }

    /// Whether the config files that count for a template are as they were read.
    pub(super) fn is_current(&self, name: &str) -> bool {
        self.configs.is_current(Path::new(name))
    }

    /// Whether one of the config files was read from `name`, or would be if it were there.
    pub(super) fn is_config(&self, name: &str) -> bool {
        let file = name.rsplit('/').next().unwrap_or(name);
        file == crate::config::FILE_NAME
            || crate::config::CFNLINTRC_NAMES.contains(&file)
            || self.configs.read_files().any(|path| path == Path::new(name))
    }

    /// What is wrong with the config files read so far, and what has no effect in them.
    pub(super) fn config_problems(&self) -> (&[RunProblem], &[RunProblem]) {
        (&self.configs.problems, &self.configs.warnings)
    }

    /// What the user wants for a template; `None` where the config excludes it.
    pub(super) fn settings(&mut self, source: &Arc<SourceFile>) -> Option<Arc<Settings>> {
        if self.configs.excludes(Path::new(source.name()), false) {
            return None;
        }
        let mut settings = discover::settings(&mut self.configs, &Overrides::default(), std::slice::from_ref(source));
        discover::add_stack_names(&self.stack_names, &mut settings);
        settings.pop()
    }

    /// The templates of the folder.
    pub(super) fn templates(&self) -> impl Iterator<Item = (&str, &Arc<Parsed>)> {
        self.files.iter().map(|(name, (parsed, _))| (name.as_str(), parsed))
    }

    /// A template that another nests, which is not among those of the folder.
    pub(super) fn nested(&self, path: &str, settings: &Arc<Settings>) -> Option<Arc<Parsed>> {
        let stamp = discover::stamp(Path::new(path));
        let mut nested = self.nested.borrow_mut();
        if let Some(known) = nested.get(path)
            && known.stamp == stamp
            && known.settings == *settings
        {
            return known.parsed.clone();
        }
        let folder = self.root.clone().or_else(|| Path::new(path).parent().map(Path::to_owned))?;
        let source = discover::linked_from(&folder, path);
        let parsed = source.map(|source| Arc::new(Parsed::new(&source, settings)));
        // Whoever types a path asks for each beginning of it.
        if nested.len() >= MAX_NESTED {
            nested.clear();
        }
        nested.insert(path.to_owned(), Nested { stamp, settings: Arc::clone(settings), parsed: parsed.clone() });
        parsed
    }
}

impl Search {
    /// Looks through the folder: reads the files that have changed, and all config files.
    pub(super) fn run(self) -> Scan {
        let mut configs = ConfigFiles::for_folder(self.source.clone(), rules::known(), Some(self.root.clone()));
        let mut paths = templates_in(std::slice::from_ref(&self.root), &mut configs);
        // Reading the config files says which other folders belong to this one.
        for path in &paths {
            configs.settings_of(path);
        }
        let roots: Vec<PathBuf> = configs.workspace_roots().iter().filter_map(|root| std::path::absolute(root).ok()).collect();
        if !roots.is_empty() {
            paths.extend(templates_in(&roots, &mut configs));
        }
        let read = |path: &PathBuf| {
            let stamp = discover::stamp(path);
            let known = self.known.get(&discover::slashed(path)).filter(|(_, was)| stamp.is_some() && *was == stamp);
            let source = known.map(|(source, _)| Arc::clone(source)).or_else(|| discover::template(path))?;
            Some((source, stamp))
        };
        let read: Vec<(Arc<SourceFile>, Option<Stamp>)> = paths.par_iter().filter_map(read).collect();
        let (sources, stamps): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let mut settings = discover::settings(&mut configs, &Overrides::default(), &sources);
        let stack_names = discover::cdk_stack_names(&sources);
        discover::add_stack_names(&stack_names, &mut settings);
        let parsed: Vec<Arc<Parsed>> =
            sources.par_iter().zip(&settings).map(|(source, settings)| Arc::new(Parsed::new(source, settings))).collect();
        let types_of = |parsed: &Arc<Parsed>| {
            let template = Template::new(parsed.tree());
            let types = template.resources.iter().map(|resource| resource.resource_type.to_owned());
            types.filter(|name| name.contains("::")).collect::<BTreeSet<String>>()
        };
        let resource_types = parsed.iter().flat_map(types_of).collect();
        let files = parsed.into_iter().zip(stamps).map(|(parsed, stamp)| (parsed.source.name().to_owned(), (parsed, stamp)));
        Scan { root: self.root, generation: self.generation, configs, files: files.collect(), stack_names, resource_types }
    }
}

fn templates_in(roots: &[PathBuf], configs: &mut ConfigFiles) -> Vec<PathBuf> {
    let mut candidates = discover::candidates(roots, true);
    candidates.exclude(configs);
    candidates.paths().map(Path::to_owned).collect()
}

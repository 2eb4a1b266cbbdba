//! What a policy sees of a template by its view, and how what it finds in several documents becomes one finding.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::document::{Shape, Value};
use super::engine::Report;
use super::facts_view::{self, FACTS};
use super::load::{Policy, View};
use super::prune::Sight;
use super::{Outcome, PREFIX, finding, resolved_view, template_view};
use crate::analysis::Analysis;
use crate::config::Settings;
use crate::diagnostic::{Certainty, Diagnostic, Severity};
use crate::syntax::{Node, Tree};
use crate::template::{Member, Template, TemplateSet};
use crate::values::{Formula, StackId, Verdict};

/// A document for a policy.
#[derive(Debug)]
pub(super) struct Seen<'p, 't> {
    pub(super) policy: &'p Policy,
    /// What Guard evaluates.
    pub(super) text: Arc<str>,
    /// Whether the document holds nothing that the policy asks for, and is the same for every such template.
    pub(super) is_nothing: bool,
    document: Rc<Value<'t>>,
    means: Means,
}

/// The view `template` of a template, which its policies share.
#[derive(Debug)]
pub(super) struct Written<'t> {
    document: Rc<Value<'t>>,
    text: OnceCell<Arc<str>>,
}

impl<'t> Written<'t> {
    /// The view of the template whose text is `root`; `None` where it is too deep or too large for Guard.
    pub(super) fn new(root: Node<'t>) -> Option<Self> {
        Some(Self { document: Rc::new(template_view::document(root)?), text: OnceCell::new() })
    }

    fn text(&self) -> Arc<str> {
        Arc::clone(self.text.get_or_init(|| self.document.to_text().into()))
    }
}

/// When what a document says is the case.
#[derive(Debug)]
enum Means {
    /// Nothing is said about that.
    AsWritten,
    /// In these cases, each with the formulas that hold of single resources.
    Cases(Vec<(Formula, FxHashMap<String, Formula>)>),
    /// Perhaps: there are too many cases.
    TooMany,
    /// Each fact where its formula holds.
    Facts { launches: Vec<Formula>, edges: Vec<Formula> },
}

/// What `policy` sees of a template.
pub(super) fn seen<'p, 't>(policy: &'p Policy, analysis: &Analysis<'t>, written: &Written<'t>) -> Vec<Seen<'p, 't>> {
    let seen = |document: Rc<Value<'t>>, whole: &dyn Fn() -> Arc<str>, means| {
        let (text, is_nothing) = match policy.scope.text(&document) {
            Sight::Whole => (whole(), false),
            Sight::Part(text) => (text.into(), false),
            Sight::Nothing(text) => (text.into(), true),
        };
        Seen { policy, text, is_nothing, document, means }
    };
    let one = |document: Value<'t>, means| {
        let document = Rc::new(document);
        seen(Rc::clone(&document), &|| document.to_text().into(), means)
    };
    let with_text = |means| vec![seen(Rc::clone(&written.document), &|| written.text(), means)];
    let as_written = || with_text(Means::AsWritten);
    let Some(root) = analysis.tree.root().filter(|_| policy.view != View::Template) else { return as_written() };
    match policy.view {
        View::Template => as_written(),
        View::Resolved => {
            let mut types = analysis.template.resources.iter().map(|resource| resource.resource_type);
            if !types.any(|name| policy.reads.is_of_type(name)) {
                return as_written();
            }
            let Some(found) = resolved_view::documents(analysis.graph(), root, &policy.reads) else { return as_written() };
            if found.is_as_written {
                return with_text(Means::TooMany);
            }
            let mut all: Vec<Seen> = Vec::new();
            for world in found.worlds {
                let case = (world.when, world.assumed);
                let new = one(world.document, Means::Cases(Vec::new()));
                // Equal documents are evaluated once.
                let index = all.iter().position(|known| known.text == new.text).unwrap_or(all.len());
                if index == all.len() {
                    all.push(new);
                }
                if let Means::Cases(cases) = &mut all[index].means {
                    cases.push(case);
                }
            }
            all
        }
        View::Facts => {
            let Some(facts) = facts_view::document(analysis.graph(), root, &policy.reads) else { return as_written() };
            let is_empty = facts.launches.is_empty() && facts.edges.is_empty();
            let means = Means::Facts { launches: facts.launches, edges: facts.edges };
            let seen = one(facts.document, means);
            let is_nothing = seen.is_nothing || is_empty && policy.scope.is_only(FACTS);
            vec![Seen { is_nothing, ..seen }]
        }
    }
}

/// Analyses a template that stands alone.
pub(super) fn alone<T>(tree: &Tree, work: impl FnOnce(&Analysis) -> T) -> T {
    let template = Template::new(tree);
    let member = Member { template: &template, stack_name: None, children: FxHashMap::default() };
    let set = TemplateSet::new(vec![member], false);
    work(&Analysis::new(&set, 0, &Settings::default()))
}

impl Seen<'_, '_> {
    /// Takes the findings of a report on the document.
    pub(super) fn findings(&self, report: &Report, analysis: &Analysis, outcome: &mut Outcome, gathered: &mut Gathered) {
        if let Means::AsWritten = self.means {
            return finding::of_report(self.policy, report, &self.document, outcome);
        }
        let mut own = Outcome::default();
        finding::of_report(self.policy, report, &self.document, &mut own);
        let all = own.diagnostics.into_iter().map(|found| (found, false));
        for (mut diagnostic, is_suppressed) in all.chain(own.suppressed.into_iter().map(|found| (found, true))) {
            let when = self.when(&mut diagnostic, analysis);
            // The resource that a fact is about is known only now.
            let rule = diagnostic.code.strip_prefix(PREFIX).unwrap_or_default();
            let id = diagnostic.logical_id.as_deref();
            let is_suppressed = is_suppressed || id.is_some_and(|id| finding::is_suppressed(&self.document, id, rule));
            gathered.add(diagnostic, is_suppressed, when, analysis);
        }
    }

    /// Whether the value at a path is a function that could not be folded: Guard fails whatever is compared with it.
    fn is_call(&self, path: &[String]) -> bool {
        let mut value: &Value = &self.document;
        for step in path {
            let below = match &value.shape {
                Shape::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => value.get(step),
            };
            let Some(below) = below else { return false };
            value = below;
        }
        let [only] = value.entries() else { return false };
        only.key.starts_with("Fn::") || only.key == "Ref"
    }

    /// When a finding is the case; `None` where that is not to be known.
    fn when(&self, diagnostic: &mut Diagnostic, analysis: &Analysis) -> Option<Formula> {
        let formulas = || &analysis.values().formulas;
        match &self.means {
            Means::AsWritten => Some(Formula::TRUE),
            Means::TooMany => {
                let note = "the template can turn out in too many ways, so the policy was held against its text";
                diagnostic.notes.push(note.to_owned());
                None
            }
            Means::Cases(_) if self.is_call(&diagnostic.template_path) => {
                diagnostic.severity = Severity::Info;
                diagnostic.notes.push("what the function gives is known only when it is deployed".to_owned());
                None
            }
            Means::Cases(cases) => {
                let of_resource = |assumed: &FxHashMap<String, Formula>| {
                    let id = diagnostic.logical_id.as_ref();
                    id.and_then(|id| assumed.get(id)).copied().unwrap_or(Formula::TRUE)
                };
                let cases: Vec<Formula> =
                    cases.iter().map(|(when, assumed)| formulas().and(*when, of_resource(assumed))).collect();
                Some(formulas().any(cases))
            }
            Means::Facts { launches, edges } => {
                let [facts, list, index, ..] = diagnostic.template_path.as_slice() else { return Some(Formula::TRUE) };
                let known = if list == "Launches" { launches } else { edges };
                let number: Option<usize> = index.parse().ok().filter(|_| facts == FACTS);
                let Some((number, when)) = number.and_then(|number| Some((number, *known.get(number)?))) else {
                    return Some(Formula::TRUE);
                };
                let fact = self.document.get(FACTS).and_then(|facts| facts.get(list)).and_then(|list| match &list.shape {
                    Shape::List(items) => items.get(number),
                    _ => None,
                });
                let id = fact.and_then(|fact| fact.get("LogicalId").or_else(|| fact.get("From"))?.as_str());
                // Facts stand in no template.
                diagnostic.template_path = id.map(|id| vec!["Resources".to_owned(), id.to_owned()]).unwrap_or_default();
                diagnostic.logical_id = id.map(str::to_owned);
                Some(when)
            }
        }
    }
}

/// Findings of several documents, each with when it is the case.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    found: Vec<(Diagnostic, bool, Option<Formula>)>,
}

impl Gathered {
    fn add(&mut self, diagnostic: Diagnostic, is_suppressed: bool, when: Option<Formula>, analysis: &Analysis) {
        let same = self.found.iter_mut().find(|(known, known_suppressed, _)| {
            known.code == diagnostic.code
                && known.span == diagnostic.span
                && known.message == diagnostic.message
                && *known_suppressed == is_suppressed
                && Arc::ptr_eq(&known.file, &diagnostic.file)
        });
        match same {
            Some((.., known)) => *known = known.zip(when).map(|(a, b)| analysis.values().formulas.or(a, b)),
            None => self.found.push((diagnostic, is_suppressed, when)),
        }
    }

    /// Adds the findings to `outcome`, each as far as it is the case.
    pub(super) fn finish(self, analysis: &Analysis, outcome: &mut Outcome) {
        for (mut diagnostic, is_suppressed, when) in self.found {
            match when {
                None => diagnostic.certainty = Certainty::Unknown,
                Some(when) => match analysis.values().verdict(exists(&diagnostic, analysis), when) {
                    Some(Verdict::Definite) => {}
                    Some(Verdict::Possible(witness)) => {
                        diagnostic.certainty = Certainty::Possible;
                        diagnostic.when = Some(witness);
                    }
                    None => continue,
                },
            }
            if is_suppressed { &mut outcome.suppressed } else { &mut outcome.diagnostics }.push(diagnostic);
        }
    }
}

/// When the resource exists that a finding is about.
fn exists(diagnostic: &Diagnostic, analysis: &Analysis) -> Formula {
    let Some(id) = &diagnostic.logical_id else { return Formula::TRUE };
    let resources = analysis.graph().resources();
    let own = resources.iter().find(|resource| resource.id.stack == StackId::ROOT && resource.logical_id() == id);
    own.map_or(Formula::TRUE, |resource| resource.when)
}

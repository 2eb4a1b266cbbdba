//! The limits of CloudFormation on sections: how many entries, how long their names.

use super::super::{Finding, Sink};
use super::shape;
use crate::syntax::Node;
use crate::template::{Named, Section};

/// Longest name of a parameter, mapping or output, in characters.
///
/// Source: CloudFormation quotas, <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub(super) const MAX_NAME: usize = 255;

/// Most parameters, mappings and outputs of a template, each.
pub(super) const MAX_ENTRIES: usize = 200;

/// Most resources of a template.
pub(super) const MAX_RESOURCES: usize = 500;

/// Whether `size` is past nine tenths of `most`.
pub(super) fn is_near(size: usize, most: usize) -> bool {
    size * 10 > most * 9
}

/// Whether a limit is broken, or nearly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Past,
    Near,
}

impl Reach {
    fn holds(self, size: usize, most: usize) -> bool {
        match self {
            Self::Past => size > most,
            Self::Near => size <= most && is_near(size, most),
        }
    }

    fn words(self, size: usize, most: usize) -> String {
        match self {
            Self::Past => format!("{size}, {most} are the most"),
            Self::Near => format!("{size} of at most {most}"),
        }
    }
}

/// Reports a section that has too many entries, or nearly.
pub(super) fn entries<'t, T: Named<'t>>(reach: Reach, section: &Section<'t, T>, most: usize, what: &str, sink: &mut Sink) {
    let Some(node) = section.node.filter(|_| reach.holds(section.len(), most)) else { return };
    sink.report(
        Finding::at(shape::at_value(node), format!("the number of {what} is {}", reach.words(section.len(), most)))
            .node(node)
            .help("move a part of the template to a nested stack"),
    );
}

/// Reports the names in a section that are too long, or nearly.
pub(super) fn names(reach: Reach, section: Option<Node>, what: &str, sink: &mut Sink) {
    for (name, entry) in section.into_iter().flat_map(shape::written) {
        let length = name.chars().count();
        if reach.holds(length, MAX_NAME) {
            let words = reach.words(length, MAX_NAME);
            let finding = Finding::at(entry.key.span(), format!("the length of the {what}'s name is {words}"));
            sink.report(finding.node(entry.value).help("choose a shorter one"));
        }
    }
}

/// Reports the texts in a mapping, or in its lists, that have more bytes than CloudFormation takes.
pub(super) fn texts(settings: Node, limits: &[(&str, usize)], sink: &mut Sink) {
    for (setting, most) in limits {
        let Some(value) = settings.get(setting) else { continue };
        for text in value.items().chain([value]).filter(|text| shape::is_text(*text)) {
            let bytes = text.as_str().unwrap_or_default().len();
            if bytes > *most {
                let message = format!("`{setting}` has {bytes} bytes, {most} are the most");
                sink.report(Finding::at(shape::at_value(text), message).node(text).help("shorten it"));
            }
        }
    }
}

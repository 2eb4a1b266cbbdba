//! Where our tree and another reader's differ, and which of the differences are meant.

use cfnvet::syntax::{ProblemKind, Style, Tree};

use super::{Item, Outcome, Shape, items};

/// How a comparison ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Same,
    /// Both reject the text.
    BothReject,
    /// They differ for a reason that `docs/yaml-dialect.md` gives.
    Meant(String),
    /// They differ, and nobody knows why.
    Different(&'static str, String),
}

impl Verdict {
    /// granit's verdict on a text that libyaml reads as we do: where it differs, YAML 1.2 does.
    pub fn where_libyaml_agrees(self) -> Self {
        match self {
            Self::Different(class @ ("structure" | "text" | "tag" | "span" | "style"), _) => {
                Self::Meant(format!("YAML 1.2 reads it otherwise, libyaml as we do: {class}"))
            }
            verdict => verdict,
        }
    }
}

/// Which reader the other is; their spans follow different conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    Libyaml,
    Granit,
    /// PyYAML's C parser.
    PyYaml,
}

fn has(tree: &Tree, kind: ProblemKind) -> bool {
    tree.problems().iter().any(|problem| problem.kind == kind)
}

/// Compares our tree with the other reader's outcome.
pub fn compare(tree: &Tree, other: &Outcome, oracle: Oracle) -> Verdict {
    let text = tree.source().text();
    let rejects = tree.problems().iter().any(|problem| problem.kind.is_syntax());
    let (theirs, documents) = match other {
        Outcome::Rejected { .. } if rejects => return Verdict::BothReject,
        Outcome::Rejected { message, offset } => return only_they_reject(tree, message, *offset, oracle),
        Outcome::Accepted(items, documents) => (items, *documents),
    };
    if rejects {
        return only_we_reject(tree, documents, oracle);
    }
    if has(tree, ProblemKind::TooDeep) {
        return Verdict::Meant("nesting past our bound".into());
    }
    let ours = items(tree);
    if let Some(different) = different(text, &ours, theirs, oracle) {
        if tree.is_strict_json() && text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Verdict::Meant("NEL, LS and PS are ordinary characters in strict JSON".into());
        }
        if oracle == Oracle::Granit && text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Verdict::Meant("NEL, LS and PS are line breaks in YAML 1.1 only".into());
        }
        return different;
    }
    Verdict::Same
}

fn only_they_reject(tree: &Tree, message: &str, offset: usize, oracle: Oracle) -> Verdict {
    let text = tree.source().text();
    if has(tree, ProblemKind::SecondDocument) {
        return Verdict::Meant("what follows a second document is not read".into());
    }
    if has(tree, ProblemKind::TooDeep) {
        return Verdict::Meant("nesting past our bound".into());
    }
    if tree.is_strict_json() {
        return Verdict::Meant("strict JSON: surrogate pairs, DEL and C1 characters, long keys".into());
    }
    if oracle == Oracle::Granit {
        if text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Verdict::Meant("NEL, LS and PS are line breaks in YAML 1.1 only".into());
        }
        return granit_rejects(tree, message, offset);
    }
    Verdict::Different("only they reject", format!("{message} at {offset}"))
}

/// granit reads YAML 1.2 and we follow libyaml, so its verdict counts only where libyaml has none of its own: it is the second
/// witness for structure and text, and its other differences are counted by its message.
fn granit_rejects(_tree: &Tree, message: &str, _offset: usize) -> Verdict {
    let message = message.split(" at char ").next().unwrap_or(message);
    Verdict::Meant(format!("YAML 1.2 forbids, libyaml accepts: {message}"))
}

fn only_we_reject(tree: &Tree, documents: usize, oracle: Oracle) -> Verdict {
    if documents > 1 {
        return Verdict::Meant("several documents: reported where the first ends".into());
    }
    let text = tree.source().text();
    if oracle == Oracle::Granit && text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
        return Verdict::Meant("NEL, LS and PS are line breaks in YAML 1.1 only".into());
    }
    let first = tree.problems().iter().find(|problem| problem.kind.is_syntax());
    if oracle == Oracle::Granit {
        return Verdict::Meant(format!("YAML 1.2 allows, libyaml rejects: {:?}", first.map(|problem| problem.kind)));
    }
    Verdict::Different("only we reject", format!("{first:?}"))
}

/// Whether nothing but blanks, breaks and comments is in `range`.
fn is_gap(text: &str, from: usize, to: usize) -> bool {
    let Some(gap) = text.get(from.min(to)..from.max(to)) else { return false };
    gap.lines().all(|line| {
        line.trim_start_matches([' ', '\t', '\u{feff}', '\r', '\u{85}', '\u{2028}', '\u{2029}']).split('#').next() == Some("")
    })
}

fn different(text: &str, ours: &[Item], theirs: &[Item], oracle: Oracle) -> Option<Verdict> {
    // The collections that are open, to know whose end an end is.
    let mut open: Vec<&Item> = Vec::new();
    for (our, their) in ours.iter().zip(theirs) {
        let show = || format!("{our:?} / {their:?}");
        if our.shape != their.shape {
            return Some(Verdict::Different("structure", show()));
        }
        if our.tag != their.tag {
            return Some(Verdict::Different("tag", show()));
        }
        if our.text != their.text {
            return Some(Verdict::Different("text", show()));
        }
        if our.style != their.style {
            return Some(Verdict::Different("style", show()));
        }
        match our.shape {
            Shape::Sequence | Shape::Mapping => {
                let starts = our.start == their.start;
                if !starts && oracle != Oracle::Granit {
                    return Some(Verdict::Different("start of a collection", show()));
                }
                open.push(our);
            }
            Shape::End => {
                let of = open.pop();
                // libyaml ends block collections, and pairs in brackets, at the next token; we end them with their text.
                let bracketed = of.is_some_and(|of| {
                    of.style == Style::Flow && text.as_bytes().get(our.end - 1).is_some_and(|last| b"]}".contains(last))
                });
                let flow = of.is_some_and(|of| of.style == Style::Flow);
                let same = our.end == their.end || !(flow && bracketed) || is_gap(text, our.end, their.end);
                if !same && oracle != Oracle::Granit {
                    return Some(Verdict::Different("end of a collection", show()));
                }
            }
            Shape::Scalar | Shape::Alias => {
                // A missing value has no place of its own: libyaml puts it at the next token, we behind the text before it.
                let missing = our.start == our.end && our.style == Style::Plain;
                let same = our.start == their.start && our.end == their.end || missing && is_gap(text, our.start, their.start);
                let conventions = oracle == Oracle::Granit
                    && (matches!(our.style, Style::Literal | Style::Folded)
                        || our.end == their.end && our.start < their.start
                        || our.text.is_empty() && our.style == Style::Plain);
                if !same && !conventions {
                    return Some(Verdict::Different("span", show()));
                }
            }
        }
    }
    if ours.len() != theirs.len() {
        return Some(Verdict::Different("structure", format!("{} / {} nodes", ours.len(), theirs.len())));
    }
    None
}

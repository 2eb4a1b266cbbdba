//! `Metadata` that suppresses: `cfnvet`, and cfn-lint's.

use super::{Fault, Listed};
use crate::syntax::{Kind, Node};
use crate::text::Edit;

/// What the `Metadata` of a template or resource suppresses.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Under `cfnvet`, and the change that takes all of it away.
    pub(super) own: Vec<Listed>,
    pub(super) removal: Option<Edit>,
    /// The change that takes one of `own` away.
    pub(super) removals: Vec<Option<Edit>>,
    /// Under `cfn-lint`.
    pub(super) of_cfn_lint: Vec<Listed>,
    pub(super) faults: Vec<Fault>,
}

/// Reads a `Metadata`, whatever its shape.
pub(super) fn read(metadata: Node) -> Read {
    let mut read = Read::default();
    if let Some(own) = metadata.get("cfnvet") {
        read.removal = metadata.remove_entry("cfnvet");
        own_part(own, &mut read);
    }
    let checks = metadata.get("cfn-lint").and_then(|part| part.get("config")?.get("ignore_checks"));
    for check in checks.into_iter().filter(|node| node.is_sequence()).flat_map(Node::items) {
        read.of_cfn_lint.extend(listed(check));
    }
    read
}

fn own_part(own: Node, read: &mut Read) {
    if !own.is_mapping() {
        return read.fault(own, "`cfnvet` in `Metadata` must be a mapping with `ignore`");
    }
    for entry in own.entries().filter(|entry| entry.key.as_str() != Some("ignore")) {
        let key = entry.key.as_str().unwrap_or_default();
        read.fault(entry.key, &format!("unknown key `{key}` under `cfnvet`, there is `ignore`"));
    }
    let Some(ignore) = own.get("ignore") else { return };
    match ignore.kind() {
        Kind::Scalar => {
            let text = ignore.as_str().unwrap_or_default();
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            read.own.extend(names.map(|name| Listed { selector: name.to_owned(), span: ignore.span() }));
            read.removals.resize(read.own.len(), None);
        }
        Kind::Sequence => {
            for (index, item) in ignore.items().enumerate() {
                let rule = if item.is_mapping() { item.get("rule") } else { Some(item) };
                match rule.and_then(listed) {
                    Some(rule) => {
                        read.own.push(rule);
                        read.removals.push(ignore.remove_item(index));
                    }
                    None => read.fault(item, "an item of `ignore` must be a rule, or a mapping of `rule` and `reason`"),
                }
            }
        }
        Kind::Mapping => {
            for entry in ignore.entries() {
                if let Some(rule) = listed(entry.key) {
                    read.removals.push(ignore.remove_entry(&rule.selector));
                    read.own.push(rule);
                }
            }
        }
    }
    if read.own.is_empty() && read.faults.is_empty() {
        read.fault(ignore, "`ignore` names no rule");
    }
}

fn listed(node: Node) -> Option<Listed> {
    let text = node.as_str()?.trim();
    (!text.is_empty()).then(|| Listed { selector: text.to_owned(), span: node.span() })
}

impl Read {
    fn fault(&mut self, node: Node, message: &str) {
        self.faults.push(Fault { message: message.to_owned(), span: node.span(), replacement: None });
    }
}

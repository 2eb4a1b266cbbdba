//! Files that a template names and that are there.

use std::path::Path;

use serde_json::{Value, json};

use super::names;
use super::uri;
use super::view::{OWN, View};
use crate::discover;
use crate::syntax::Node;
use crate::template::text_span;
use crate::workspace;

/// Properties that name a local file or folder, which `aws cloudformation package` uploads.
///
/// Source: <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>.
const PROPERTIES: [&str; 14] = [
    "TemplateURL",
    "Location",
    "CodeUri",
    "ContentUri",
    "ImageUri",
    "Code",
    "Content",
    "DefinitionUri",
    "DefinitionS3Location",
    "BodyS3Location",
    "SchemaUri",
    "RequestMappingTemplateS3Location",
    "ResponseMappingTemplateS3Location",
    "SourceBundle",
];

pub(super) fn links(view: &View) -> Value {
    let own = view.source().name();
    let mut links = Vec::new();
    for (child, span) in names::templates(view) {
        let target = view.uri(view.world.parsed(child).source.name());
        links.push((span, target));
    }
    let folder = own.rfind('/').map(|at| &own[..at]).filter(|_| uri::is_file(own));
    for resource in view.written(OWN).resources.iter() {
        let named =
            resource.properties.into_iter().flat_map(Node::entries).filter(|entry| entry.key.as_str().is_some_and(is_path));
        for value in named.map(|entry| entry.value).filter(|value| value.function().is_none()) {
            let (Some(folder), Some(text), Some(span)) = (folder, value.as_str(), text_span(value)) else { continue };
            if text.is_empty() || text.contains("://") || text.contains("{{") {
                continue;
            }
            let path = workspace::normal(&if text.starts_with('/') { text.to_owned() } else { format!("{folder}/{text}") });
            if !links.iter().any(|(known, _)| *known == span) && discover::is_a_file(Path::new(&path)) {
                links.push((span, view.uri(&path)));
            }
        }
    }
    links.sort_by_key(|(span, _)| *span);
    Value::Array(links.iter().map(|(span, target)| json!({"range": view.range(*span), "target": target})).collect())
}

fn is_path(property: &str) -> bool {
    PROPERTIES.contains(&property)
}

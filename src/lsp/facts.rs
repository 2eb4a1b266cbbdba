//! What is known of resource types beyond the templates at hand: the place where facts of types come in.

use super::view::View;

/// What a type is and has, in Markdown; `None` where nothing is known of it.
pub(super) fn of_type(_resource_type: &str) -> Option<String> {
    None
}

/// The resource types that may be meant: those that the templates of the folder use.
pub(super) fn resource_types<'v>(view: &'v View) -> Vec<&'v str> {
    let own = view.analysis.template.resources.iter().map(|resource| resource.resource_type);
    let mut types: Vec<&str> = own.filter(|name| name.contains("::")).collect();
    types.extend(view.folder.resource_types.iter().map(String::as_str));
    types.sort_unstable();
    types.dedup();
    types
}

/// The return values that `Fn::GetAtt` reads of a type.
pub(super) fn return_values(_resource_type: &str) -> &'static [&'static str] {
    &[]
}

/// The properties that a type has below a path of properties.
pub(super) fn properties(_resource_type: &str, _path: &[&str]) -> &'static [&'static str] {
    &[]
}

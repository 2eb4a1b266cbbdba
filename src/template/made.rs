//! What a name may be of that is not written in the template: what a tool puts in, or CloudFormation makes.

use super::{Resource, Section, Template, Transform};
use crate::syntax::Node;

/// What in a template makes more than is written. It is looked for once: the rules ask for many names.
#[derive(Debug, Default)]
pub(super) struct Makers<'t> {
    /// The logical IDs of the resources that a tool puts others in place of.
    put_in: Vec<&'t str>,
    /// The logical IDs of modules and of SAM's resources, of which CloudFormation makes several.
    several: Vec<&'t str>,
    /// SAM's resources are among them.
    is_serverless: bool,
    /// A logical ID is computed, by a loop over what is not known.
    is_computed: bool,
    /// A file is included into a section, or at the top.
    is_included: bool,
}

impl<'t> Makers<'t> {
    pub(super) fn of(root: Node<'t>, resources: &Section<'t, Resource<'t>>) -> Self {
        let mut makers = Self::default();
        let sections = root.entries().map(|entry| entry.value);
        makers.is_included = std::iter::once(root).chain(sections).any(|node| node.get("Fn::Transform").is_some());
        for resource in resources.iter() {
            let id = resource.logical_id();
            let is_serverless = resource.resource_type.starts_with("AWS::Serverless::");
            if is_put_in(resource) {
                makers.put_in.push(id);
            }
            if is_serverless || resource.resource_type.ends_with("::MODULE") {
                makers.several.push(id);
            }
            makers.is_serverless |= is_serverless;
            makers.is_computed |= id.contains("${") || id.contains("&{");
        }
        makers
    }
}

impl Template<'_> {
    /// Whether a name may be one of something that is not written here: put in by a tool, or made by CloudFormation.
    #[must_use]
    pub fn may_be_made(&self, name: &str) -> bool {
        self.may_be_put_in(name) || self.is_made_by_cloudformation(name)
    }

    /// Whether a name may be one of a resource that a tool puts in before CloudFormation sees the template: such tools have tags of
    /// their own, as in `Type: !Rain::Module network.yaml`.
    pub(super) fn may_be_put_in(&self, name: &str) -> bool {
        self.makers.put_in.iter().any(|id| begins_with(name, id))
    }

    /// Whether a name may be one of something that a macro, an included file, a module, SAM or a loop makes.
    pub(super) fn is_made_by_cloudformation(&self, name: &str) -> bool {
        let makers = &self.makers;
        if self.has_unknown_transform() || makers.is_included || makers.is_computed {
            return true;
        }
        // What SAM makes of a resource that is half written has names that nobody knows.
        if self.transforms.contains(&Transform::Serverless) && self.tree.is_damaged() {
            return true;
        }
        makers.is_serverless && name.starts_with("Serverless")
            || makers.several.iter().any(|id| begins_with(name, id))
            || self.tree.may_hide(name)
    }
}

/// Whether a name begins with a logical ID and goes on.
fn begins_with(name: &str, id: &str) -> bool {
    name.len() > id.len() && name.starts_with(id)
}

/// Whether a tool of its own puts something in place of a resource.
pub(super) fn is_put_in(resource: &Resource) -> bool {
    resource.node.get("Type").is_some_and(|name| name.other_tag().is_some())
}

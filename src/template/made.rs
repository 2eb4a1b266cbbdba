//! What a name may be of that is not written in the template: what a tool puts in, or CloudFormation makes.

use super::{Resource, Template, Transform};
use crate::syntax::Node;

impl Template<'_> {
    /// Whether a name may be one of something that is not written here: put in by a tool, or made by CloudFormation.
    #[must_use]
    pub fn may_be_made(&self, name: &str) -> bool {
        self.may_be_put_in(name) || self.is_made_by_cloudformation(name)
    }

    /// Whether a name may be one of a resource that a tool puts in before CloudFormation sees the template: such tools have tags of
    /// their own, as in `Type: !Rain::Module network.yaml`.
    pub(super) fn may_be_put_in(&self, name: &str) -> bool {
        let is_of = |resource: &Resource| name.starts_with(resource.logical_id()) && name != resource.logical_id();
        self.resources.iter().any(|resource| is_put_in(resource) && is_of(resource))
    }

    /// Whether a name may be one of something that a macro, an included file, a module, SAM or a loop makes.
    pub(super) fn is_made_by_cloudformation(&self, name: &str) -> bool {
        if self.has_unknown_transform() || self.tree.may_hide(name) || self.is_included() {
            return true;
        }
        // What SAM makes of a resource that is half written has names that nobody knows.
        if self.tree.is_damaged() && self.transforms.contains(&Transform::Serverless) {
            return true;
        }
        let is_serverless = |resource: &Resource| resource.resource_type.starts_with("AWS::Serverless::");
        if name.starts_with("Serverless") && self.resources.iter().any(is_serverless) {
            return true;
        }
        self.resources.iter().any(|resource| {
            let made = resource.resource_type.ends_with("::MODULE") || is_serverless(resource);
            let id = resource.logical_id();
            made && name.starts_with(id) && name != id || id.contains("${") || id.contains("&{")
        })
    }

    /// Whether a file is included into a section, or at the top.
    fn is_included(&self) -> bool {
        let root = self.tree.root();
        let sections = root.into_iter().flat_map(Node::entries).map(|entry| entry.value);
        root.into_iter().chain(sections).any(|node| node.get("Fn::Transform").is_some())
    }
}

/// Whether a tool of its own puts something in place of a resource.
pub(super) fn is_put_in(resource: &Resource) -> bool {
    resource.node.get("Type").is_some_and(|name| name.other_tag().is_some())
}

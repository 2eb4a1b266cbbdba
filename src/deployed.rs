//! What is deployed, as a template: the JSON that the AWS CLI and EventBridge give, read into resources.
//!
//! The result is a tree like that of a template, whose values keep their places in the JSON file; so the model and the rules need
//! not know where a resource comes from. What is wrong with it is in the rules.

use std::collections::BTreeMap;

use crate::syntax::{Builder, Node, Style, Tag, Tree};

/// The type of a task that runs, or has stopped.
pub const TASK: &str = "Deployed::ECS::Task";
/// The type of an instance that is registered with a cluster.
pub const CONTAINER_INSTANCE: &str = "Deployed::ECS::ContainerInstance";

/// How the things of a list are turned into resources.
struct Listing {
    /// The key of the list in the command's output.
    list: &'static str,
    resource_type: &'static str,
    /// The field that names a thing; an ARN counts by its end.
    name: &'static str,
    /// Fields whose property has another name than the field with a capital letter.
    renamed: &'static [(&'static str, &'static str)],
}

/// Source: the output of `aws ecs describe-services` and its kin, as the API reference has it,
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Types.html>.
const LISTINGS: &[Listing] = &[
    Listing {
        list: "services",
        resource_type: "AWS::ECS::Service",
        name: "serviceName",
        renamed: &[("clusterArn", "Cluster"), ("roleArn", "Role")],
    },
    Listing {
        list: "taskSets",
        resource_type: "AWS::ECS::TaskSet",
        name: "id",
        renamed: &[("clusterArn", "Cluster"), ("serviceArn", "Service")],
    },
    Listing { list: "clusters", resource_type: "AWS::ECS::Cluster", name: "clusterName", renamed: &[] },
    Listing { list: "capacityProviders", resource_type: "AWS::ECS::CapacityProvider", name: "name", renamed: &[] },
    Listing { list: "tasks", resource_type: TASK, name: "taskArn", renamed: &[] },
    Listing { list: "containerInstances", resource_type: CONTAINER_INSTANCE, name: "containerInstanceArn", renamed: &[] },
    Listing {
        list: "AutoScalingGroups",
        resource_type: "AWS::AutoScaling::AutoScalingGroup",
        name: "AutoScalingGroupName",
        renamed: &[],
    },
];

const TASK_DEFINITION: Listing =
    Listing { list: "taskDefinition", resource_type: "AWS::ECS::TaskDefinition", name: "family", renamed: &[] };

/// The resources that a saved output describes, as a tree of a template; `None` where nothing in it is known.
#[must_use]
pub fn template(tree: &Tree) -> Option<Tree> {
    let root = tree.root()?;
    let mut builder = Builder::derived(tree);
    builder.open_mapping(root.span().start, Style::Flow, Tag::NONE);
    builder.replace_by_string(root, "Resources");
    builder.open_mapping(root.span().start, Style::Flow, Tag::NONE);
    let mut writer = Writer { builder, names: BTreeMap::new() };
    writer.document(root);
    let Writer { mut builder, names } = writer;
    builder.close(root.span().end);
    builder.close(root.span().end);
    (!names.is_empty()).then(|| builder.finish())
}

struct Writer {
    builder: Builder,
    /// How often a logical ID was given.
    names: BTreeMap<String, usize>,
}

impl Writer {
    /// One output, one event, or a list of these.
    fn document(&mut self, node: Node) {
        if node.is_sequence() {
            node.items().for_each(|item| self.document(item));
            return;
        }
        if node.get("detail-type").and_then(Node::as_str) == Some("ECS Task State Change")
            && let Some(detail) = node.get("detail")
        {
            let tasks = LISTINGS.iter().find(|listing| listing.resource_type == TASK).expect("tasks are listed");
            self.resource(tasks, detail);
            return;
        }
        for entry in node.entries() {
            let key = entry.key.as_str().unwrap_or_default();
            if key == TASK_DEFINITION.list && entry.value.is_mapping() {
                self.resource(&TASK_DEFINITION, entry.value);
            }
            if let Some(listing) = LISTINGS.iter().find(|listing| listing.list == key) {
                for item in entry.value.items().filter(|item| item.is_mapping()) {
                    self.resource(listing, item);
                    // A service with an external deployment controller carries its task sets.
                    let sets = LISTINGS.iter().filter(|inner| inner.list == "taskSets" && key == "services");
                    for (inner, set) in
                        sets.flat_map(|inner| item.get(inner.list).into_iter().flat_map(Node::items).map(move |set| (inner, set)))
                    {
                        self.resource(inner, set);
                    }
                }
            }
        }
    }

    fn resource(&mut self, listing: &Listing, node: Node) {
        let name = node.get(listing.name).and_then(Node::as_str).unwrap_or(listing.list);
        let name = name.rsplit('/').next().unwrap_or(name);
        let count = self.names.entry(name.to_owned()).or_insert(0);
        *count += 1;
        let logical_id = if *count == 1 { name.to_owned() } else { format!("{name} ({count})") };
        let (start, end) = (node.span().start, node.span().end);
        let place = node.get(listing.name).unwrap_or(node);
        self.builder.replace_by_string(place, &logical_id);
        self.builder.open_mapping(start, Style::Flow, Tag::NONE);
        self.builder.replace_by_string(place, "Type");
        self.builder.replace_by_string(place, listing.resource_type);
        self.builder.replace_by_string(place, "Properties");
        self.properties(node, listing.renamed);
        self.builder.close(end);
    }

    fn properties(&mut self, node: Node, renamed: &[(&str, &str)]) {
        self.builder.open_copy(node);
        for entry in node.entries() {
            // What is not set is written as null or as an empty string.
            let unset = entry.value.is_null() || entry.value.as_str() == Some("");
            let Some(key) = entry.key.as_str().filter(|_| !unset) else { continue };
            let name =
                renamed.iter().find(|(field, _)| *field == key).map_or_else(|| capitalised(key), |(_, name)| (*name).to_owned());
            self.builder.copy_scalar(entry.key, Some(&name));
            self.value(entry.value);
        }
        self.builder.close(node.span().end);
    }

    fn value(&mut self, node: Node) {
        if node.is_mapping() {
            self.properties(node, &[]);
        } else if node.is_sequence() {
            self.builder.open_copy(node);
            node.items().for_each(|item| self.value(item));
            self.builder.close(node.span().end);
        } else {
            self.builder.copy_scalar(node, None);
        }
    }
}

/// `enableExecuteCommand` as CloudFormation writes it.
fn capitalised(field: &str) -> String {
    let mut letters = field.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

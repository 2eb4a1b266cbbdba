//! IAM roles: what they may do, and who may take them.
//!
//! Only what templates show is judged: a policy that cannot be read makes an answer unknown, never "no". Which actions something
//! needs is in the rules.

mod managed;
mod statement;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::identity::{Identity, NamedBy, Target};
use super::{Resource, ResourceGraph, is_nested_stack};
use crate::conditions::Formulas;
use crate::values::{Choice, Formula, Found, ResourceId, Value};
use statement::{Coverage, Statement};

/// `AWS::IAM::Role`
pub const ROLE: &str = "AWS::IAM::Role";

const ROLES: NamedBy = NamedBy { resource_type: ROLE, property: "RoleName", arn_marker: "role/", reserved: &[] };

const MANAGED_POLICIES: NamedBy =
    NamedBy { resource_type: "AWS::IAM::ManagedPolicy", property: "ManagedPolicyName", arn_marker: ":policy/", reserved: &[] };

const INSTANCE_PROFILES: NamedBy = NamedBy {
    resource_type: "AWS::IAM::InstanceProfile",
    property: "InstanceProfileName",
    arn_marker: "instance-profile/",
    reserved: &[],
};

/// Whether something is allowed, each answer with its condition. Where neither holds, it is denied for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// When it is allowed for certain: on every resource, and under no condition of IAM's.
    pub allowed: Formula,
    /// When it may be: on some resources, under a condition of IAM's, or by a policy that cannot be read.
    pub unknown: Formula,
}

/// The policies of a role, in all their cases.
#[derive(Clone, Debug)]
pub struct Permissions<'t> {
    statements: Vec<Statement<'t>>,
    /// The policies of AWS's own that are attached, and when.
    managed: Vec<(Formula, &'static managed::Policy)>,
    /// When a policy is attached that cannot be read.
    unread: Formula,
    /// When a permissions boundary limits what the policies allow.
    bounded: Formula,
}

/// The policies that name the roles they are attached to.
#[derive(Debug)]
pub(super) struct AttachedPolicies<'t> {
    /// The properties of the policies of each role.
    by_role: FxHashMap<ResourceId, Vec<Choice<'t>>>,
    /// When a policy names a role that cannot be known.
    to_any: Formula,
}

impl<'t> ResourceGraph<'t> {
    /// The roles that a value names, by name or ARN.
    #[must_use]
    pub fn roles(&self, named: &Choice<'t>) -> Vec<Identity<'t>> {
        self.identify(named, ROLES)
    }

    /// The roles of the instance profiles that a value names, by name or ARN. An instance profile that is not declared is an unknown role.
    #[must_use]
    pub fn roles_of_instance_profile(&self, named: &Choice<'t>) -> Vec<Identity<'t>> {
        let formulas = &self.values.formulas;
        let mut found = Vec::new();
        for identity in self.identify(named, INSTANCE_PROFILES) {
            let Some(profile) = self.target(&identity) else {
                found.push(identity);
                continue;
            };
            for list in self.property(&profile, &["Roles"]) {
                for role in self.values.items(&list) {
                    let role = Choice { when: formulas.and(role.when, identity.when), ..role };
                    if self.values.possible(role.when) {
                        found.extend(self.roles(&role));
                    }
                }
            }
        }
        found
    }

    /// Whether a role that the templates declare may call `action` (`ssmmessages:CreateDataChannel`), wherever it exists.
    #[must_use]
    pub fn grants(&self, role: &Resource<'t>, action: &str) -> Grant {
        self.permissions(role).grants(self, action)
    }

    /// The policies of a role, for asking about several actions.
    #[must_use]
    pub fn permissions(&self, role: &Resource<'t>) -> Permissions<'t> {
        let mut permissions =
            Permissions { statements: Vec::new(), managed: Vec::new(), unread: unread_by_mistake(role), bounded: Formula::FALSE };
        for properties in self.properties(role) {
            permissions.add_properties_of_role(self, &properties);
        }
        permissions.add_attached(self, role);
        permissions
    }

    /// When the policy of a resource names accounts as its principals and nobody else, so that the policies of roles decide.
    #[must_use]
    pub fn names_only_accounts(&self, document: &Choice<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let mut statements = Vec::new();
        let unread = statement::read(self, document, &mut statements);
        let others = formulas.any(statements.iter().map(|statement| statement.names_others(self)).collect::<Vec<_>>());
        formulas.and(document.when, formulas.not(formulas.or(unread, others)))
    }

    /// Whether a role's trust policy lets a service (`ecs-tasks.amazonaws.com`) take it, wherever the role exists.
    #[must_use]
    pub fn trusts(&self, role: &Resource<'t>, service: &str) -> Grant {
        let formulas = &self.values.formulas;
        let mut statements = Vec::new();
        let mut unread = unread_by_mistake(role);
        for document in self.property(role, &["AssumeRolePolicyDocument"]) {
            unread = formulas.or(unread, statement::read(self, &document, &mut statements));
        }
        let coverages = statements.iter().map(|statement| {
            let action = statement.covers_action(self, "sts:AssumeRole");
            action.and(self, statement.covers_service(self, service))
        });
        let coverages: Vec<Coverage> = coverages.collect();
        decide(self, &statements, &coverages, Formula::FALSE, unread)
    }
}

/// A policy of a role may be in what a mistake in the text hides.
fn unread_by_mistake(role: &Resource) -> Formula {
    if role.declaration.node.tree().is_damaged() { Formula::TRUE } else { Formula::FALSE }
}

impl<'t> ResourceGraph<'t> {
    fn attached_policies(&self) -> Rc<AttachedPolicies<'t>> {
        // Imports add stacks, and with them policies.
        let stacks = self.values.stack_count();
        if let Some((known, policies)) = &*self.attached_policies.borrow()
            && *known == stacks
        {
            return Rc::clone(policies);
        }
        let policies = Rc::new(self.find_attached_policies());
        *self.attached_policies.borrow_mut() = Some((stacks, Rc::clone(&policies)));
        policies
    }

    fn find_attached_policies(&self) -> AttachedPolicies<'t> {
        let (values, formulas) = (&self.values, &self.values.formulas);
        let mut policies = AttachedPolicies { by_role: FxHashMap::default(), to_any: Formula::FALSE };
        for (resource_type, property) in
            [("AWS::IAM::Policy", "Roles"), ("AWS::IAM::ManagedPolicy", "Roles"), ("AWS::IAM::RolePolicy", "RoleName")]
        {
            for properties in self.of_type(resource_type).iter().flat_map(|policy| self.properties(policy)) {
                let named = values.property(&properties, property);
                let items = named.iter().flat_map(|named| if property == "Roles" { values.items(named) } else { vec![*named] });
                for identity in items.flat_map(|item| self.roles(&item)) {
                    let when = formulas.and(properties.when, identity.when);
                    match identity.target {
                        Target::Resource(role) => {
                            policies.by_role.entry(role).or_default().push(Choice { when, ..properties });
                        }
                        // It may be any role, by a name that is not known here.
                        Target::Unknown(_) => policies.to_any = formulas.or(policies.to_any, when),
                        Target::Name(_) | Target::Absent => {}
                    }
                }
            }
        }
        policies
    }
}

impl Grant {
    /// When it is denied for certain.
    #[must_use]
    pub fn denied(self, formulas: &Formulas) -> Formula {
        formulas.not(formulas.or(self.allowed, self.unknown))
    }
}

impl<'t> Permissions<'t> {
    /// Whether they let a role call `action`.
    #[must_use]
    pub fn grants(&self, graph: &ResourceGraph<'t>, action: &str) -> Grant {
        let formulas = &graph.values.formulas;
        let (mut allowed, mut unread) = (Formula::FALSE, self.unread);
        for (when, policy) in &self.managed {
            match policy.grants(action) {
                Some(true) => allowed = formulas.or(allowed, *when),
                Some(false) => {}
                None => unread = formulas.or(unread, *when),
            }
        }
        let coverages: Vec<Coverage> = self
            .statements
            .iter()
            .map(|statement| statement.covers_action(graph, action).and(graph, statement.covers_all_resources(graph)))
            .collect();
        let grant = decide(graph, &self.statements, &coverages, allowed, unread);
        // A boundary takes away, so what is allowed within it is not known; what is not allowed stays so.
        let bounded = formulas.and(grant.allowed, self.bounded);
        Grant { allowed: formulas.and(grant.allowed, formulas.not(self.bounded)), unknown: formulas.or(grant.unknown, bounded) }
    }

    fn add_properties_of_role(&mut self, graph: &ResourceGraph<'t>, properties: &Choice<'t>) {
        let (values, formulas) = (&graph.values, &graph.values.formulas);
        if !matches!(properties.found, Found::Written(_)) {
            self.unread = formulas.or(self.unread, properties.when);
            return;
        }
        for list in values.property(properties, "Policies") {
            for policy in values.items(&list) {
                self.add_documents(graph, &policy);
            }
        }
        for list in values.property(properties, "ManagedPolicyArns") {
            for policy in values.items(&list) {
                self.add_managed(graph, &policy);
            }
        }
        self.bounded = formulas.or(self.bounded, graph.has(properties, "PermissionsBoundary"));
    }

    /// Adds the `PolicyDocument` of a policy.
    fn add_documents(&mut self, graph: &ResourceGraph<'t>, policy: &Choice<'t>) {
        for document in graph.values.property(policy, "PolicyDocument") {
            let unread = statement::read(graph, &document, &mut self.statements);
            self.unread = graph.values.formulas.or(self.unread, unread);
        }
    }

    /// Adds a policy that is named by its ARN.
    fn add_managed(&mut self, graph: &ResourceGraph<'t>, named: &Choice<'t>) {
        let (values, formulas) = (&graph.values, &graph.values.formulas);
        for case in values.cases_of(named) {
            if let Value::Text(text) = &case.value
                && let Some(path) = text.after_last(":iam::aws:policy/")
            {
                let name = path.known().map(|path| path.rsplit('/').next().unwrap_or(path));
                match name.and_then(managed::find) {
                    Some(policy) => self.managed.push((case.when, policy)),
                    None => self.unread = formulas.or(self.unread, case.when),
                }
                continue;
            }
            let choice = Choice { when: case.when, ..*named };
            for identity in graph.identify(&choice, MANAGED_POLICIES) {
                match graph.target(&identity) {
                    Some(policy) => {
                        for properties in graph.properties(&policy) {
                            let when = formulas.and(properties.when, identity.when);
                            self.add_documents(graph, &Choice { when, ..properties });
                        }
                    }
                    None => self.unread = formulas.or(self.unread, identity.when),
                }
            }
        }
    }

    /// Adds the policies that name the role themselves.
    fn add_attached(&mut self, graph: &ResourceGraph<'t>, role: &Resource<'t>) {
        let (values, formulas) = (&graph.values, &graph.values.formulas);
        let policies = graph.attached_policies();
        self.unread = formulas.or(self.unread, policies.to_any);
        for policy in policies.by_role.get(&role.id).into_iter().flatten() {
            self.add_documents(graph, policy);
        }
        // A nested stack or a custom resource that gets the role may attach policies to it.
        for edge in graph.edges(role.id.stack).iter().filter(|edge| edge.to == role.id) {
            let from = graph.resource(edge.from);
            let resource_type = from.resource_type();
            let unseen = is_nested_stack(resource_type) && values.nested(from.id).is_none()
                || resource_type.starts_with("Custom::")
                || resource_type == "AWS::CloudFormation::CustomResource"
                || resource_type.ends_with("::MODULE");
            if unseen {
                self.unread = formulas.or(self.unread, edge.when);
            }
        }
    }
}

/// Puts the statements together: a `Deny` wins over every `Allow`.
fn decide<'t>(
    graph: &ResourceGraph<'t>,
    statements: &[Statement<'t>],
    coverages: &[Coverage],
    mut allowed: Formula,
    mut maybe: Formula,
) -> Grant {
    let formulas = &graph.values.formulas;
    let (mut denied, mut maybe_denied) = (Formula::FALSE, Formula::FALSE);
    for (statement, coverage) in statements.iter().zip(coverages) {
        let coverage = coverage.and(graph, statement.without_condition(graph));
        let allows = statement.has_effect(graph, "Allow");
        let denies = statement.has_effect(graph, "Deny");
        let other = formulas.and(statement.when(), formulas.not(formulas.or(allows, denies)));
        let covers = formulas.or(coverage.whole, coverage.part);
        allowed = formulas.or(allowed, formulas.and(allows, coverage.whole));
        maybe = formulas.any([maybe, formulas.and(allows, coverage.part), formulas.and(other, covers)]);
        denied = formulas.or(denied, formulas.and(denies, coverage.whole));
        maybe_denied = formulas.any([maybe_denied, formulas.and(denies, coverage.part), formulas.and(other, covers)]);
    }
    let not_denied = formulas.not(denied);
    let doubtful = formulas.and(allowed, maybe_denied);
    Grant {
        allowed: formulas.all([allowed, not_denied, formulas.not(maybe_denied)]),
        unknown: formulas.and(formulas.or(maybe, doubtful), not_denied),
    }
}

/// Something that uses a role.
#[derive(Clone, Debug)]
pub struct RoleUse<'t, By> {
    /// The role.
    pub role: Resource<'t>,
    /// When it is used.
    pub exists: Formula,
    /// When it is used in a way that asks something of it.
    pub hits: Formula,
    /// What uses it.
    pub by: By,
}

impl<'t, By> RoleUse<'t, By> {
    /// The uses of each role, roles in the order in which they are met.
    pub fn by_role(uses: impl IntoIterator<Item = Self>) -> Vec<(Resource<'t>, Vec<Self>)> {
        let mut roles: Vec<(Resource<'t>, Vec<Self>)> = Vec::new();
        let mut numbers: FxHashMap<ResourceId, usize> = FxHashMap::default();
        for each in uses {
            let number = *numbers.entry(each.role.id).or_insert_with(|| {
                roles.push((each.role, Vec::new()));
                roles.len() - 1
            });
            roles[number].1.push(each);
        }
        roles
    }
}

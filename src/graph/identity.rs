//! Which resource a value points to: by `Ref`, by `Fn::GetAtt`, by a name, or by an ARN that ends in the name.

use std::rc::Rc;

use super::{Resource, ResourceGraph};
use crate::values::{Case, Choice, Formula, Part, ResourceId, StackId, Text, Unknown, Value};

/// What a value points to, in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity<'t> {
    /// When it does.
    pub when: Formula,
    /// What.
    pub target: Target<'t>,
}

/// What a value points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'t> {
    /// A resource of the templates given.
    Resource(ResourceId),
    /// A name that no resource here has.
    Name(Text<'t>),
    /// Nothing: the value is not there.
    Absent,
    /// Not to be known.
    Unknown(Unknown),
}

/// How resources of a type are named.
#[derive(Clone, Copy, Debug)]
pub struct NamedBy {
    /// The type.
    pub resource_type: &'static str,
    /// The property that names it; without it CloudFormation makes a name up.
    pub property: &'static str,
    /// What stands before the name in its ARN.
    pub arn_marker: &'static str,
    /// Names that the service reserves.
    pub reserved: &'static [&'static str],
}

/// Which resource of a stack has which name, and when.
pub(super) type Names<'t> = Rc<[(ResourceId, Formula, Text<'t>)]>;

impl<'t> ResourceGraph<'t> {
    /// What each case of `choice` points to. The results exclude each other and cover the choice, but for the cases that cannot
    /// be deployed.
    #[must_use]
    pub fn identify(&self, choice: &Choice<'t>, named: NamedBy) -> Vec<Identity<'t>> {
        self.values.cases_of(choice).into_iter().flat_map(|case| self.identify_case(case, named)).collect()
    }

    fn identify_case(&self, case: Case<'t>, named: NamedBy) -> Vec<Identity<'t>> {
        let when = case.when;
        let one = |target| vec![Identity { when, target }];
        match case.value {
            Value::Text(text) => self.identify_text(text, when, named),
            Value::Absent => one(Target::Absent),
            Value::Unknown(why) => one(Target::Unknown(why)),
            Value::Structure(_) => one(Target::Unknown(Unknown::Shape)),
            Value::Invalid => Vec::new(),
        }
    }

    /// What a name or an ARN points to.
    pub(super) fn identify_text(&self, text: Text<'t>, when: Formula, named: NamedBy) -> Vec<Identity<'t>> {
        let one = |target| vec![Identity { when, target }];
        let name = text.after_last(named.arn_marker).unwrap_or(text);
        if let Some(Part::Resource(id, _)) = name.only() {
            let right = self.resource(*id).resource_type() == named.resource_type;
            return one(if right { Target::Resource(*id) } else { Target::Unknown(Unknown::Shape) });
        }
        if let Some(why) = name.unknown() {
            return one(Target::Unknown(why));
        }
        let mut found = Vec::new();
        let mut covered = Vec::new();
        let mut add = |when: Formula, target: Target<'t>| {
            if self.values.possible(when) {
                covered.push(when);
                found.push(Identity { when, target });
            }
        };
        // Another stack may declare what is called so.
        let written = name.known().map(str::to_owned).or_else(|| self.values.with_defaults(&name));
        if let Some(written) = written.filter(|written| !named.reserved.contains(&written.as_str())) {
            self.values.find_declared(named.resource_type, &written);
        }
        for reserved in named.reserved {
            let literal = Text::literal(*reserved);
            if let Some(same) = self.values.known_to_be_same(&name, &literal, when) {
                add(self.values.formulas.and(when, same), Target::Name(literal));
            }
        }
        for names in self.names_of_type(named) {
            for (candidate, exists, own) in names.iter() {
                // A name is compared where the candidate exists.
                let both = self.values.formulas.and(when, *exists);
                if let Some(same) = self.values.known_to_be_same(&name, own, both) {
                    add(self.values.formulas.and(both, same), Target::Resource(*candidate));
                }
            }
        }
        let rest = self.values.formulas.and(when, self.values.formulas.not(self.values.formulas.any(covered)));
        if self.values.possible(rest) {
            let target = if self.values.is_open(&name) { Target::Unknown(Unknown::Parameter) } else { Target::Name(name) };
            found.push(Identity { when: rest, target });
        }
        found
    }

    /// The names that the resources of a type are given, each with when it is that, by the stacks known so far.
    fn names_of_type(&self, named: NamedBy) -> Vec<Names<'t>> {
        let stacks = self.stack_resources();
        stacks.iter().enumerate().map(|(stack, resources)| self.names_in(StackId::new(stack as u32), resources, named)).collect()
    }

    fn names_in(&self, stack: StackId, resources: &[Resource<'t>], named: NamedBy) -> Names<'t> {
        let key = (stack, named.resource_type);
        if let Some(known) = self.names.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut names = Vec::new();
        for candidate in resources.iter().filter(|resource| resource.resource_type() == named.resource_type) {
            for property in self.property(candidate, &[named.property]) {
                for case in self.values.cases_of(&property) {
                    if let Value::Text(own) = case.value {
                        names.push((candidate.id, case.when, own));
                    }
                }
            }
        }
        let names: Names = names.into();
        self.names.borrow_mut().insert(key, Rc::clone(&names));
        names
    }

    /// The resource of `id`, for an identity that names one.
    #[must_use]
    pub fn target(&self, identity: &Identity<'t>) -> Option<Resource<'t>> {
        match identity.target {
            Target::Resource(id) => Some(self.resource(id)),
            Target::Name(_) | Target::Absent | Target::Unknown(_) => None,
        }
    }
}

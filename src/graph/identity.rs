//! Which resource a value points to: by `Ref`, by `Fn::GetAtt`, by a name, or by an ARN that ends in the name.

use std::rc::Rc;

use super::{Resource, ResourceGraph};
use crate::values::{Case, Choice, Formula, Part, ResourceId, Text, Unknown, Value};

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

/// Which resource has which name, and when.
pub(super) type Names<'t> = Rc<Vec<(ResourceId, Formula, Text<'t>)>>;

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
        let text = match case.value {
            Value::Text(text) => text,
            Value::Absent => return one(Target::Absent),
            Value::Unknown(why) => return one(Target::Unknown(why)),
            Value::Structure(_) => return one(Target::Unknown(Unknown::Shape)),
            Value::Invalid => return Vec::new(),
        };
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
        for reserved in named.reserved {
            let literal = Text::literal(*reserved);
            if let Some(same) = self.known_to_be(&name, &literal, when) {
                add(self.values.formulas.and(when, same), Target::Name(literal));
            }
        }
        for (candidate, exists, own) in self.names(named).iter() {
            // A name is compared where the candidate exists.
            let both = self.values.formulas.and(when, *exists);
            if let Some(same) = self.known_to_be(&name, own, both) {
                add(self.values.formulas.and(both, same), Target::Resource(*candidate));
            }
        }
        let rest = self.values.formulas.and(when, self.values.formulas.not(self.values.formulas.any(covered)));
        if self.values.possible(rest) {
            let target = if self.is_open(&name) { Target::Unknown(Unknown::Parameter) } else { Target::Name(name) };
            found.push(Identity { when: rest, target });
        }
        found
    }

    /// The names that the resources of a type are given, each with when it is that.
    fn names(&self, named: NamedBy) -> Names<'t> {
        if let Some(known) = self.names.borrow().get(named.resource_type) {
            return Rc::clone(known);
        }
        let mut names = Vec::new();
        for candidate in self.of_type(named.resource_type) {
            for property in self.property(candidate, &[named.property]) {
                for case in self.values.cases_of(&property) {
                    if let Value::Text(own) = case.value {
                        names.push((candidate.id, case.when, own));
                    }
                }
            }
        }
        let names = Rc::new(names);
        self.names.borrow_mut().insert(named.resource_type, Rc::clone(&names));
        names
    }

    /// When two names are the same, where the templates say so: always, for some allowed values, or with the defaults. `None`
    /// where only chance would make them the same, as with a parameter that takes any value.
    fn known_to_be(&self, a: &Text<'t>, b: &Text<'t>, when: Formula) -> Option<Formula> {
        let same = self.values.same_text(a, b);
        if same == Formula::FALSE {
            return None;
        }
        let by_chance = self.is_open(a) || self.is_open(b);
        let stated = same == Formula::TRUE
            || !by_chance
            || self.values.implies(when, same)
            || self.values.with_defaults(a).is_some_and(|a| self.values.with_defaults(b).is_some_and(|b| a == b));
        stated.then_some(same)
    }

    /// Whether a name has a part that takes any value.
    fn is_open(&self, text: &Text<'t>) -> bool {
        text.parts().iter().any(|part| match part {
            Part::Parameter(stack, name) => !self.values.has_allowed_values(*stack, name),
            Part::Literal(_) => false,
            _ => true,
        })
    }

    /// The resource of `id`, for an identity that names one.
    #[must_use]
    pub fn target(&self, identity: &Identity<'t>) -> Option<&Resource<'t>> {
        match identity.target {
            Target::Resource(id) => Some(self.resource(id)),
            Target::Name(_) | Target::Absent | Target::Unknown(_) => None,
        }
    }
}

//! From an assignment of every variable to the shortest model that a person has to read.
//!
//! Not here: finding the assignment; that is `query`.
//!
//! First a reason for the formula's truth is followed down from its root, in one walk; then each variable that the reason needs is tried
//! at its default, without a value, and with "anything but"; what is left is tried again with the solver, which sees what no evaluation
//! part by part does. The last two steps stop where the budget ends: the model is then right but may be longer than need be.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};

use super::assignment::Assignment;
use super::model::{Model, Value};
use super::query::{Query, never_holds};
use super::solver::Meter;
use super::store::{FRESH, Knowledge, Known, Node, Store, Text, node_number};
use super::{Formula, Variable};

/// The most values for which leaving each out is tried with the solver.
const MAX_EXACT: usize = 64;

/// The smallest part of `assignment` that makes `formula` true; what the assignment does not mention has no part in that.
pub(super) fn minimal(
    query: &mut Query,
    store: &mut Store,
    formula: Formula,
    mut assignment: Assignment,
    meter: &mut Meter,
) -> Model {
    let mut cone = Vec::new();
    store.cone(&[formula], u64::MAX, &mut cone).expect("there is no limit");
    meter.spend(3 * cone.len());
    assignment.complete(store, &cone);
    store.evaluate_cone(formula, &cone, |_, number, node| assignment.atom(number, node));
    let knowledge = reason(store, formula, &cone, &assignment);
    let mut witness = Witness { formula, cone, knowledge };
    witness.prefer_defaults(store, meter);
    witness.leave_out(store, meter);
    witness.loosen(store, meter);
    witness.name_inventions(store);
    witness.leave_out_exactly(query, store, meter);
    witness.model(store)
}

/// What `formula` is true because of: for a true conjunction both sides, for a false one the side with the cheaper reason.
fn reason(store: &Store, formula: Formula, cone: &[u32], assignment: &Assignment) -> Knowledge {
    let place = |formula: Formula| cone.binary_search(&node_number(formula)).expect("a child of a cone's node is in the cone");
    let mut costs: Vec<u32> = Vec::with_capacity(cone.len());
    for &number in cone {
        let cost = match store.node_at(number) {
            Node::And(first, second) => {
                let [one, other] = [first, second].map(|child| costs[place(child)]);
                match (store.value(first), store.value(second)) {
                    (Some(true), Some(true)) => one.saturating_add(other),
                    (Some(true), _) => other,
                    (_, Some(true)) => one,
                    _ => one.min(other),
                }
            }
            Node::True => 0,
            Node::Same(..) => 2,
            Node::Equals(..) | Node::Proposition => 1,
        };
        costs.push(cost);
    }
    let mut needed = vec![false; cone.len()];
    needed[place(formula)] = true;
    let mut knowledge = Knowledge::default();
    let mut variables: FxHashSet<Variable> = FxHashSet::default();
    for at in (0..cone.len()).rev() {
        if !needed[at] {
            continue;
        }
        match store.node_at(cone[at]) {
            Node::And(first, second) => {
                let (one, other) = (place(first), place(second));
                match (store.value(first), store.value(second)) {
                    (Some(true), Some(true)) => {
                        needed[one] = true;
                        needed[other] = true;
                    }
                    (Some(true), _) => needed[other] = true,
                    (_, Some(true)) => needed[one] = true,
                    _ if needed[one] || needed[other] => {}
                    _ => needed[if costs[other] < costs[one] { other } else { one }] = true,
                }
            }
            Node::Equals(variable, _) => {
                variables.insert(variable);
            }
            Node::Same(first, second) => variables.extend([first, second]),
            Node::Proposition => {
                let holds = store.value(Formula::of_node(cone[at])) == Some(true);
                knowledge.propositions.insert(cone[at], holds);
            }
            Node::True => {}
        }
    }
    let needed = assignment.variables.iter().filter(|entry| variables.contains(&entry.0));
    knowledge.variables.extend(needed.map(|&(variable, text)| (variable, Known::Text(text))));
    knowledge
}

/// A partial assignment that makes a formula true, while it gets shorter.
struct Witness {
    formula: Formula,
    cone: Vec<u32>,
    knowledge: Knowledge,
}

impl Witness {
    /// Whether the formula is still seen to be true; false as well where the budget ends.
    fn suffices(&self, store: &mut Store, meter: &mut Meter) -> bool {
        meter.spend(self.cone.len())
            && store
                .evaluate_cone(self.formula, &self.cone, |store, number, node| store.known_atom(number, node, &self.knowledge))
                == Some(true)
    }

    /// Puts `known` in place of what is known of `variable` if that suffices.
    fn try_instead(&mut self, store: &mut Store, meter: &mut Meter, variable: Variable, known: Option<Known>) -> bool {
        let before = match known {
            Some(known) => self.knowledge.variables.insert(variable, known),
            None => self.knowledge.variables.remove(&variable),
        };
        let suffices = self.suffices(store, meter);
        if let (false, Some(before)) = (suffices, before) {
            self.knowledge.variables.insert(variable, before);
        }
        suffices
    }

    /// The variables in the order in which they are to be left out: those at their defaults first, younger ones before older ones.
    fn variables(&self, store: &Store) -> Vec<Variable> {
        let mut variables: Vec<Variable> = self.knowledge.variables.keys().copied().collect();
        variables.sort_unstable_by_key(|&variable| {
            let is_default =
                store.default_of(variable).is_some_and(|default| self.knowledge.variables[&variable] == Known::Text(default));
            (Reverse(is_default), Reverse(variable))
        });
        variables
    }

    fn propositions(&self) -> Vec<u32> {
        let mut propositions: Vec<u32> = self.knowledge.propositions.keys().copied().collect();
        propositions.sort_unstable_by_key(|&number| Reverse(number));
        propositions
    }

    fn prefer_defaults(&mut self, store: &mut Store, meter: &mut Meter) {
        for variable in self.variables(store) {
            match store.default_of(variable).map(Known::Text) {
                Some(default) if self.knowledge.variables[&variable] != default => {
                    self.try_instead(store, meter, variable, Some(default));
                }
                _ => {}
            }
        }
    }

    fn leave_out(&mut self, store: &mut Store, meter: &mut Meter) {
        for number in self.propositions() {
            let holds = self.knowledge.propositions.remove(&number).expect("it was listed");
            if !self.suffices(store, meter) {
                self.knowledge.propositions.insert(number, holds);
            }
        }
        for variable in self.variables(store) {
            self.try_instead(store, meter, variable, None);
        }
    }

    /// Says "anything but" of open variables whose invented value only has to differ from literals.
    fn loosen(&mut self, store: &mut Store, meter: &mut Meter) {
        let mut mentioned: FxHashMap<Variable, Vec<Text>> = FxHashMap::default();
        let mut compared: FxHashSet<Variable> = FxHashSet::default();
        for &number in &self.cone {
            match store.node_at(number) {
                Node::Equals(variable, text) => mentioned.entry(variable).or_default().push(text),
                Node::Same(first, second) => compared.extend([first, second]),
                Node::True | Node::Proposition | Node::And(..) => {}
            }
        }
        for variable in self.variables(store) {
            if !matches!(self.knowledge.variables[&variable], Known::Text(text) if text >= FRESH) {
                continue;
            }
            let mut than = mentioned.remove(&variable).unwrap_or_default();
            if compared.contains(&variable) {
                if !self.try_instead(store, meter, variable, Some(Known::Other(than.clone()))) {
                    continue;
                }
            } else {
                // Of a variable that is compared with literals only, an invented value says nothing more than this.
                self.knowledge.variables.insert(variable, Known::Other(than.clone()));
            }
            let mut place = 0;
            while place < than.len() && than.len() > 1 {
                let mut fewer = than.clone();
                fewer.remove(place);
                if self.try_instead(store, meter, variable, Some(Known::Other(fewer.clone()))) {
                    than = fewer;
                } else {
                    place += 1;
                }
            }
            if let Some(default) = store.default_of(variable).filter(|default| !than.contains(default)) {
                self.knowledge.variables.insert(variable, Known::Text(default));
            }
        }
    }

    /// Gives the invented values that are left names that the formula does not mention.
    fn name_inventions(&mut self, store: &mut Store) {
        let mut inventions: Vec<&mut Text> = Vec::new();
        for known in self.knowledge.variables.values_mut() {
            match known {
                Known::Text(text) if *text >= FRESH => inventions.push(text),
                _ => {}
            }
        }
        if inventions.is_empty() {
            return;
        }
        let mut taken: FxHashSet<Text> = FxHashSet::default();
        for variable in store.variables_of_cone(&self.cone) {
            taken.extend(store.domain(variable).into_iter().flatten());
            taken.extend(store.default_of(variable));
        }
        taken.extend(self.cone.iter().filter_map(|&number| match store.node_at(number) {
            Node::Equals(_, text) => Some(text),
            _ => None,
        }));
        let mut names: FxHashMap<Text, Text> = FxHashMap::default();
        let mut number = 0;
        for invention in inventions {
            let name = names.entry(*invention).or_insert_with(|| {
                loop {
                    number += 1;
                    let name = store.intern(&format!("value-{number}"));
                    if !taken.contains(&name) {
                        break name;
                    }
                }
            });
            *invention = *name;
        }
    }

    /// Leaves out whatever the rest implies, even where no evaluation part by part shows it.
    fn leave_out_exactly(&mut self, query: &mut Query, store: &mut Store, meter: &mut Meter) {
        if self.knowledge.variables.len() + self.knowledge.propositions.len() > MAX_EXACT {
            return;
        }
        for number in self.propositions() {
            let holds = self.knowledge.propositions.remove(&number).expect("it was listed");
            if !self.implies_formula(query, store, meter) {
                self.knowledge.propositions.insert(number, holds);
            }
        }
        for variable in self.variables(store) {
            let known = self.knowledge.variables.remove(&variable).expect("it was listed");
            if !self.implies_formula(query, store, meter) {
                self.knowledge.variables.insert(variable, known);
            }
        }
    }

    fn implies_formula(&self, query: &mut Query, store: &mut Store, meter: &mut Meter) -> bool {
        let mut conjuncts = vec![self.formula.negated()];
        for (&variable, known) in &self.knowledge.variables {
            match known {
                Known::Text(text) => conjuncts.push(store.equals(variable, *text)),
                Known::Other(than) => conjuncts.extend(than.iter().map(|text| store.equals(variable, *text).negated())),
            }
        }
        conjuncts.extend(self.knowledge.propositions.iter().map(|(&number, &holds)| {
            let atom = Formula::of_node(number);
            if holds { atom } else { atom.negated() }
        }));
        let counterexample = store.all(&mut conjuncts);
        never_holds(query, store, counterexample, meter)
    }

    fn model(&self, store: &Store) -> Model {
        let mut model = Model::new();
        for (&variable, known) in &self.knowledge.variables {
            let value = match known {
                Known::Text(text) => Value::Literal(store.text(*text).to_owned()),
                Known::Other(than) => Value::Other { than: than.iter().map(|text| store.text(*text).to_owned()).collect() },
            };
            model.set(variable, value);
        }
        for (&number, &holds) in &self.knowledge.propositions {
            model.set_proposition(Formula::of_node(number), holds);
        }
        model
    }
}

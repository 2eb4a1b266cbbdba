//! A formula as clauses: one boolean for each node, and for each value that matters of each variable.
//!
//! Not here: the search for an assignment; that is `solver`.
//!
//! A variable that no `same` atom mentions needs its mentioned literals only: none of them being true is every other value. Variables
//! connected by `same` atoms share a universe (every mentioned literal, default and allowed value of theirs) and one invented value for
//! each open variable among them, which suffices: as many variables cannot tell more values apart.

use super::assignment::Assignment;
use super::solver::{Literal, Meter, Solver};
use super::store::{FRESH, Node, Store, Text};
use super::{Formula, Variable};

/// The most pairs of a variable and a value that variables connected by `same` atoms may have. Beyond it their `same` atoms are taken
/// as propositions: unsatisfiable stays certain, satisfiable is believed only if the values found make the formula true.
const MAX_CHOICES: usize = 8_192;
/// The most literals among which every pair is forbidden directly.
const MAX_PAIRWISE: usize = 8;

/// A variable and the values that it is encoded with.
struct Choices {
    variable: Variable,
    literals: Vec<(Text, Literal)>,
    /// Which variables it is connected with by `same` atoms; `None` if with none.
    component: Option<usize>,
}

/// A formula in a solver.
pub(super) struct Encoding<'a> {
    store: &'a Store,
    solver: &'a mut Solver,
    cone: &'a [u32],
    choices: Vec<Choices>,
}

impl<'a> Encoding<'a> {
    /// Encodes `formula`, the cone of which is `cone`; the values that its nodes were last given are tried first. Conjunctions of which
    /// the cone lacks a side are anything, which can make an unsatisfiable formula satisfiable. `None` is the end of the budget.
    pub(super) fn new(
        store: &'a Store,
        solver: &'a mut Solver,
        cone: &'a [u32],
        formula: Formula,
        meter: &mut Meter,
    ) -> Option<Self> {
        solver.reset();
        if !meter.spend(cone.len()) {
            return None;
        }
        for &number in cone {
            solver.variable(store.value(Formula::of_node(number)).unwrap_or(false));
        }
        let mut encoding = Self { store, solver, cone, choices: Vec::new() };
        encoding.gather();
        encoding.connect(meter)?;
        for choices in &encoding.choices {
            restrict(encoding.solver, store, choices);
        }
        for (place, &number) in cone.iter().enumerate() {
            let node = literal_at(place);
            match store.node_at(number) {
                Node::And(first, second) => {
                    let (Some(first), Some(second)) = (encoding.literal(first), encoding.literal(second)) else {
                        continue;
                    };
                    encoding.solver.clause(&[node ^ 1, first]);
                    encoding.solver.clause(&[node ^ 1, second]);
                    encoding.solver.clause(&[node, first ^ 1, second ^ 1]);
                }
                Node::Same(first, second) => encoding.equate(node, first, second),
                Node::True => encoding.solver.clause(&[node]),
                Node::Equals(..) | Node::Proposition => {}
            }
        }
        let root = encoding.literal(formula).expect("the root is in its cone");
        encoding.solver.clause(&[root]);
        Some(encoding)
    }

    /// Whether the formula can be true; if so, how.
    pub(super) fn solve(self, meter: &mut Meter) -> Option<Option<Assignment>> {
        if !self.solver.solve(meter)? {
            return Some(None);
        }
        let mut assignment = Assignment::default();
        for choices in &self.choices {
            let chosen = choices.literals.iter().find(|choice| self.solver.is_true(choice.1)).map(|choice| choice.0);
            let mentioned = |text: &Text| choices.literals.iter().any(|choice| choice.0 == *text);
            let value = chosen.unwrap_or_else(|| {
                self.store.value_outside(choices.variable, mentioned).expect("a literal of a full domain is true")
            });
            assignment.variables.push((choices.variable, value));
        }
        for (place, &number) in self.cone.iter().enumerate() {
            if self.store.node_at(number) == Node::Proposition {
                assignment.propositions.push((number, self.solver.is_true(literal_at(place))));
            }
        }
        Some(Some(assignment))
    }

    /// Collects the atoms of each variable.
    fn gather(&mut self) {
        let variables = self.store.variables_of_cone(self.cone);
        self.choices.extend(variables.into_iter().map(|variable| Choices { variable, literals: Vec::new(), component: None }));
        for (place, &number) in self.cone.iter().enumerate() {
            if let Node::Equals(variable, text) = self.store.node_at(number) {
                let choices =
                    self.choices.binary_search_by_key(&variable, |choices| choices.variable).expect("it is in the cone");
                let literals = &mut self.choices[choices].literals;
                literals.push((text, literal_at(place)));
                if let Some(&[_, second]) = self.store.domain(variable) {
                    literals.push((second, literal_at(place) ^ 1));
                }
            }
        }
    }

    /// Gives the variables of each component, in which `same` atoms connect them, their universe.
    fn connect(&mut self, meter: &mut Meter) -> Option<()> {
        let mut parents: Vec<usize> = (0..self.choices.len()).collect();
        let mut connected = vec![false; self.choices.len()];
        for &number in self.cone {
            if let Node::Same(first, second) = self.store.node_at(number) {
                let [first, second] = [first, second].map(|variable| self.place(variable));
                connected[first] = true;
                connected[second] = true;
                let (first, second) = (root(&mut parents, first), root(&mut parents, second));
                parents[first.max(second)] = first.min(second);
            }
        }
        // By component: its members, in the order of their creation.
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.choices.len()];
        for place in 0..self.choices.len() {
            if connected[place] {
                members[root(&mut parents, place)].push(place);
            }
        }
        let mut fresh = FRESH;
        for (component, members) in members.into_iter().enumerate().filter(|(_, members)| !members.is_empty()) {
            self.share_universe(component, &members, &mut fresh, meter)?;
        }
        Some(())
    }

    fn share_universe(&mut self, component: usize, members: &[usize], fresh: &mut Text, meter: &mut Meter) -> Option<()> {
        let mut universe: Vec<Text> = Vec::new();
        for &member in members {
            let choices = &self.choices[member];
            universe.extend(choices.literals.iter().map(|choice| choice.0));
            universe.extend(self.store.domain(choices.variable).into_iter().flatten());
            universe.extend(self.store.default_of(choices.variable));
        }
        universe.sort_unstable();
        universe.dedup();
        let size = |member: &usize| {
            self.store.domain(self.choices[*member].variable).map_or(universe.len() + members.len(), <[Text]>::len)
        };
        let size: usize = members.iter().map(size).sum();
        if size > MAX_CHOICES {
            return Some(());
        }
        if !meter.spend(size) {
            return None;
        }
        let first_fresh = *fresh;
        for &member in members {
            let variable = self.choices[member].variable;
            let domain = self.store.domain(variable);
            if domain.is_none() {
                // Invented values are interchangeable: each variable may use those of the variables before it and one of its own.
                *fresh += 1;
            }
            let values = domain.map_or_else(|| universe.iter().copied().chain(first_fresh..*fresh).collect(), <[Text]>::to_vec);
            let mut known = std::mem::take(&mut self.choices[member].literals);
            known.sort_unstable();
            let preferred = self.store.default_of(variable);
            let literals = values
                .into_iter()
                .map(|value| match known.binary_search_by_key(&value, |choice| choice.0) {
                    Ok(place) => known[place],
                    Err(_) => (value, self.solver.variable(preferred == Some(value))),
                })
                .collect();
            self.choices[member].literals = literals;
            self.choices[member].literals.sort_unstable();
            self.choices[member].component = Some(component);
        }
        Some(())
    }

    /// Makes `node` say that both variables have the same value.
    fn equate(&mut self, node: Literal, first: Variable, second: Variable) {
        let (first, second) = (&self.choices[self.place(first)], &self.choices[self.place(second)]);
        if first.component.is_none() {
            return;
        }
        for (one, other) in [(first, second), (second, first)] {
            for &(value, literal) in &one.literals {
                match other.literals.binary_search_by_key(&value, |choice| choice.0) {
                    Ok(place) => {
                        let equal = other.literals[place].1;
                        self.solver.clause(&[node ^ 1, literal ^ 1, equal]);
                        if one.variable < other.variable {
                            self.solver.clause(&[node, literal ^ 1, equal ^ 1]);
                        }
                    }
                    Err(_) => self.solver.clause(&[node ^ 1, literal ^ 1]),
                }
            }
        }
    }

    fn place(&self, variable: Variable) -> usize {
        self.choices.binary_search_by_key(&variable, |choices| choices.variable).expect("it is in the cone")
    }

    fn literal(&self, formula: Formula) -> Option<Literal> {
        let place = self.cone.binary_search(&super::store::node_number(formula)).ok()?;
        Some(literal_at(place) | u32::from(formula.is_negated()))
    }
}

fn literal_at(place: usize) -> Literal {
    u32::try_from(place << 1).expect("a cone is smaller than its budget")
}

/// The representative of a set in a union-find forest.
pub(super) fn root(parents: &mut [usize], mut place: usize) -> usize {
    while parents[place] != place {
        parents[place] = parents[parents[place]];
        place = parents[place];
    }
    place
}

/// Lets a variable have one value at most, and one at least where its values are all there are.
fn restrict(solver: &mut Solver, store: &Store, choices: &Choices) {
    let domain = store.domain(choices.variable);
    if domain.is_some_and(|domain| domain.len() == 2)
        && choices.literals.len() == 2
        && choices.literals[0].1 == choices.literals[1].1 ^ 1
    {
        return;
    }
    let literals: Vec<Literal> = choices.literals.iter().map(|choice| choice.1).collect();
    if choices.component.is_some() || domain.is_some_and(|domain| domain.len() == literals.len()) {
        solver.clause(&literals);
    }
    if literals.len() <= MAX_PAIRWISE {
        for (place, &literal) in literals.iter().enumerate() {
            for &other in &literals[place + 1..] {
                solver.clause(&[literal ^ 1, other ^ 1]);
            }
        }
        return;
    }
    // A ladder: `taken` is true from the first true literal on.
    let mut taken = literals[0];
    for &literal in &literals[1..] {
        solver.clause(&[taken ^ 1, literal ^ 1]);
        let next = solver.variable(false);
        solver.clause(&[taken ^ 1, next]);
        solver.clause(&[literal ^ 1, next]);
        taken = next;
    }
}

//! Deciding formulas: what needs no search first, then the solver, within a budget.
//!
//! Not here: which values are worth telling; that is `witness`.

use rustc_hash::FxHashMap;

use super::assignment::Assignment;
use super::encode::{Encoding, root};
use super::model::Model;
use super::solver::{Meter, Solver};
use super::store::{Knowledge, Known, Node, Store, Text};
use super::{Answer, Formula, Variable, witness};

/// Steps (nodes visited, clauses looked at) that one query may take: some ten milliseconds.
pub const QUERY_STEPS: u64 = 1_000_000;
/// Steps that all queries of one store may take together, beyond the [`FREE_STEPS`] of each: about a tenth of a second.
pub const STORE_STEPS: u64 = 5_000_000;
/// Steps that a query may always take: some ten microseconds, so that small questions are answered even after [`STORE_STEPS`] are spent.
pub const FREE_STEPS: u64 = 1_024;
/// The nodes next to the root in which a contradiction is looked for before the whole of a larger formula.
const NEAR: usize = 64;

/// What deciding a formula gave.
pub(super) enum Decision {
    Satisfied(Assignment),
    Unsatisfiable,
    /// So simple that no assignment was made.
    Satisfiable,
    Undecided,
}

impl Decision {
    fn answer(&self) -> Answer {
        match self {
            Self::Satisfied(_) | Self::Satisfiable => Answer::Yes,
            Self::Unsatisfiable => Answer::No,
            Self::Undecided => Answer::Undecided,
        }
    }
}

/// Whether a query needs the assignment or only the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Answer,
    Assignment,
}

/// One conjunct that speaks of one variable: `variable = text`, or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    variable: Variable,
    excludes: bool,
    text: Text,
}

/// The assumptions, the answers found so far and the memory that queries reuse.
#[derive(Default)]
pub(super) struct Query {
    assumptions: Assumptions,
    answers: FxHashMap<Formula, Answer>,
    default_answers: FxHashMap<Formula, Answer>,
    spent: u64,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    conjuncts: Vec<Formula>,
    units: Vec<Unit>,
    propositions: Vec<Formula>,
    cone: Vec<u32>,
    solver: Solver,
}

/// Assumptions in groups that have no variable in common.
#[derive(Default)]
struct Assumptions {
    formulas: Vec<Formula>,
    all: Option<Formula>,
    /// Up to date only after [`Query::settle`]; none if the budget did not suffice to find them.
    groups: Vec<Formula>,
    group_of: FxHashMap<Key, usize>,
    answer: Option<Answer>,
}

/// What connects assumptions with each other and with formulas.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Variable(Variable),
    Proposition(u32),
}

impl Query {
    pub(super) fn assume(&mut self, store: &mut Store, formula: Formula) {
        if formula == Formula::TRUE {
            return;
        }
        let all = store.and(self.all_assumptions(), formula);
        self.assumptions.all = Some(all);
        self.assumptions.formulas.push(formula);
        self.assumptions.answer = None;
        self.answers.clear();
        self.default_answers.clear();
    }

    pub(super) fn satisfiable(&mut self, store: &mut Store, formula: Formula) -> Answer {
        if formula == Formula::FALSE || (formula == Formula::TRUE && self.assumptions.formulas.is_empty()) {
            return (formula == Formula::TRUE).into();
        }
        if store.sampled([formula, self.all_assumptions()]) {
            return Answer::Yes;
        }
        if let Some(&known) = self.answers.get(&formula) {
            return known;
        }
        let mut meter = self.meter();
        let answer = match self.settle(store, &mut meter) {
            Answer::No => Answer::No,
            assumptions => {
                let query = self.with_assumptions(store, formula, &mut meter);
                match query.map_or(Answer::Undecided, |query| self.decide(store, query, Wanted::Answer, &mut meter).answer()) {
                    Answer::Yes => assumptions,
                    answer => answer,
                }
            }
        };
        self.pay(meter);
        self.answers.insert(formula, answer);
        answer
    }

    /// Whether both can hold together.
    pub(super) fn compatible(&mut self, store: &mut Store, first: Formula, second: Formula) -> Answer {
        // No node is made for the many questions that a sample world answers.
        if store.sampled([first, second, self.all_assumptions()]) {
            return Answer::Yes;
        }
        let both = store.and(first, second);
        self.satisfiable(store, both)
    }

    pub(super) fn holds_with_defaults(&mut self, store: &mut Store, formula: Formula) -> Answer {
        let query = store.and(formula, self.all_assumptions());
        if let Some(holds) = store.holds_at_defaults(query) {
            return holds.into();
        }
        if let Some(&known) = self.default_answers.get(&formula) {
            return known;
        }
        let mut meter = self.meter();
        let answer = self.decide_with_defaults(store, query, Wanted::Answer, &mut meter).answer();
        self.pay(meter);
        self.default_answers.insert(formula, answer);
        answer
    }

    pub(super) fn witness(&mut self, store: &mut Store, formula: Formula) -> Option<Model> {
        if !self.satisfiable(store, formula).is_yes() {
            return None;
        }
        let mut meter = self.meter();
        let model = self.find_witness(store, formula, &mut meter);
        self.pay(meter);
        model
    }

    fn find_witness(&mut self, store: &mut Store, formula: Formula, meter: &mut Meter) -> Option<Model> {
        self.settle(store, meter);
        let query = self.with_assumptions(store, formula, meter)?;
        if query == Formula::TRUE {
            return Some(Model::new());
        }
        let mut decision = self.decide_with_defaults(store, query, Wanted::Assignment, meter);
        if decision.answer() != Answer::Yes {
            decision = self.decide(store, query, Wanted::Assignment, meter);
        }
        let Decision::Satisfied(assignment) = decision else {
            return None;
        };
        Some(witness::minimal(self, store, query, assignment, meter))
    }

    /// Whether `formula` can hold when every variable that has a default takes it, without the assumptions.
    fn decide_with_defaults(&mut self, store: &mut Store, formula: Formula, wanted: Wanted, meter: &mut Meter) -> Decision {
        let mut cone = std::mem::take(&mut self.scratch.cone);
        let affordable = store.cone(&[formula], meter.left, &mut cone).is_some() && meter.spend(2 * cone.len());
        let variables = if affordable { store.variables_of_cone(&cone) } else { Vec::new() };
        let defaults: Vec<(Variable, Text)> =
            variables.into_iter().filter_map(|variable| Some((variable, store.default_of(variable)?))).collect();
        let mut knowledge = Knowledge::default();
        knowledge.variables.extend(defaults.iter().map(|&(variable, default)| (variable, Known::Text(default))));
        let value = affordable
            .then(|| store.evaluate_cone(formula, &cone, |store, number, node| store.known_atom(number, node, &knowledge)));
        self.scratch.cone = cone;
        match value {
            None => Decision::Undecided,
            Some(Some(false)) => Decision::Unsatisfiable,
            Some(Some(true)) if wanted == Wanted::Answer => Decision::Satisfiable,
            Some(_) => {
                let mut conjuncts: Vec<Formula> =
                    defaults.into_iter().map(|(variable, default)| store.equals(variable, default)).collect();
                conjuncts.push(formula);
                let query = store.all(&mut conjuncts);
                self.decide(store, query, wanted, meter)
            }
        }
    }

    /// Whether `formula` can hold, without the assumptions.
    pub(super) fn decide(&mut self, store: &mut Store, formula: Formula, wanted: Wanted, meter: &mut Meter) -> Decision {
        if formula == Formula::FALSE {
            return Decision::Unsatisfiable;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let decision = scratch.decide(store, formula, wanted, meter).unwrap_or(Decision::Undecided);
        self.scratch = scratch;
        decision
    }

    /// `formula` with the assumptions that have to do with it, once they are settled; `None` is the end of the budget.
    fn with_assumptions(&mut self, store: &mut Store, formula: Formula, meter: &mut Meter) -> Option<Formula> {
        if self.assumptions.formulas.is_empty() {
            return Some(formula);
        }
        if self.assumptions.groups.is_empty() {
            return Some(store.and(formula, self.all_assumptions()));
        }
        store.cone(&[formula], meter.left, &mut self.scratch.cone)?;
        if !meter.spend(self.scratch.cone.len()) {
            return None;
        }
        let mut groups: Vec<usize> =
            keys(store, &self.scratch.cone).filter_map(|key| self.assumptions.group_of.get(&key).copied()).collect();
        groups.sort_unstable();
        groups.dedup();
        let mut conjuncts: Vec<Formula> = groups.into_iter().map(|group| self.assumptions.groups[group]).collect();
        conjuncts.push(formula);
        Some(store.all(&mut conjuncts))
    }

    /// Groups the assumptions and finds out whether all can hold.
    fn settle(&mut self, store: &mut Store, meter: &mut Meter) -> Answer {
        if let Some(answer) = self.assumptions.answer {
            return answer;
        }
        self.assumptions.groups.clear();
        self.assumptions.group_of.clear();
        let mut conjuncts = Vec::new();
        let mut cones = Vec::new();
        for &formula in &self.assumptions.formulas {
            let mut parts = Vec::new();
            store.conjuncts(formula, u64::MAX, &mut parts);
            conjuncts.append(&mut parts);
        }
        conjuncts.sort_unstable();
        conjuncts.dedup();
        // The groups by the first conjunct of each, joined where a variable occurs in two.
        let mut parents: Vec<usize> = (0..conjuncts.len()).collect();
        let mut first_with: FxHashMap<Key, usize> = FxHashMap::default();
        for (place, &conjunct) in conjuncts.iter().enumerate() {
            let mut cone = Vec::new();
            if store.cone(&[conjunct], meter.left, &mut cone).is_none() || !meter.spend(cone.len()) {
                // Without groups, no assumption can be left out of a query.
                self.assumptions.answer = Some(Answer::Undecided);
                return Answer::Undecided;
            }
            for key in keys(store, &cone) {
                let other = *first_with.entry(key).or_insert(place);
                let (one, other) = (root(&mut parents, place), root(&mut parents, other));
                parents[one.max(other)] = one.min(other);
            }
            cones.push(cone);
        }
        let mut members: Vec<Vec<Formula>> = vec![Vec::new(); conjuncts.len()];
        for (place, &conjunct) in conjuncts.iter().enumerate() {
            let group = root(&mut parents, place);
            members[group].push(conjunct);
            self.assumptions.group_of.extend(keys(store, &cones[place]).map(|key| (key, group)));
        }
        let mut answer = Answer::Yes;
        for mut members in members {
            let group = store.all(&mut members);
            self.assumptions.groups.push(group);
            match self.decide(store, group, Wanted::Answer, meter).answer() {
                Answer::Yes => {}
                Answer::No => answer = Answer::No,
                Answer::Undecided if answer == Answer::Yes => answer = Answer::Undecided,
                Answer::Undecided => {}
            }
        }
        self.assumptions.answer = Some(answer);
        answer
    }

    pub(super) fn steps(&self) -> u64 {
        self.spent
    }

    fn all_assumptions(&self) -> Formula {
        self.assumptions.all.unwrap_or(Formula::TRUE)
    }

    fn meter(&self) -> Meter {
        Meter { left: QUERY_STEPS.min(FREE_STEPS + STORE_STEPS.saturating_sub(self.spent)) }
    }

    fn pay(&mut self, meter: Meter) {
        let allowance = self.meter().left;
        self.spent += (allowance - meter.left).saturating_sub(FREE_STEPS);
    }
}

impl Scratch {
    fn decide(&mut self, store: &mut Store, formula: Formula, wanted: Wanted, meter: &mut Meter) -> Option<Decision> {
        store.conjuncts(formula, meter.left, &mut self.conjuncts)?;
        if !meter.spend(self.conjuncts.len()) {
            return None;
        }
        let simple = self.split(store);
        if !self.units_agree(store) {
            return Some(Decision::Unsatisfiable);
        }
        if simple && wanted == Wanted::Answer {
            return Some(Decision::Satisfiable);
        }
        if !store.near_cone(formula, NEAR, &mut self.cone) {
            // Most contradictions are between neighbours, and what follows from a part follows from the whole.
            store.forget(&self.cone);
            if let Some(None) = Encoding::new(store, &mut self.solver, &self.cone, formula, meter)?.solve(meter) {
                return Some(Decision::Unsatisfiable);
            }
            store.cone(&[formula], meter.left, &mut self.cone)?;
        }
        if !meter.spend(2 * self.cone.len()) {
            return None;
        }
        let candidate = self.candidate(store, &[]);
        if store.evaluate_cone(formula, &self.cone, |_, number, node| candidate.atom(number, node)) == Some(true) {
            return Some(Decision::Satisfied(candidate));
        }
        if wanted == Wanted::Answer {
            // Most formulas hold as well where nothing is what they compare it with; only a witness prefers the defaults.
            let mut mentioned: Vec<(Variable, Text)> = self.cone.iter().filter_map(|&number| equality(store, number)).collect();
            mentioned.sort_unstable();
            if !meter.spend(self.cone.len() + mentioned.len()) {
                return None;
            }
            let other = self.candidate(store, &mentioned);
            if store.evaluate_cone(formula, &self.cone, |_, number, node| other.atom(number, node)) == Some(true) {
                return Some(Decision::Satisfiable);
            }
        }
        let encoding = Encoding::new(store, &mut self.solver, &self.cone, formula, meter)?;
        let Some(assignment) = encoding.solve(meter)? else {
            return Some(Decision::Unsatisfiable);
        };
        // Equalities of variables that are too many to encode may have been given values that do not fit together.
        let value = store.evaluate_cone(formula, &self.cone, |_, number, node| assignment.atom(number, node));
        (value == Some(true)).then_some(Decision::Satisfied(assignment))
    }

    /// Sorts the conjuncts into units and propositions; false if there are others.
    fn split(&mut self, store: &Store) -> bool {
        self.units.clear();
        self.propositions.clear();
        let mut simple = true;
        for &formula in &self.conjuncts {
            match store.node(formula) {
                Node::Equals(variable, text) => self.units.push(Unit { variable, excludes: formula.is_negated(), text }),
                Node::Proposition => self.propositions.push(formula),
                Node::True => {}
                Node::Same(..) | Node::And(..) => simple = false,
            }
        }
        self.units.sort_unstable();
        self.units.dedup();
        self.propositions.sort_unstable();
        self.propositions.dedup();
        simple
    }

    fn units_agree(&self, store: &Store) -> bool {
        let propositions_agree = self.propositions.windows(2).all(|pair| pair[0] != pair[1].negated());
        propositions_agree
            && self.units.chunk_by(|one, other| one.variable == other.variable).all(|units| {
                // Sorted: what the variable equals comes before what it does not.
                match units {
                    [equal, rest @ ..] if !equal.excludes => rest.iter().all(|unit| unit.excludes && unit.text != equal.text),
                    _ => store
                        .domain(units[0].variable)
                        .is_none_or(|domain| domain.iter().any(|value| units.iter().all(|unit| unit.text != *value))),
                }
            })
    }

    /// What the units demand, and elsewhere the defaults or values that are not among those to `avoid`, which are sorted.
    fn candidate(&self, store: &Store, avoid: &[(Variable, Text)]) -> Assignment {
        let mut candidate = Assignment::default();
        let mut units = self.units.as_slice();
        for variable in store.variables_of_cone(&self.cone) {
            let count = units.iter().take_while(|unit| unit.variable == variable).count();
            let (own, rest) = units.split_at(count);
            units = rest;
            let value = match own.first() {
                Some(unit) if !unit.excludes => unit.text,
                _ => {
                    let excluded = |text: &Text| own.iter().any(|unit| unit.text == *text);
                    let avoided = |text: &Text| avoid.binary_search(&(variable, *text)).is_ok();
                    let preferred = store.value_outside(variable, |text| excluded(text) || avoided(text));
                    preferred.or_else(|| store.value_outside(variable, excluded)).expect("the units agree")
                }
            };
            candidate.variables.push((variable, value));
        }
        let atoms = self.cone.iter().filter(|&&number| store.node_at(number) == Node::Proposition);
        candidate
            .propositions
            .extend(atoms.map(|&number| (number, self.propositions.binary_search(&Formula::of_node(number)).is_ok())));
        candidate
    }
}

/// What an atom compares with what.
fn equality(store: &Store, number: u32) -> Option<(Variable, Text)> {
    match store.node_at(number) {
        Node::Equals(variable, text) => Some((variable, text)),
        _ => None,
    }
}

fn keys<'a>(store: &'a Store, cone: &'a [u32]) -> impl Iterator<Item = Key> + 'a {
    let variables = store.variables_of_cone(cone).into_iter().map(Key::Variable);
    let propositions = cone.iter().filter(|&&number| store.node_at(number) == Node::Proposition);
    variables.chain(propositions.map(|&number| Key::Proposition(number)))
}

/// Whether `formula` certainly never holds, without the assumptions.
pub(super) fn never_holds(query: &mut Query, store: &mut Store, formula: Formula, meter: &mut Meter) -> bool {
    matches!(query.decide(store, formula, Wanted::Answer, meter), Decision::Unsatisfiable)
}

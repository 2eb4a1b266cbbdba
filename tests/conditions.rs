//! Random formulas against brute force: every answer of the solver is compared with every world there is.

use cfnvet::conditions::{Answer, Domain, Formula, Formulas, Model, Value, Variable};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

const CASES: u32 = 4_000;
/// The literals that formulas mention; `d` occurs as a default and an allowed value only.
const LITERALS: [&str; 4] = ["a", "b", "c", "d"];
const MENTIONED: usize = 3;
const PROPOSITIONS: usize = 2;
/// At most this many variables are open, so that the worlds stay few.
const MAX_OPEN: usize = 3;

#[derive(Clone, Debug)]
enum Expression {
    Equals(usize, usize),
    Same(usize, usize),
    Proposition(usize),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

#[derive(Clone, Debug)]
struct Unknown {
    /// Indices of [`LITERALS`]; empty is open.
    domain: Vec<usize>,
    default: Option<usize>,
}

#[derive(Clone, Debug)]
struct Case {
    unknowns: Vec<Unknown>,
    first: Expression,
    second: Expression,
    assumptions: Vec<Expression>,
    /// A partial assignment: for each variable and proposition the value it has in the world with this number, if any.
    partial: (usize, Vec<bool>),
}

/// A value for each variable, a truth for each proposition.
#[derive(Clone, Debug)]
struct World<'a> {
    values: Vec<&'a str>,
    propositions: [bool; PROPOSITIONS],
}

fn expression(variables: usize) -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        5 => (0..variables, 0..MENTIONED).prop_map(|(variable, literal)| Expression::Equals(variable, literal)),
        3 => (0..variables, 1..variables).prop_map(move |(one, step)| Expression::Same(one, (one + step) % variables)),
        1 => (0..PROPOSITIONS).prop_map(Expression::Proposition),
    ];
    // A few levels by hand: proptest's recursion would make most formulas too small to be interesting.
    let parts = |inner: BoxedStrategy<Expression>, fewest: usize| {
        prop_oneof![
            1 => inner.clone(),
            1 => inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
            4 => prop::collection::vec(inner.clone(), fewest..4).prop_map(Expression::And),
            4 => prop::collection::vec(inner, fewest..4).prop_map(Expression::Or),
        ]
        .boxed()
    };
    parts(parts(parts(leaf.boxed(), 2), 2), 2)
}

fn unknown(place: usize) -> impl Strategy<Value = Unknown> {
    let closed =
        prop_oneof![1 => prop::collection::vec(0..LITERALS.len(), 1..3), 3 => prop::sample::subsequence(vec![0, 1, 2, 3], 2..=4)];
    let domain = if place < MAX_OPEN { prop_oneof![Just(Vec::new()), closed].boxed() } else { closed.boxed() };
    (domain, prop::option::of(0..LITERALS.len())).prop_map(|(domain, default)| Unknown { domain, default })
}

fn case() -> impl Strategy<Value = Case> {
    (3_usize..=5).prop_flat_map(|variables| {
        (
            (0..variables).map(unknown).collect::<Vec<_>>(),
            expression(variables),
            expression(variables),
            prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(expression(variables), 1..3)],
            (any::<usize>(), prop::collection::vec(any::<bool>(), variables + PROPOSITIONS)),
        )
            .prop_map(|(unknowns, first, second, assumptions, partial)| Case {
                unknowns,
                first,
                second,
                assumptions,
                partial,
            })
    })
}

impl Unknown {
    /// Its default, if its domain has it.
    fn default(&self) -> Option<&'static str> {
        self.default.filter(|default| self.domain.is_empty() || self.domain.contains(default)).map(|default| LITERALS[default])
    }
}

impl Case {
    /// Every world, up to values that no literal tells apart: as many invented ones as there are variables suffice.
    fn worlds<'a>(&self, invented: &'a [String]) -> Vec<World<'a>> {
        let mut worlds = vec![Vec::new()];
        for unknown in &self.unknowns {
            let mut values: Vec<&str> = unknown.domain.iter().map(|&literal| LITERALS[literal]).collect();
            values.sort_unstable();
            values.dedup();
            if values.is_empty() {
                values = LITERALS.into_iter().chain(invented.iter().map(String::as_str)).collect();
            }
            let extended =
                worlds.iter().flat_map(|world: &Vec<&str>| values.iter().map(|&value| [world.as_slice(), &[value]].concat()));
            worlds = extended.collect();
        }
        let truths = [[false, false], [false, true], [true, false], [true, true]];
        let with_truths =
            worlds.into_iter().flat_map(|values| truths.map(|propositions| World { values: values.clone(), propositions }));
        with_truths.collect()
    }
}

impl Expression {
    fn holds(&self, world: &World) -> bool {
        match self {
            Self::Equals(variable, literal) => world.values[*variable] == LITERALS[*literal],
            Self::Same(one, other) => world.values[*one] == world.values[*other],
            Self::Proposition(number) => world.propositions[*number],
            Self::Not(inner) => !inner.holds(world),
            Self::And(parts) => parts.iter().all(|part| part.holds(world)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(world)),
        }
    }
}

/// A case in a store.
struct Built {
    formulas: Formulas,
    variables: Vec<Variable>,
    propositions: Vec<Formula>,
}

impl Built {
    fn new(case: &Case) -> Self {
        let formulas = Formulas::new();
        let variable = |unknown: &Unknown| {
            let domain = match unknown.domain.as_slice() {
                [] => Domain::Open,
                values => Domain::Closed(values.iter().map(|&literal| LITERALS[literal].to_owned()).collect()),
            };
            formulas.variable(domain, unknown.default.map(|default| LITERALS[default].to_owned()))
        };
        let variables = case.unknowns.iter().map(variable).collect();
        let propositions = (0..PROPOSITIONS).map(|_| formulas.proposition()).collect();
        Self { formulas, variables, propositions }
    }

    fn formula(&self, expression: &Expression) -> Formula {
        match expression {
            Expression::Equals(variable, literal) => self.formulas.equals(self.variables[*variable], LITERALS[*literal]),
            Expression::Same(one, other) => self.formulas.same(self.variables[*one], self.variables[*other]),
            Expression::Proposition(number) => self.propositions[*number],
            Expression::Not(inner) => self.formulas.not(self.formula(inner)),
            Expression::And(parts) => self.formulas.all(parts.iter().map(|part| self.formula(part))),
            Expression::Or(parts) => self.formulas.any(parts.iter().map(|part| self.formula(part))),
        }
    }

    fn completes(&self, world: &World, model: &Model) -> bool {
        let values = self.variables.iter().zip(&world.values).all(|(&variable, &value)| match model.value(variable) {
            Some(Value::Literal(literal)) => literal == value,
            Some(Value::Other { than }) => than.iter().all(|other| other != value),
            None => true,
        });
        let truths = self.propositions.iter().zip(world.propositions);
        values
            && truths.into_iter().all(|(&proposition, holds)| model.proposition(proposition).is_none_or(|known| known == holds))
    }
}

/// `model` without each of its entries in turn.
fn shorter(model: &Model) -> impl Iterator<Item = Model> {
    let count = model.values().count() + model.propositions().count();
    (0..count).map(|left_out| {
        let mut shorter = Model::new();
        let kept = |place: usize| place != left_out;
        for (_, (variable, value)) in model.values().enumerate().filter(|(place, _)| kept(*place)) {
            shorter.set(variable, value.clone());
        }
        let offset = model.values().count();
        for (_, (proposition, holds)) in model.propositions().enumerate().filter(|(place, _)| kept(offset + place)) {
            shorter.set_proposition(proposition, holds);
        }
        shorter
    })
}

fn check(case: &Case) -> TestCaseResult {
    let built = Built::new(case);
    let formulas = &built.formulas;
    let (first, second) = (built.formula(&case.first), built.formula(&case.second));
    for assumption in &case.assumptions {
        formulas.assume(built.formula(assumption));
    }
    let open = case.unknowns.iter().filter(|unknown| unknown.domain.is_empty()).count();
    let invented: Vec<String> = (1..=open.max(1)).map(|number| format!("value-{number}")).collect();
    let worlds = case.worlds(&invented);
    let possible: Vec<&World> =
        worlds.iter().filter(|world| case.assumptions.iter().all(|assumption| assumption.holds(world))).collect();
    let firsts: Vec<bool> = possible.iter().map(|world| case.first.holds(world)).collect();
    let seconds: Vec<bool> = possible.iter().map(|world| case.second.holds(world)).collect();
    let both = || firsts.iter().copied().zip(seconds.iter().copied());

    let satisfiable = firsts.contains(&true);
    prop_assert_eq!(formulas.satisfiable(first), Answer::from(satisfiable));
    prop_assert_eq!(formulas.always(first), Answer::from(!firsts.contains(&false)));
    prop_assert_eq!(formulas.implies(first, second), Answer::from(both().all(|(first, second)| !first || second)));
    prop_assert_eq!(formulas.disjoint(first, second), Answer::from(both().all(|(first, second)| !first || !second)));
    prop_assert_eq!(formulas.equivalent(first, second), Answer::from(both().all(|(first, second)| first == second)));

    let at_default = |world: &World| {
        let mut pairs = case.unknowns.iter().zip(&world.values);
        pairs.all(|(unknown, &value)| unknown.default().is_none_or(|default| default == value))
    };
    let with_defaults = possible.iter().zip(&firsts).any(|(world, holds)| *holds && at_default(world));
    prop_assert_eq!(formulas.holds_with_defaults(first), Answer::from(with_defaults));

    let witness = formulas.witness(first);
    prop_assert_eq!(witness.is_some(), satisfiable);
    if let Some(witness) = witness {
        check_witness(case, &built, &worlds, &witness)?;
        if with_defaults && case.unknowns.iter().all(|unknown| unknown.default().is_some()) {
            for (place, &variable) in built.variables.iter().enumerate() {
                if let Some(value) = witness.value(variable) {
                    let default = case.unknowns[place].default().expect("every variable has one").to_owned();
                    prop_assert_eq!(value, &Value::Literal(default));
                }
            }
        }
    }
    check_evaluation(case, &built, &worlds, first)
}

fn check_witness(case: &Case, built: &Built, worlds: &[World], witness: &Model) -> TestCaseResult {
    let assumed = |world: &World| case.assumptions.iter().all(|assumption| assumption.holds(world));
    let completions: Vec<&World> = worlds.iter().filter(|world| built.completes(world, witness)).collect();
    prop_assert!(completions.iter().all(|world| case.first.holds(world)), "{:?} is not enough", witness);
    prop_assert!(completions.iter().any(|world| assumed(world)), "{:?} contradicts the assumptions", witness);
    for shorter in shorter(witness) {
        let mut completions = worlds.iter().filter(|world| built.completes(world, &shorter));
        prop_assert!(
            completions.any(|world| !case.first.holds(world) || !assumed(world)),
            "{:?} is enough instead of {:?}",
            shorter,
            witness
        );
    }
    Ok(())
}

fn check_evaluation(case: &Case, built: &Built, worlds: &[World], formula: Formula) -> TestCaseResult {
    let (number, known) = &case.partial;
    let world = &worlds[number % worlds.len()];
    let mut model = Model::new();
    for (place, &variable) in built.variables.iter().enumerate().filter(|(place, _)| known[*place]) {
        let open = case.unknowns[place].domain.is_empty();
        let value = match world.values[place] {
            value if open && value.starts_with("value-") => Value::Other { than: vec!["a".into(), "b".into()] },
            value => Value::Literal(value.to_owned()),
        };
        model.set(variable, value);
    }
    for (place, &proposition) in built.propositions.iter().enumerate().filter(|(place, _)| known[built.variables.len() + place]) {
        model.set_proposition(proposition, world.propositions[place]);
    }
    if let Some(value) = built.formulas.evaluate(formula, &model) {
        let mut completions = worlds.iter().filter(|world| built.completes(world, &model));
        prop_assert!(completions.all(|world| case.first.holds(world) == value));
    }
    let lookup =
        |variable: Variable| built.variables.iter().position(|&other| other == variable).map(|place| world.values[place]);
    if !built.formulas.is_undecided(formula) {
        prop_assert_eq!(built.formulas.evaluate_with(formula, &lookup), Some(case.first.holds(world)));
    }
    Ok(())
}

#[test]
fn every_answer_is_what_brute_force_finds() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(&case(), |case| check(&case)).unwrap_or_else(|failure| panic!("{failure}"));
}

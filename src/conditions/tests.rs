use super::*;

fn open(formulas: &Formulas) -> Variable {
    formulas.variable(Domain::Open, None)
}

fn closed(formulas: &Formulas, values: &[&str], default: Option<&str>) -> Variable {
    formulas.variable(Domain::Closed(values.iter().map(|&value| value.to_owned()).collect()), default.map(str::to_owned))
}

fn literal(text: &str) -> Value {
    Value::Literal(text.to_owned())
}

fn values(model: Option<Model>) -> Vec<(Variable, Value)> {
    model.expect("it can hold").values().map(|(variable, value)| (variable, value.clone())).collect()
}

/// `C_i = (C_{i-1} and P_i = a) or (not C_{i-1} and P_i = b)`, from `C_0 = (P_0 = a)`.
fn chain(formulas: &Formulas, parameters: &[Variable]) -> Vec<Formula> {
    let mut chain = vec![formulas.equals(parameters[0], "a")];
    for &parameter in &parameters[1..] {
        let last = chain[chain.len() - 1];
        let taken = formulas.and(last, formulas.equals(parameter, "a"));
        let refused = formulas.and(formulas.not(last), formulas.equals(parameter, "b"));
        chain.push(formulas.or(taken, refused));
    }
    chain
}

/// Every pigeon sits in a hole, no two in the same.
fn pigeons(formulas: &Formulas, pigeons: usize, holes: usize) -> Formula {
    let sits: Vec<Vec<Formula>> = (0..pigeons).map(|_| (0..holes).map(|_| formulas.proposition()).collect()).collect();
    let mut demands: Vec<Formula> = sits.iter().map(|sits| formulas.any(sits.iter().copied())).collect();
    for one in 0..pigeons {
        for other in 0..one {
            demands.extend((0..holes).map(|hole| formulas.not(formulas.and(sits[one][hole], sits[other][hole]))));
        }
    }
    formulas.all(demands)
}

#[test]
fn equal_formulas_are_the_same_number() {
    let formulas = Formulas::new();
    let (a, b, c) = (formulas.proposition(), formulas.proposition(), formulas.proposition());
    assert_eq!(formulas.and(a, b), formulas.and(b, a));
    assert_eq!(formulas.all([a, b, c, b]), formulas.all([c, b, a]));
    assert_eq!(formulas.any([a, b, c, b]), formulas.any([c, b, a]));
    assert_eq!(formulas.not(formulas.not(a)), a);
    assert_eq!(formulas.and(a, formulas.not(a)), Formula::FALSE);
    assert_eq!(formulas.or(a, formulas.not(a)), Formula::TRUE);
    assert_eq!(formulas.or(a, formulas.and(a, b)), a);
    assert_eq!(formulas.and(a, formulas.or(formulas.not(a), b)), formulas.and(a, b));
    assert_eq!(formulas.all([]), Formula::TRUE);
    assert_eq!(formulas.any([]), Formula::FALSE);
}

#[test]
fn two_literals_of_one_variable_exclude_each_other() {
    let formulas = Formulas::new();
    let variable = open(&formulas);
    let (a, b) = (formulas.equals(variable, "a"), formulas.equals(variable, "b"));
    assert_eq!(formulas.and(a, b), Formula::FALSE);
    assert_eq!(formulas.and(a, formulas.not(b)), a);
    assert_eq!(formulas.implies(a, formulas.not(b)), Answer::Yes);
    assert_eq!(formulas.satisfiable(formulas.and(formulas.not(a), formulas.not(b))), Answer::Yes);
}

#[test]
fn a_closed_domain_has_no_other_values() {
    let formulas = Formulas::new();
    let environment = closed(&formulas, &["dev", "test", "prod"], None);
    let [dev, test, prod] = ["dev", "test", "prod"].map(|value| formulas.equals(environment, value));
    assert_eq!(formulas.equals(environment, "stage"), Formula::FALSE);
    assert_eq!(formulas.always(formulas.any([dev, test, prod])), Answer::Yes);
    assert_eq!(formulas.always(formulas.any([dev, test])), Answer::No);
    assert_eq!(formulas.equivalent(formulas.not(formulas.or(dev, test)), prod), Answer::Yes);
}

#[test]
fn of_two_values_one_is_the_negation_of_the_other() {
    let formulas = Formulas::new();
    let flag = closed(&formulas, &["true", "false"], None);
    assert_eq!(formulas.equals(flag, "true"), formulas.not(formulas.equals(flag, "false")));
}

#[test]
fn the_only_value_is_always_equal() {
    let formulas = Formulas::new();
    let only = closed(&formulas, &["a", "a"], None);
    let other = open(&formulas);
    assert_eq!(formulas.equals(only, "a"), Formula::TRUE);
    assert_eq!(formulas.same(other, only), formulas.equals(other, "a"));
}

#[test]
fn an_empty_list_of_values_restricts_nothing() {
    let formulas = Formulas::new();
    let variable = closed(&formulas, &[], None);
    assert_eq!(formulas.satisfiable(formulas.equals(variable, "a")), Answer::Yes);
}

#[test]
fn equality_of_variables_is_transitive() {
    let formulas = Formulas::new();
    let (a, b, c) = (open(&formulas), open(&formulas), open(&formulas));
    let chain = formulas.and(formulas.same(a, b), formulas.same(b, c));
    assert_eq!(formulas.implies(chain, formulas.same(a, c)), Answer::Yes);
    assert_eq!(formulas.implies(formulas.same(a, b), formulas.same(a, c)), Answer::No);
    let named = formulas.and(chain, formulas.equals(a, "x"));
    assert_eq!(formulas.implies(named, formulas.equals(c, "x")), Answer::Yes);
}

#[test]
fn three_variables_of_two_values_cannot_all_differ() {
    let formulas = Formulas::new();
    let flags: Vec<Variable> = (0..3).map(|_| closed(&formulas, &["true", "false"], None)).collect();
    let differ = |one: usize, other: usize| formulas.not(formulas.same(flags[one], flags[other]));
    assert_eq!(formulas.satisfiable(formulas.all([differ(0, 1), differ(1, 2)])), Answer::Yes);
    assert_eq!(formulas.satisfiable(formulas.all([differ(0, 1), differ(1, 2), differ(0, 2)])), Answer::No);
}

#[test]
fn variables_without_common_values_are_never_the_same() {
    let formulas = Formulas::new();
    let (one, other) = (closed(&formulas, &["a", "b"], None), closed(&formulas, &["c", "d"], None));
    assert_eq!(formulas.same(one, other), Formula::FALSE);
}

#[test]
fn assumptions_rule_worlds_out() {
    let formulas = Formulas::new();
    let (environment, size) = (open(&formulas), open(&formulas));
    let (prod, large) = (formulas.equals(environment, "prod"), formulas.equals(size, "large"));
    assert_eq!(formulas.implies(prod, large), Answer::No);
    formulas.assume(formulas.or(formulas.not(prod), large));
    assert_eq!(formulas.implies(prod, large), Answer::Yes);
    assert_eq!(formulas.implies(large, prod), Answer::No);
    formulas.assume(formulas.equals(size, "small"));
    assert_eq!(formulas.satisfiable(prod), Answer::No);
    assert_eq!(formulas.satisfiable(Formula::TRUE), Answer::Yes);
}

#[test]
fn under_contradictory_assumptions_nothing_can_hold() {
    let formulas = Formulas::new();
    let (one, other) = (open(&formulas), open(&formulas));
    formulas.assume(formulas.equals(one, "a"));
    formulas.assume(formulas.equals(one, "b"));
    assert_eq!(formulas.satisfiable(Formula::TRUE), Answer::No);
    assert_eq!(formulas.satisfiable(formulas.equals(other, "a")), Answer::No);
    assert_eq!(formulas.implies(Formula::TRUE, Formula::FALSE), Answer::Yes);
    assert_eq!(formulas.witness(formulas.equals(other, "a")), None);
    assert_eq!(formulas.holds_with_defaults(Formula::TRUE), Answer::No);
}

#[test]
fn a_witness_names_only_what_matters() {
    let formulas = Formulas::new();
    let (one, other) = (open(&formulas), open(&formulas));
    let a = formulas.equals(one, "a");
    let b = formulas.equals(other, "b");
    assert_eq!(values(formulas.witness(formulas.or(formulas.and(a, b), a))), [(one, literal("a"))]);
    // Neither side of the tautology tells, both together do.
    let split = formulas.or(formulas.and(a, b), formulas.and(a, formulas.not(b)));
    assert_eq!(values(formulas.witness(split)), [(one, literal("a"))]);
    assert!(formulas.witness(Formula::TRUE).expect("it holds").is_empty());
    assert_eq!(formulas.witness(Formula::FALSE), None);
}

#[test]
fn a_witness_says_anything_but_where_that_is_enough() {
    let formulas = Formulas::new();
    let variable = open(&formulas);
    let (a, b) = (formulas.equals(variable, "a"), formulas.equals(variable, "b"));
    let neither = formulas.not(formulas.or(a, b));
    assert_eq!(values(formulas.witness(neither)), [(variable, Value::Other { than: vec!["a".into(), "b".into()] })]);
    let with_default = formulas.variable(Domain::Open, Some("c".into()));
    let differs = formulas.not(formulas.equals(with_default, "a"));
    assert_eq!(values(formulas.witness(differs)), [(with_default, literal("c"))]);
}

#[test]
fn a_witness_prefers_defaults() {
    let formulas = Formulas::new();
    let one = closed(&formulas, &["a", "b", "c"], Some("b"));
    let other = closed(&formulas, &["a", "b", "c"], Some("c"));
    let (one_is_a, other_is_c) = (formulas.equals(one, "a"), formulas.equals(other, "c"));
    assert_eq!(values(formulas.witness(formulas.or(one_is_a, other_is_c))), [(other, literal("c"))]);
    assert_eq!(values(formulas.witness(formulas.not(one_is_a))), [(one, literal("b"))]);
}

#[test]
fn a_witness_invents_values_only_for_equalities() {
    let formulas = Formulas::new();
    let (one, other) = (open(&formulas), open(&formulas));
    let mentioned = formulas.not(formulas.equals(one, "value-1"));
    let same = formulas.and(formulas.same(one, other), mentioned);
    assert_eq!(values(formulas.witness(same)), [(one, literal("value-2")), (other, literal("value-2"))]);
    let differ = formulas.not(formulas.same(one, other));
    assert_eq!(values(formulas.witness(differ)), [(one, literal("value-1")), (other, literal("value-2"))]);
}

#[test]
fn a_witness_leaves_out_assumptions_that_have_nothing_to_do_with_it() {
    let formulas = Formulas::new();
    let (one, other, third) = (open(&formulas), open(&formulas), open(&formulas));
    formulas.assume(formulas.equals(one, "a"));
    formulas.assume(formulas.or(formulas.equals(other, "b"), formulas.equals(third, "c")));
    let finding = formulas.not(formulas.equals(other, "b"));
    let found = formulas.witness(finding).expect("it can hold");
    assert_eq!(found.value(one), None);
    assert_eq!(found.value(third), Some(&literal("c")));
}

#[test]
fn propositions_appear_in_witnesses() {
    let formulas = Formulas::new();
    let (opaque, variable) = (formulas.proposition(), open(&formulas));
    let formula = formulas.and(formulas.not(opaque), formulas.equals(variable, "a"));
    let model = formulas.witness(formula).expect("it can hold");
    assert_eq!(model.proposition(opaque), Some(false));
    assert_eq!(model.proposition(formulas.not(opaque)), Some(true));
    assert_eq!(formulas.evaluate(formula, &model), Some(true));
    assert!(formulas.is_undecided(formula));
    assert!(!formulas.is_undecided(formulas.equals(variable, "a")));
}

#[test]
fn defaults_decide_what_holds_with_defaults() {
    let formulas = Formulas::new();
    let environment = formulas.variable(Domain::Open, Some("dev".into()));
    let free = open(&formulas);
    let (prod, free_is_a) = (formulas.equals(environment, "prod"), formulas.equals(free, "a"));
    assert_eq!(formulas.holds_with_defaults(prod), Answer::No);
    assert_eq!(formulas.holds_with_defaults(formulas.not(prod)), Answer::Yes);
    assert_eq!(formulas.holds_with_defaults(formulas.or(prod, free_is_a)), Answer::Yes);
    let impossible = formulas.all([formulas.or(prod, free_is_a), formulas.or(prod, formulas.equals(free, "b"))]);
    assert_eq!(formulas.satisfiable(impossible), Answer::Yes);
    assert_eq!(formulas.holds_with_defaults(impossible), Answer::No);
}

#[test]
fn evaluation_knows_three_values() {
    let formulas = Formulas::new();
    let (one, other) = (open(&formulas), closed(&formulas, &["a", "b", "c"], None));
    let (a, b) = (formulas.equals(one, "a"), formulas.equals(other, "b"));
    let lookup = |variable| (variable == one).then_some("a");
    assert_eq!(formulas.evaluate_with(a, &lookup), Some(true));
    assert_eq!(formulas.evaluate_with(formulas.or(a, b), &lookup), Some(true));
    assert_eq!(formulas.evaluate_with(formulas.and(a, b), &lookup), None);
    assert_eq!(formulas.evaluate_with(formulas.same(one, other), &lookup), None);
    assert_eq!(formulas.evaluate_with(formulas.same(one, other), &|variable| (variable == one).then_some("z")), Some(false));
    let mut model = Model::new();
    model.set(other, Value::Other { than: vec!["a".into(), "c".into()] });
    assert_eq!(formulas.evaluate(b, &model), Some(true));
    assert_eq!(formulas.evaluate(formulas.equals(other, "c"), &model), Some(false));
}

#[test]
fn many_formulas_are_evaluated_in_one_walk() {
    let formulas = Formulas::new();
    let parameters: Vec<Variable> = (0..20_000).map(|_| open(&formulas)).collect();
    let chain = chain(&formulas, &parameters);
    let mut model = Model::new();
    model.set(parameters[10_000], literal("c"));
    let values = formulas.evaluate_each(&chain, &model);
    assert_eq!((values[9_999], values[10_000], values[10_001]), (None, Some(false), None));
}

#[test]
fn of_many_literals_each_two_exclude_each_other() {
    let formulas = Formulas::new();
    let (variable, opaque) = (open(&formulas), formulas.proposition());
    let literals: Vec<Formula> = (0..12).map(|number| formulas.equals(variable, &number.to_string())).collect();
    let all = formulas.any(literals.iter().copied());
    for (place, &one) in literals.iter().enumerate() {
        for &other in &literals[..place] {
            let both = formulas.all([all, formulas.or(one, opaque), formulas.or(other, opaque)]);
            assert_eq!(formulas.implies(both, opaque), Answer::Yes);
            assert_eq!(formulas.implies(formulas.or(one, opaque), formulas.and(all, opaque)), Answer::No);
        }
    }
}

#[test]
fn under_assumptions_nobody_can_decide_possible_is_not_claimed() {
    let formulas = Formulas::new();
    let variable = open(&formulas);
    formulas.assume(pigeons(&formulas, 12, 11));
    // The first question finds out about the assumptions, the second already knows.
    assert_eq!(formulas.satisfiable(formulas.equals(variable, "a")), Answer::Undecided);
    assert_eq!(formulas.satisfiable(formulas.equals(variable, "b")), Answer::Undecided);
    assert_eq!(formulas.satisfiable(Formula::FALSE), Answer::No);
    assert_eq!(formulas.witness(formulas.equals(variable, "a")), None);
}

#[test]
fn a_witness_past_the_budget_is_longer_but_right() {
    let formulas = Formulas::new();
    let parameters: Vec<Variable> = (0..3_000).map(|_| formulas.variable(Domain::Open, Some("d".into()))).collect();
    let differs =
        |parameter: &Variable| formulas.not(formulas.or(formulas.equals(*parameter, "a"), formulas.equals(*parameter, "d")));
    let all = formulas.all(parameters.iter().map(differs));
    let model = formulas.witness(all).expect("it can hold");
    assert_eq!(model.values().count(), 3_000);
    assert_eq!(formulas.evaluate(all, &model), Some(true));
}

#[test]
fn the_iterator_of_all_may_use_the_store() {
    let formulas = Formulas::new();
    let variable = open(&formulas);
    let none = formulas.all(["a", "b"].iter().map(|value| formulas.not(formulas.equals(variable, value))));
    assert_eq!(formulas.variables(none), [variable]);
}

#[test]
fn a_chain_of_256_conditions_is_answered_exactly() {
    let formulas = Formulas::new();
    let parameters: Vec<Variable> = (0..256).map(|_| closed(&formulas, &["a", "b", "c"], Some("c"))).collect();
    let chain = chain(&formulas, &parameters);
    let last = chain[255];
    assert_eq!(formulas.satisfiable(last), Answer::Yes);
    assert_eq!(formulas.satisfiable(formulas.not(last)), Answer::Yes);
    let with_last = |value| formulas.and(last, formulas.equals(parameters[255], value));
    assert_eq!(formulas.implies(with_last("a"), chain[254]), Answer::Yes);
    assert_eq!(formulas.disjoint(with_last("b"), chain[254]), Answer::Yes);
    assert_eq!(formulas.satisfiable(with_last("c")), Answer::No);
    let all_a = formulas.all(parameters.iter().map(|&parameter| formulas.equals(parameter, "a")));
    assert_eq!(formulas.implies(all_a, last), Answer::Yes);
    // With `c` everywhere, each condition is false whatever the one before it is.
    assert_eq!(formulas.holds_with_defaults(last), Answer::No);
    let model = formulas.witness(last).expect("it can hold");
    assert_eq!(formulas.evaluate(last, &model), Some(true));
    assert!(model.values().count() <= 2, "{model:?}");
}

#[test]
fn a_chain_of_20000_conditions_neither_overflows_nor_hangs() {
    let small_stack = std::thread::Builder::new().stack_size(128 * 1024);
    let checked = small_stack.spawn(|| {
        let formulas = Formulas::new();
        let parameters: Vec<Variable> = (0..20_000).map(|_| open(&formulas)).collect();
        let chain = chain(&formulas, &parameters);
        let last = chain[chain.len() - 1];
        assert_ne!(formulas.satisfiable(last), Answer::No);
        assert_ne!(formulas.holds_with_defaults(last), Answer::No);
        for &condition in &chain[..chain.len() - 1] {
            assert_ne!(formulas.satisfiable(condition), Answer::No);
            assert_ne!(formulas.implies(last, condition), Answer::Yes);
        }
        if let Some(model) = formulas.witness(last) {
            assert_eq!(formulas.evaluate(last, &model), Some(true));
        }
        assert_eq!(formulas.variables(last), parameters);
    });
    checked.expect("a thread can be started").join().expect("every answer is right");
}

#[test]
fn a_hard_question_is_undecided_rather_than_slow() {
    let formulas = Formulas::new();
    let hard = pigeons(&formulas, 12, 11);
    assert_eq!(formulas.satisfiable(hard), Answer::Undecided);
    assert_eq!(formulas.witness(hard), None);
    let easy = pigeons(&formulas, 5, 4);
    assert_eq!(formulas.satisfiable(easy), Answer::No);
}

#[test]
fn many_hard_questions_do_not_add_up() {
    let formulas = Formulas::new();
    let hard = pigeons(&formulas, 12, 11);
    let variable = open(&formulas);
    for number in 0..2_000 {
        let question = formulas.and(hard, formulas.equals(variable, &number.to_string()));
        assert_eq!(formulas.satisfiable(question), Answer::Undecided);
    }
    assert!((STORE_STEPS..=STORE_STEPS + QUERY_STEPS).contains(&formulas.steps()), "{}", formulas.steps());
    let easy = formulas.and(formulas.equals(variable, "1"), formulas.proposition());
    assert_eq!(formulas.satisfiable(easy), Answer::Yes);
}

#[test]
fn equalities_too_many_to_encode_are_never_claimed_wrongly() {
    let formulas = Formulas::new();
    let variables: Vec<Variable> = (0..200).map(|_| open(&formulas)).collect();
    let chained = formulas.all(variables.windows(2).map(|pair| formulas.same(pair[0], pair[1])));
    let ends_differ = formulas.not(formulas.same(variables[0], variables[199]));
    assert_ne!(formulas.satisfiable(formulas.and(chained, ends_differ)), Answer::Yes);
    assert_ne!(formulas.satisfiable(chained), Answer::No);
}

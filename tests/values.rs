//! Random values against brute force: the cases of every value are compared with what it is in every world.

use std::cell::Cell;
use std::collections::BTreeMap;

use cfnvet::graph::{Resource, ResourceGraph};
use cfnvet::syntax;
use cfnvet::template::{Member, Template, TemplateSet, expand};
use cfnvet::values::{Case, Choice, Expression, Found, Inputs, StackId, Text, Value, Values};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rustc_hash::FxHashMap;

use super::template::{Choices, Declarations, Doc, Format, Out, Place, Val, World, call, for_random_choices, map, text};

const CASES: u32 = 1_500;
const WORLDS: usize = 120;

/// A template with one resource and values in all places that the model knows.
struct Sample {
    declarations: Declarations,
    /// The resource's condition.
    when: Option<usize>,
    value: Val,
    other: Val,
    /// Items of a list.
    items: Vec<Val>,
    /// A mapping under a condition, and the value in its two branches, if it has it there.
    nested: (usize, [Option<Val>; 2]),
}

impl Sample {
    fn generate(choices: &mut Choices) -> Self {
        let declarations = Declarations::generate(choices);
        let conditions = declarations.conditions.len();
        let value = declarations.value(choices, 3, Place::Property);
        let other = declarations.value(choices, 2, Place::Property);
        let items = (0..choices.below(4)).map(|_| declarations.value(choices, 2, Place::Property)).collect();
        let branch = |choices: &mut Choices| (!choices.one_in(3)).then(|| declarations.value(choices, 1, Place::Property));
        let nested = (choices.below(conditions), [branch(choices), branch(choices)]);
        let when = choices.one_in(3).then(|| choices.below(conditions));
        Self { declarations, when, value, other, items, nested }
    }

    fn doc(&self) -> Doc {
        let branch = |value: &Option<Val>| match value {
            Some(value) => map([("V", value.doc())]),
            None => call("Ref", text("AWS::NoValue")),
        };
        let (condition, [then, otherwise]) = &self.nested;
        let properties = map([
            ("V", self.value.doc()),
            ("W", self.other.doc()),
            ("L", Doc::List(self.items.iter().map(Val::doc).collect())),
            ("M", call("If", Doc::List(vec![text(format!("C{condition}")), branch(then), branch(otherwise)]))),
        ]);
        let mut resource = vec![("Type".to_owned(), text("AWS::ECS::Service")), ("Properties".to_owned(), properties)];
        resource.extend(self.when.map(|when| ("Condition".to_owned(), text(format!("C{when}")))));
        let mut sections = self.declarations.sections();
        sections.push(("Resources".to_owned(), Doc::Map(vec![("R".to_owned(), Doc::Map(resource))])));
        Doc::Map(sections)
    }
}

/// How often something was compared, and how often the model did not know it.
#[derive(Default)]
struct Count {
    compared: Cell<u64>,
    unknown: Cell<u64>,
}

struct Check<'a, 't> {
    sample: &'a Sample,
    values: &'a Values<'t>,
    world: &'a World,
    count: &'a Count,
}

impl<'t> Check<'_, 't> {
    fn parameter(&self, name: &str) -> Option<String> {
        let index: usize = name.strip_prefix('P')?.parse().ok()?;
        self.world.get(index).map(|value| (*value).to_owned())
    }

    fn holds(&self, formula: cfnvet::values::Formula) -> Option<bool> {
        self.values.holds(formula, &|name| self.parameter(name))
    }

    fn spelled(&self, text: &Text<'t>) -> Option<String> {
        self.values.spell(text, &|name| self.parameter(name))
    }

    fn count(&self, known: bool) {
        let counter = if known { &self.count.compared } else { &self.count.unknown };
        counter.set(counter.get() + 1);
    }

    fn same(&self, what: &str, case: &Value<'t>, expected: &Out) -> TestCaseResult {
        let found = match case {
            Value::Absent => Out::Absent,
            Value::Invalid => Out::Invalid,
            Value::Text(text) => match self.spelled(text) {
                Some(text) => Out::Text(text),
                None => {
                    self.count(false);
                    return Ok(());
                }
            },
            Value::Structure(_) => return Err(TestCaseError::fail(format!("{what} is a structure"))),
            Value::Unknown(_) => {
                self.count(false);
                return Ok(());
            }
        };
        self.count(true);
        prop_assert_eq!(&found, expected, "{} in {:?}", what, self.world);
        Ok(())
    }

    /// Exactly one case holds, and it says what is expected; none, where nothing is.
    fn cases(&self, what: &str, cases: &[Case<'t>], expected: Option<&Out>) -> TestCaseResult {
        let mut holding = Vec::new();
        for case in cases {
            match self.holds(case.when) {
                Some(true) => holding.push(case),
                Some(false) => {}
                None => {
                    self.count(false);
                    return Ok(());
                }
            }
        }
        let count = usize::from(expected.is_some());
        prop_assert_eq!(holding.len(), count, "{}: cases that hold in {:?} of {:?}", what, self.world, cases);
        match expected {
            Some(expected) => self.same(what, &holding[0].value, expected),
            None => Ok(()),
        }
    }

    fn choices(&self, what: &str, choices: &[Choice<'t>], expected: Option<&Out>) -> TestCaseResult {
        let cases: Vec<Case> = choices.iter().flat_map(|choice| self.values.cases_of(choice)).collect();
        self.cases(what, &cases, expected)
    }

    fn items(&self, lists: &[Choice<'t>], exists: bool) -> TestCaseResult {
        let declarations = &self.sample.declarations;
        let mut expected = Vec::new();
        for item in self.sample.items.iter().filter(|_| exists) {
            let out = declarations.evaluate(item, self.world);
            if out != Out::Absent {
                expected.push(out);
            }
        }
        let mut found = Vec::new();
        for item in lists.iter().flat_map(|list| self.values.items(list)) {
            prop_assert!(item.found != Found::Absent);
            match self.holds(item.when) {
                Some(true) => found.push(item),
                Some(false) => {}
                None => {
                    self.count(false);
                    return Ok(());
                }
            }
        }
        prop_assert_eq!(found.len(), expected.len(), "items {:?} in {:?}", found, self.world);
        for (item, expected) in found.iter().zip(&expected) {
            self.choices("an item", &[*item], Some(expected))?;
        }
        Ok(())
    }

    fn condition(&self, index: usize) -> TestCaseResult {
        let declarations = &self.sample.declarations;
        let found = self.holds(self.values.condition(StackId::ROOT, &format!("C{index}")));
        self.count(found.is_some());
        if let Some(found) = found {
            let expected = declarations.holds(&declarations.conditions[index], self.world);
            prop_assert_eq!(found, expected, "C{} in {:?}", index, self.world);
        }
        Ok(())
    }

    fn equality(&self, resource: &Resource<'t>) -> TestCaseResult {
        let properties = resource.declaration.properties.expect("it has some");
        let at = |name| Expression { stack: StackId::ROOT, node: properties.get(name).expect("it is written") };
        let found = self.holds(self.values.equal(at("V"), at("W")));
        let declarations = &self.sample.declarations;
        let outs = [&self.sample.value, &self.sample.other].map(|value| declarations.evaluate(value, self.world));
        let expected = match &outs {
            [Out::Text(a), Out::Text(b)] => Some(a == b),
            [Out::Invalid, _] | [_, Out::Invalid] => Some(false),
            [Out::Absent, Out::Absent] => Some(true),
            _ => None,
        };
        if let (Some(found), Some(expected)) = (found, expected) {
            prop_assert_eq!(found, expected, "V = W in {:?}", self.world);
        }
        Ok(())
    }
}

/// A set with only this template.
fn alone<'t>(template: &'t Template<'t>) -> TemplateSet<'t> {
    TemplateSet::new(vec![Member { template, stack_name: None, children: FxHashMap::default() }], false)
}

fn check(choices: &mut Choices, count: &Count) -> TestCaseResult {
    let sample = Sample::generate(choices);
    let doc = sample.doc();
    for format in [Format::Yaml, Format::Json] {
        let source = doc.source(format);
        check_source(&sample, &source, count).map_err(|failure| match failure {
            TestCaseError::Fail(why) => TestCaseError::fail(format!("{why}\n{}", source.text())),
            reject => reject,
        })?;
    }
    Ok(())
}

fn check_source(sample: &Sample, source: &std::sync::Arc<cfnvet::text::SourceFile>, count: &Count) -> TestCaseResult {
    let parsed = syntax::parse(source);
    let expanded = expand(&parsed, &|_| None);
    let template = Template::new(expanded.as_ref().map_or(&parsed, |expansion| &expansion.tree));
    let set = alone(&template);
    let parameters = BTreeMap::new();
    let graph = ResourceGraph::new(Values::new(&set, 0, Inputs { parameters: &parameters, regions: &[] }));
    let values = graph.values();
    let resource = &graph.resources()[0];
    let [value, list, nested] = [&["V"][..], &["L"], &["M", "V"]].map(|path| graph.property(resource, path));
    let declarations = &sample.declarations;
    for world in &declarations.worlds(WORLDS) {
        let check = Check { sample, values, world, count };
        let condition_holds = |index: usize| declarations.holds(&declarations.conditions[index], world);
        let exists = sample.when.is_none_or(condition_holds);
        let of = |value: &Val| exists.then(|| declarations.evaluate(value, world));
        check.choices("V", &value, of(&sample.value).as_ref())?;
        let (condition, [then, otherwise]) = &sample.nested;
        let branch = if condition_holds(*condition) { then } else { otherwise };
        let expected = branch.as_ref().map_or(exists.then_some(Out::Absent), of);
        check.choices("M.V", &nested, expected.as_ref())?;
        check.items(&list, exists)?;
        check.equality(resource)?;
        for index in 0..declarations.conditions.len() {
            check.condition(index)?;
        }
    }
    Ok(())
}

#[test]
fn every_value_is_in_every_world_what_its_cases_say() {
    let count = Count::default();
    for_random_choices(CASES, |choices| check(choices, &count));
    let (compared, unknown) = (count.compared.get(), count.unknown.get());
    // Fn::Split of a text that is not known, and products that are too large, are not followed.
    assert!(unknown * 20 < compared, "{unknown} of {compared} comparisons were not decided");
}

/// The cases of the property `V` of the only resource, each as when it holds where the parameter `P` is `a`, and what it is.
fn cases_where_p_is_a(template: &str) -> Vec<(Option<bool>, String)> {
    let source = std::sync::Arc::new(cfnvet::text::SourceFile::new("t.yaml", template));
    let parsed = syntax::parse(&source);
    let template = Template::new(&parsed);
    let set = alone(&template);
    let parameters = BTreeMap::new();
    let graph = ResourceGraph::new(Values::new(&set, 0, Inputs { parameters: &parameters, regions: &[] }));
    let values = graph.values();
    let property = graph.property(&graph.resources()[0], &["V"]);
    let cases = property.iter().flat_map(|choice| values.cases_of(choice));
    let is_a = |name: &str| (name == "P").then(|| "a".to_owned());
    let shown = cases.map(|case| {
        let value = match &case.value {
            Value::Text(text) => values.show(text),
            other => format!("{other:?}"),
        };
        (values.holds(case.when, &is_a), value)
    });
    shown.collect()
}

fn template(parameter: &str, value: &str) -> String {
    format!(
        "Parameters: {{P: {{Type: String{parameter}}}}}\nMappings: {{M: {{a: {{a: x}}, b: {{b: y}}}}}}\n\
         Resources: {{R: {{Type: T, Properties: {{V: {value}}}}}}}\n"
    )
}

#[test]
fn a_join_with_a_lookup_that_fails_is_a_case_of_its_own() {
    let template = template(", AllowedValues: [a, b]", "!Join ['-', [!FindInMap [M, !Ref P, b], z]]");
    let expected = [(Some(false), "y-z".to_owned()), (Some(true), "Invalid".to_owned())];
    assert_eq!(cases_where_p_is_a(&template), expected);
}

#[test]
fn a_default_does_not_stand_in_for_a_key_that_fails() {
    let value = "!FindInMap [M, !FindInMap [M, a, b], a, {DefaultValue: z}]";
    assert_eq!(cases_where_p_is_a(&template("", value)), [(Some(true), "Invalid".to_owned())]);
}

#[test]
fn a_lookup_whose_second_key_is_not_known_is_one_call_for_all_rows() {
    let value = "!FindInMap [M, !Ref P, !ImportValue e]";
    let cases = cases_where_p_is_a(&template(", AllowedValues: [a, b]", value));
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].0, Some(true));
}

#[test]
fn a_parameter_selects() {
    let cases = cases_where_p_is_a(&template(", AllowedValues: ['0', '1', a]", "!Select [!Ref P, [x, y]]"));
    assert_eq!(cases.into_iter().filter(|case| case.0 == Some(true)).map(|case| case.1).collect::<Vec<_>>(), ["Invalid"]);
}

#[test]
fn an_allowed_value_is_split() {
    let cases = cases_where_p_is_a(&template(", AllowedValues: [a, b-c]", "!Select [0, !Split ['-', !Ref P]]"));
    assert_eq!(cases, [(Some(true), "a".to_owned()), (Some(false), "b".to_owned())]);
}

#[test]
fn a_string_of_two_parameters_ties_them_to_a_literal() {
    let mut template = template("", "!If [C, x, y]");
    template = template.replace("Mappings", "Conditions: {C: !Equals [!Sub '${P}-${P}', 'b-b']}\nMappings");
    assert_eq!(cases_where_p_is_a(&template), [(Some(false), "x".to_owned()), (Some(true), "y".to_owned())]);
}

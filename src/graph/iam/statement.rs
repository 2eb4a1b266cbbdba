//! Statements of policy documents, and what they cover.

use super::super::ResourceGraph;
use crate::values::{Choice, Formula, Found, Part, Text, Value};

/// A statement, in one case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'t>(Choice<'t>);

/// How far a statement covers something; the two exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coverage {
    /// When it covers all of it.
    pub(super) whole: Formula,
    /// When it covers some of it, or when that is not to be known.
    pub(super) part: Formula,
}

/// Adds the statements of a policy document, and returns when there are some that cannot be read.
pub(super) fn read<'t>(graph: &ResourceGraph<'t>, document: &Choice<'t>, statements: &mut Vec<Statement<'t>>) -> Formula {
    let mut unread = Vec::new();
    for list in graph.values.property(document, "Statement") {
        for statement in one_or_many(graph, &list) {
            match statement.found {
                Found::Written(_) => statements.push(Statement(statement)),
                Found::Unknown(_) => unread.push(statement.when),
                Found::Absent => {}
            }
        }
        if list.found == Found::Absent {
            unread.push(list.when);
        }
    }
    graph.values.formulas.any(unread)
}

/// The items of a list, or the one thing that stands in its place.
fn one_or_many<'t>(graph: &ResourceGraph<'t>, choice: &Choice<'t>) -> Vec<Choice<'t>> {
    match choice.written() {
        Some(written) if !written.node.is_sequence() => vec![*choice],
        _ => graph.values.items(choice),
    }
}

impl Coverage {
    const NOTHING: Self = Self { whole: Formula::FALSE, part: Formula::FALSE };

    fn part(part: Formula) -> Self {
        Self { part, ..Self::NOTHING }
    }

    fn whole(whole: Formula) -> Self {
        Self { whole, ..Self::NOTHING }
    }

    /// Both.
    pub(super) fn and(self, graph: &ResourceGraph, other: Self) -> Self {
        let formulas = &graph.values.formulas;
        let whole = formulas.and(self.whole, other.whole);
        let any = formulas.and(formulas.or(self.whole, self.part), formulas.or(other.whole, other.part));
        Self { whole, part: formulas.and(any, formulas.not(whole)) }
    }

    /// One of them at least.
    fn or(self, graph: &ResourceGraph, other: Self) -> Self {
        let formulas = &graph.values.formulas;
        let whole = formulas.or(self.whole, other.whole);
        Self { whole, part: formulas.and(formulas.or(self.part, other.part), formulas.not(whole)) }
    }
}

impl<'t> Statement<'t> {
    /// When it is there.
    pub(super) fn when(&self) -> Formula {
        self.0.when
    }

    /// When its effect is `Allow`, or `Deny`.
    pub(super) fn has_effect(&self, graph: &ResourceGraph<'t>, effect: &str) -> Formula {
        graph.may_be(&self.0, "Effect", effect)
    }

    /// How far it covers an action, by `Action` or `NotAction`.
    pub(super) fn covers_action(&self, graph: &ResourceGraph<'t>, action: &str) -> Coverage {
        let formulas = &graph.values.formulas;
        let mut coverage = Coverage::NOTHING;
        for actions in graph.values.property(&self.0, "Action") {
            if actions.found != Found::Absent {
                coverage = coverage.or(graph, matching(graph, &actions, |pattern| matches(pattern, action)));
                continue;
            }
            let statement = Choice { when: actions.when, ..self.0 };
            for others in graph.values.property(&statement, "NotAction") {
                let but = match others.found {
                    // Neither of the two: not a statement that IAM takes.
                    Found::Absent => Coverage::part(others.when),
                    _ => {
                        let named = matching(graph, &others, |pattern| matches(pattern, action));
                        let rest = formulas.not(formulas.or(named.whole, named.part));
                        Coverage { whole: formulas.and(others.when, rest), part: named.part }
                    }
                };
                coverage = coverage.or(graph, but);
            }
        }
        coverage
    }

    /// Whether it is about every resource.
    pub(super) fn covers_all_resources(&self, graph: &ResourceGraph<'t>) -> Coverage {
        let mut coverage = Coverage::NOTHING;
        for resources in graph.values.property(&self.0, "Resource") {
            let all = matching(graph, &resources, |pattern| pattern.chars().all(|char| char == '*'));
            coverage = coverage.or(graph, all).or(graph, Coverage::part(resources.when));
        }
        coverage
    }

    /// Whether a service is one of its principals.
    pub(super) fn covers_service(&self, graph: &ResourceGraph<'t>, service: &str) -> Coverage {
        let values = &graph.values;
        // `ecs-tasks.amazonaws.com.cn` and its kin are not told apart from the service.
        let label = service.split_once('.').map_or(service, |(label, _)| label);
        let kin = |text: &str| text.split_once('.').is_some_and(|(first, _)| first == label);
        let mut coverage = Coverage::NOTHING;
        for principal in values.property(&self.0, "Principal") {
            match principal.found {
                // `NotPrincipal`, or a statement that cannot be one of a trust policy.
                Found::Absent | Found::Unknown(_) => coverage = coverage.or(graph, Coverage::part(principal.when)),
                Found::Written(written) if written.node.is_mapping() && written.node.function().is_none() => {
                    for named in values.property(&principal, "Service") {
                        if named.found == Found::Absent {
                            continue;
                        }
                        coverage = coverage.or(graph, matching(graph, &named, |name| matches(name, service)));
                        let alike = matching(graph, &named, kin);
                        coverage = coverage.or(graph, Coverage::part(alike.whole));
                    }
                    for named in values.property(&principal, "AWS") {
                        let all = matching(graph, &named, |name| name == "*");
                        coverage = coverage.or(graph, Coverage::part(all.whole));
                    }
                }
                // `*`, which is everybody.
                Found::Written(_) => coverage = coverage.or(graph, Coverage::part(principal.when)),
            }
        }
        coverage
    }

    /// When it may name a principal that is neither an account nor a service.
    pub(super) fn names_others(&self, graph: &ResourceGraph<'t>) -> Formula {
        let formulas = &graph.values.formulas;
        let mut others = Vec::new();
        for principal in graph.values.property(&self.0, "Principal") {
            if !principal.written().is_some_and(|written| written.node.is_mapping() && written.node.function().is_none()) {
                others.push(principal.when);
                continue;
            }
            for named in graph.values.property(&principal, "AWS") {
                for case in one_or_many(graph, &named).iter().flat_map(|name| graph.values.cases_of(name)) {
                    let is_account = match &case.value {
                        Value::Text(text) => matches!(text.parts().last(), Some(Part::Literal(end)) if end.ends_with(":root")),
                        Value::Absent | Value::Invalid => true,
                        Value::Structure(_) | Value::Unknown(_) => false,
                    };
                    others.extend((!is_account).then_some(case.when));
                }
            }
        }
        formulas.any(others)
    }

    /// Whether it holds under no condition of IAM's.
    pub(super) fn without_condition(&self, graph: &ResourceGraph<'t>) -> Coverage {
        let mut coverage = Coverage::NOTHING;
        for condition in graph.values.property(&self.0, "Condition") {
            let holds = match condition.found {
                Found::Absent => Coverage::whole(condition.when),
                Found::Written(_) | Found::Unknown(_) => Coverage::part(condition.when),
            };
            coverage = coverage.or(graph, holds);
        }
        coverage
    }
}

/// When a string, or one of a list, is what is looked for; in part where a part of the string is not known.
fn matching<'t>(graph: &ResourceGraph<'t>, strings: &Choice<'t>, is: impl Fn(&str) -> bool) -> Coverage {
    let mut coverage = Coverage::NOTHING;
    for string in one_or_many(graph, strings) {
        for case in graph.values.cases_of(&string) {
            let found = match &case.value {
                Value::Text(text) => match text.known() {
                    Some(text) if is(text) => Coverage::whole(case.when),
                    Some(_) => Coverage::NOTHING,
                    None if is(&anything_for_unknown(text)) => Coverage::part(case.when),
                    None => Coverage::NOTHING,
                },
                Value::Absent | Value::Invalid => Coverage::NOTHING,
                Value::Structure(_) | Value::Unknown(_) => Coverage::part(case.when),
            };
            coverage = coverage.or(graph, found);
        }
    }
    coverage
}

/// A string as a pattern: `*` for each part that is not known.
fn anything_for_unknown(text: &Text) -> String {
    let parts = text.parts().iter().map(|part| match part {
        Part::Literal(text) => text.as_ref(),
        _ => "*",
    });
    parts.collect()
}

/// Whether an IAM pattern with `*` and `?` names an action, in any case of letters.
///
/// Source: "The action name is not case sensitive", and wildcards, IAM JSON policy elements,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>.
pub(super) fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut at, mut in_action) = (0, 0);
    // Where to go on after the last `*`: the pattern behind it, and how much of the action it took.
    let mut star: Option<(usize, usize)> = None;
    while in_action < action.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, in_action));
                at += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&action[in_action]) => {
                at += 1;
                in_action += 1;
            }
            _ => match &mut star {
                Some((behind, taken)) => {
                    *taken += 1;
                    (at, in_action) = (*behind, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_name_actions_in_any_case_of_letters() {
        for pattern in
            ["*", "ssmmessages:*", "SSMMessages:createdatachannel", "ssm*", "ssmmessages:Create?ataChannel", "*:*Channel"]
        {
            assert!(matches(pattern, "ssmmessages:CreateDataChannel"), "{pattern}");
        }
        for pattern in ["", "ssm:*", "ssmmessages:Create*", "ssmmessages:CreateDataChannel?", "ssmmessages", "s3:*"] {
            let other =
                if pattern == "ssmmessages:Create*" { "ssmmessages:OpenDataChannel" } else { "ssmmessages:CreateDataChannel" };
            assert!(!matches(pattern, other), "{pattern}");
        }
    }
}

//! `exec-behind-proxy`: ECS Exec is on in a container whose proxy settings cover the endpoints on the instance.

use super::launch_labels::label_launches;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Container, ExecTask};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::text::Edit;
use crate::values::{Choice, Expression, Formula, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS116",
    name: "exec-behind-proxy",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-behind-proxy.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Where the agent of ECS Exec asks for its credentials.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>.
const ENDPOINTS: [&str; 2] = ["169.254.169.254", "169.254.170.2"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["HTTP_PROXY", "HTTPS_PROXY"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        for container in graph.containers(&task.definition) {
            let Some(settings) = Proxy::of(analysis, &container) else { continue };
            let exists = values.formulas.and(task.definition.when, container.when);
            let hits = values.formulas.all([task.on, settings.on, values.formulas.not(settings.bypassed)]);
            if let Some(verdict) = values.verdict(exists, hits) {
                sink.report(diagnostic(analysis, &task, &container, settings.written, verdict));
            }
        }
    }
}

/// The proxy settings of a container.
struct Proxy<'t> {
    /// When it has a proxy.
    on: Formula,
    /// When requests to the instance may go past it.
    bypassed: Formula,
    written: Expression<'t>,
}

impl<'t> Proxy<'t> {
    fn of(analysis: &Analysis<'t>, container: &Container<'t>) -> Option<Self> {
        let (graph, values) = (analysis.graph(), analysis.values());
        let formulas = &values.formulas;
        // A file of variables may say anything.
        let (mut on, mut bypassed, mut written) = (Formula::FALSE, graph.has(&container.settings, "EnvironmentFiles"), None);
        for variable in values.property(&container.settings, "Environment").iter().flat_map(|list| values.items(list)) {
            if variable.written().is_none() {
                bypassed = formulas.or(bypassed, variable.when);
            }
            for name in ["HTTP_PROXY", "HTTPS_PROXY"] {
                let here = graph.says(&variable, "Name", &[name]);
                if values.possible(here) {
                    on = formulas.or(on, here);
                    written = written.or(variable.written());
                }
            }
            for name in ["NO_PROXY", "no_proxy"] {
                let here = graph.says(&variable, "Name", &[name]);
                bypassed = formulas.or(bypassed, formulas.and(here, lists_endpoints(analysis, &variable)));
            }
        }
        Some(Self { on, bypassed, written: written? })
    }
}

/// When the value of a variable holds the addresses, or may.
fn lists_endpoints<'t>(analysis: &Analysis<'t>, variable: &Choice<'t>) -> Formula {
    let values = analysis.values();
    let cases = values.property(variable, "Value").iter().flat_map(|value| values.cases_of(value)).collect::<Vec<_>>();
    let ways = cases.iter().filter(|case| match &case.value {
        Value::Text(text) => {
            text.known().is_none_or(|list| ENDPOINTS.iter().all(|endpoint| list.contains(endpoint)) || list.trim() == "*")
        }
        Value::Unknown(_) => true,
        Value::Absent | Value::Structure(_) | Value::Invalid => false,
    });
    values.formulas.any(ways.map(|case| case.when).collect::<Vec<_>>())
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    task: &ExecTask<'t>,
    container: &Container<'t>,
    written: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let name = graph.container_name(container);
    let finding = Finding::at(written.node.place(), format!("the proxy of {name} stands between ECS Exec and its credentials"))
        .node(written.node)
        .resource(graph, &task.definition.resource)
        .verdict(verdict)
        .here("no `NO_PROXY` beside it lists the addresses on the instance");
    let finding = label_launches(finding, graph, task)
        .note("the agent asks 169.254.169.254 and 169.254.170.2 for metadata and credentials, which no proxy reaches")
        .help("set `NO_PROXY` to `169.254.169.254,169.254.170.2`");
    match bypass(container) {
        Some(edit) => finding.fix("let these addresses bypass the proxy", Safety::Unsafe, vec![edit]),
        None => finding,
    }
}

/// Adds the addresses to the container's `NO_PROXY`, or the variable where there is none.
fn bypass(container: &Container) -> Option<Edit> {
    let list = container.written.node.get("Environment").filter(|list| list.is_sequence())?;
    let is_named =
        |item: &Node, names: &[&str]| item.get("Name").and_then(Node::as_str).is_some_and(|name| names.contains(&name));
    if let Some(variable) = list.items().find(|item| is_named(item, &["NO_PROXY", "no_proxy"])) {
        let value = variable.get("Value").filter(|value| value.function().is_none())?;
        let before = value.as_str()?.trim_end_matches(',');
        let missing = ENDPOINTS.iter().filter(|endpoint| !before.contains(*endpoint)).copied();
        let all: Vec<&str> = Some(before).filter(|before| !before.is_empty()).into_iter().chain(missing).collect();
        return value.replace_scalar(&all.join(","));
    }
    // A variable that is there at times may be this one.
    let hidden = list.items().any(|item| item.get("Name").and_then(Node::as_str).is_none());
    (!hidden).then(|| list.append_item(&format!("{{Name: NO_PROXY, Value: \"{}\"}}", ENDPOINTS.join(","))))?
}

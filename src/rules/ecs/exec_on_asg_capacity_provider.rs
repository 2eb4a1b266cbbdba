//! `exec-on-asg-capacity-provider`: a service has ECS Exec on and runs on an Auto Scaling group capacity provider.

use serde_json::Value;

use super::hazard::{Hazard, Unresolved, hazards, resolve_help};
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::{Certainty, Severity};
use crate::graph::ecs::LaunchPath;
use crate::rules::{Finding, Rule, Scope, Sink, Status};

pub(super) static RULE: Rule = Rule {
    code: "ECS101",
    name: "exec-on-asg-capacity-provider",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-asg-capacity-provider.md"),
    scope: Scope::Deployment,
    options: &[
        RuleOption { name: "managed-scaling-off", shape: OptionShape::Word(&["info", "warning", "ignore"]) },
        RuleOption { name: "assume-unresolved-provider", shape: OptionShape::Word(&["ignore", "asg", "fargate"]) },
        RuleOption { name: "profile", shape: OptionShape::Word(&["current", "aws-docs-2022"]) },
        RuleOption { name: "verified", shape: OptionShape::Entries(&["resource", "reason"]) },
    ],
    check,
};

/// What the config sets for the rule.
struct Options<'a> {
    /// The severity where managed scaling is off; `None` for no finding.
    managed_scaling_off: Option<Severity>,
    unresolved: Unresolved,
    /// AWS's view of 2022: every definite pair is an error.
    documented_in_2022: bool,
    verified: Vec<Verified<'a>>,
}

/// Services or providers whose instances somebody has checked.
struct Verified<'a> {
    pattern: &'a str,
    reason: Option<&'a str>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    let options = Options::new(analysis.settings.options(RULE.code, RULE.name));
    let on_services = |launch: &crate::graph::ecs::Launch| launch.path != LaunchPath::RunTask;
    for hazard in hazards(analysis, on_services, false, options.unresolved) {
        let named = |name: &str| options.verified.iter().find(|verified| matches(verified.pattern, name));
        let verified =
            named(hazard.owner()).or_else(|| hazard.routes.iter().find_map(|route| named(route.provider.logical_id())));
        if verified.is_some_and(|verified| verified.reason.is_some()) {
            continue;
        }
        let Some(severity) = options.severity(&hazard) else { continue };
        let mut finding = diagnostic(analysis, &hazard).severity(severity);
        if let Some(verified) = verified {
            finding =
                finding.note(format!("`verified: {}` in the config has no `reason`, so it does not count", verified.pattern));
        }
        sink.report(finding);
    }
}

impl<'a> Options<'a> {
    fn new(options: Option<&'a Value>) -> Self {
        let text = |name| options.and_then(|options| options.get(name)).and_then(Value::as_str);
        let verified = options.and_then(|options| options.get("verified")).and_then(Value::as_array);
        let entry = |entry: &'a Value| {
            let pattern = entry.get("resource").or(Some(entry)).and_then(Value::as_str)?;
            Some(Verified {
                pattern,
                reason: entry.get("reason").and_then(Value::as_str).filter(|reason| !reason.trim().is_empty()),
            })
        };
        Self {
            managed_scaling_off: match text("managed-scaling-off") {
                Some("ignore") => None,
                Some("warning") => Some(Severity::Warning),
                _ => Some(Severity::Info),
            },
            unresolved: match text("assume-unresolved-provider") {
                Some("asg") => Unresolved::AutoScalingGroup,
                Some("fargate") => Unresolved::Fargate,
                _ => Unresolved::Quiet,
            },
            documented_in_2022: text("profile") == Some("aws-docs-2022"),
            verified: verified.into_iter().flatten().filter_map(entry).collect(),
        }
    }

    fn severity(&self, hazard: &Hazard) -> Option<Severity> {
        if hazard.certainty == Certainty::Unknown {
            let assumed = self.unresolved == Unresolved::AutoScalingGroup && hazard.routes.is_empty();
            return Some(if assumed { Severity::Warning } else { Severity::Info });
        }
        if self.documented_in_2022 && hazard.certainty == Certainty::Definite {
            return Some(Severity::Error);
        }
        let managed = hazard.routes.iter().any(|route| route.managed_scaling.is_some());
        let worst = hazard.routes.iter().map(|route| route.severity).max();
        if managed { worst } else { self.managed_scaling_off }
    }
}

/// Whether a pattern with `*` names a logical ID.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name
            .strip_prefix(start)
            .is_some_and(|name| (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| matches(rest, &name[at..]))),
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, hazard: &Hazard<'t>) -> Finding<'t> {
    let (owner, providers) = (hazard.owner(), hazard.providers());
    let providers_word = if providers.contains(" and ") { "providers" } else { "provider" };
    let message = match (hazard.certainty, hazard.unknown) {
        (Certainty::Definite, _) => {
            format!("`{owner}` turns on ECS Exec and runs on Auto Scaling group capacity {providers_word} {providers}")
        }
        (Certainty::Possible, _) => {
            format!("`{owner}` can have ECS Exec on while it runs on Auto Scaling group capacity {providers_word} {providers}")
        }
        (Certainty::Unknown, why) if hazard.routes.is_empty() => {
            let has = if hazard.always_on { "has" } else { "can have" };
            format!("`{owner}` {has} ECS Exec on, and its capacity provider is {}", why.map_or("not known", |why| why.as_str()))
        }
        (Certainty::Unknown, why) => format!(
            "`{owner}` runs on Auto Scaling group capacity {providers_word} {providers}, and whether ECS Exec is on is {}",
            why.map_or("not known", |why| why.as_str())
        ),
    };
    let mut finding = hazard.finding(analysis.graph(), message);
    if hazard.certainty == Certainty::Unknown {
        return finding
            .note("with ECS Exec on, an Auto Scaling group behind the provider can leave tasks in PROVISIONING")
            .help(resolve_help(hazard.unknown));
    }
    if hazard.routes.iter().any(|route| route.managed_scaling.is_some()) {
        finding = finding.note(
            "a task with ECS Exec on needs an instance that offers `ecs.capability.execute-command`; where none does (old or custom \
             image or agent), managed scaling keeps the task in PROVISIONING for about 30 minutes, then it stops with \"Task failed \
             to start\" and no event names the cause",
        );
    } else {
        finding = finding.note(
            "managed scaling is off, so a task that no instance offering `ecs.capability.execute-command` can take is not started, \
             and a service event says so at once",
        );
    }
    finding
        .note(
            "AWS documented this pair as not supported from February 2022 to at least May 2023; the current guide no longer lists \
             it, and aws/containers-roadmap#1781 is open",
        )
        .help(
            "set `EnableExecuteCommand` to `false`, or run the service on Fargate or Managed Instances; keep it only where every \
             instance is checked, see `cfnvet explain ECS101`",
        )
}

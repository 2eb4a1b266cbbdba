//! `instances-outside-cluster`: instances of a capacity provider join another cluster than the provider's.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::{HostGroup, LaunchData, UserData, is_made_for_ecs};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Part, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS215",
    name: "instances-outside-cluster",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/instances-outside-cluster.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Words with which user data tells an instance its cluster, or gets more to run.
const SAYS_MORE: [&str; 15] = [
    "ECS_CLUSTER",
    "ecs_cluster",
    "ecs.config",
    "ECSAgent",
    "settings.ecs",
    "cfn-init",
    "s3 ",
    "s3:",
    "http",
    "curl",
    "wget",
    "/etc/ecs",
    "source ",
    "include",
    "ansible",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AutoScalingGroupProvider"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut known = Vec::new();
    for host in graph.host_groups() {
        let clusters = graph.clusters_of(&host.provider);
        for data in graph.launch_data(&host.group, host.when) {
            if known.contains(&data.resource.id) {
                continue;
            }
            let image_joins_alone = joins_default_cluster(analysis, &data);
            for case in graph.user_data(&data) {
                let Ok(text) = &case.text else { continue };
                let named = joined(text);
                let right = clusters.iter().map(|(when, cluster)| {
                    let wrong = match &named {
                        Joined::Text(named) => names_another(analysis, named, cluster),
                        Joined::Default if image_joins_alone => is_not_default(analysis, cluster),
                        Joined::Default | Joined::Unknown => Formula::FALSE,
                    };
                    values.formulas.and(*when, values.formulas.not(wrong))
                });
                let right = values.formulas.any(right.collect::<Vec<_>>());
                let attached = values.formulas.any(clusters.iter().map(|(when, _)| *when).collect::<Vec<_>>());
                let hits = values.formulas.all([case.when, attached, values.formulas.not(right)]);
                let Some((_, cluster)) = clusters.first() else { continue };
                if let Some(verdict) = values.verdict(case.when, hits) {
                    known.push(data.resource.id);
                    sink.report(diagnostic(analysis, &host, &data, &case, cluster, verdict));
                    break;
                }
            }
        }
    }
}

/// What stands before the name of the cluster, and the words that may be set off by blanks: in the agent's configuration, in the
/// settings of Bottlerocket, and in the command of Windows.
const MARKERS: [(&str, &[&str]); 3] =
    [("ECS_CLUSTER=", &[]), ("[settings.ecs]", &["cluster", "="]), ("Initialize-ECSAgent", &["-Cluster"])];

/// The cluster that user data makes an instance join.
enum Joined<'t> {
    /// The one with this name.
    Text(Text<'t>),
    /// None is named, so it is the one called `default`.
    Default,
    Unknown,
}

fn joined<'t>(text: &Text<'t>) -> Joined<'t> {
    let literals = || text.parts().iter().filter_map(|part| if let Part::Literal(literal) = part { Some(literal) } else { None });
    let count = |marker: &str| literals().map(|literal| literal.matches(marker).count()).sum::<usize>();
    if MARKERS.iter().map(|(marker, _)| count(marker)).sum::<usize>() > 1 {
        return Joined::Unknown;
    }
    let mut parts = text.parts().iter().enumerate();
    let setting = parts.find_map(|(index, part)| match part {
        Part::Literal(literal) => MARKERS.iter().find_map(|(marker, key)| {
            let rest = &literal[literal.find(marker)? + marker.len()..];
            Some((index, after_key(rest, key)?))
        }),
        _ => None,
    });
    let Some((index, rest)) = setting else {
        let silent = text.parts().iter().all(|part| match part {
            Part::Literal(literal) => !SAYS_MORE.iter().any(|word| literal.contains(word)),
            Part::Resource(..) | Part::Pseudo(..) => true,
            _ => false,
        });
        return if silent { Joined::Default } else { Joined::Unknown };
    };
    let rest = rest.trim_start_matches(['"', '\'']);
    let ends = |character: char| character.is_whitespace() || "\"'>;\\&|".contains(character);
    if let Some(end) = rest.find(ends) {
        let name = &rest[..end];
        // A variable of the shell.
        return if name.is_empty() || name.contains(['$', '`']) {
            Joined::Unknown
        } else {
            Joined::Text(Text::literal(name.to_owned()))
        };
    }
    let mut name = Text::literal(rest.to_owned());
    for part in &text.parts()[index + 1..] {
        if let Part::Literal(literal) = part
            && let Some(end) = literal.find(ends)
        {
            name.push(Part::Literal(literal[..end].to_owned().into()));
            break;
        }
        name.push(part.clone());
    }
    let shell = name.parts().iter().any(|part| matches!(part, Part::Literal(text) if text.contains(['$', '`'])));
    if shell || name.parts().is_empty() { Joined::Unknown } else { Joined::Text(name) }
}

/// What follows the words of `key`, with blanks and line breaks between and behind them.
fn after_key<'s>(text: &'s str, key: &[&str]) -> Option<&'s str> {
    key.iter()
        .try_fold(text, |rest, word| rest.trim_start().strip_prefix(word))
        .map(|rest| if key.is_empty() { rest } else { rest.trim_start() })
}

/// Whether the instances run an image that joins a cluster by itself: one that is made for ECS.
fn joins_default_cluster<'t>(analysis: &Analysis<'t>, data: &LaunchData<'t>) -> bool {
    let graph = analysis.graph();
    let images = graph.images_of(data);
    !images.is_empty() && images.iter().all(|image| graph.image_path(image).is_some_and(|path| is_made_for_ecs(&path)))
}

/// When a name is that of another cluster than the given one, for certain.
fn names_another<'t>(analysis: &Analysis<'t>, name: &Text<'t>, cluster: &Resource<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    match name.only() {
        Some(Part::Resource(id, None)) if *id == cluster.id => Formula::FALSE,
        Some(Part::Resource(id, None)) if graph.resource(*id).resource_type() == cluster.resource_type() => Formula::TRUE,
        _ => match name.known() {
            Some(known) => values.formulas.any(own_names(analysis, cluster).into_iter().filter_map(|(when, own)| match own {
                // A cluster without a name gets one from CloudFormation that nobody can write down.
                Own::MadeUp => Some(when),
                Own::Named(own) => own.known().filter(|own| *own != known).map(|_| when),
            })),
            None => Formula::FALSE,
        },
    }
}

fn is_not_default<'t>(analysis: &Analysis<'t>, cluster: &Resource<'t>) -> Formula {
    names_another(analysis, &Text::literal("default"), cluster)
}

enum Own<'t> {
    MadeUp,
    Named(Text<'t>),
}

/// The names of a cluster.
fn own_names<'t>(analysis: &Analysis<'t>, cluster: &Resource<'t>) -> Vec<(Formula, Own<'t>)> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let names = graph.property(cluster, &["ClusterName"]);
    let cases = names.iter().flat_map(|name| values.cases_of(name));
    let own = cases.filter_map(|case| match case.value {
        Value::Absent => Some((case.when, Own::MadeUp)),
        Value::Text(text) => Some((case.when, Own::Named(text))),
        Value::Structure(_) | Value::Unknown(_) | Value::Invalid => None,
    });
    own.collect()
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    host: &HostGroup<'t>,
    data: &LaunchData<'t>,
    user_data: &UserData<'t>,
    cluster: &Resource<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, cluster_id) = (host.group.logical_id(), cluster.logical_id());
    let message = format!("instances of `{group}` never join cluster `{cluster_id}`");
    let named = user_data.text.as_ref().is_ok_and(|text| matches!(joined(text), Joined::Text(_)));
    let finding = match user_data.written {
        Some(written) => Finding::at(graph.entry_key(written.node), message).node(written.node).here(if named {
            "names another cluster"
        } else {
            "names no cluster, so they join the one called `default`"
        }),
        None => Finding::at(data.resource.place(), message)
            .node(data.resource.declaration.key)
            .here("without `UserData` they join the cluster called `default`"),
    };
    finding
        .resource(graph, &data.resource)
        .verdict(verdict)
        .label(cluster.place(), format!("`{}` places tasks for this cluster", host.provider.logical_id()))
        .help(format!("write `ECS_CLUSTER=${{{cluster_id}}}` to `/etc/ecs/ecs.config` in the user data, with `Fn::Sub`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(script: &str) -> Option<String> {
        match joined(&Text::literal(script.to_owned())) {
            Joined::Text(name) => name.known().map(str::to_owned),
            Joined::Default => Some("(default)".to_owned()),
            Joined::Unknown => None,
        }
    }

    #[test]
    fn the_cluster_is_read_out_of_a_script() {
        assert_eq!(named("echo ECS_CLUSTER=blue >> /etc/ecs/ecs.config").as_deref(), Some("blue"));
        assert_eq!(named("echo \"ECS_CLUSTER=blue\" > /etc/ecs/ecs.config").as_deref(), Some("blue"));
        assert_eq!(named("echo ECS_CLUSTER='blue' > /etc/ecs/ecs.config").as_deref(), Some("blue"));
        assert_eq!(named("printf 'ECS_CLUSTER=blue\\nECS_LOGLEVEL=info'").as_deref(), Some("blue"));
        assert_eq!(named("[settings.ecs]\ncluster = \"blue\"").as_deref(), Some("blue"));
        assert_eq!(named("Initialize-ECSAgent -Cluster 'blue' -EnableTaskIAMRole").as_deref(), Some("blue"));
    }

    #[test]
    fn a_script_that_says_nothing_joins_the_default_cluster() {
        assert_eq!(named("").as_deref(), Some("(default)"));
        assert_eq!(named("#!/bin/bash\nyum install -y htop\n").as_deref(), Some("(default)"));
    }

    #[test]
    fn a_script_that_gets_more_to_run_or_asks_the_shell_is_not_known() {
        assert_eq!(named("curl -s https://example.com | bash"), None);
        assert_eq!(named("echo ECS_CLUSTER=$NAME >> /etc/ecs/ecs.config"), None);
        assert_eq!(named("echo ECS_CLUSTER= >> /etc/ecs/ecs.config"), None);
        assert_eq!(named("[settings.ecs]\nreserved-memory = 100"), None);
        assert_eq!(named("Initialize-ECSAgent -Cluster $name"), None);
        assert_eq!(named("Initialize-ECSAgent"), None);
    }
}

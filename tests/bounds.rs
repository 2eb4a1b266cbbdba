//! Templates that are hard on purpose: what decides about a service's tasks is deep, wide, or a product of everything else.
//!
//! Each is checked on a stack of 2 MB, with the answer it must get; a value or question past its budget is unknown, never slow.

use std::fmt::Write;
use std::sync::Arc;

use cfnvet::check::check_template;
use cfnvet::config::Settings;
use cfnvet::diagnostic::{Certainty, Severity};
use cfnvet::text::SourceFile;

/// What is written into the one template that all families share.
struct Parts {
    conditions: String,
    sections: String,
    resources: String,
    cluster: String,
    exec: String,
    strategy: String,
    service: String,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            conditions: String::new(),
            sections: String::new(),
            resources: String::new(),
            cluster: "!Ref Cluster".to_owned(),
            exec: "true".to_owned(),
            strategy: "[{CapacityProvider: !Ref Group}]".to_owned(),
            service: String::new(),
        }
    }
}

const PARAMETERS: usize = 300;

impl Parts {
    fn template(&self) -> String {
        let mut out = String::from("Transform: AWS::LanguageExtensions\nParameters:\n");
        for index in 0..PARAMETERS {
            writeln!(out, "  P{index}: {{Type: String, AllowedValues: [a, b, 'true', 'false']}}").expect(INFALLIBLE);
        }
        let Self { conditions, sections, resources, cluster, exec, strategy, service } = self;
        write!(
            out,
            "  Open: {{Type: String}}\n{sections}Conditions:\n  Own: !Equals [!Ref P0, a]\n{conditions}Resources:
  Cluster: {{Type: AWS::ECS::Cluster, Properties: {{ClusterName: main}}}}
  Group: {{Type: AWS::ECS::CapacityProvider, Properties: {{Name: group, AutoScalingGroupProvider: {{AutoScalingGroupArn: a}}}}}}
{resources}  Worker:
    Type: AWS::ECS::Service
{service}    Properties:
      Cluster: {cluster}
      EnableExecuteCommand: {exec}
"
        )
        .expect(INFALLIBLE);
        if !strategy.is_empty() {
            writeln!(out, "      CapacityProviderStrategy: {strategy}").expect(INFALLIBLE);
        }
        out
    }
}

const INFALLIBLE: &str = "a string takes everything";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// `count` conditions, each of its own parameter.
fn conditions(count: usize) -> String {
    lines(count, |index| format!("  C{index}: !Equals [!Ref P{}, a]\n", index % PARAMETERS))
}

/// `count` conditions, each of the one before and a parameter.
fn chain(count: usize) -> String {
    lines(count, |index| match index {
        0 => "  C0: !Equals [!Ref P0, a]\n".to_owned(),
        _ => {
            let function = ["!And", "!Or"][index % 2];
            let before = format!("!Not [!Condition C{}]", index - 1);
            format!("  C{index}: {function} [{before}, !Equals [!Ref P{}, a]]\n", index % PARAMETERS)
        }
    })
}

/// `Fn::If` in the second branch of `Fn::If`, and so on.
fn nested_ifs(depth: usize, values: [&str; 2]) -> String {
    let opening = lines(depth, |index| format!("!If [C{index}, '{}', ", values[index % 2]));
    format!("{opening}'{}'{}", values[1], "]".repeat(depth))
}

fn ifs(count: usize, values: [&str; 2]) -> String {
    lines(count, |index| format!("{}!If [C{index}, '{}', '{}']", if index > 0 { ", " } else { "" }, values[0], values[1]))
}

/// The families: a name, a template, and how certain the finding is, if there is one.
pub(crate) fn families() -> Vec<(&'static str, String, Option<Certainty>)> {
    let possible = Some(Certainty::Possible);
    let mut families = Vec::new();
    let mut add = |name, parts: Parts, certainty| families.push((name, parts.template(), certainty));
    let standard = Parts::default;
    for (name, count) in [("chain of 128 conditions", 128), ("chain of 3000 conditions", 3000)] {
        let exec = format!("!If [C{}, true, false]", count - 1);
        add(name, Parts { conditions: chain(count), exec, ..standard() }, possible);
    }
    let exec = nested_ifs(100, ["true", "false"]);
    add("Fn::If 100 deep: exec", Parts { conditions: conditions(100), exec, ..standard() }, possible);
    let strategy = format!("[{{CapacityProvider: {}}}]", nested_ifs(100, ["group", "FARGATE"]));
    add("Fn::If 100 deep: provider", Parts { conditions: conditions(100), strategy, ..standard() }, possible);
    let cluster = nested_ifs(100, ["main", "other"]);
    let default = "  Attach: {Type: AWS::ECS::ClusterCapacityProviderAssociations, Properties: {Cluster: main, \
                   DefaultCapacityProviderStrategy: [{CapacityProvider: group}]}}\n";
    let with_default = |parts: Parts| Parts { resources: default.to_owned(), strategy: String::new(), ..parts };
    add("Fn::If 100 deep: cluster", with_default(Parts { conditions: conditions(100), cluster, ..standard() }), possible);
    let exec = format!("!Join ['', [{}]]", ifs(128, ["true", ""]));
    add("128 Fn::If in a Join: exec", Parts { conditions: conditions(128), exec, ..standard() }, Some(Certainty::Unknown));
    let strategy = format!("[{{CapacityProvider: !Join ['', [{}]]}}]", ifs(128, ["group", ""]));
    add(
        "128 Fn::If in a Join: provider",
        Parts { conditions: conditions(128), strategy, ..standard() },
        Some(Certainty::Unknown),
    );
    let pattern = lines(128, |index| format!("${{V{index}}}"));
    let own = lines(128, |index| format!("V{index}: !If [C{index}, 'true', ''], "));
    let exec = format!("!Sub ['{pattern}', {{{own}}}]");
    add("128 Fn::If in a Sub: exec", Parts { conditions: conditions(128), exec, ..standard() }, Some(Certainty::Unknown));
    let pattern = lines(128, |index| format!("${{P{index}}}"));
    let exec = format!("!Sub '{pattern}'");
    add("128 parameters in a Sub: exec", Parts { exec, ..standard() }, None);
    let exec = "!Sub '${Open}${AWS::StackName}${Open}${AWS::Region}${Open}'".to_owned();
    add("unknown parts in a Sub: exec", Parts { exec, ..standard() }, possible);
    let row = |row: usize| {
        let cells = lines(100, |cell| format!("k{cell}: '{}', ", if (row + cell).is_multiple_of(7) { "true" } else { "false" }));
        format!("    r{row}: {{{cells}}}\n")
    };
    let sections = format!("Mappings:\n  Wide:\n{}", lines(200, row));
    let exec = "!FindInMap [Wide, !Ref Open, !Ref AWS::StackName]".to_owned();
    add("FindInMap of 200 x 100: exec", Parts { sections, exec, ..standard() }, possible);
    let sections = "Mappings:\n  M: {a: {a: a, b: b}, b: {a: b, b: 'true'}, 'true': {a: 'true', b: a}}\n".to_owned();
    let mut exec = "!Ref P0".to_owned();
    for depth in 0..40 {
        exec = format!("!FindInMap [M, {exec}, !FindInMap [M, !Ref P{depth}, a, {{DefaultValue: b}}], {{DefaultValue: a}}]");
    }
    add("FindInMap 40 deep: exec", Parts { sections, exec, ..standard() }, possible);
    let mut exec = "!Ref P0".to_owned();
    for depth in 0..40 {
        exec = format!("!Select [!FindInMap [N, !Ref P{depth}, i], [{exec}, 'true']]");
    }
    let sections = "Mappings:\n  N: {a: {i: 0}, b: {i: 1}, 'true': {i: 0}, 'false': {i: 1}}\n".to_owned();
    add("Fn::Select 40 deep: exec", Parts { sections, exec, ..standard() }, possible);
    let item = |index: usize| {
        let [provider, weight] = [("!Ref Group", "1"), ("FARGATE", "0")].map(|(a, b)| [a, b])[index % 2];
        let weight = format!("!If [C{}, {weight}, 2]", (index + 1) % 200);
        format!("!If [C{index}, {{CapacityProvider: {provider}, Weight: {weight}, Base: !If [Own, 0, 1]}}, !Ref AWS::NoValue], ")
    };
    let strategy = format!("[{}]", lines(200, item));
    add("200 strategy items", Parts { conditions: conditions(200), strategy, ..standard() }, possible);
    let strategy = format!("[{}]", lines(200, |index| format!("{{CapacityProvider: !Sub 'cp-${{P{}}}'}}, ", index % 100)));
    let provider = |index: usize| {
        let properties = format!("{{Name: !Sub 'cp-${{P{index}}}', AutoScalingGroupProvider: {{AutoScalingGroupArn: a}}}}");
        format!("  CP{index}: {{Type: AWS::ECS::CapacityProvider, Properties: {properties}}}\n")
    };
    let resources = lines(100, provider);
    add("200 names of 100 providers", Parts { resources, strategy, ..standard() }, Some(Certainty::Definite));
    let depends = |layer: usize, count: usize| lines(count, |index| format!("L{layer}N{index}, "));
    let layer = |layer: usize| {
        let below = if layer == 0 { "Attach".to_owned() } else { depends(layer - 1, 30) };
        lines(30, |index| {
            let condition = format!("C{}", layer * 30 + index);
            format!("  L{layer}N{index}: {{Type: AWS::SNS::Topic, Condition: {condition}, DependsOn: [{below}]}}\n")
        })
    };
    let parts = Parts { conditions: conditions(300), service: format!("    DependsOn: [{}]\n", depends(9, 30)), ..standard() };
    let parts = with_default(parts);
    let resources = format!("{}{}", parts.resources, lines(10, layer));
    add("DependsOn in 10 layers of 30", Parts { resources, ..parts }, possible);
    let parts = Parts { conditions: conditions(300), service: format!("    DependsOn: [{}]\n", depends(0, 300)), ..standard() };
    let parts = with_default(parts);
    let wide = lines(300, |index| format!("  L0N{index}: {{Type: AWS::SNS::Topic, Condition: C{index}, DependsOn: Attach}}\n"));
    let resources = format!("{}{wide}", parts.resources);
    add("DependsOn 300 wide", Parts { resources, ..parts }, possible);
    let association = |index: usize| {
        let properties = "{Cluster: !Ref Cluster, DefaultCapacityProviderStrategy: [{CapacityProvider: !Ref Group}]}";
        let kind = "AWS::ECS::ClusterCapacityProviderAssociations";
        format!("  A{index}: {{Type: {kind}, Condition: C{index}, Properties: {properties}}}\n")
    };
    let service = |index: usize| {
        let properties = format!("{{Cluster: main, EnableExecuteCommand: !If [C{}, true, false]}}", 299 - index);
        format!("  S{index}: {{Type: AWS::ECS::Service, Condition: C{}, Properties: {properties}}}\n", 199 - index)
    };
    let resources = format!("{}{}", lines(100, association), lines(99, service));
    add(
        "100 associations, 100 services",
        Parts { conditions: conditions(300), resources, strategy: String::new(), ..standard() },
        possible,
    );
    let negations = format!("  C0: {}!Equals [!Ref P0, a]{}\n", "!Not [".repeat(60), "]".repeat(60));
    let both = format!("  C1: {}!Condition C0{}\n", "!And [!Condition Own, ".repeat(60), "]".repeat(60));
    let exec = "!If [C1, true, false]".to_owned();
    add("functions 60 deep in a condition", Parts { conditions: negations + &both, exec, ..standard() }, possible);
    families
}

#[test]
fn no_template_is_too_hard_or_too_deep() {
    for (name, template, certainty) in families() {
        let check = move || {
            let source = Arc::new(SourceFile::new("t.yaml", template));
            let found = check_template(&source, &Settings { severity: Severity::Info, ..Settings::default() });
            let found = found.iter().filter(|finding| finding.code == "ECS101");
            found.map(|finding| finding.certainty).max()
        };
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(check).expect("a thread starts");
        assert_eq!(thread.join().expect("the stack suffices"), certainty, "{name}");
    }
}

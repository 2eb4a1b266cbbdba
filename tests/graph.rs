//! `cfnvet graph`: what it shows of templates written for it, and of templates that try to break out of it.

use std::process::Command;
use std::sync::Arc;

use cfnvet::config::Settings;
use cfnvet::graph_view;
use cfnvet::report::graph::{GraphFormat, GraphView};
use cfnvet::text::SourceFile;
use serde_json::Value;

use crate::support::{read, root};

const FILES: [&str; 2] = ["fixtures/graph/ferries.yaml", "fixtures/graph/harbor.yaml"];

fn source(name: &str, text: impl Into<Vec<u8>>) -> Arc<SourceFile> {
    Arc::new(SourceFile::from_bytes(name, text.into()))
}

fn view_of(sources: &[Arc<SourceFile>]) -> GraphView {
    let settings: Vec<_> = sources.iter().map(|_| Arc::new(Settings::default())).collect();
    graph_view::view(sources, &settings, &|path| root().join(path).is_file().then(|| source(path, read(path))))
}

fn fixture() -> GraphView {
    view_of(&FILES.map(|name| source(name, read(name))))
}

fn json(view: &GraphView) -> Value {
    serde_json::from_str(&GraphFormat::Json.render(view)).expect("it is JSON")
}

/// The edges of a graph in words, for what matters here.
fn edges(document: &Value) -> Vec<String> {
    let name = |id: &Value| document["resources"][id.as_u64().expect("a number") as usize]["logical_id"].clone();
    let edges = document["edges"].as_array().expect("a list").iter();
    let words = |edge: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let when = text(&edge["when"]["text"]);
        let when = if when.is_empty() { String::new() } else { format!(" if {when}") };
        format!("{} -> {}: {}{when}", text(&name(&edge["from"])), text(&name(&edge["to"])), text(&edge["label"]))
    };
    edges.map(words).collect()
}

#[test]
fn the_fixture_as_mermaid() {
    insta::assert_snapshot!("graph-mermaid", GraphFormat::Mermaid.render(&fixture()));
}

#[test]
fn the_fixture_as_dot() {
    insta::assert_snapshot!("graph-dot", GraphFormat::Dot.render(&fixture()));
}

#[test]
fn the_fixture_as_json() {
    let version = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"");
    insta::assert_snapshot!("graph-json", GraphFormat::Json.render(&fixture()).replace(version, "\"version\":\"VERSION\""));
}

/// The elements of a page, without what is in them: text, places and the data.
fn structure(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        for raw in ["script", "style"] {
            if name == raw {
                rest = &rest[rest.find(&format!("</{raw}")).expect("it ends")..];
            }
        }
        let shown = ["id=", "class=", "data-resource=", "data-from=", "data-to=", "data-edges=", "data-show=", "data-type="];
        let attributes = tag.split("\" ").filter_map(|part| {
            let start = shown.iter().find_map(|name| {
                part.strip_prefix(*name).or_else(|| Some(part.split_once(&format!(" {name}"))?.1)).map(|rest| (name, rest))
            })?;
            Some(format!(" {}{}", start.0, start.1.trim_matches(['"', '/'])))
        });
        let attributes: String = attributes.collect();
        if !name.starts_with('/')
            && (!attributes.is_empty() || ["main", "svg", "script", "style", "header", "nav"].contains(&name))
        {
            out += &format!("{name}{attributes}\n");
        }
    }
    out
}

#[test]
fn the_structure_of_the_page() {
    insta::assert_snapshot!("graph-html", structure(&GraphFormat::Html.render(&fixture())));
}

#[test]
fn two_runs_write_the_same() {
    for format in GraphFormat::ALL {
        assert_eq!(format.render(&fixture()), format.render(&fixture()), "{}", format.as_str());
    }
}

#[test]
fn services_lead_to_the_group_their_tasks_are_placed_on() {
    let found = edges(&json(&fixture()));
    for expected in [
        "DayFerry -> DockCapacity: places tasks on if not AtNight",
        "DayFerry -> DockCapacity: imports harbor-capacity if not AtNight",
        "DayFerry -> Harbor: places tasks on if AtNight",
        "NightFerry -> DockCapacity: places tasks on if not InProduction and AtNight",
        "NightFerry -> Harbor: places tasks on if InProduction and AtNight",
        "DockCapacity -> Docks: places tasks on",
        "Timetable -> Logbook: Ref if InProduction",
        "Timetable -> Notes: Ref if not InProduction",
        "NightFerry -> DayFerry: DependsOn if AtNight",
        "Docks -> Crane: GetAtt LatestVersionNumber",
        "Signal -> Lighthouse: Sub",
        "Watch -> Lamp: Ref if IsLit",
    ] {
        assert!(found.iter().any(|edge| edge == expected), "{expected} is not in {found:#?}");
    }
}

#[test]
fn every_end_of_an_edge_and_every_stack_exists() {
    let incident = "fixtures/incident/exec-with-provider.yaml";
    for view in [fixture(), view_of(&[source(incident, read(incident))]), view_of(&[])] {
        let document = json(&view);
        let count = |name: &str| document[name].as_array().expect("a list").len() as u64;
        for (list, field, of) in [
            ("edges", "from", "resources"),
            ("edges", "to", "resources"),
            ("resources", "stack", "stacks"),
            ("stacks", "parent", "resources"),
        ] {
            for entry in document[list].as_array().expect("a list") {
                assert!(entry[field].as_u64().is_none_or(|number| number < count(of)), "{list}: {entry}");
                assert!(field == "parent" || entry[field].is_u64(), "{list}: {entry}");
            }
        }
        for finding in document["findings"].as_array().expect("a list") {
            for number in ["resources", "involved"].iter().flat_map(|field| finding[field].as_array().expect("a list")) {
                assert!(number.as_u64().is_some_and(|number| number < count("resources")), "{finding}");
            }
        }
    }
}

#[test]
fn the_service_with_the_hazard_is_red_and_so_is_its_way_to_the_group() {
    let path = "fixtures/incident/exec-with-provider.yaml";
    let view = view_of(&[source(path, read(path))]);
    let document = json(&view);
    let red = |list: &str, name: &dyn Fn(&Value) -> String| -> Vec<String> {
        document[list].as_array().expect("a list").iter().filter(|entry| entry["hazard"] == true).map(name).collect()
    };
    let name = |id: u64| document["resources"][id as usize]["logical_id"].as_str().expect("a string").to_owned();
    assert_eq!(red("resources", &|found| name(found["id"].as_u64().expect("a number"))), ["Tickets"]);
    let ends = |edge: &Value| ["from", "to"].map(|end| name(edge[end].as_u64().expect("a number"))).join(" -> ");
    assert_eq!(red("edges", &ends), ["HostCapacity -> Hosts", "Tickets -> HostCapacity"]);
    let page = GraphFormat::Html.render(&view);
    assert!(page.contains("class=\"resource danger\"") && page.contains(">ECS101<"), "the page shows it");
    for format in [GraphFormat::Mermaid, GraphFormat::Dot] {
        assert!(format.render(&view).contains("error ECS101: "), "{} tells it", format.as_str());
    }
}

#[test]
fn each_instance_of_a_nested_template_has_its_own_findings() {
    let path = "fixtures/linked/parent.yaml";
    let document = json(&view_of(&[source(path, read(path))]));
    let stacks = document["stacks"].as_array().expect("a list");
    assert_eq!(stacks.len(), 3, "{stacks:#?}");
    // Of the two stacks made of the child, one has ECS Exec on.
    let found = document["findings"].as_array().expect("a list").iter().filter(|found| found["code"] == "ECS101");
    let on: Vec<&Value> = found.filter(|found| found["severity"] != "info").collect();
    let [finding] = on.as_slice() else { panic!("{on:#?}") };
    let worker = &document["resources"][finding["resources"][0].as_u64().expect("a number") as usize];
    let parent = stacks[worker["stack"].as_u64().expect("a number") as usize]["parent"].as_u64().expect("it is nested");
    assert_eq!(document["resources"][parent as usize]["logical_id"], "Trial");
}

/// Names that try to become something else than text.
const HOSTILE: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "`]) --> x((\"y\"))\n  click x call alert()",
    "&lt;b&gt;&#60;script&#62;",
    "\\\" ]; evil [label=\"\\",
    "<!--<script>",
    "a\u{202e}b\u{1b}[31m\u{2028}%%{init: {}}%%",
];

fn hostile() -> Arc<SourceFile> {
    let quoted = |text: &str| serde_json::to_string(text).expect("a string");
    let mut resources: Vec<String> = HOSTILE
        .iter()
        .zip(HOSTILE.iter().cycle().skip(1))
        .map(|(name, other)| {
            let properties = format!("{{\"a\": {{\"Ref\": {0}}}, \"b\": {{\"Fn::GetAtt\": [{0}, {0}]}}, \"c\": {{\"Fn::If\": [{1}, {{\"Ref\": \"Hosts\"}}, 1]}}}}", quoted(other), quoted(name));
            format!("{}: {{\"Type\": {}, \"Condition\": {}, \"Properties\": {properties}}}", quoted(name), quoted(other), quoted(other))
        })
        .collect();
    // A finding with such a name in its message.
    resources.push(format!("{}: {{\"Type\": \"AWS::ECS::Service\", \"Properties\": {{\"EnableExecuteCommand\": true, \"TaskDefinition\": \"t\", \"CapacityProviderStrategy\": [{{\"CapacityProvider\": {{\"Ref\": \"</title><script>p\"}}}}]}}}}", quoted("</text><script>s")));
    resources.push("\"</title><script>p\": {\"Type\": \"AWS::ECS::CapacityProvider\", \"Properties\": {\"AutoScalingGroupProvider\": {\"AutoScalingGroupArn\": {\"Ref\": \"Hosts\"}, \"ManagedScaling\": {\"Status\": \"ENABLED\"}}}}".to_owned());
    resources.push("\"Hosts\": {\"Type\": \"AWS::AutoScaling::AutoScalingGroup\"}".to_owned());
    let conditions: Vec<String> =
        HOSTILE.iter().map(|name| format!("{}: {{\"Fn::Equals\": [{{\"Ref\": \"P\"}}, {0}]}}", quoted(name))).collect();
    let text = format!(
        "{{\"Parameters\": {{\"P\": {{\"Type\": \"String\"}}}}, \"Conditions\": {{{}}}, \"Resources\": {{{}}}}}",
        conditions.join(", "),
        resources.join(", ")
    );
    source("</h1><script>file</script>\".json", text)
}

#[test]
fn a_template_cannot_inject_markup_into_the_page() {
    let view = view_of(&[hostile()]);
    assert!(!view.findings.is_empty(), "there is a message to escape");
    let page = GraphFormat::Html.render(&view);
    let elements = |page: &str, name: &str| page.matches(&format!("<{name}")).count();
    assert_eq!(elements(&page, "script"), 2, "the data and the script of the page");
    assert_eq!(page.matches("</script").count(), 2);
    for forbidden in ["<img", "<!--", " onerror=", " onmouseover=", "javascript:"] {
        let around = page.find(forbidden).map(|at| page[at.saturating_sub(60)..].chars().take(120).collect::<String>());
        // Text may hold the words of an attribute; a tag may not.
        let in_tag = page.split('<').skip(1).filter_map(|tag| tag.split_once('>')).any(|(tag, _)| {
            let unquoted: String = tag.split('"').step_by(2).collect();
            unquoted.contains(forbidden.trim_start_matches('<'))
        });
        assert!(!in_tag || forbidden == "<!--", "{forbidden}: {around:?}");
        assert!(!forbidden.starts_with('<') || around.is_none(), "{forbidden}: {around:?}");
    }
    // Every element of the drawing is one of ours.
    let known = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "input", "span", "button",
        "main", "nav", "ul", "li", "svg", "g", "path", "b", "small", "wbr", "label", "i", "div", "aside", "script", "defs",
        "marker", "rect", "text",
    ];
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once('<') {
        let name: String = after.chars().take_while(|c| !c.is_whitespace() && *c != '>' && *c != '/').collect();
        assert!(after.starts_with('/') || known.contains(&name.as_str()), "<{name}>");
        rest = after;
        for raw in ["script", "style"] {
            if name == raw {
                rest = &rest[rest.find(&format!("</{raw}")).expect("it ends")..];
            }
        }
    }
    let data = page.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("there is data").0;
    let data: Value = serde_json::from_str(data).expect("it is JSON");
    assert_eq!(data, json(&view), "and says what the JSON form says");
}

#[test]
fn a_template_cannot_break_out_of_mermaid_and_dot() {
    let view = view_of(&[hostile()]);
    for line in GraphFormat::Mermaid.render(&view).lines() {
        let quotes = line.matches('"').count();
        assert!(quotes == 0 || quotes == 2, "{line}");
        let label = line.split('"').nth(1).unwrap_or_default().replace("<br/>", "");
        assert!(!label.contains(['<', '>', '`', '&', '\\', '(', '[', '{', '%']), "{line}");
        let known = ["flowchart LR", "subgraph s", "end", "r", "classDef ", "class r", "linkStyle "];
        assert!(known.iter().any(|start| line.trim_start().starts_with(start)), "{line}");
    }
    let dot = GraphFormat::Dot.render(&view);
    for line in dot.lines() {
        let mut is_quoted = false;
        let mut outside = String::new();
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => is_quoted = !is_quoted,
                '\\' if is_quoted => drop(characters.next()),
                other if !is_quoted => outside.push(other),
                _ => {}
            }
        }
        assert!(!is_quoted && !outside.contains("evil") && !line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn the_page_loads_nothing_and_allows_its_own_script_and_style_only() {
    let page = GraphFormat::Html.render(&fixture());
    for foreign in ["src=", "href=", "@import", "url(http", "https://", "http://"] {
        let found: Vec<&str> = page.match_indices(foreign).map(|(at, _)| &page[at..page.len().min(at + 30)]).collect();
        // Names of namespaces and of AWS's services are no addresses that a page loads.
        assert!(found.iter().all(|text| text.starts_with("http://www.w3.org/2000/svg")), "{foreign}: {found:?}");
    }
    let between =
        |start: &str, end: &str| page.split_once(start).and_then(|(_, rest)| rest.split_once(end)).expect("it is there").0;
    for (kind, text) in [("style", between("<style>", "</style>")), ("script", between("<script>", "</script>"))] {
        let hash = base64(&sha256(text.as_bytes()));
        assert!(page.contains(&format!("{kind}-src 'sha256-{hash}'")), "html.rs must name the hash of the {kind}: {hash}");
    }
}

#[test]
fn a_graph_of_300_resources_is_drawn() {
    let mut text = String::from("Resources:\n");
    for number in 0..300 {
        text += &format!(
            "  R{number}:\n    Type: AWS::S{}::Thing\n    Properties: {{A: !Ref R{}, B: !Ref R{}}}\n",
            number % 11,
            number / 2,
            number / 7
        );
    }
    let view = view_of(&[source("large.yaml", text)]);
    let page = GraphFormat::Html.render(&view);
    assert_eq!(page.matches("data-resource=").count(), 300);
}

#[test]
fn the_command_writes_to_a_file_and_says_what_it_cannot_read() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("graph.html");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
        let output = command.arg("graph").args(arguments).current_dir(root()).output().expect("the binary runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    let name = file.to_str().expect("its name is UTF-8");
    let (status, out, _) = run(&["--format", "html", "--output-file", name, FILES[0], FILES[1]]);
    assert_eq!((status, out.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(&file).expect("it was written"), GraphFormat::Html.render(&fixture()));
    let (status, out, _) = run(&[FILES[0], FILES[1]]);
    assert_eq!((status, out), (Some(0), GraphFormat::Mermaid.render(&fixture())));
    let (status, _, error) = run(&["missing.yaml"]);
    assert_eq!(status, Some(2));
    assert!(error.contains("missing.yaml"), "{error}");
}

/// A plain SHA-256, so that a page's hashes are checked by something that did not write them.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    let primes: Vec<u32> = (2_u32..312).filter(|n| (2..*n).all(|d| n % d != 0)).take(64).collect();
    let fraction = |root: f64| ((root - root.floor()) * 4_294_967_296.0) as u32;
    let mut state: Vec<u32> = primes[..8].iter().map(|prime| fraction(f64::from(*prime).sqrt())).collect();
    let constants: Vec<u32> = primes.iter().map(|prime| fraction(f64::from(*prime).cbrt())).collect();
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in message.chunks_exact(64) {
        let mut words: Vec<u32> =
            block.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]])).collect();
        for at in 16..64 {
            let (a, b) = (words[at - 15], words[at - 2]);
            let a = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let b = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            words.push(words[at - 16].wrapping_add(a).wrapping_add(words[at - 7]).wrapping_add(b));
        }
        let mut s = state.clone();
        for at in 0..64 {
            let big = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
            let choice = (s[4] & s[5]) ^ (!s[4] & s[6]);
            let first = s[7].wrapping_add(big).wrapping_add(choice).wrapping_add(constants[at]).wrapping_add(words[at]);
            let small = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(first);
            s[0] = first.wrapping_add(small.wrapping_add(majority));
        }
        state.iter_mut().zip(s).for_each(|(sum, word)| *sum = sum.wrapping_add(word));
    }
    let mut hash = [0; 32];
    hash.chunks_exact_mut(4).zip(state).for_each(|(out, word)| out.copy_from_slice(&word.to_be_bytes()));
    hash
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

//! `cfnvet explain` and `cfnvet rules`.

use std::fmt::Write;

use serde::Serialize;

use super::{CliError, SUCCESS, known_rule, output};
use crate::policy;
use crate::report::Format;
use crate::rules::{self, Rule, Status};

pub(super) fn explain(written: &str) -> Result<u8, CliError> {
    let Some(rule) = rules::find(written) else {
        if written.get(..policy::PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(policy::PREFIX)) {
            return Err(CliError::ExplainPolicy(written.to_owned()));
        }
        // A prefix names several rules, which have no page in common.
        let nearest = known_rule(written).err().flatten();
        return Err(CliError::NothingToExplain { written: written.to_owned(), nearest });
    };
    output::print(&format!("{}\n", rule.page.trim_end()))?;
    Ok(SUCCESS)
}

pub(super) fn list(format: Format) -> Result<u8, CliError> {
    let entries: Vec<Entry> = rules::all().iter().map(|rule| Entry::new(rule)).collect();
    let text = match format {
        Format::Concise => entries.iter().map(|entry| format!("{} {}\n", entry.code, entry.name)).collect(),
        Format::Json => {
            let lines: Vec<String> = entries.iter().filter_map(|entry| serde_json::to_string(entry).ok()).collect();
            format!("[\n{}\n]\n", lines.join(",\n"))
        }
        _ => table(&entries),
    };
    output::print(&text)?;
    Ok(SUCCESS)
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    status: &'static str,
    since: Option<&'static str>,
    title: &'static str,
}

impl Entry {
    fn new(rule: &Rule) -> Self {
        let (status, since) = match rule.status {
            Status::Stable { since } => ("stable", Some(since)),
            Status::Preview { since } => ("preview", Some(since)),
            Status::Experimental { since } => ("experimental", Some(since)),
        };
        let title = rule.page.lines().next().unwrap_or_default().trim_start_matches('#').trim();
        Self { code: rule.code, name: rule.name, severity: rule.severity.as_str(), status, since, title }
    }
}

fn table(entries: &[Entry]) -> String {
    let widest = |heading: &str, cell: fn(&Entry) -> &str| {
        entries.iter().map(|entry| cell(entry).len()).chain([heading.len()]).max().unwrap_or_default()
    };
    let code = widest("CODE", |entry| entry.code);
    let name = widest("NAME", |entry| entry.name);
    let severity = widest("SEVERITY", |entry| entry.severity);
    let status = widest("STATUS", |entry| entry.status);
    let mut out = format!("{:code$}  {:name$}  {:severity$}  {:status$}  TITLE\n", "CODE", "NAME", "SEVERITY", "STATUS");
    for entry in entries {
        let _ = writeln!(
            out,
            "{:code$}  {:name$}  {:severity$}  {:status$}  {}",
            entry.code, entry.name, entry.severity, entry.status, entry.title
        );
    }
    out
}

//! `--guard`, `cfnvet guard test` and `cfnvet guard validate`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::inputs::Inputs;
use super::{COULD_NOT_RUN, CliError, FINDINGS, SUCCESS, output};
use crate::discover::{self, Policies, PolicyLibrary};
use crate::policy::{self, Engine};
use crate::report::RunProblem;
use crate::syntax;

/// Gives each template its policies: those of the command line, and those of its config file.
pub(super) fn attach(written: &[String], engine: impl FnOnce() -> Engine, inputs: &mut Inputs) {
    if written.is_empty() && inputs.settings.iter().all(|settings| settings.guard.is_empty()) {
        return;
    }
    let mut library = PolicyLibrary::new(engine());
    let mut known: Vec<(Vec<String>, Policies)> = Vec::new();
    let mut all = Vec::with_capacity(inputs.settings.len());
    for settings in &inputs.settings {
        let paths: Vec<String> = written.iter().chain(&settings.guard).cloned().collect();
        let policies = known.iter().find(|(of, _)| *of == paths).map(|(_, policies)| Arc::clone(policies));
        all.push(policies.unwrap_or_else(|| {
            let policies = library.policies(&paths);
            known.push((paths, Arc::clone(&policies)));
            policies
        }));
    }
    if all.iter().any(|policies| !policies.is_empty()) {
        inputs.companions.policies = all;
    }
    library.warnings.iter().for_each(output::run_warning);
    inputs.problems.append(&mut library.problems);
}

/// Prints the verdicts as JSON, an object of rule files, templates and rules.
pub(super) fn validate(written: &[String], paths: &[PathBuf]) -> Result<u8, CliError> {
    let mut library = PolicyLibrary::default();
    let policies = library.policies(written);
    library.warnings.iter().for_each(output::run_warning);
    let candidates = discover::candidates(paths, false);
    let files = discover::read(&candidates, "");
    let mut problems = library.problems;
    problems.extend(candidates.problems);
    problems.extend(files.problems);
    let mut all = serde_json::Map::new();
    for source in &files.sources {
        let tree = syntax::parse(source);
        let mut of_template = serde_json::Map::new();
        for policy in policies.iter() {
            match policy::verdicts(policy, &tree) {
                Ok(verdicts) => drop(of_template.insert(policy.source.name().to_owned(), serde_json::json!(verdicts))),
                Err(message) => {
                    let message = format!("cannot be evaluated on {}: {message}", source.name());
                    problems.push(RunProblem { file: Some(policy.source.name().to_owned()), place: None, message });
                }
            }
        }
        all.insert(source.name().to_owned(), of_template.into());
    }
    output::print(&format!("{}\n", serde_json::Value::Object(all)))?;
    problems.iter().for_each(output::problem);
    Ok(if problems.is_empty() { SUCCESS } else { COULD_NOT_RUN })
}

/// Runs the tests of policies.
pub(super) fn test(paths: &[PathBuf]) -> Result<u8, CliError> {
    let (mut out, mut problems) = (String::new(), Vec::new());
    let (mut held, mut failed) = (0, 0);
    let mut unknown = BTreeSet::new();
    for path in paths {
        let tests = discover::guard_tests(path).unwrap_or_else(|mut found| {
            problems.append(&mut found);
            Vec::new()
        });
        for discover::GuardTest { policy: source, tests } in tests {
            let mut loaded = policy::load(&source);
            problems.append(&mut loaded.problems);
            loaded.warnings.iter().for_each(output::run_warning);
            if tests.is_empty() {
                let _ = writeln!(out, "Guard File {} did not have any tests associated, skipping.\n---", source.name());
                continue;
            }
            let _ = writeln!(out, "Testing Guard File {}", source.name());
            let Some(policy) = loaded.policy else {
                out.push_str("---\n");
                continue;
            };
            let mut number = 0;
            for file in tests {
                match policy::test(&policy, &file) {
                    Ok(cases) => cases.iter().for_each(|case| {
                        number += 1;
                        held += case.held();
                        unknown.extend(case.unknown(source.name()));
                        failed += case.failed();
                        out.push_str(&case.render(number));
                    }),
                    Err(problem) => problems.push(problem),
                }
            }
            out.push_str("---\n");
        }
    }
    output::print(&out)?;
    unknown.iter().for_each(|line| output::warning(line));
    problems.iter().for_each(output::problem);
    output::note(&format!("{held} expectations hold, {failed} do not.\n"));
    Ok(match (problems.is_empty(), failed) {
        (false, _) => COULD_NOT_RUN,
        (true, 0) => SUCCESS,
        (true, _) => FINDINGS,
    })
}

//! `cfnvet inspect`.

use std::sync::Arc;

use super::{COULD_NOT_RUN, CliError, FINDINGS, InspectArgs, SUCCESS, output};
use crate::check;
use crate::config::Settings;
use crate::discover;
use crate::report::{Report, RunProblem, Style};

pub(super) fn run(arguments: &InspectArgs) -> Result<u8, CliError> {
    let outputs = arguments.output.outputs()?;
    let files = discover::candidates(&arguments.files, false);
    let (sources, unread) = discover::read(&files, "<stdin>");
    let templates = discover::candidates(&arguments.template, false);
    let (templates, unread_templates) = discover::read(&templates, "<stdin>");
    let mut problems: Vec<RunProblem> = files.problems.into_iter().chain(unread).chain(unread_templates).collect();
    let settings = Arc::new(Settings { severity: arguments.severity, ..Settings::default() });
    let (diagnostics, unknown) = check::inspect(&sources, &templates, &settings);
    for index in unknown {
        let message = "nothing in it is known: it takes the output of `aws ecs describe-…`, of `aws autoscaling \
                       describe-auto-scaling-groups`, or ECS task state change events";
        problems.push(RunProblem { file: Some(sources[index].name().to_owned()), message: message.to_owned() });
    }
    let report = Report {
        diagnostics: &diagnostics,
        problems: &problems,
        rules: &[],
        files: &sources,
        kind: "file",
        fixes: None,
        elapsed: None,
        style: Style::default(),
    };
    outputs.write(&report)?;
    problems.iter().for_each(output::problem);
    Ok(match (problems.is_empty(), diagnostics.is_empty()) {
        (false, _) => COULD_NOT_RUN,
        (true, false) => FINDINGS,
        (true, true) => SUCCESS,
    })
}

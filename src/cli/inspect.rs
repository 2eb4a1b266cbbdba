//! `cfnvet inspect`.

use std::sync::Arc;

use super::{COULD_NOT_RUN, CliError, FINDINGS, InspectArgs, SUCCESS, output};
use crate::check;
use crate::config::Settings;
use crate::discover::{self, Files};
use crate::report::{Report, RunProblem};

pub(super) fn run(arguments: &InspectArgs) -> Result<u8, CliError> {
    let outputs = arguments.output.outputs()?;
    let files = discover::candidates(&arguments.files, false);
    let Files { sources, problems: unread, .. } = discover::read(&files, "<stdin>");
    let templates = discover::candidates(&arguments.template, false);
    let Files { sources: templates, problems: unread_templates, .. } = discover::read(&templates, "<stdin>");
    let mut problems: Vec<RunProblem> = files.problems.into_iter().chain(unread).chain(unread_templates).collect();
    let settings = Arc::new(Settings { severity: arguments.severity, ..Settings::default() });
    let (diagnostics, unknown) = check::inspect(&sources, &templates, &settings);
    for index in unknown {
        let message = "nothing in it is known: it takes the output of `aws ecs describe-…`, of `aws autoscaling \
                       describe-auto-scaling-groups`, or ECS task state change events";
        problems.push(RunProblem { file: Some(sources[index].name().to_owned()), place: None, message: message.to_owned() });
    }
    let report = Report { diagnostics: &diagnostics, problems: &problems, files: &sources, kind: "file", ..Report::default() };
    outputs.write(&report)?;
    problems.iter().for_each(output::problem);
    Ok(match (problems.is_empty(), diagnostics.is_empty()) {
        (false, _) => COULD_NOT_RUN,
        (true, false) => FINDINGS,
        (true, true) => SUCCESS,
    })
}

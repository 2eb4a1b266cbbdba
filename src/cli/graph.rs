//! `cfnvet graph`.

use super::cfn_lint::CfnLintArgs;
use super::inputs::{Inputs, input_overrides, read, tell, warn_of_unmatched};
use super::outputs::{spare, write_to};
use super::{COULD_NOT_RUN, CliError, GraphArgs, SUCCESS};
use crate::{discover, graph_view};

pub(super) fn run(arguments: &GraphArgs) -> Result<u8, CliError> {
    let inputs = read(&arguments.inputs, &CfnLintArgs::default(), &input_overrides(&arguments.inputs))?;
    let Inputs { sources, skipped, settings, companions, problems, refused, jobs, .. } = inputs;
    if let Some((_, message)) = refused.into_iter().next() {
        return Err(CliError::ParameterFile(message));
    }
    arguments.output_file.as_deref().map_or(Ok(()), |file| spare(file, &sources))?;
    let text = jobs.run(sources.len(), || {
        let view = graph_view::view(&sources, &settings, &discover::linked);
        arguments.format.render(&view)
    })?;
    if !sources.is_empty() {
        write_to(arguments.output_file.as_deref(), &text)?;
    }
    tell(&sources, skipped, &problems);
    warn_of_unmatched(&arguments.inputs, &sources, &companions);
    Ok(if problems.is_empty() { SUCCESS } else { COULD_NOT_RUN })
}

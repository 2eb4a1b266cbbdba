//! `cfnvet check`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::inputs::{Inputs, input_overrides, read, tell, warn_of_unmatched};
use super::suppress;
use super::{COULD_NOT_RUN, CheckArgs, CliError, FINDINGS, SUCCESS, cfn_lint, fix, guard_worker, known_rule, output, progress};
use crate::check::{self, Outcome, Watch};
use crate::config::{Overrides, Selectors, Settings};
use crate::discover;
use crate::fix::Fixed;
use crate::report::{Hidden, Report};
use crate::text::SourceFile;

pub(super) fn run(mut arguments: CheckArgs) -> Result<u8, CliError> {
    let start = now();
    let overrides = overrides(&mut arguments)?;
    // What cannot be had together is refused before anything is read.
    arguments.output.outputs()?;
    let allowed = fix::allowed(&arguments)?;
    if arguments.add_ignores.is_some() && fix::reads_standard_input(&arguments) {
        return Err(CliError::IgnoresInStandardInput);
    }
    let clock = || start.elapsed();
    let watch = if arguments.timings { Watch::with_clock(&clock) } else { Watch::default() };
    let work = || {
        let mut inputs = watch.step("read", || read(&arguments.inputs, &arguments.cfn_lint, &overrides))?;
        let limit = Duration::from_secs(u64::from(arguments.guard_timeout.get()));
        let engine = || guard_worker::engine(arguments.guard_isolate, limit);
        watch.step("policies", || super::guard::attach(&arguments.guard, engine, &mut inputs));
        let Inputs { sources, settings, companions, jobs, .. } = &inputs;
        let count = sources.len() + companions.sources.len();
        let found = match allowed {
            None => {
                let check = || check::check_among(sources, settings, companions, &discover::linked, &watch);
                Found::AsGiven(jobs.run(count, check)?)
            }
            Some(allowed) => {
                let fix = || crate::fix::apply(sources, settings, companions, &discover::linked, allowed);
                Found::Fixed(Box::new(watch.step("fix", || jobs.run(count, fix))?))
            }
        };
        Ok::<_, CliError>((inputs, found))
    };
    // Whoever types a template is not to be disturbed.
    let is_typed = arguments.inputs.paths.iter().any(|path| path.as_os_str() == discover::STANDARD_INPUT);
    let (inputs, found) = if is_typed { work() } else { progress::shown(&watch, work) }?;
    let Inputs { mut sources, skipped, settings, companions, mut problems, refused, run, jobs } = inputs;
    run.fill(&mut arguments.output);
    let outputs = arguments.output.outputs()?;
    outputs.spare(&sources)?;
    let check = |sources: &[Arc<SourceFile>]| {
        let check = || check::check_among(sources, &settings, &companions, &discover::linked, &watch);
        jobs.run(sources.len() + companions.sources.len(), check)
    };
    let (mut outcome, fixes) = match found {
        Found::AsGiven(outcome) => (outcome, None),
        Found::Fixed(fixed) if arguments.diff => {
            tell(&sources, skipped, &problems);
            return fix::show(&outputs, &fixed, &problems);
        }
        Found::Fixed(fixed) => {
            let (outcome, fixes) = fix::keep(&arguments, &mut sources, *fixed, &mut problems, check)?;
            (outcome, Some(fixes))
        }
    };
    if let Some(reason) = &arguments.add_ignores {
        suppress::without_baseline(&arguments, &sources, &settings, &mut outcome.diagnostics)?;
        suppress::add_ignores(&mut sources, &outcome.diagnostics, reason, &mut problems);
        outcome = check(&sources)?;
    }
    let is_told = |name: &str| outcome.diagnostics.iter().any(|diagnostic| diagnostic.file.name() == name);
    if let Some((_, message)) = refused.into_iter().find(|(name, _)| !is_told(name)) {
        return Err(CliError::ParameterFile(message));
    }
    let baseline = suppress::without_baseline(&arguments, &sources, &settings, &mut outcome.diagnostics)?;
    let fixes = fixes.unwrap_or_else(|| fix::offered(&outcome.diagnostics, &sources));
    let Outcome { diagnostics, suppressed, warnings, problems: failed, .. } = outcome;
    warnings.iter().for_each(output::run_warning);
    problems.extend(failed);
    let report = Report {
        diagnostics: &diagnostics,
        problems: &problems,
        files: &sources,
        files_skipped: skipped,
        kind: "template",
        fixes: Some(fixes),
        elapsed: Some(start.elapsed()),
        hidden: Hidden { suppressed, baseline },
        ..Report::default()
    };
    let outputs = if fix::gives_text_back(&arguments) { outputs.printed_by(output::aside) } else { outputs };
    watch.step("report", || outputs.write(&report))?;
    if arguments.timings {
        output::note(&watch.timings().render());
    }
    tell(&sources, skipped, &problems);
    warn_of_unmatched(&arguments.inputs, &sources, &companions);

    let by_file: FxHashMap<&str, &Settings> =
        sources.iter().zip(&settings).map(|(source, settings)| (source.name(), settings.as_ref())).collect();
    let base = Settings::default().with(&overrides);
    let fails = diagnostics.iter().any(|diagnostic| {
        let settings = by_file.get(diagnostic.file.name()).copied().unwrap_or(&base);
        settings.fail_on.is_some_and(|level| diagnostic.severity >= level)
    });
    Ok(match (problems.is_empty(), fails) {
        (false, _) => COULD_NOT_RUN,
        (true, true) => FINDINGS,
        (true, false) => SUCCESS,
    })
}

/// What a run found.
enum Found {
    /// In the templates as they were given.
    AsGiven(Outcome),
    /// While they were fixed.
    Fixed(Box<Fixed>),
}

#[expect(clippy::disallowed_methods, reason = "the summary and --timings say how long the run took; nothing else depends on it")]
fn now() -> Instant {
    Instant::now()
}

fn overrides(arguments: &mut CheckArgs) -> Result<Overrides, CliError> {
    let mut overrides = Overrides::default();
    cfn_lint::merge(arguments, &mut overrides)?;
    for (option, names) in [("--select", &arguments.select), ("--ignore", &arguments.ignore)] {
        for written in names {
            known_rule(written).map_err(|nearest| CliError::UnknownRule { written: written.clone(), option, nearest })?;
        }
    }
    Ok(Overrides {
        selectors: Selectors { select: arguments.select.clone(), ignore: arguments.ignore.clone() },
        severity: arguments.severity,
        fail_on: arguments.fail_on.map(|level| level.0),
        mandatory: overrides.mandatory,
        rule_options: overrides.rule_options,
        include_experimental: overrides.include_experimental,
        ..input_overrides(&arguments.inputs)
    })
}

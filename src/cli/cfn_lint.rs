//! The options of cfn-lint's command line, so that the arguments of a hook keep working: what they say is put where ours say it.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{CheckArgs, CliError, FailOn, output};
use crate::config::{self, Overrides};
use crate::diagnostic::Severity;
use crate::discover;
use crate::report::Format;

/// Hidden: they are for people who have them already.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct CfnLintArgs {
    #[arg(short = 'i', long, num_args = 1.., value_delimiter = ',', hide = true)]
    ignore_checks: Vec<String>,

    #[arg(short = 'c', long, num_args = 1.., value_delimiter = ',', hide = true)]
    include_checks: Vec<String>,

    #[arg(short = 'm', long, num_args = 1.., value_delimiter = ',', hide = true)]
    mandatory_checks: Vec<String>,

    #[arg(short = 'r', long = "regions", id = "cfn-lint-regions", num_args = 1.., value_delimiter = ',', hide = true)]
    regions: Vec<String>,

    #[arg(short = 't', long, visible_alias = "templates", num_args = 1.., hide = true)]
    template: Vec<String>,

    #[arg(long, num_args = 1.., hide = true)]
    pub(super) ignore_templates: Vec<String>,

    #[arg(short = 'f', long, value_parser = PossibleValuesParser::new(config::CFN_LINT_FORMATS), hide = true)]
    format: Option<String>,

    #[arg(long, value_parser = PossibleValuesParser::new(config::CFN_LINT_EXIT_CODES), hide = true)]
    non_zero_exit_code: Option<String>,

    #[arg(short = 'x', long, alias = "configure-rules", num_args = 1.., hide = true)]
    configure_rule: Vec<String>,

    #[arg(long = "parameters", id = "cfn-lint-parameters", visible_alias = "template-parameters", num_args = 1.., hide = true)]
    parameters: Vec<String>,

    #[arg(long = "parameter-files", id = "cfn-lint-parameter-files", num_args = 1.., hide = true)]
    parameter_files: Vec<PathBuf>,

    #[arg(long, num_args = 1.., hide = true)]
    deployment_files: Vec<PathBuf>,

    #[arg(long, conflicts_with_all = ["config", "isolated"], hide = true)]
    pub(super) config_file: Option<PathBuf>,

    /// What a template and the file ignore adds up here anyway.
    #[arg(long, hide = true)]
    merge_configs: bool,

    #[arg(short = 'a', long, num_args = 1.., hide = true)]
    append_rules: Vec<String>,

    #[arg(short = 'z', long, hide = true)]
    custom_rules: Option<String>,

    #[arg(short = 'b', long, hide = true)]
    ignore_bad_template: bool,

    #[arg(short = 'e', long, hide = true)]
    include_experimental: bool,

    #[arg(short = 'D', long, hide = true)]
    debug: bool,

    #[arg(short = 'I', long, hide = true)]
    info: bool,
}

/// Puts what cfn-lint's options say where ours say it; ours win. The rest goes into `overrides`.
pub(super) fn merge(arguments: &mut CheckArgs, overrides: &mut Overrides) -> Result<(), CliError> {
    let own = std::mem::take(&mut arguments.cfn_lint);
    for (option, is_given) in own.without_meaning() {
        if is_given {
            output::warning(&format!("`--{option}` is left aside, cfnvet has nothing like it"));
        }
    }
    // cfn-lint's lists take every word up to the next option, so that files behind them would be rules; here they are files.
    let mut files: Vec<PathBuf> = own.template.iter().map(PathBuf::from).collect();
    let mut rules = |words: &[String]| split(words, &mut files, |word| !looks_like_path(word));
    arguments.ignore.extend(rules(&own.ignore_checks));
    overrides.include_experimental = own.include_experimental;
    overrides.mandatory = rules(&own.mandatory_checks);
    if rules(&own.include_checks).iter().any(|check| check.starts_with('I')) {
        arguments.severity = arguments.severity.or(Some(Severity::Info));
    }
    let regions = rules(&own.regions);
    arguments.inputs.regions.extend(regions.into_iter().filter(|region| region != "ALL_REGIONS"));
    for written in split(&own.configure_rule, &mut files, |word| word.contains(':')) {
        let (rule, option, value) = configured(&written).ok_or_else(|| CliError::RuleOption(written.clone()))?;
        // An option that our rule lacks, cfn-lint's rule of the same code may have.
        let known = crate::rules::find(&rule).and_then(|rule| rule.options.iter().find(|known| known.name == option));
        if let Some(Err(fault)) = known.map(|known| known.check(&value)) {
            return Err(CliError::OptionValue { written, problem: fault.message });
        }
        overrides.rule_options.entry(rule).or_default().insert(option, value);
    }
    for written in split(&own.parameters, &mut files, |word| word.contains('=')) {
        // cfn-lint takes several of them in one word too.
        for pair in written.split(',').filter(|pair| !pair.is_empty()) {
            let pair = super::parameter(pair).map_err(|problem| CliError::Parameter { written: pair.to_owned(), problem })?;
            arguments.inputs.parameters.push(pair);
        }
    }
    arguments.inputs.parameter_files.extend(own.parameter_files.iter().cloned());
    arguments.inputs.deployment_files.extend(own.deployment_files.iter().cloned());
    // A template behind the folders of schemas is no folder.
    let named = std::mem::take(&mut arguments.inputs.registry_schemas);
    let (templates, folders) = named.into_iter().partition(|path| discover::is_a_file(path));
    arguments.inputs.registry_schemas = folders;
    files.extend::<Vec<PathBuf>>(templates);
    arguments.inputs.paths.extend(files);
    arguments.output.prefer(own.format.as_deref().map(format), None);
    let fail_on = own.non_zero_exit_code.as_deref().map(|word| FailOn(config::cfn_lint_fail_on(word)));
    arguments.fail_on = arguments.fail_on.or(fail_on);
    arguments.cfn_lint =
        CfnLintArgs { ignore_templates: own.ignore_templates, config_file: own.config_file, ..CfnLintArgs::default() };
    Ok(())
}

impl CfnLintArgs {
    fn without_meaning(&self) -> [(&'static str, bool); 3] {
        [
            ("append-rules", !self.append_rules.is_empty()),
            ("custom-rules", self.custom_rules.is_some()),
            ("ignore-bad-template", self.ignore_bad_template),
        ]
    }
}

/// The format that is like what cfn-lint calls `word`.
pub(super) fn format(word: &str) -> Format {
    let same = Format::ALL.into_iter().find(|format| format.as_str() == word);
    same.unwrap_or(if word == "quiet" { Format::Concise } else { Format::Full })
}

/// The words that are `wanted`; the others are files.
fn split(words: &[String], files: &mut Vec<PathBuf>, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let (wanted, others): (Vec<String>, Vec<String>) = words.iter().cloned().partition(|word| wanted(word));
    files.extend(others.into_iter().map(PathBuf::from));
    wanted
}

/// Whether a word is a file or a glob, and no rule or region.
fn looks_like_path(word: &str) -> bool {
    word.contains(['.', '/', '\\', '*']) || Path::new(word) == Path::new("-")
}

/// `E3012:strict=false`.
fn configured(text: &str) -> Option<(String, String, serde_json::Value)> {
    let (rule, rest) = text.split_once(':')?;
    let (option, value) = rest.split_once('=')?;
    let value = match value.to_ascii_lowercase().as_str() {
        "true" => true.into(),
        "false" => false.into(),
        _ => value.parse::<i64>().map_or_else(|_| value.into(), Into::into),
    };
    Some((rule.to_owned(), option.to_owned(), value))
}

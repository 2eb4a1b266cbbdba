//! What helps to set cfnvet up: `init`, `config-schema`, `man` and `completions`.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::outputs::write_to;
use super::{Cli, CliError, SUCCESS, known_rules, output};
use crate::config::{self, Settings};
use crate::diagnostic::Severity;
use crate::discover;

/// Writes a first config file into the current folder.
pub(super) fn init(force: bool) -> Result<u8, CliError> {
    let file = Path::new(config::FILE_NAME);
    if !force && discover::exists(file) {
        return Err(CliError::ConfigExists);
    }
    let carried = match config::CFNLINTRC_NAMES.iter().find(|name| discover::exists(Path::new(name))) {
        None => Vec::new(),
        Some(name) => {
            let text = discover::text(Path::new(name)).map_err(|problem| CliError::ConfigFile(format!("{name}: {problem}")))?;
            let reading = config::parse_cfnlintrc(&text, Settings::default());
            if let Some(error) = reading.errors.first() {
                return Err(CliError::ConfigFile(error.in_file(name)));
            }
            for warning in &reading.warnings {
                output::warning(&warning.in_file(name));
            }
            for key in not_carried(&reading.settings) {
                output::warning(&format!("{name}: `{key}` has no key in {}, give it on the command line", config::FILE_NAME));
            }
            output::print(&format!("What {name} says is carried over.\n"))?;
            carried(&reading.settings)
        }
    };
    write_to(Some(file), &config::starter(&carried))?;
    output::print(&format!("Wrote {}.\n", config::FILE_NAME))?;
    Ok(SUCCESS)
}

/// The keys of our config file that say what cfn-lint's says.
fn carried(settings: &Settings) -> Vec<(&'static str, String)> {
    let json = |list: &[String]| serde_json::Value::from(list.to_vec()).to_string();
    let mut keys = Vec::new();
    let selection = &settings.selection;
    let ignored: Vec<String> =
        selection.config.ignore.iter().filter(|check| !selection.mandatory.contains(check)).cloned().collect();
    let globs: Vec<String> = settings.exclude.clone();
    for (key, list) in [
        ("ignore", &ignored),
        ("exclude", &globs),
        ("regions", &settings.regions),
        ("parameter-files", &settings.parameter_files),
        ("registry-schemas", &settings.registry_schemas),
    ] {
        if !list.is_empty() {
            keys.push((key, json(list)));
        }
    }
    if let Some(spec) = &settings.override_spec {
        keys.push(("override-spec", serde_json::Value::from(spec.as_str()).to_string()));
    }
    if settings.severity == Severity::Info {
        keys.push(("severity", "info".to_owned()));
    }
    if settings.fail_on != Settings::default().fail_on {
        keys.push(("fail-on", settings.fail_on.map_or("never", Severity::as_str).to_owned()));
    }
    let lines = |entries: Vec<(String, String)>| {
        let line = |(name, value): (String, String)| format!("\n  {}: {value}", serde_json::Value::from(name));
        entries.into_iter().map(line).collect::<String>()
    };
    if !settings.parameters.is_empty() {
        let entries =
            settings.parameters.iter().map(|(name, value)| (name.clone(), serde_json::Value::from(value.as_str()).to_string()));
        keys.push(("parameters", lines(entries.collect())));
    }
    // A rule of ours may lack an option that cfn-lint's rule of the same code has.
    let has = |rule: &str, options: &serde_json::Value| {
        let known = crate::rules::find(rule);
        known.is_none_or(|known| {
            let takes = |(name, value): (&String, &serde_json::Value)| {
                known.options.iter().any(|option| option.name == name && option.check(value).is_ok())
            };
            options.as_object().is_some_and(|all| all.iter().all(takes))
        })
    };
    let options: Vec<(String, String)> = settings
        .rule_options
        .iter()
        .filter(|(rule, options)| has(rule, options))
        .map(|(rule, options)| (rule.clone(), options.to_string()))
        .collect();
    if !options.is_empty() {
        keys.push(("rules", lines(options)));
    }
    keys
}

fn not_carried(settings: &Settings) -> Vec<&'static str> {
    let run = &settings.run;
    let all = [
        ("templates", !run.templates.is_empty()),
        ("format", run.format.is_some()),
        ("output_file", run.output_file.is_some()),
        ("mandatory_checks", !settings.selection.mandatory.is_empty()),
    ];
    all.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
}

/// Prints the JSON Schema of the config file.
pub(super) fn schema() -> Result<u8, CliError> {
    let text = serde_json::to_string_pretty(&config::schema(&known_rules())).expect("a JSON value always serializes");
    output::print(&format!("{text}\n"))?;
    Ok(SUCCESS)
}

/// Prints the manual page of the program or of a command, or writes all of them into a folder.
pub(super) fn man(name: Option<&str>, folder: Option<&Path>) -> Result<u8, CliError> {
    let mut program = Cli::command();
    program.build();
    let shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    if let Some(folder) = folder {
        for command in std::iter::once(&program).chain(program.get_subcommands().filter(shown)) {
            let file = folder.join(format!("{}.1", command.get_display_name().unwrap_or(command.get_name())));
            write_to(Some(&file), &page(command)?)?;
        }
        return Ok(SUCCESS);
    }
    let command = match name {
        None => &program,
        Some(name) => program
            .get_subcommands()
            .filter(shown)
            .find(|command| command.get_name() == name)
            .ok_or_else(|| CliError::UnknownCommand(name.to_owned()))?,
    };
    output::print(&page(command)?)?;
    Ok(SUCCESS)
}

fn page(command: &Command) -> Result<String, CliError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Prints the script that completes command lines in a shell.
pub(super) fn completions(shell: Shell) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cfnvet", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(SUCCESS)
}

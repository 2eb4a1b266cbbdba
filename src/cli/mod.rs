//! The command line.
//!
//! What the commands do beyond reading their arguments and printing is in the modules to the left of this one.

mod cfn_lint;
mod check;
mod fix;
mod graph;
mod guard;
mod guard_worker;
mod inputs;
mod inspect;
mod lsp;
mod output;
mod outputs;
mod progress;
mod rules;
mod setup;
mod suppress;
mod write;

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use outputs::OutputArgs;

use crate::config::{self, KnownRule, nearest};
use crate::diagnostic::Severity;
use crate::report::Format;
use crate::report::graph::GraphFormat;
use crate::schema::{Facts, Provenance};

/// Nothing at or above `--fail-on`.
const SUCCESS: u8 = 0;
/// There are findings.
const FINDINGS: u8 = 1;
/// The run could not do what it was asked to.
const COULD_NOT_RUN: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  cfnvet check                              every template in this folder and below
  cfnvet check template.yaml child.json     these files
  cfnvet check 'stacks/**/*.yaml'           a glob, expanded by cfnvet
  cat template.yaml | cfnvet check - --stdin-filename template.yaml
  cfnvet check --select ECS --output-format concise
  cfnvet graph app.yaml --format html --output-file graph.html
  cfnvet explain exec-on-asg-capacity-provider";

const INSPECT_EXAMPLES: &str = "\
Examples:
  aws ecs describe-services --cluster shop --services api > services.json
  aws ecs describe-capacity-providers > providers.json
  cfnvet inspect services.json providers.json
  cfnvet inspect services.json --template stacks/api.yaml   where the template says something else";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  cfnvet explain ECS101
  cfnvet explain exec-on-asg-capacity-provider";

const RULES_EXAMPLES: &str = "\
Examples:
  cfnvet rules                         as a table
  cfnvet rules --output-format json    for programs";

const INIT_EXAMPLES: &str = "\
Where there is a .cfnlintrc, what it says is carried over.

Examples:
  cfnvet init
  cfnvet init --force    write over the file that is there";

const LSP_HELP: &str = "\
Editors start this command. They find templates by what is in them, and read the same config files as `cfnvet check`.

Exit status: 0 after the editor's `shutdown` and `exit`, 1 where it went away without.";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  cfnvet config-schema > .cfnvet.schema.json";

const GUARD_TEST_EXAMPLES: &str = "\
Exit status: 0 all hold, 1 some do not, 2 could not run.

Examples:
  cfnvet guard test policies/";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cfnvet completions bash > ~/.local/share/bash-completion/completions/cfnvet
  cfnvet completions zsh > ~/.zfunc/_cfnvet
  cfnvet completions fish > ~/.config/fish/completions/cfnvet.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  cfnvet man | man -l -
  cfnvet man check
  cfnvet man --out ~/.local/share/man/man1";

const CHECK_EXAMPLES: &str = "\
Rules are named by code (ECS101), name, the beginning of codes (ECS, E30) or ALL; the most specific one wins.

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 could not run. With --fix the findings that remain count; with --diff
it is 1 where there is a diff.

Examples:
  cfnvet check                                   every template in this folder and below
  cfnvet check stacks/ --ignore W,E3012          all rules but these
  cfnvet check --select ALL --severity info      everything there is to say
  cfnvet check --parameter Stage=prod app.yaml   only what happens with this value
  cfnvet check --fix app.yaml                    write the safe fixes, report the rest
  cfnvet check --diff --unsafe-fixes app.yaml    show what all fixes would change
  cfnvet check --output-format json > report.json
  cfnvet check --output-format concise --output-format sarif=cfnvet.sarif";

const GRAPH_EXAMPLES: &str = "\
Nested stacks with a local TemplateURL are read too; imports are linked to the templates given. The HTML page needs nothing beside it.

Exit status: 0 the graph was written, 2 could not run. Findings are shown in the graph and do not change it.

Examples:
  cfnvet graph app.yaml                                       a Mermaid flowchart, for Markdown
  cfnvet graph stacks/ --format html --output-file graph.html a page to look at
  cfnvet graph app.yaml --format dot | dot -Tsvg > graph.svg  drawn by Graphviz
  cfnvet graph app.yaml --format json                         for programs
  cfnvet graph app.yaml --parameter Stage=prod                as it is with this value";

/// A static analyzer for AWS CloudFormation templates: what a template can become, and what will go wrong.
#[derive(Debug, Parser)]
#[command(name = "cfnvet", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check templates
    Check(Box<CheckArgs>),
    /// Check what is deployed, as saved outputs of the AWS CLI and events describe it
    Inspect(InspectArgs),
    /// Show what templates were understood to be: resources, what they refer to and when, where ECS tasks are placed, and hazards
    Graph(Box<GraphArgs>),
    /// Print the page of a rule: what it finds, why, and what to do
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// The rule's code or name
        rule: String,
    },
    /// List the rules
    #[command(after_help = RULES_EXAMPLES)]
    Rules {
        /// How the list looks
        #[arg(long, value_name = "FORMAT", default_value = "full", value_parser = list_format_parser())]
        output_format: Format,
    },
    /// Write a first config file, .cfnvet.yaml, with every key explained
    #[command(after_help = INIT_EXAMPLES)]
    Init {
        /// Write over the file that is there
        #[arg(long)]
        force: bool,
    },
    /// Test policies in Guard's language, and see the verdict of each rule
    #[command(subcommand)]
    Guard(GuardCommand),
    /// Run the language server for editors, over standard input and output
    #[command(after_help = LSP_HELP)]
    Lsp {
        /// Speak over standard input and output, which is the default and the only way
        #[arg(long)]
        stdio: bool,
        /// The process of the editor, which some editors name; not needed
        #[arg(long = "clientProcessId", value_name = "PID", hide = true)]
        client_process_id: Option<u64>,
    },
    /// Print the JSON Schema of the config file
    #[command(after_help = SCHEMA_EXAMPLES)]
    ConfigSchema,
    /// Print a script that completes command lines in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// The command whose page is printed
        command: Option<String>,
        /// Write the pages of all commands into this folder
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        out: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
#[command(after_help = CHECK_EXAMPLES, group(ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true)))]
struct CheckArgs {
    #[command(flatten)]
    inputs: InputArgs,

    /// Write the safe fixes of findings into the files, and report what remains
    #[arg(long, help_heading = "Fixes")]
    fix: bool,

    /// With --fix or --diff: take the unsafe fixes too, which change what is deployed
    #[arg(long, requires = "fixing", help_heading = "Fixes")]
    unsafe_fixes: bool,

    /// Print what --fix would change as a unified diff; write and report nothing
    #[arg(long, conflicts_with = "formats", help_heading = "Fixes")]
    diff: bool,

    /// Run only these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,

    /// Do not run these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,

    /// Report findings from this level on: info, warning or error [default: warning]
    #[arg(long, value_name = "LEVEL", value_parser = severity_parser(), hide_possible_values = true, help_heading = "Rules")]
    severity: Option<Severity>,

    /// Exit with 1 for findings from this level on: info, warning, error or never [default: warning]
    #[arg(long, value_name = "LEVEL", value_parser = fail_on_parser(), hide_possible_values = true, help_heading = "Rules")]
    fail_on: Option<FailOn>,

    /// Write `# cfnvet: ignore[RULE] REASON` into the templates, for every finding there is
    #[arg(long, value_name = "REASON", value_parser = reason, conflicts_with_all = ["fix", "diff"], help_heading = "Suppression")]
    add_ignores: Option<String>,

    /// Do not report the findings that this file holds
    #[arg(long, value_name = "FILE", help_heading = "Suppression")]
    baseline: Option<PathBuf>,

    /// Write the findings to a file for --baseline
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "add_ignores", "diff"], help_heading = "Suppression")]
    write_baseline: Option<PathBuf>,

    /// Policies in Guard's language to check with too: a file, a folder of .guard files, a glob, or pack:NAME; may be given more
    /// than once
    #[arg(long, value_name = "PATH", help_heading = "Rules")]
    guard: Vec<String>,

    /// Evaluate policies in another process, so that one that crashes takes nothing else down
    #[arg(long, help_heading = "Rules")]
    guard_isolate: bool,

    /// What a policy may take on one template, in seconds; one that takes longer is a problem, and left out from there on
    #[arg(long, value_name = "SECONDS", default_value = "30", help_heading = "Rules")]
    guard_timeout: NonZeroU32,

    #[command(flatten)]
    output: OutputArgs,

    /// Say on standard error where the time went
    #[arg(long, help_heading = "Output")]
    timings: bool,

    #[command(flatten)]
    cfn_lint: cfn_lint::CfnLintArgs,
}

/// The level from which findings make a run fail; `None` for never.
#[derive(Clone, Copy, Debug)]
struct FailOn(Option<Severity>);

/// What is read, and what is known about it.
#[derive(Args, Debug)]
struct InputArgs {
    /// Files, folders (searched for templates), globs, or - for standard input [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A region the templates are meant for; may be given more than once
    #[arg(long = "region", value_name = "REGION", value_delimiter = ',', help_heading = "Analysis")]
    regions: Vec<String>,

    /// The value of a template parameter; may be given more than once
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter, help_heading = "Analysis")]
    parameters: Vec<(String, String)>,

    /// A file of parameter values: a list of ParameterKey and ParameterValue, a mapping, samconfig.toml, or a deployment file;
    /// may be given more than once
    #[arg(long = "parameter-file", value_name = "FILE", help_heading = "Analysis")]
    parameter_files: Vec<PathBuf>,

    /// cfn-lint's `--deployment-files`.
    #[arg(skip)]
    deployment_files: Vec<PathBuf>,

    /// The name of the stack a template is deployed as; may be given more than once
    #[arg(long = "stack-name", value_name = "TEMPLATE=NAME", value_parser = parameter, help_heading = "Analysis")]
    stack_names: Vec<(String, String)>,

    /// A folder of JSON schemas of resource types that AWS does not have; may be given more than once
    #[arg(long, short_alias = 's', value_name = "FOLDER", num_args = 1.., help_heading = "Analysis")]
    registry_schemas: Vec<PathBuf>,

    /// A file that changes the schemas of resource types, as cfn-lint takes it
    #[arg(long, short_alias = 'o', value_name = "FILE", help_heading = "Analysis")]
    override_spec: Option<PathBuf>,

    /// Do not link the exports and imports of templates checked together
    #[arg(long, help_heading = "Analysis")]
    no_workspace: bool,

    /// Read this config file instead of the .cfnvet.yaml above each template
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    config: Option<PathBuf>,

    /// Read no config file
    #[arg(long, conflicts_with = "config", help_heading = "Files")]
    isolated: bool,

    /// Skip the files named that do not look like templates
    #[arg(long, help_heading = "Files")]
    only_templates: bool,

    /// The name of standard input in the report
    #[arg(long, value_name = "NAME", default_value = "<stdin>", help_heading = "Files")]
    stdin_filename: String,

    /// The number of threads [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Subcommand)]
enum GuardCommand {
    /// Run Guard's unit tests: NAME_tests.yaml or .json beside NAME.guard, or in a folder `tests` there
    #[command(after_help = GUARD_TEST_EXAMPLES)]
    Test {
        /// A folder of policies and their tests, or a .guard file
        #[arg(value_name = "DIR", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Answer the requests of --guard-isolate on standard input
    #[command(hide = true)]
    Worker,
    /// Print the verdict of every rule of policies on templates, as JSON
    Validate {
        /// The policies: a file, a folder of .guard files, a glob, or pack:NAME
        #[arg(long, value_name = "PATH", required = true)]
        guard: Vec<String>,
        /// Templates
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
}

#[derive(Args, Debug)]
#[command(after_help = INSPECT_EXAMPLES)]
struct InspectArgs {
    /// JSON of `aws ecs describe-…`, `aws autoscaling describe-auto-scaling-groups`, or ECS events, in any mixture; - for
    /// standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// A template that describes the same services, or a folder of them: say where they differ from what is deployed
    #[arg(long, value_name = "TEMPLATE")]
    template: Vec<PathBuf>,

    /// Report findings from this level on: info, warning or error
    #[arg(long, value_name = "LEVEL", default_value = "warning", value_parser = severity_parser(), hide_possible_values = true)]
    severity: Severity,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = GRAPH_EXAMPLES)]
struct GraphArgs {
    #[command(flatten)]
    inputs: InputArgs,

    /// How the graph is written
    #[arg(long, value_name = "FORMAT", default_value = "mermaid", value_parser = graph_format_parser(), help_heading = "Output")]
    format: GraphFormat,

    /// Write the graph to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("unknown rule `{written}` in `{option}`{}", hint(*.nearest))]
    UnknownRule { written: String, option: &'static str, nearest: Option<&'static str> },
    #[error("unknown rule `{written}`{}", hint(*.nearest))]
    NothingToExplain { written: String, nearest: Option<&'static str> },
    #[error("{} is there already, --force writes over it", config::FILE_NAME)]
    ConfigExists,
    #[error("{0}")]
    ConfigFile(String),
    #[error("unknown command `{0}`, `cfnvet --help` lists them")]
    UnknownCommand(String),
    #[error("{0}")]
    Region(String),
    #[error("{0} in `--ignore-templates`")]
    Glob(String),
    #[error("`--configure-rule {0}` must have the form RULE:OPTION=VALUE")]
    RuleOption(String),
    #[error("`--configure-rule {written}`: {problem}")]
    OptionValue { written: String, problem: String },
    #[error("invalid value `{written}` for `--parameters`: {problem}")]
    Parameter { written: String, problem: &'static str },
    #[error("{0}")]
    ParameterFile(String),
    #[error("{at}: {problem}")]
    Baseline { at: String, problem: String },
    #[error(transparent)]
    Outputs(#[from] outputs::OutputsError),
    #[error("{}: cannot be written: {error}", .path.display())]
    OutputFile { path: PathBuf, error: std::io::Error },
    #[error("`--add-ignores` writes into files, and `-` is none")]
    IgnoresInStandardInput,
    #[error("`{0}` is a policy: what it asks for is in the .guard file that a finding shows")]
    ExplainPolicy(String),
    #[error("`-` cannot be fixed together with other paths")]
    FixBesideStandardInput,
    #[error("standard output cannot be written: {0}")]
    StandardOutput(#[from] std::io::Error),
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
    #[error("threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| ", `cfnvet rules` lists them".to_owned(), |nearest| format!(", did you mean `{nearest}`?"))
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    // What Guard's evaluator panics with is reported as a problem of the policy, not printed.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(crate::policy::THREAD) {
            usual(panic);
        }
    }));
    ExitCode::from(run_with(arguments()))
}

#[expect(clippy::disallowed_methods, reason = "the command line is read here and nowhere else")]
fn arguments() -> std::env::ArgsOs {
    std::env::args_os()
}

/// What `--version --verbose` prints: the version, and where the facts of resource types come from.
fn provenance() -> String {
    let facts = Facts::embedded();
    let Provenance { source, schema_date, licence } = facts.provenance();
    let (types, regions) = (facts.resource_types().count(), facts.regions().count());
    format!(
        "cfnvet {}\nfacts of {types} resource types in {regions} regions\n  source: {source}\n  schemas of: {schema_date}\n  licence: {licence}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn run_with(arguments: impl Iterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.collect();
    let is = |at: usize, names: &[&str]| arguments.get(at).is_some_and(|argument| names.iter().any(|name| argument == name));
    let (version, verbose) = (["--version", "-V"], ["--verbose"]);
    if arguments.len() == 3 && (is(1, &version) && is(2, &verbose) || is(1, &verbose) && is(2, &version)) {
        return if output::print(&provenance()).is_ok() { SUCCESS } else { COULD_NOT_RUN };
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come here too. A reader that has gone away is no error.
            let _ = error.print();
            if let Some(path) = path_as_command(&error) {
                output::note(&format!("To check templates: cfnvet check {path}\n"));
            }
            return if error.use_stderr() { COULD_NOT_RUN } else { SUCCESS };
        }
    };
    let result = match cli.command {
        Command::Check(arguments) => check::run(*arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Explain { rule } => rules::explain(&rule),
        Command::Rules { output_format } => rules::list(output_format),
        Command::Init { force } => setup::init(force),
        Command::Guard(GuardCommand::Test { paths }) => guard::test(&paths),
        Command::Guard(GuardCommand::Worker) => guard_worker::serve(),
        Command::Guard(GuardCommand::Validate { guard, paths }) => guard::validate(&guard, &paths),
        Command::Lsp { .. } => lsp::run(),
        Command::ConfigSchema => setup::schema(),
        Command::Completions { shell } => setup::completions(shell),
        Command::Man { command, out } => setup::man(command.as_deref(), out.as_deref()),
    };
    result.unwrap_or_else(|error| {
        output::error(&error.to_string());
        COULD_NOT_RUN
    })
}

/// What was given as a command and looks like a path.
fn path_as_command(error: &clap::Error) -> Option<&str> {
    let written = match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(written) => written,
        _ => return None,
    };
    written.contains(['.', '/', '\\']).then_some(written)
}

/// The codes and names of all rules.
fn rule_names() -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    crate::rules::all().iter().map(|rule| (rule.code, rule.name))
}

/// All rules, as the config knows them.
fn known_rules() -> Vec<KnownRule> {
    crate::rules::known()
}

fn known_rule(written: &str) -> Result<(), Option<&'static str>> {
    nearest(written, rule_names())
}

/// Rules are no findings: they have the shapes that are for everything.
fn list_format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new([Format::Full, Format::Concise, Format::Json].map(Format::as_str))
        .map(|word| Format::named(&word).unwrap_or_default())
}

fn graph_format_parser() -> impl TypedValueParser<Value = GraphFormat> {
    PossibleValuesParser::new(GraphFormat::ALL.map(GraphFormat::as_str))
        .map(|word| GraphFormat::ALL.into_iter().find(|format| format.as_str() == word).unwrap_or_default())
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["info", "warning", "error"]).map(|word| config::severity(&word).unwrap_or(Severity::Warning))
}

fn fail_on_parser() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(["info", "warning", "error", "never"]).map(|word| FailOn(config::severity(&word)))
}

/// What `--add-ignores` writes behind the rules: it must not end the comment.
fn reason(text: &str) -> Result<String, &'static str> {
    let reason = text.trim();
    match reason {
        "" => Err("a reason must be given"),
        _ if reason.chars().any(char::is_control) => Err("a reason must be one line"),
        _ => Ok(reason.to_owned()),
    }
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must have a `=` behind the name"),
    }
}

//! Where reports go: one to standard output, any number to files.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command};

use super::{CliError, Color, output, write};
use crate::diagnostic::RuleInfo;
use crate::report::{Format, Report};
use crate::rules;
use crate::text::{SourceFile, nearest_name};

/// How the report looks, and where it goes.
#[derive(Args, Debug)]
pub(super) struct OutputArgs {
    /// How the report looks; with =FILE it is written to that file. May be given more than once [default: full]
    #[arg(
        long = "output-format",
        value_name = "FORMAT[=FILE]",
        value_parser = OutputParser,
        help_heading = "Output"
    )]
    formats: Vec<Output>,

    /// Write the report whose format has no file to this one
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output_file: Option<PathBuf>,

    /// Say how often each rule found something, in place of the findings
    #[arg(long, help_heading = "Output")]
    statistics: bool,

    /// When to colour the report
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    color: Color,
}

/// A report that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    format: Format,
    /// `None` for standard output.
    file: Option<PathBuf>,
}

/// What is wrong with the outputs asked for together.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutputsError {
    #[error("`{}` and `{}` cannot both go to standard output, give one of them a file: `--output-format {}=FILE`", .0.as_str(), .1.as_str(), .1.as_str())]
    BothToStandardOutput(Format, Format),
    #[error("{}: two reports cannot go to one file", .0.display())]
    OneFile(PathBuf),
    #[error("{}: this is a template that is checked, a report cannot go there", .0.display())]
    OntoTemplate(PathBuf),
    #[error("`--output-file` is for a format without a file of its own, and each has one")]
    NothingForFile,
    #[error("`--statistics` has no shape in `{}`, it goes with full, concise and json", .0.as_str())]
    NoStatistics(Format),
}

/// The reports that are asked for, each with its own place to go.
#[derive(Debug)]
pub(super) struct Outputs {
    all: Vec<Output>,
    statistics: bool,
    color: Color,
    /// Prints the report that goes to no file.
    print: fn(&str) -> io::Result<()>,
}

impl OutputArgs {
    /// Sets what the command line leaves open.
    pub(super) fn prefer(&mut self, format: Option<Format>, file: Option<PathBuf>) {
        if self.formats.is_empty() {
            self.formats.extend(format.map(|format| Output { format, file: None }));
        }
        if self.formats.iter().all(|output| output.file.is_none()) {
            self.output_file = self.output_file.take().or(file);
        }
    }

    /// The reports; an error where they cannot be had together. Nothing has been read or written then.
    pub(super) fn outputs(&self) -> Result<Outputs, OutputsError> {
        let mut all = self.formats.clone();
        if all.is_empty() {
            all.push(Output { format: Format::default(), file: None });
        }
        let mut printed = all.iter_mut().filter(|output| output.file.is_none());
        match (printed.next(), printed.next(), &self.output_file) {
            (Some(first), Some(second), _) => return Err(OutputsError::BothToStandardOutput(first.format, second.format)),
            (Some(only), None, Some(file)) => only.file = Some(file.clone()),
            (None, _, Some(_)) => return Err(OutputsError::NothingForFile),
            (_, None, None) | (None, Some(_), None) => {}
        }
        for (index, output) in all.iter().enumerate() {
            let Some(file) = &output.file else { continue };
            if all[..index].iter().any(|other| other.file.as_deref().is_some_and(|other| plain(other).eq(plain(file)))) {
                return Err(OutputsError::OneFile(file.clone()));
            }
        }
        if let Some(without) = all.iter().find(|output| self.statistics && !output.format.has_statistics()) {
            return Err(OutputsError::NoStatistics(without.format));
        }
        Ok(Outputs { all, statistics: self.statistics, color: self.color, print: output::print })
    }
}

/// Refuses to write to a file that is one of the templates that were read, by any name.
#[expect(clippy::disallowed_methods, reason = "links and `..` hide which file a path means")]
pub(super) fn spare(file: &Path, sources: &[Arc<SourceFile>]) -> Result<(), OutputsError> {
    let Ok(real) = file.canonicalize() else { return Ok(()) };
    let is_there = |source: &Arc<SourceFile>| Path::new(source.name()).canonicalize().is_ok_and(|other| other == real);
    if sources.iter().any(is_there) { Err(OutputsError::OntoTemplate(file.to_owned())) } else { Ok(()) }
}

/// The path without what does not change where it leads.
fn plain(path: &Path) -> impl Iterator<Item = Component<'_>> {
    path.components().filter(|component| *component != Component::CurDir)
}

impl Outputs {
    /// Refuses to write a report onto a template that was read.
    pub(super) fn spare(&self, sources: &[Arc<SourceFile>]) -> Result<(), OutputsError> {
        let files = self.all.iter().filter_map(|output| output.file.as_deref());
        files.into_iter().try_for_each(|file| spare(file, sources))
    }

    /// The same, with another way to print the report that goes to no file.
    pub(super) fn printed_by(self, print: fn(&str) -> io::Result<()>) -> Self {
        Self { print, ..self }
    }

    /// Writes a text in place of the reports, to the file of the first one or to standard output.
    pub(super) fn write_text(&self, text: &str) -> Result<(), CliError> {
        self.put(self.all.first().and_then(|output| output.file.as_deref()), text)
    }

    fn put(&self, file: Option<&Path>, text: &str) -> Result<(), CliError> {
        if file.is_some() { write_to(file, text) } else { Ok((self.print)(text)?) }
    }

    /// Writes the report in each format, files first; its rules and its style are set here. What cannot be written does not keep
    /// the others from it.
    pub(super) fn write(&self, report: &Report) -> Result<(), CliError> {
        let rules = rule_infos();
        let mut result: Result<(), CliError> = Ok(());
        let (files, printed): (Vec<&Output>, Vec<&Output>) = self.all.iter().partition(|output| output.file.is_some());
        for Output { format, file } in files.into_iter().chain(printed) {
            let style = output::style(*format, self.color, file.is_some());
            let report = Report { style, rules: &rules, ..*report };
            let text = if self.statistics { format.render_statistics(&report) } else { Some(format.render(&report)) };
            let written = self.put(file.as_deref(), &text.unwrap_or_default());
            if let (Err(earlier), Err(_)) = (&result, &written) {
                output::error(&earlier.to_string());
            }
            result = written.and(result);
        }
        result
    }
}

fn rule_infos() -> Vec<RuleInfo> {
    let info = |rule: &&rules::Rule| RuleInfo {
        code: rule.code.into(),
        name: rule.name.into(),
        title: rule.title().into(),
        severity: rule.severity,
        page: rule.page.into(),
    };
    rules::all().iter().map(info).collect()
}

/// Writes `text` to `file`, or prints it.
pub(super) fn write_to(file: Option<&Path>, text: &str) -> Result<(), CliError> {
    match file {
        Some(path) => write::put(path, text).map_err(|error| CliError::OutputFile { path: path.to_owned(), error }),
        None => Ok(output::print(text)?),
    }
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Clone, Debug)]
struct OutputParser;

impl TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Output, clap::Error> {
        let Some(text) = value.to_str() else {
            return Err(clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command));
        };
        let (word, file) = match text.split_once('=') {
            Some((word, file)) => (word, Some(file)),
            None => (text, None),
        };
        let known = Format::ALL.map(Format::as_str);
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        let argument = argument.map_or_else(|| "--output-format".to_owned(), ToString::to_string);
        error.insert(ContextKind::InvalidArg, ContextValue::String(argument));
        let Some(format) = Format::named(word) else {
            error.insert(ContextKind::InvalidValue, ContextValue::String(word.to_owned()));
            error.insert(ContextKind::ValidValue, ContextValue::Strings(known.map(str::to_owned).to_vec()));
            if let Some(nearest) = nearest_name(word, known.into_iter()) {
                error.insert(ContextKind::SuggestedValue, ContextValue::String(nearest.to_owned()));
            }
            return Err(error);
        };
        match file {
            Some("") => {
                let message = format!("`{text}` names no file: it must have the form FORMAT or FORMAT=FILE\n");
                Err(clap::Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
            }
            // As elsewhere on the command line.
            Some("-") | None => Ok(Output { format, file: None }),
            Some(file) => Ok(Output { format, file: Some(PathBuf::from(file)) }),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Format::ALL.into_iter().map(|format| PossibleValue::new(format.as_str()))))
    }
}

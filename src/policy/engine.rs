//! The one place that calls the crate `cfn-guard`.
//!
//! Of its entry points only two are sound: `parse_rules`, and `Validate` with a payload, which returns its report whole
//! (`run_checks` cuts reports behind 8 KiB). Both may panic, and a rule file may overflow the stack: both run on a thread of
//! their own here, and what overflows any stack is refused before by [`super::lint`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;

use super::ast::File;

/// The stack of a thread that parses or evaluates.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The name of such a thread. What panics there is caught and reported.
pub const THREAD: &str = "policy";

/// Why a rule file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParseError {
    /// What is wrong.
    pub(super) message: String,
    /// Line and column, counted from 1, where Guard says them.
    pub(super) at: Option<(u32, u32)>,
}

/// What one document comes to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Report {
    /// The rules that failed, and clauses that stand outside of rules.
    pub(super) not_compliant: Vec<Check>,
    /// The rules that did not apply.
    pub(super) not_applicable: Vec<String>,
    /// The rules that hold.
    pub(super) compliant: Vec<String>,
}

/// Something that failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) enum Check {
    /// A rule.
    Rule {
        /// Its name.
        name: String,
        /// What failed in it.
        checks: Vec<Check>,
    },
    /// Alternatives that all failed.
    Disjunctions {
        /// Each of them.
        checks: Vec<Check>,
    },
    /// A block whose query leads nowhere.
    Block {
        /// The query, as Guard writes it.
        context: String,
        /// What the author says.
        messages: Messages,
        /// How far the query leads.
        unresolved: Option<Unresolved>,
    },
    /// A clause.
    Clause(Clause),
}

/// A clause that failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) enum Clause {
    /// It asks something of one value.
    Unary(Comparison),
    /// It compares.
    Binary(Comparison),
}

/// What a clause says and on what.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comparison {
    /// The clause, as Guard writes it.
    pub(super) context: String,
    /// What the author says.
    pub(super) messages: Messages,
    /// The values.
    pub(super) check: Values,
}

/// The values of a clause that failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) enum Values {
    /// There was a value, and it is wrong.
    Resolved {
        /// The value of a clause that compares.
        from: Option<At>,
        /// The value of a clause that asks.
        value: Option<At>,
        /// The operator, and whether it is negated.
        comparison: Option<(String, bool)>,
    },
    /// There was a value, and it is not among those permitted.
    InResolved {
        /// The value.
        from: At,
        /// The operator, and whether it is negated.
        comparison: Option<(String, bool)>,
    },
    /// There was none.
    UnResolved {
        /// How far the query leads.
        value: Unresolved,
        /// The operator, and whether it is negated.
        comparison: Option<(String, bool)>,
    },
    /// The rule of this name, on which the clause depends, did not hold.
    UnResolvedContext(String),
}

/// How far a query leads.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Unresolved {
    /// The last value there is.
    pub(super) traversed_to: At,
    /// What is missing below it.
    pub(super) remaining_query: String,
}

/// A value's place in the document.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct At {
    /// Keys and indices, with a `/` before each.
    pub(super) path: String,
}

/// What the author of a rule says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Messages {
    /// The text between `<<` and `>>`.
    pub(super) custom_message: Option<String>,
}

/// Reads a rule file; `None` where it holds no rule.
///
/// # Errors
///
/// Where Guard cannot read it.
pub(super) fn parse(text: &str) -> Result<Option<File>, ParseError> {
    let failed = |message: String| ParseError { message, at: None };
    let outcome = on_a_big_stack(|| guard::parse(text).map_err(|said| parse_error(&said)));
    let Some(value) = outcome.map_err(|panic| failed(format!("Guard's reader failed: {panic}")))?? else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| failed(format!("the rules cannot be understood: {error}")))
}

/// Evaluates rule files, each on a document of its own, and reports on each. One that fails, with the reason, takes nothing else down.
#[must_use]
pub(super) fn evaluate_all(work: &[(&str, &str)]) -> Vec<Result<Report, String>> {
    let all = || {
        let one = |(rules, document): &(&str, &str)| {
            let outcome = catch_unwind(AssertUnwindSafe(|| guard::evaluate(rules, document)));
            outcome.unwrap_or_else(|panic| Err(format!("the evaluator panicked: {}", words(panic.as_ref()))))
        };
        work.iter().map(one).collect()
    };
    on_a_big_stack(all).unwrap_or_else(|reason| work.iter().map(|_| Err(reason.clone())).collect())
}

/// Runs `work` on a thread with a stack for deep rules.
///
/// # Errors
///
/// The words of a panic.
fn on_a_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let caught = || catch_unwind(AssertUnwindSafe(work));
        let thread = std::thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, caught);
        let result = thread.map_err(|error| format!("no thread: {error}"))?.join().and_then(|result| result);
        result.map_err(|panic| words(panic.as_ref()))
    })
}

/// The words of a panic.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    one_line(words.unwrap_or("for a reason it does not say"))
}

/// The reason and the place in what Guard says of a text that it cannot read.
fn parse_error(said: &str) -> ParseError {
    let number = |word: &str| {
        let behind = &said[said.find(word)? + word.len()..];
        behind.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    };
    // Behind it stands the rest of the file.
    let expected =
        said.split_once("when handling").and_then(|(_, rest)| rest.split_once(", fragment")).map(|(words, _)| one_line(words));
    let expected = expected.filter(|words| !words.is_empty()).map(|words| format!(": {words}"));
    let message = match said.contains("at line") {
        true => format!("Guard cannot read the rules from here on{}", expected.unwrap_or_default()),
        false => one_line(said),
    };
    ParseError { message, at: number("at line").zip(number("at column")) }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The crate.
#[cfg(feature = "guard")]
mod guard {
    use std::io::Cursor;

    use cfn_guard::commands::Executable;
    use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType, parse_rules};
    use cfn_guard::utils::reader::{ReadBuffer, Reader};
    use cfn_guard::utils::writer::{WriteBuffer, Writer};
    use cfn_guard::{CommandBuilder, ValidateBuilder};

    use super::{Report, one_line};

    /// The rules as JSON.
    pub(super) fn parse(text: &str) -> Result<Option<serde_json::Value>, String> {
        let rules = parse_rules(text, "").map_err(|error| error.to_string())?;
        rules.map(|rules| serde_json::to_value(&rules).map_err(|error| error.to_string())).transpose()
    }

    /// The report on one document.
    pub(super) fn evaluate(rules: &str, document: &str) -> Result<Report, String> {
        let payload = serde_json::json!({ "rules": [rules], "data": [document] }).to_string();
        let command = ValidateBuilder::default()
            .payload(true)
            .structured(true)
            .output_format(OutputFormatType::JSON)
            .show_summary(vec![ShowSummaryType::None])
            .try_build();
        let buffer = || WriteBuffer::Vec(Vec::new());
        let mut writer = Writer::new_with_err(buffer(), buffer()).map_err(|error| error.to_string())?;
        let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload.into_bytes())));
        let run = command.and_then(|command| command.execute(&mut writer, &mut reader));
        run.map_err(|error| one_line(&error.to_string()))?;
        let text = writer.into_string().map_err(|error| error.to_string())?;
        let mut reports: Vec<Report> =
            serde_json::from_str(&text).map_err(|error| format!("its report cannot be read: {error}"))?;
        reports.pop().ok_or_else(|| "it reports nothing".to_owned())
    }
}

/// What stands in for the crate where cfnvet is built without it.
#[cfg(not(feature = "guard"))]
mod guard {
    use super::Report;

    const MISSING: &str = "this cfnvet is built without the feature `guard`, which policies need";

    pub(super) fn parse(_: &str) -> Result<Option<serde_json::Value>, String> {
        Err(MISSING.to_owned())
    }

    pub(super) fn evaluate(_: &str, _: &str) -> Result<Report, String> {
        Err(MISSING.to_owned())
    }
}

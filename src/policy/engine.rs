//! The one place that calls the crate `cfn-guard`.
//!
//! Of its entry points only two are sound: `parse_rules`, and `Validate` with a payload, which returns its report whole
//! (`run_checks` cuts reports behind 8 KiB). Both may panic, and a rule file may overflow the stack: both run on a thread of
//! their own here, and what overflows any stack is refused before by [`super::lint`].

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cfn_guard::commands::Executable;
use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType};
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, ValidateBuilder};
use serde::Deserialize;

use super::ast::File;

/// The stack of a thread that parses or evaluates.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Why a rule file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// Line and column, counted from 1, where Guard says them.
    pub at: Option<(u32, u32)>,
}

/// What one document comes to.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// The rules that failed, and clauses that stand outside of rules.
    pub not_compliant: Vec<Check>,
    /// The rules that did not apply.
    pub not_applicable: Vec<String>,
    /// The rules that hold.
    pub compliant: Vec<String>,
}

/// Something that failed.
#[derive(Clone, Debug, Deserialize)]
pub enum Check {
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
pub enum Clause {
    /// It asks something of one value.
    Unary(Comparison),
    /// It compares.
    Binary(Comparison),
}

/// What a clause says and on what.
#[derive(Clone, Debug, Deserialize)]
pub struct Comparison {
    /// The clause, as Guard writes it.
    pub context: String,
    /// What the author says.
    pub messages: Messages,
    /// The values.
    pub check: Values,
}

/// The values of a clause that failed.
#[derive(Clone, Debug, Deserialize)]
pub enum Values {
    /// There was a value, and it is wrong.
    Resolved {
        /// The value of a clause that compares.
        from: Option<At>,
        /// The value of a clause that asks.
        value: Option<At>,
    },
    /// There was a value, and it is not among those permitted.
    InResolved {
        /// The value.
        from: At,
    },
    /// There was none.
    UnResolved {
        /// How far the query leads.
        value: Unresolved,
    },
    /// The rule of this name, on which the clause depends, did not hold.
    UnResolvedContext(String),
}

/// How far a query leads.
#[derive(Clone, Debug, Deserialize)]
pub struct Unresolved {
    /// The last value there is.
    pub traversed_to: At,
    /// What is missing below it.
    pub remaining_query: String,
}

/// A value's place in the document.
#[derive(Clone, Debug, Deserialize)]
pub struct At {
    /// Keys and indices, with a `/` before each.
    pub path: String,
}

/// What the author of a rule says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Messages {
    /// The text between `<<` and `>>`.
    pub custom_message: Option<String>,
}

/// Reads a rule file; `None` where it holds no rule.
///
/// # Errors
///
/// Where Guard cannot read it.
pub fn parse(text: &str) -> Result<Option<File>, ParseError> {
    let failed = |message: String| ParseError { message, at: None };
    let outcome = on_a_big_stack(|| match cfn_guard::commands::validate::parse_rules(text, "") {
        Ok(Some(rules)) => serde_json::to_value(&rules).map(Some).map_err(|error| failed(error.to_string())),
        Ok(None) => Ok(None),
        Err(error) => Err(parse_error(&error.to_string())),
    });
    let Some(value) = outcome.map_err(|panic| failed(format!("Guard's reader failed: {panic}")))?? else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| failed(format!("the rules cannot be understood: {error}")))
}

/// Evaluates the rules of one file on documents, one report each.
///
/// # Errors
///
/// Where the evaluation fails as a whole, with the reason.
pub fn evaluate(rules: &str, documents: &[String]) -> Result<Vec<Report>, String> {
    let payload = serde_json::json!({ "rules": [rules], "data": documents }).to_string();
    on_a_big_stack(|| {
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
        serde_json::from_str(&text).map_err(|error| format!("its report cannot be read: {error}"))
    })
    .unwrap_or_else(|panic| Err(format!("the evaluator panicked: {panic}")))
}

/// Runs `work` on a thread with a stack for deep rules.
///
/// # Errors
///
/// The words of a panic.
fn on_a_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let caught = || catch_unwind(AssertUnwindSafe(work));
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, caught);
        let result = thread.map_err(|error| format!("no thread: {error}"))?.join().and_then(|result| result);
        result.map_err(|panic| {
            let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            one_line(words.unwrap_or("for a reason it does not say"))
        })
    })
}

/// The reason and the place in what Guard says of a text that it cannot read.
fn parse_error(said: &str) -> ParseError {
    let number = |word: &str| {
        let behind = &said[said.find(word)? + word.len()..];
        behind.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    };
    ParseError { message: one_line(said), at: number("at line").zip(number("at column").or_else(|| number("column"))) }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

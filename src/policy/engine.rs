//! The one place that calls the crate `cfn-guard`.
//!
//! Of its entry points only two are sound: `parse_rules`, and `Validate` with a payload, which returns its report whole
//! (`run_checks` cuts reports behind 8 KiB). Both may panic, and a rule file may overflow the stack: both run on a thread of
//! their own here, and what overflows any stack is refused before by [`super::lint`]. Whoever does not trust a rule file gives an
//! [`Engine`] that asks another process, which answers with [`answer`].

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ast::File;
use crate::text::SourceFile;

/// The stack of a thread that parses or evaluates.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The name of such a thread. What panics there is caught and reported.
pub const THREAD: &str = "policy";

/// Why a rule file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct ParseError {
    /// What is wrong.
    pub(super) message: String,
    /// Line and column, counted from 1, where Guard says them.
    pub(super) at: Option<(u32, u32)>,
}

/// What one document comes to.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Report {
    /// The rules that failed, and clauses that stand outside of rules.
    pub(super) not_compliant: Vec<Check>,
    /// The rules that did not apply.
    pub(super) not_applicable: Vec<String>,
    /// The rules that hold.
    pub(super) compliant: Vec<String>,
}

/// Something that failed.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Clause {
    /// It asks something of one value.
    Unary(Comparison),
    /// It compares.
    Binary(Comparison),
}

/// What a clause says and on what.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Comparison {
    /// The clause, as Guard writes it.
    pub(super) context: String,
    /// What the author says.
    pub(super) messages: Messages,
    /// The values.
    pub(super) check: Values,
}

/// The values of a clause that failed.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
        /// Those permitted.
        #[serde(default)]
        to: Vec<At>,
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
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Unresolved {
    /// The last value there is.
    pub(super) traversed_to: At,
    /// What is missing below it.
    pub(super) remaining_query: String,
}

/// A value's place in the document.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct At {
    /// Keys and indices, with a `/` before each.
    pub(super) path: String,
}

/// What the author of a rule says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Messages {
    /// The text between `<<` and `>>`.
    pub(super) custom_message: Option<String>,
}

/// What is asked of another process.
#[derive(Debug, Deserialize, Serialize)]
enum Request {
    /// The rules of this text.
    Parse(String),
    /// The report on a document.
    Evaluate { rules: String, document: String },
}

/// Hands a request to another process and gives back its answer; `None` where there was none within the time.
pub type Ask = dyn Fn(&str, Duration) -> Result<Option<String>, String> + Send + Sync;

/// How rule files are read and evaluated.
#[derive(Clone)]
pub struct Engine {
    limit: Duration,
    ask: Option<Arc<Ask>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.ask.is_some() { "another process" } else { "this process" };
        write!(out, "in {place} within {:?}", self.limit)
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self { limit: LIMIT, ask: None }
    }
}

/// What a rule file may take to be read, and to be evaluated on one template.
const LIMIT: Duration = Duration::from_secs(30);

/// Rules and a document.
pub(super) type Work = (Arc<SourceFile>, Arc<str>);

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// For a reason in words.
    Reason(String),
    /// It took longer than it may.
    Late(Duration),
}

impl Engine {
    /// An engine that gives up behind `limit`, and asks another process where there is one to ask.
    #[must_use]
    pub fn new(limit: Duration, ask: Option<Arc<Ask>>) -> Self {
        Self { limit, ask }
    }

    /// Reads a rule file; `None` where it holds no rule.
    ///
    /// # Errors
    ///
    /// Where Guard cannot read it.
    pub(super) fn parse(&self, source: &Arc<SourceFile>) -> Result<Option<File>, ParseError> {
        let failed = |message: String| ParseError { message, at: None };
        let value = match &self.ask {
            None => {
                let source = Arc::clone(source);
                let mut results = on_a_big_stack(1, self.limit, move |_| parse(source.text()));
                results.pop().unwrap_or_else(|| Err(Failure::Reason("no thread".to_owned())))
            }
            Some(ask) => self.asked(ask, &Request::Parse(source.text().to_owned())),
        };
        let value = value.map_err(|failure| failed(format!("Guard's reader failed: {}", failure.words())))?;
        let Some(value) = value? else { return Ok(None) };
        serde_json::from_value(value).map(Some).map_err(|error| failed(format!("the rules cannot be understood: {error}")))
    }

    /// Evaluates rule files, each on a document of its own, and reports on each. One that fails takes nothing else down.
    #[must_use]
    pub(super) fn evaluate(&self, work: Vec<Work>) -> Vec<Result<Report, Failure>> {
        let flat = |result: Result<Result<Report, String>, Failure>| result.and_then(|report| report.map_err(Failure::Reason));
        let Some(ask) = &self.ask else {
            let count = work.len();
            let all = on_a_big_stack(count, self.limit, move |index| guard::evaluate(work[index].0.text(), &work[index].1));
            return all.into_iter().map(flat).collect();
        };
        let one = |(source, document): Work| {
            let request = Request::Evaluate { rules: source.text().to_owned(), document: document.to_string() };
            flat(self.asked(ask, &request))
        };
        work.into_iter().map(one).collect()
    }

    /// The answer of another process.
    fn asked<T: for<'a> Deserialize<'a>>(&self, ask: &Arc<Ask>, request: &Request) -> Result<T, Failure> {
        let request = serde_json::to_string(request).expect("texts can be written as JSON");
        let text = ask(&request, self.limit).map_err(Failure::Reason)?.ok_or(Failure::Late(self.limit))?;
        serde_json::from_str(&text).map_err(|error| Failure::Reason(error.to_string()))
    }
}

impl Failure {
    /// Why, as the end of a sentence.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Reason(words) => words.clone(),
            Self::Late(limit) => format!("it took more than {} s", limit.as_secs_f64()),
        }
    }
}

/// The answer to a request of an [`Engine`] in another process, one line of JSON.
#[must_use]
pub fn answer(request: &str) -> String {
    let request: Result<Request, serde_json::Error> = serde_json::from_str(request);
    let answer = match request {
        Ok(Request::Parse(text)) => {
            let mut results = on_a_big_stack(1, Duration::MAX, move |_| parse(&text));
            let result = results.pop().unwrap_or_else(|| Err(Failure::Reason("no thread".to_owned())));
            let failed = |failure: Failure| ParseError { message: failure.words(), at: None };
            serde_json::to_string(&result.map_err(failed).and_then(|result| result))
        }
        Ok(Request::Evaluate { rules, document }) => {
            let mut results = on_a_big_stack(1, Duration::MAX, move |_| guard::evaluate(&rules, &document));
            let result = results.pop().unwrap_or_else(|| Err(Failure::Reason("no thread".to_owned())));
            serde_json::to_string(&result.map_err(|failure| failure.words()).and_then(|report| report))
        }
        Err(error) => serde_json::to_string(&Err::<Report, String>(format!("a request that is none: {error}"))),
    };
    answer.expect("an answer can be written as JSON")
}

/// The rules of a text as JSON.
fn parse(text: &str) -> Result<Option<serde_json::Value>, ParseError> {
    guard::parse(text).map_err(|said| parse_error(&said))
}

/// The results of `work` for each number below `count`, from threads with a stack for deep rules. What panics, or takes longer than
/// `limit`, fails alone: what is late is left to itself, and a new thread goes on behind it.
fn on_a_big_stack<T: Send + 'static>(
    count: usize,
    limit: Duration,
    work: impl Fn(usize) -> T + Send + Sync + 'static,
) -> Vec<Result<T, Failure>> {
    let work = Arc::new(work);
    let mut results = Vec::with_capacity(count);
    while results.len() < count {
        let (sender, receiver) = mpsc::channel();
        let (work, next) = (Arc::clone(&work), results.len());
        let run = move || {
            for index in next..count {
                let result = catch_unwind(AssertUnwindSafe(|| work(index)));
                let result = result.map_err(|panic| Failure::Reason(format!("it panicked: {}", words(panic.as_ref()))));
                if sender.send(result).is_err() {
                    break;
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK_BYTES).spawn(run) {
            results.push(Err(Failure::Reason(format!("no thread: {error}"))));
            continue;
        }
        while results.len() < count {
            match receiver.recv_timeout(limit) {
                Ok(result) => results.push(result),
                Err(error) => {
                    results.push(Err(match error {
                        RecvTimeoutError::Timeout => Failure::Late(limit),
                        RecvTimeoutError::Disconnected => Failure::Reason("its thread ended".to_owned()),
                    }));
                    break;
                }
            }
        }
    }
    results
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
        let rules = parse_rules(without_mark(text), "").map_err(|error| error.to_string())?;
        rules.map(|rules| serde_json::to_value(&rules).map_err(|error| error.to_string())).transpose()
    }

    /// A text without its byte order mark, which Guard does not take.
    fn without_mark(text: &str) -> &str {
        text.strip_prefix('\u{feff}').unwrap_or(text)
    }

    /// The report on one document.
    pub(super) fn evaluate(rules: &str, document: &str) -> Result<Report, String> {
        let payload = serde_json::json!({ "rules": [without_mark(rules)], "data": [document] }).to_string();
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

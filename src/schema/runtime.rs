//! When AWS Lambda ends its runtimes.

use super::Facts;
use super::table::Value;
use crate::config::Day;

/// When a runtime of Lambda ends.
#[derive(Clone, Copy, Debug)]
pub struct Runtime<'a> {
    /// From this day on it gets no more security patches.
    pub deprecated: Day,
    /// From this day on no function can be created with it; `None` where that is not known.
    pub no_creation: Option<Day>,
    /// From this day on no function that has it can be updated; `None` where that is not known.
    pub no_update: Option<Day>,
    /// What takes its place.
    pub successor: Option<&'a str>,
}

/// How far a runtime's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuntimeStage {
    /// It gets no more security patches.
    Deprecated,
    /// No function can be created with it any more.
    NoCreation,
    /// No function that has it can be updated any more.
    NoUpdate,
}

impl Runtime<'_> {
    /// How far its end has come; `None` before it has begun.
    #[must_use]
    pub fn stage(&self, today: Day) -> Option<RuntimeStage> {
        let is_past = |day: Option<Day>| day.is_some_and(|day| day <= today);
        if is_past(self.no_update) {
            Some(RuntimeStage::NoUpdate)
        } else if is_past(self.no_creation) {
            Some(RuntimeStage::NoCreation)
        } else {
            is_past(Some(self.deprecated)).then_some(RuntimeStage::Deprecated)
        }
    }
}

impl<'a> Facts<'a> {
    /// When the runtime of Lambda called `name` ends; `None` where that is not known.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>, as cfn-lint's `LmbdRuntimeLifecycle.json` holds it.
    #[must_use]
    pub fn lambda_runtime(self, name: &str) -> Option<Runtime<'a>> {
        let known = self.list("LmbdRuntimeLifecycle")?.as_object()?.get(name)?.as_object()?;
        let text = |key| known.get(key).and_then(Value::as_str);
        let day = |key| text(key).and_then(Day::parse);
        Some(Runtime {
            deprecated: day("deprecated")?,
            no_creation: day("create-block"),
            no_update: day("update-block"),
            successor: text("successor"),
        })
    }
}

//! Where the time of a run went.
//!
//! Only plain data is shown here; what is measured, and the clock, are elsewhere.

use std::fmt::Write;
use std::time::Duration;

use super::one_line;

/// The most rules and templates that are listed.
const MAX_ROWS: usize = 10;

/// What was measured in a run.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// The steps of the run, one after the other, by the clock on the wall.
    pub steps: Vec<(String, Duration)>,
    /// What rules and the model cost, over all templates; added up over the threads.
    pub rules: Vec<(String, Duration)>,
    /// What each template cost; added up where it is analysed more than once.
    pub templates: Vec<(String, Duration)>,
}

impl Timings {
    /// The tables: each step, and of rules and templates those that cost most.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        let total: Duration = self.steps.iter().map(|(_, time)| *time).sum();
        let mut steps: Vec<(&str, Duration)> = self.steps.iter().map(|(name, time)| (name.as_str(), *time)).collect();
        steps.push(("all", total));
        table(&mut out, "step", &steps, total);
        for (heading, measured) in [("rule, over all threads", &self.rules), ("template, over all threads", &self.templates)] {
            let mut rows: Vec<(&str, Duration)> = measured.iter().map(|(name, time)| (name.as_str(), *time)).collect();
            let total = rows.iter().map(|(_, time)| *time).sum();
            rows.retain(|(_, time)| !time.is_zero());
            rows.sort_by(|first, second| second.1.cmp(&first.1).then(first.0.cmp(second.0)));
            let others = rows.split_off(rows.len().min(MAX_ROWS));
            let rest = format!("{} more", others.len());
            if !others.is_empty() {
                rows.push((&rest, others.iter().map(|(_, time)| *time).sum()));
            }
            if !rows.is_empty() {
                table(&mut out, heading, &rows, total);
            }
        }
        out
    }
}

fn table(out: &mut String, heading: &str, rows: &[(&str, Duration)], total: Duration) {
    let _ = writeln!(out, "{:>10}  {:>5}  {heading}", "TIME", "SHARE");
    for (name, time) in rows {
        let milliseconds = time.as_secs_f64() * 1_000.0;
        let share = if total.is_zero() { 0.0 } else { time.as_secs_f64() / total.as_secs_f64() * 100.0 };
        let _ = writeln!(out, "{milliseconds:>7.2} ms  {share:>3.0} %  {}", one_line(name));
    }
}

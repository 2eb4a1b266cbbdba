//! How much CPU and memory a task asks for.

use super::super::ResourceGraph;
use super::TaskDefinition;
use crate::values::{Expression, Formula, Text};

/// A size of CPU or memory, in one case.
#[derive(Clone, Debug)]
pub struct Size<'t> {
    /// When it is this one.
    pub when: Formula,
    /// In CPU units or MiB.
    pub amount: u32,
    /// The string it is written as.
    pub text: String,
    /// Whether a parameter is free to be something else.
    pub chosen: bool,
    /// The value of the property.
    pub written: Expression<'t>,
}

impl<'t> ResourceGraph<'t> {
    /// The CPU units of a whole task, where they are known: those of a parameter with allowed values all, of another parameter
    /// its default.
    #[must_use]
    pub fn task_cpu(&self, definition: &TaskDefinition<'t>) -> Vec<Size<'t>> {
        self.sizes(definition, "Cpu", cpu_units)
    }

    /// The MiB of a whole task, where they are known.
    #[must_use]
    pub fn task_memory(&self, definition: &TaskDefinition<'t>) -> Vec<Size<'t>> {
        self.sizes(definition, "Memory", mebibytes)
    }

    fn sizes(&self, definition: &TaskDefinition<'t>, property: &str, amount: impl Fn(&str) -> Option<u32>) -> Vec<Size<'t>> {
        let formulas = &self.values.formulas;
        let mut sizes = Vec::new();
        for choice in self.values.property(&definition.properties, property) {
            let Some(written) = choice.written() else { continue };
            for (when, text) in self.texts_of(&choice) {
                let chosen = text.known().is_none();
                for (is, text) in self.known_strings(&text) {
                    let when = formulas.and(when, is);
                    if let Some(amount) = amount(&text)
                        && self.values.possible(when)
                    {
                        sizes.push(Size { when, amount, text, chosen, written });
                    }
                }
            }
        }
        sizes
    }

    /// The strings that a text can be: each that the templates allow, or the one that the defaults make.
    fn known_strings(&self, text: &Text<'t>) -> Vec<(Formula, String)> {
        if let Some(known) = text.known() {
            return vec![(Formula::TRUE, known.to_owned())];
        }
        let allowed = if self.values.is_open(text) { None } else { self.values.spelled_out(text) };
        allowed.unwrap_or_else(|| {
            let default = self.values.with_defaults(text);
            default.into_iter().map(|default| (self.values.text_is(text, &default), default)).collect()
        })
    }
}

/// CPU units: `256`, or `.25 vCPU` and its kin.
fn cpu_units(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.strip_suffix("vcpu") {
        Some(number) => scaled(number, 1024.0),
        None => lower.parse().ok(),
    }
}

/// MiB: `512`, or `0.5 GB` and its kin.
fn mebibytes(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.strip_suffix("gb") {
        Some(number) => scaled(number, 1024.0),
        None => lower.parse().ok(),
    }
}

fn scaled(number: &str, unit: f64) -> Option<u32> {
    let amount = number.trim().parse::<f64>().ok()? * unit;
    (amount.is_finite() && amount >= 0.0 && amount <= f64::from(u32::MAX) && amount.fract() == 0.0).then_some(amount as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_written_in_units_or_in_vcpus() {
        for (text, units) in [("256", 256), ("1 vCPU", 1024), (".25 vCPU", 256), ("0.5vcpu", 512), ("32 vCPU", 32_768)] {
            assert_eq!(cpu_units(text), Some(units), "{text}");
        }
        for text in ["", "big", "1 GB", "-1", "0.0001 vCPU", "1e99 vCPU"] {
            assert_eq!(cpu_units(text), None, "{text}");
        }
    }

    #[test]
    fn memory_is_written_in_mebibytes_or_in_gigabytes() {
        for (text, size) in [("512", 512), ("0.5GB", 512), ("2 GB", 2048), ("244 gb", 249_856)] {
            assert_eq!(mebibytes(text), Some(size), "{text}");
        }
        for text in ["", "2 MB", "1024.5", "lots"] {
            assert_eq!(mebibytes(text), None, "{text}");
        }
    }
}

//! How much CPU and memory a task asks for.

use super::super::ResourceGraph;
use super::{Container, TaskDefinition};
use crate::values::{Choice, Expression, Formula, Found, Text, Value};

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

    /// The CPU units that a task takes of an instance: those of the whole task, else at least those of its containers together.
    #[must_use]
    pub fn reserved_cpu(&self, definition: &TaskDefinition<'t>) -> Vec<Size<'t>> {
        let mut sizes = self.task_cpu(definition);
        sizes.extend(self.sum(definition, "Cpu", &["Cpu"], cpu_units));
        sizes
    }

    /// The MiB that a task takes of an instance, likewise. Of a container, `MemoryReservation` counts where it is given.
    #[must_use]
    pub fn reserved_memory(&self, definition: &TaskDefinition<'t>) -> Vec<Size<'t>> {
        let mut sizes = self.task_memory(definition);
        sizes.extend(self.sum(definition, "Memory", &["MemoryReservation", "Memory"], mebibytes));
        sizes
    }

    /// What the containers ask for together, at the least, where the task as a whole says nothing.
    fn sum(
        &self,
        definition: &TaskDefinition<'t>,
        whole: &str,
        properties: &[&str],
        amount: impl Fn(&str) -> Option<u32>,
    ) -> Option<Size<'t>> {
        let formulas = &self.values.formulas;
        let mut when = self.lacks(&definition.properties, whole);
        if !self.values.possible(when) {
            return None;
        }
        let (mut total, mut parts, mut chosen) = (0_u32, Vec::new(), false);
        for container in self.containers(definition) {
            // One that is there at times only may be left out.
            if !self.values.implies(when, container.when) {
                continue;
            }
            let Some((least, part)) = self.least(&container, properties, &amount) else { continue };
            total = total.checked_add(least.amount)?;
            when = formulas.and(when, least.when);
            chosen |= least.chosen;
            parts.push(part);
        }
        let list = self.values.property(&definition.properties, "ContainerDefinitions").iter().find_map(Choice::written);
        let written = if let [only] = parts.as_slice() { *only } else { list? };
        (total > 0).then(|| Size { when, amount: total, text: total.to_string(), chosen, written })
    }

    /// The least that a container asks for, and where that is written.
    fn least(
        &self,
        container: &Container<'t>,
        properties: &[&str],
        amount: impl Fn(&str) -> Option<u32>,
    ) -> Option<(Size<'t>, Expression<'t>)> {
        let mut least: Option<Size> = None;
        for property in properties {
            let choices = self.values.property(&container.settings, property);
            if choices.iter().all(|choice| choice.found == Found::Absent) {
                continue;
            }
            for choice in choices {
                let written = choice.written()?;
                let cases = self.values.cases_of(&choice);
                for case in cases {
                    let Value::Text(text) = case.value else { return None };
                    let known = self.known_strings(&text);
                    let open = self.values.is_open(&text);
                    for (is, text) in known.iter() {
                        let when = if open { *is } else { Formula::TRUE };
                        let size = Size { when, amount: amount(text)?, text: text.clone(), chosen: open, written };
                        if least.as_ref().is_none_or(|least| size.amount < least.amount) {
                            least = Some(size);
                        }
                    }
                    if known.is_empty() {
                        return None;
                    }
                }
            }
            break;
        }
        least.map(|least| (least.clone(), least.written))
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
    pub(super) fn known_strings(&self, text: &Text<'t>) -> Vec<(Formula, String)> {
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

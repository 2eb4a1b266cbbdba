//! The types of a group's instances, and how much CPU and memory each has.

use super::super::{Resource, ResourceGraph};
use super::LaunchData;
use crate::values::{Choice, Expression, Formula, Found};

/// What an instance type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceSize {
    /// CPU units: 1,024 for each vCPU.
    pub cpu: u32,
    /// MiB, as EC2 gives them. What a container instance registers is less.
    pub memory: u32,
}

/// A type of a group's instances, in one case.
#[derive(Clone, Debug)]
pub struct InstanceType<'t> {
    /// When instances of the group can be of it.
    pub when: Formula,
    /// `m5.large`.
    pub name: String,
    /// What it has; `None` for a type that is not in the table.
    pub size: Option<InstanceSize>,
    /// Whether a parameter is free to be something else.
    pub chosen: bool,
    /// The value of `InstanceType`.
    pub written: Expression<'t>,
}

impl<'t> ResourceGraph<'t> {
    /// The types that a group's instances can be of, where the templates say them; the formula says when there can be others.
    #[must_use]
    pub fn instance_types(&self, group: &Resource<'t>, when: Formula) -> (Vec<InstanceType<'t>>, Formula) {
        let formulas = &self.values.formulas;
        let (mut found, mut others) = (Vec::new(), Formula::FALSE);
        let mut overridden = Formula::FALSE;
        for properties in self.properties(group) {
            let properties = Choice { when: formulas.and(when, properties.when), ..properties };
            let overrides = self.values.path(&properties, &["MixedInstancesPolicy", "LaunchTemplate", "Overrides"]);
            for item in overrides.iter().flat_map(|overrides| self.values.items(overrides)) {
                overridden = formulas.or(overridden, item.when);
                self.add_instance_types(&item, &mut found, &mut others);
            }
        }
        // The types of the overrides take the place of the launch template's.
        let own = formulas.and(when, formulas.not(overridden));
        if self.values.possible(own) {
            let data = self.launch_data(group, own);
            let read = formulas.any(data.iter().map(|data| data.settings.when).collect::<Vec<_>>());
            others = formulas.or(others, formulas.and(own, formulas.not(read)));
            for LaunchData { settings, .. } in &data {
                self.add_instance_types(settings, &mut found, &mut others);
            }
        }
        found.retain(|found| self.values.possible(found.when));
        (found, others)
    }

    fn add_instance_types(&self, mapping: &Choice<'t>, found: &mut Vec<InstanceType<'t>>, others: &mut Formula) {
        let formulas = &self.values.formulas;
        let mut covered = Formula::FALSE;
        for choice in self.values.property(mapping, "InstanceType") {
            let Found::Written(written) = choice.found else { continue };
            for (when, text) in self.texts_of(&choice) {
                let chosen = text.known().is_none();
                for (is, name) in self.known_strings(&text) {
                    let when = formulas.and(when, is);
                    covered = formulas.or(covered, when);
                    let size = instance_size(&name);
                    found.push(InstanceType { when, name, size, chosen, written });
                }
            }
        }
        *others = formulas.or(*others, formulas.and(mapping.when, formulas.not(covered)));
    }
}

impl InstanceSize {
    /// The most memory that tasks on Linux can be given, in MiB.
    ///
    /// Of every 4 KiB page the kernel keeps 64 bytes for itself, so a 64th of the memory never gets to the container agent. It
    /// takes more than that: AWS's example is an `m4.large`, which registers 7,985 of its 8,192 MiB.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>.
    #[must_use]
    pub const fn most_memory(self) -> u32 {
        self.memory - self.memory / 64
    }
}

/// Families whose memory is in proportion to their vCPUs, with the MiB for each.
///
/// Source: `DescribeInstanceTypes` of EC2, as the `moto` package carries it; every type of these families was compared.
const FAMILIES: [(u32, &[&str]); 6] = [
    (
        2_048,
        &[
            "a1", "c5", "c5a", "c5ad", "c5d", "c6a", "c6g", "c6gd", "c6gn", "c6i", "c6id", "c6in", "c7a", "c7g", "c7gd", "c7gn",
            "c7i", "c7i-flex", "c8a", "c8g", "c8gd", "c8gn", "c8i", "c8i-flex",
        ],
    ),
    (
        4_096,
        &[
            "g4dn", "g5", "g6", "m4", "m5", "m5a", "m5ad", "m5d", "m5dn", "m5n", "m5zn", "m6a", "m6g", "m6gd", "m6i", "m6id",
            "m6idn", "m6in", "m7a", "m7g", "m7gd", "m7i", "m7i-flex", "m8a", "m8g", "m8gd", "m8gn", "m8i", "m8i-flex",
        ],
    ),
    (
        8_192,
        &[
            "g6e", "r5", "r5a", "r5ad", "r5b", "r5d", "r5dn", "r5n", "r6a", "r6g", "r6gd", "r6i", "r6id", "r6idn", "r6in", "r7a",
            "r7g", "r7gd", "r7i", "r7iz", "r8a", "r8g", "r8gd", "r8gn", "r8i", "r8i-flex", "i3en", "i4i", "z1d",
        ],
    ),
    (1_920, &["c3", "c4"]),
    (3_840, &["m3"]),
    (7_808, &["i3", "r3", "r4"]),
];

/// vCPUs and MiB of the burstable families and of the types that are out of proportion.
const IRREGULAR: [(&str, u32, u32); 10] = [
    ("t3.nano", 2, 512),
    ("t3.micro", 2, 1_024),
    ("t3.small", 2, 2_048),
    ("t3.medium", 2, 4_096),
    ("t2.nano", 1, 512),
    ("t2.micro", 1, 1_024),
    ("t2.small", 1, 2_048),
    ("t2.medium", 2, 4_096),
    ("c4.8xlarge", 36, 61_440),
    ("r3.large", 2, 15_360),
];

/// What an instance type has; `None` for one that is not in the table, bare metal among them.
#[must_use]
pub fn instance_size(name: &str) -> Option<InstanceSize> {
    let size = |vcpus: u32, memory| InstanceSize { cpu: vcpus * 1_024, memory };
    let (family, class) = name.split_once('.')?;
    // The burstable families differ in their small types only; those of `t3a` and `t4g` are like those of `t3`.
    let like = match family {
        "t3a" | "t4g" => format!("t3.{class}"),
        _ => name.to_owned(),
    };
    if let Some((_, vcpus, memory)) = IRREGULAR.iter().find(|(name, ..)| *name == like) {
        return Some(size(*vcpus, *memory));
    }
    let vcpus = vcpus(class)?;
    let burstable = matches!(family, "t2" | "t3" | "t3a" | "t4g").then_some(4_096);
    let row = FAMILIES.iter().find(|(_, families)| families.contains(&family)).map(|(each, _)| *each);
    Some(size(vcpus, burstable.or(row)? * vcpus))
}

/// The vCPUs of a class: `medium` has one, `large` two, `xlarge` four, `2xlarge` eight.
fn vcpus(class: &str) -> Option<u32> {
    match class {
        "medium" => Some(1),
        "large" => Some(2),
        "xlarge" => Some(4),
        _ => class.strip_suffix("xlarge")?.parse::<u32>().ok().filter(|times| (2..=112).contains(times)).map(|times| times * 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_types_have_the_sizes_that_ec2_gives() {
        for (name, vcpus, memory) in [
            ("t2.micro", 1, 1_024),
            ("t2.large", 2, 8_192),
            ("t3a.nano", 2, 512),
            ("t4g.medium", 2, 4_096),
            ("t3.2xlarge", 8, 32_768),
            ("m3.medium", 1, 3_840),
            ("m5.large", 2, 8_192),
            ("m6g.medium", 1, 4_096),
            ("m5.24xlarge", 96, 393_216),
            ("c4.large", 2, 3_840),
            ("c4.8xlarge", 36, 61_440),
            ("c5.9xlarge", 36, 73_728),
            ("r3.large", 2, 15_360),
            ("r4.large", 2, 15_616),
            ("r7i.48xlarge", 192, 1_572_864),
        ] {
            assert_eq!(instance_size(name), Some(InstanceSize { cpu: vcpus * 1_024, memory }), "{name}");
        }
    }

    #[test]
    fn types_that_are_not_in_the_table_have_no_size() {
        for name in ["", "m5", "m5.metal", "m5.", "m5.0xlarge", "m5.huge", "zz9.large", "c5n.large", "t3.99999999999xlarge"] {
            assert_eq!(instance_size(name), None, "{name}");
        }
    }

    #[test]
    fn what_the_kernel_keeps_is_no_room_for_tasks() {
        let large = instance_size("m4.large").expect("it is in the table");
        assert!((7_985..8_192).contains(&large.most_memory()));
    }
}

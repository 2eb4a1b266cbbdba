//! Formulas as shared nodes: building, walking and evaluating them.
//!
//! Not here: anything that has to search; that is `query`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Domain, Formula, Model, Value, Variable};

/// An interned string. From [`FRESH`] on, a value that differs from every string.
pub(super) type Text = u32;

/// The first [`Text`] that stands for an invented value.
pub(super) const FRESH: Text = 1 << 31;

/// The first [`Text`] that stands for an invented value of one variable, which is named by the lower bits.
const OWN_FRESH: Text = 0b11 << 30;

/// One node; *or* and *not* are *and* with negated edges.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    True,
    Equals(Variable, Text),
    /// The first variable is the older one.
    Same(Variable, Variable),
    Proposition,
    /// The first formula is the smaller number.
    And(Formula, Formula),
}

/// What a formula is in 64 sample worlds, a bit each; in a world that neither mask has, it was not worked out.
///
/// World 0 has every default. In the others the values are scattered, always the same way. A formula that is true in one of them is
/// satisfiable, which answers most questions as soon as they are asked.
#[derive(Clone, Copy, Debug)]
struct Samples {
    holds: u64,
    fails: u64,
}

impl Samples {
    const WORLDS: u32 = u64::BITS;
    const TRUE: Self = Self { holds: u64::MAX, fails: 0 };

    fn exact(holds: u64) -> Self {
        Self { holds, fails: !holds }
    }

    fn and(self, other: Self) -> Self {
        Self { holds: self.holds & other.holds, fails: self.fails | other.fails }
    }
}

/// What the atoms of a formula have in common.
#[derive(Clone, Copy, Debug)]
struct Traits {
    has_proposition: bool,
    /// Every atom speaks of variables with defaults only, so that sample world 0 is the only one with all defaults.
    has_defaults: bool,
}

struct Unknown {
    /// The values without repetitions, at least one; `None` is open.
    domain: Option<Box<[Text]>>,
    default: Option<Text>,
    /// The sample worlds in which an open variable has its default.
    samples_at_default: u64,
    /// The sample worlds in which an open variable has none of the literals it was compared with so far.
    samples_elsewhere: u64,
}

/// What is known of a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Known {
    Text(Text),
    Other(Vec<Text>),
}

/// Partial knowledge of variables and propositions (by node).
#[derive(Clone, Default)]
pub(super) struct Knowledge {
    pub(super) variables: BTreeMap<Variable, Known>,
    pub(super) propositions: BTreeMap<u32, bool>,
}

/// Every formula of one analysis. Nodes are in topological order: children before parents.
pub(super) struct Store {
    nodes: Vec<Node>,
    samples: Vec<Samples>,
    traits: Vec<Traits>,
    index: FxHashMap<Node, u32>,
    unknowns: Vec<Unknown>,
    texts: Vec<Arc<str>>,
    text_index: FxHashMap<Arc<str>, Text>,
    /// Which nodes the present walk has visited: those whose mark is `epoch`.
    marks: Vec<u32>,
    epoch: u32,
    stack: Vec<u32>,
    values: Vec<Option<bool>>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            nodes: vec![Node::True],
            samples: vec![Samples::TRUE],
            traits: vec![Traits { has_proposition: false, has_defaults: true }],
            index: FxHashMap::default(),
            unknowns: Vec::new(),
            texts: Vec::new(),
            text_index: FxHashMap::default(),
            marks: vec![0],
            epoch: 0,
            stack: Vec::new(),
            values: vec![Some(true)],
        }
    }
}

impl Store {
    pub(super) fn variable(&mut self, domain: Domain, default: Option<String>) -> Variable {
        let variable = Variable(u32::try_from(self.unknowns.len()).expect("a template has fewer than 2^32 parameters"));
        let domain = match domain {
            Domain::Closed(values) if !values.is_empty() => {
                let mut texts: Vec<Text> = Vec::with_capacity(values.len());
                let mut seen = rustc_hash::FxHashSet::default();
                for value in values {
                    let text = self.intern(&value);
                    if seen.insert(text) {
                        texts.push(text);
                    }
                }
                Some(texts.into_boxed_slice())
            }
            _ => None,
        };
        let default = default.map(|default| self.intern(&default));
        let default = default.filter(|default| domain.as_ref().is_none_or(|domain| domain.contains(default)));
        let samples_at_default = default.map_or(0, |default| 1 | quarter(variable, default));
        self.unknowns.push(Unknown { domain, default, samples_at_default, samples_elsewhere: !samples_at_default });
        variable
    }

    pub(super) fn intern(&mut self, text: &str) -> Text {
        if let Some(&known) = self.text_index.get(text) {
            return known;
        }
        let number = u32::try_from(self.texts.len()).expect("a template has fewer than 2^32 strings");
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.text_index.insert(text, number);
        number
    }

    pub(super) fn text(&self, text: Text) -> &str {
        &self.texts[text as usize]
    }

    fn samples(&self, formula: Formula) -> Samples {
        let samples = self.samples[formula.node()];
        if formula.is_negated() { Samples { holds: samples.fails, fails: samples.holds } } else { samples }
    }

    /// Whether all formulas hold together in a sample world.
    pub(super) fn sampled<const COUNT: usize>(&self, formulas: [Formula; COUNT]) -> bool {
        formulas.into_iter().fold(u64::MAX, |worlds, formula| worlds & self.samples(formula).holds) != 0
    }

    /// Whether a formula can hold when every variable that has a default takes it; `None` if the sample worlds do not tell.
    pub(super) fn holds_at_defaults(&self, formula: Formula) -> Option<bool> {
        let samples = self.samples(formula);
        if samples.holds & 1 == 1 {
            return Some(true);
        }
        (samples.fails & 1 == 1 && self.traits[formula.node()].has_defaults).then_some(false)
    }

    pub(super) fn node(&self, formula: Formula) -> Node {
        self.nodes[formula.node()]
    }

    pub(super) fn node_at(&self, node: u32) -> Node {
        self.nodes[node as usize]
    }

    /// The values of a closed domain; `None` for an open one.
    pub(super) fn domain(&self, variable: Variable) -> Option<&[Text]> {
        self.unknowns[variable.0 as usize].domain.as_deref()
    }

    /// The default, where the domain has it.
    pub(super) fn default_of(&self, variable: Variable) -> Option<Text> {
        self.unknowns[variable.0 as usize].default
    }

    /// A value for which `excluded` is false: the default, an allowed value, or one that no other variable has.
    pub(super) fn value_outside(&self, variable: Variable, excluded: impl Fn(&Text) -> bool) -> Option<Text> {
        let default = self.default_of(variable).filter(|default| !excluded(default));
        default.or_else(|| match self.domain(variable) {
            Some(domain) => domain.iter().copied().find(|value| !excluded(value)),
            None => Some(OWN_FRESH | variable.0),
        })
    }

    pub(super) fn equals(&mut self, variable: Variable, text: Text) -> Formula {
        if let Some(domain) = self.domain(variable) {
            match domain {
                [only] => return if *only == text { Formula::TRUE } else { Formula::FALSE },
                // Of two values, one is the negation of the other: this alone decides most `true`/`false` parameters.
                [first, second] if *second == text => {
                    let first = *first;
                    return self.shared(Node::Equals(variable, first)).negated();
                }
                domain if !domain.contains(&text) => return Formula::FALSE,
                _ => {}
            }
        }
        self.shared(Node::Equals(variable, text))
    }

    pub(super) fn same(&mut self, first: Variable, second: Variable) -> Formula {
        if first == second {
            return Formula::TRUE;
        }
        let (first, second) = (first.min(second), first.max(second));
        match (self.domain(first), self.domain(second)) {
            (Some(&[only]), _) => return self.equals(second, only),
            (_, Some(&[only])) => return self.equals(first, only),
            (Some(one), Some(other)) if !one.iter().any(|text| other.contains(text)) => return Formula::FALSE,
            _ => {}
        }
        self.shared(Node::Same(first, second))
    }

    pub(super) fn proposition(&mut self) -> Formula {
        self.push(Node::Proposition)
    }

    pub(super) fn and(&mut self, first: Formula, second: Formula) -> Formula {
        let (mut first, mut second) = (first.min(second), first.max(second));
        // Each round replaces a formula by a smaller one; a few rounds catch what templates contain.
        let mut rounds = 4;
        loop {
            if first == Formula::TRUE || first == second {
                return second;
            }
            if first == Formula::FALSE || first == second.negated() {
                return Formula::FALSE;
            }
            match self.simpler(first, second).or_else(|| self.simpler(second, first)) {
                Some(Simpler::Is(formula)) => return formula,
                Some(Simpler::And(one, other)) if rounds > 0 => (first, second) = (one.min(other), one.max(other)),
                _ => break,
            }
            rounds -= 1;
        }
        self.shared(Node::And(first, second))
    }

    /// What `known and other` is, where one look into `other` tells.
    fn simpler(&self, known: Formula, other: Formula) -> Option<Simpler> {
        match (self.node(known), self.node(other)) {
            (_, Node::And(left, right)) if !other.is_negated() => {
                if left == known || right == known {
                    return Some(Simpler::Is(other));
                }
                (left == known.negated() || right == known.negated()).then_some(Simpler::Is(Formula::FALSE))
            }
            (_, Node::And(left, right)) => {
                if left == known.negated() || right == known.negated() {
                    return Some(Simpler::Is(known));
                }
                if left == known {
                    return Some(Simpler::And(known, right.negated()));
                }
                (right == known).then_some(Simpler::And(known, left.negated()))
            }
            (Node::Equals(one, _), Node::Equals(two, _)) if one == two && !known.is_negated() => {
                // They are different atoms of one variable, so their literals differ.
                Some(Simpler::Is(if other.is_negated() { known } else { Formula::FALSE }))
            }
            _ => None,
        }
    }

    pub(super) fn all(&mut self, formulas: &mut Vec<Formula>) -> Formula {
        formulas.sort_unstable();
        formulas.dedup();
        if formulas.windows(2).any(|pair| pair[0] == pair[1].negated()) {
            return Formula::FALSE;
        }
        let mut equal: Vec<Variable> = Vec::new();
        for &formula in formulas.iter() {
            if let (Node::Equals(variable, _), false) = (self.node(formula), formula.is_negated()) {
                equal.push(variable);
            }
        }
        equal.sort_unstable();
        if equal.windows(2).any(|pair| pair[0] == pair[1]) {
            return Formula::FALSE;
        }
        formulas.iter().fold(Formula::TRUE, |all, &formula| self.and(all, formula))
    }

    fn shared(&mut self, node: Node) -> Formula {
        if let Some(&known) = self.index.get(&node) {
            return Formula::of_node(known);
        }
        let formula = self.push(node);
        self.index.insert(node, u32::try_from(formula.node()).expect("`push` gave it"));
        formula
    }

    fn push(&mut self, node: Node) -> Formula {
        let number = u32::try_from(self.nodes.len()).ok().filter(|number| *number < 1 << 31);
        let samples = self.sample(node);
        self.samples.push(samples);
        self.traits.push(match node {
            Node::True => Traits { has_proposition: false, has_defaults: true },
            Node::Equals(variable, _) => Traits { has_proposition: false, has_defaults: self.default_of(variable).is_some() },
            Node::Same(first, second) => {
                let has_defaults = self.default_of(first).is_some() && self.default_of(second).is_some();
                Traits { has_proposition: false, has_defaults }
            }
            Node::Proposition => Traits { has_proposition: true, has_defaults: false },
            Node::And(first, second) => {
                let (one, other) = (self.traits[first.node()], self.traits[second.node()]);
                Traits {
                    has_proposition: one.has_proposition || other.has_proposition,
                    has_defaults: one.has_defaults && other.has_defaults,
                }
            }
        });
        self.nodes.push(node);
        self.marks.push(0);
        self.values.push(None);
        Formula::of_node(number.expect("a template has fewer than 2^31 formulas"))
    }

    /// What a new node is in the sample worlds.
    fn sample(&mut self, node: Node) -> Samples {
        match node {
            Node::True => Samples::TRUE,
            Node::And(first, second) => self.samples(first).and(self.samples(second)),
            Node::Proposition => Samples::exact(scatter(self.nodes.len() as u64)),
            Node::Equals(variable, text) if self.domain(variable).is_some() => {
                let worlds = (0..Samples::WORLDS).filter(|&world| self.sample_value(variable, world) == Some(text));
                Samples::exact(worlds.fold(0, |worlds, world| worlds | 1 << world))
            }
            Node::Equals(variable, text) => {
                let unknown = &mut self.unknowns[variable.0 as usize];
                if unknown.default == Some(text) {
                    return Samples::exact(unknown.samples_at_default);
                }
                let holds = unknown.samples_elsewhere & quarter(variable, text);
                unknown.samples_elsewhere &= !holds;
                Samples::exact(holds)
            }
            Node::Same(first, second) => {
                let mut samples = Samples { holds: 0, fails: 0 };
                for world in 0..Samples::WORLDS {
                    if let (Some(one), Some(other)) = (self.sample_value(first, world), self.sample_value(second, world)) {
                        *(if one == other { &mut samples.holds } else { &mut samples.fails }) |= 1 << world;
                    }
                }
                samples
            }
        }
    }

    /// The value of a variable in a sample world; `None` for an open variable that is not at its default.
    fn sample_value(&self, variable: Variable, world: u32) -> Option<Text> {
        let unknown = &self.unknowns[variable.0 as usize];
        let Some(domain) = &unknown.domain else {
            return unknown.default.filter(|_| unknown.samples_at_default >> world & 1 == 1);
        };
        let place = scatter(u64::from(variable.0) << 32 | u64::from(world)) % domain.len() as u64;
        unknown.default.filter(|_| world == 0).or_else(|| domain.get(usize::try_from(place).ok()?).copied())
    }

    /// Starts a walk: no node is marked.
    fn unmark(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.marks.fill(0);
            self.epoch = 1;
        }
    }

    fn mark(&mut self, node: u32) -> bool {
        let mark = &mut self.marks[node as usize];
        std::mem::replace(mark, self.epoch) != self.epoch
    }

    /// Puts the nodes that `formulas` are made of into `cone`, children first. `None` if they are more than `limit`.
    pub(super) fn cone(&mut self, formulas: &[Formula], limit: u64, cone: &mut Vec<u32>) -> Option<()> {
        cone.clear();
        self.unmark();
        let mut stack = std::mem::take(&mut self.stack);
        stack.clear();
        stack.extend(formulas.iter().map(|&formula| node_number(formula)));
        while let Some(node) = stack.pop() {
            if !self.mark(node) {
                continue;
            }
            cone.push(node);
            if let Node::And(first, second) = self.nodes[node as usize] {
                stack.push(node_number(first));
                stack.push(node_number(second));
            }
            if cone.len() as u64 > limit {
                self.stack = stack;
                return None;
            }
        }
        self.stack = stack;
        // A node's children are older than it is.
        cone.sort_unstable();
        Some(())
    }

    /// Puts the `limit` nodes of `formula` that are nearest to its root into `cone`, children first. True if these are all.
    pub(super) fn near_cone(&mut self, formula: Formula, limit: usize, cone: &mut Vec<u32>) -> bool {
        cone.clear();
        self.unmark();
        self.mark(node_number(formula));
        cone.push(node_number(formula));
        let mut next = 0;
        while next < cone.len() {
            if let Node::And(first, second) = self.nodes[cone[next] as usize] {
                // Both or none: a conjunction that lacks a side says nothing.
                if cone.len() + 2 > limit {
                    break;
                }
                for child in [first, second].map(node_number) {
                    if self.mark(child) {
                        cone.push(child);
                    }
                }
            }
            next += 1;
        }
        let complete = next == cone.len();
        cone.sort_unstable();
        complete
    }

    /// Puts the formulas whose conjunction `formula` is into `conjuncts`. `None` if it takes more than `limit` steps.
    pub(super) fn conjuncts(&mut self, formula: Formula, limit: u64, conjuncts: &mut Vec<Formula>) -> Option<()> {
        conjuncts.clear();
        self.unmark();
        let mut steps = 0;
        let mut next = 0;
        conjuncts.push(formula);
        while next < conjuncts.len() {
            let formula = conjuncts[next];
            match self.node(formula) {
                Node::And(first, second) if !formula.is_negated() => {
                    conjuncts.swap_remove(next);
                    if self.mark(node_number(formula)) {
                        conjuncts.push(first);
                        conjuncts.push(second);
                    }
                }
                _ => next += 1,
            }
            steps += 1;
            if steps > limit {
                return None;
            }
        }
        Some(())
    }

    /// What `formula`, the cone of which is `cone`, is when `atom` tells what the other nodes are.
    pub(super) fn evaluate_cone(
        &mut self,
        formula: Formula,
        cone: &[u32],
        atom: impl Fn(&Self, u32, Node) -> Option<bool>,
    ) -> Option<bool> {
        self.fill(cone, atom);
        self.value(formula)
    }

    fn fill(&mut self, cone: &[u32], atom: impl Fn(&Self, u32, Node) -> Option<bool>) {
        for &number in cone {
            let value = match self.nodes[number as usize] {
                Node::True => Some(true),
                Node::And(first, second) => match (self.value(first), self.value(second)) {
                    (Some(true), Some(true)) => Some(true),
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    _ => None,
                },
                node => atom(self, number, node),
            };
            self.values[number as usize] = value;
        }
    }

    /// Lets the nodes of `cone` have no value.
    pub(super) fn forget(&mut self, cone: &[u32]) {
        for &number in cone {
            self.values[number as usize] = None;
        }
    }

    /// What `formula` was in the last [`Store::evaluate_cone`] of a cone that has it.
    pub(super) fn value(&self, formula: Formula) -> Option<bool> {
        self.values[formula.node()].map(|value| value != formula.is_negated())
    }

    /// What partial knowledge says of an atom.
    pub(super) fn known_atom(&self, number: u32, node: Node, knowledge: &Knowledge) -> Option<bool> {
        match node {
            Node::Equals(variable, text) => self.known_equals(variable, knowledge.variables.get(&variable)?, text),
            Node::Same(first, second) => match (knowledge.variables.get(&first), knowledge.variables.get(&second)) {
                (Some(Known::Text(one)), Some(Known::Text(other))) => Some(one == other),
                (Some(known), Some(Known::Text(text))) => self.known_equals(first, known, *text),
                (Some(Known::Text(text)), Some(known)) => self.known_equals(second, known, *text),
                (None, Some(Known::Text(text))) => self.is_outside(first, *text).then_some(false),
                (Some(Known::Text(text)), None) => self.is_outside(second, *text).then_some(false),
                _ => None,
            },
            Node::Proposition => knowledge.propositions.get(&number).copied(),
            Node::True | Node::And(..) => None,
        }
    }

    fn known_equals(&self, variable: Variable, known: &Known, text: Text) -> Option<bool> {
        match known {
            Known::Text(known) => Some(*known == text),
            Known::Other(than) if than.contains(&text) || self.is_outside(variable, text) => Some(false),
            Known::Other(than) => {
                let rest = self.domain(variable)?.iter().filter(|value| !than.contains(value)).count();
                (rest == 1).then_some(true)
            }
        }
    }

    fn is_outside(&self, variable: Variable, text: Text) -> bool {
        self.domain(variable).is_some_and(|domain| !domain.contains(&text))
    }

    /// What a model says, with its texts interned.
    pub(super) fn knowledge(&mut self, model: &Model) -> Knowledge {
        let mut knowledge = Knowledge::default();
        for (variable, value) in model.values() {
            let known = match value {
                Value::Literal(text) => Known::Text(self.intern(text)),
                Value::Other { than } => Known::Other(than.iter().map(|text| self.intern(text)).collect()),
            };
            knowledge.variables.insert(variable, known);
        }
        knowledge.propositions.extend(model.propositions().map(|(formula, holds)| (node_number(formula), holds)));
        knowledge
    }

    pub(super) fn evaluate(&mut self, formulas: &[Formula], model: &Model) -> Vec<Option<bool>> {
        let knowledge = self.knowledge(model);
        let mut cone = Vec::new();
        self.cone(formulas, u64::MAX, &mut cone).expect("there is no limit");
        self.fill(&cone, |store, number, node| store.known_atom(number, node, &knowledge));
        formulas.iter().map(|&formula| self.value(formula)).collect()
    }

    pub(super) fn variables(&mut self, formula: Formula) -> Vec<Variable> {
        let mut cone = Vec::new();
        self.cone(&[formula], u64::MAX, &mut cone).expect("there is no limit");
        self.variables_of_cone(&cone)
    }

    pub(super) fn variables_of_cone(&self, cone: &[u32]) -> Vec<Variable> {
        let mut variables = Vec::new();
        for &number in cone {
            match self.nodes[number as usize] {
                Node::Equals(variable, _) => variables.push(variable),
                Node::Same(first, second) => variables.extend([first, second]),
                Node::True | Node::Proposition | Node::And(..) => {}
            }
        }
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    pub(super) fn has_proposition(&self, formula: Formula) -> bool {
        self.traits[formula.node()].has_proposition
    }
}

/// A fourth of the sample worlds.
fn quarter(variable: Variable, text: Text) -> u64 {
    let number = u64::from(variable.0) << 32 | u64::from(text);
    scatter(number) & scatter(!number)
}

/// SplitMix64's mixing of a number: every bit of the result depends on every bit of the number.
fn scatter(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

enum Simpler {
    Is(Formula),
    And(Formula, Formula),
}

/// The number of the node that `formula` or its negation is.
pub(super) fn node_number(formula: Formula) -> u32 {
    u32::try_from(formula.node()).expect("a formula is a `u32`")
}

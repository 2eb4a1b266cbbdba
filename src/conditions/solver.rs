//! Conflict-driven clause learning over boolean literals: two watched literals, first-UIP clauses, activities, saved phases, restarts.
//!
//! Not here: what the literals mean; that is `encode`. There is no randomness: the same clauses give the same run.

/// A boolean variable times two, plus one where it is negated.
pub(super) type Literal = u32;

/// The steps that a query has left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    pub(super) left: u64,
}

impl Meter {
    /// Takes `steps`; false, and nothing left, if there are too few.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let steps = steps as u64;
        let enough = self.left >= steps;
        self.left = self.left.saturating_sub(steps);
        enough
    }
}

const NO_CLAUSE: u32 = u32::MAX;
const NO_PLACE: u32 = u32::MAX;
/// Conflicts until the first restart; later ones follow the Luby sequence times this.
const RESTART_UNIT: u64 = 64;
const ACTIVITY_DECAY: f64 = 1.0 / 0.95;
const ACTIVITY_LIMIT: f64 = 1e100;

#[derive(Clone, Copy)]
struct Watch {
    clause: u32,
    /// Another literal of the clause: where it is true, the clause need not be read.
    blocker: Literal,
}

/// A set of clauses and the search for an assignment that makes all true. Its memory is reused by [`Solver::reset`].
#[derive(Default)]
pub(super) struct Solver {
    /// Every clause as its length and its literals, one after the other.
    arena: Vec<u32>,
    watches: Vec<Vec<Watch>>,
    /// By literal: 1 true, -1 false, 0 unassigned.
    values: Vec<i8>,
    levels: Vec<u32>,
    reasons: Vec<u32>,
    phases: Vec<bool>,
    activities: Vec<f64>,
    seen: Vec<bool>,
    trail: Vec<Literal>,
    level_starts: Vec<usize>,
    head: usize,
    heap: Vec<u32>,
    heap_places: Vec<u32>,
    increment: f64,
    contradiction: bool,
    learned: Vec<Literal>,
}

impl Solver {
    /// Forgets every variable and clause.
    pub(super) fn reset(&mut self) {
        let literals = self.values.len();
        self.watches[..literals].iter_mut().for_each(Vec::clear);
        self.arena.clear();
        self.values.clear();
        self.levels.clear();
        self.reasons.clear();
        self.phases.clear();
        self.activities.clear();
        self.seen.clear();
        self.trail.clear();
        self.level_starts.clear();
        self.head = 0;
        self.heap.clear();
        self.heap_places.clear();
        self.increment = 1.0;
        self.contradiction = false;
    }

    /// Makes a variable that is first tried as `phase` and returns its positive literal.
    pub(super) fn variable(&mut self, phase: bool) -> Literal {
        let variable = u32::try_from(self.levels.len()).expect("a query is smaller than its budget");
        self.values.extend([0, 0]);
        if self.watches.len() < self.values.len() {
            self.watches.extend([Vec::new(), Vec::new()]);
        }
        self.levels.push(0);
        self.reasons.push(NO_CLAUSE);
        self.phases.push(phase);
        self.activities.push(0.0);
        self.seen.push(false);
        self.heap_places.push(variable);
        // All activities are equal, so that the order of creation is a heap.
        self.heap.push(variable);
        variable << 1
    }

    /// Demands that one of `literals` is true; they must be of different variables. Only before [`Solver::solve`].
    pub(super) fn clause(&mut self, literals: &[Literal]) {
        match *literals {
            [] => self.contradiction = true,
            [only] => match self.values[only as usize] {
                0 => self.assign(only, NO_CLAUSE),
                1 => {}
                _ => self.contradiction = true,
            },
            _ => {
                self.store(literals);
            }
        }
    }

    /// Whether the clauses can all be true; `None` if the steps did not suffice. After `Some(true)`, [`Solver::is_true`] tells how.
    pub(super) fn solve(&mut self, meter: &mut Meter) -> Option<bool> {
        if self.contradiction {
            return Some(false);
        }
        let mut restarts = 1;
        let mut conflicts_left = RESTART_UNIT;
        loop {
            match self.propagate(meter)? {
                Some(conflict) => {
                    if self.level_starts.is_empty() {
                        return Some(false);
                    }
                    let level = self.analyze(conflict, meter)?;
                    self.backtrack(level);
                    self.learn();
                    self.increment *= ACTIVITY_DECAY;
                    conflicts_left = conflicts_left.saturating_sub(1);
                }
                None if conflicts_left == 0 => {
                    restarts += 1;
                    conflicts_left = RESTART_UNIT * luby(restarts);
                    self.backtrack(0);
                }
                None => {
                    let Some(variable) = self.next_variable() else {
                        return Some(true);
                    };
                    if !meter.spend(1) {
                        return None;
                    }
                    self.level_starts.push(self.trail.len());
                    let negated = u32::from(!self.phases[variable as usize]);
                    self.assign(variable << 1 | negated, NO_CLAUSE);
                }
            }
        }
    }

    /// Whether `literal` is true in the assignment found.
    pub(super) fn is_true(&self, literal: Literal) -> bool {
        self.values[literal as usize] > 0
    }

    fn store(&mut self, literals: &[Literal]) -> u32 {
        let clause = u32::try_from(self.arena.len()).expect("a query is smaller than its budget");
        self.arena.push(u32::try_from(literals.len()).expect("a query is smaller than its budget"));
        self.arena.extend_from_slice(literals);
        self.watches[literals[0] as usize].push(Watch { clause, blocker: literals[1] });
        self.watches[literals[1] as usize].push(Watch { clause, blocker: literals[0] });
        clause
    }

    fn assign(&mut self, literal: Literal, reason: u32) {
        self.values[literal as usize] = 1;
        self.values[(literal ^ 1) as usize] = -1;
        let variable = (literal >> 1) as usize;
        self.levels[variable] = u32::try_from(self.level_starts.len()).expect("there are fewer levels than variables");
        self.reasons[variable] = reason;
        self.trail.push(literal);
    }

    /// Draws every conclusion; `Some(Some(clause))` is one that is false, `None` the end of the budget.
    fn propagate(&mut self, meter: &mut Meter) -> Option<Option<u32>> {
        while self.head < self.trail.len() {
            let falsified = self.trail[self.head] ^ 1;
            self.head += 1;
            let mut watches = std::mem::take(&mut self.watches[falsified as usize]);
            if !meter.spend(watches.len() + 1) {
                self.watches[falsified as usize] = watches;
                return None;
            }
            let mut conflict = None;
            let mut kept = 0;
            let mut next = 0;
            'watches: while next < watches.len() {
                let watch = watches[next];
                next += 1;
                if self.values[watch.blocker as usize] > 0 {
                    watches[kept] = watch;
                    kept += 1;
                    continue;
                }
                let start = watch.clause as usize + 1;
                let end = start + self.arena[watch.clause as usize] as usize;
                if self.arena[start] == falsified {
                    self.arena.swap(start, start + 1);
                }
                let first = self.arena[start];
                let renewed = Watch { clause: watch.clause, blocker: first };
                if first != watch.blocker && self.values[first as usize] > 0 {
                    watches[kept] = renewed;
                    kept += 1;
                    continue;
                }
                for place in start + 2..end {
                    let literal = self.arena[place];
                    if self.values[literal as usize] >= 0 {
                        self.arena.swap(start + 1, place);
                        self.watches[literal as usize].push(renewed);
                        continue 'watches;
                    }
                }
                watches[kept] = renewed;
                kept += 1;
                if self.values[first as usize] < 0 {
                    conflict = Some(watch.clause);
                    break;
                }
                self.assign(first, watch.clause);
            }
            watches.copy_within(next.., kept);
            watches.truncate(kept + watches.len() - next);
            self.watches[falsified as usize] = watches;
            if conflict.is_some() {
                self.head = self.trail.len();
                return Some(conflict);
            }
        }
        Some(None)
    }

    /// Puts the first-UIP clause of a conflict into `learned`, the asserting literal first, and returns the level to go back to.
    fn analyze(&mut self, conflict: u32, meter: &mut Meter) -> Option<u32> {
        let level = u32::try_from(self.level_starts.len()).expect("there are fewer levels than variables");
        self.learned.clear();
        self.learned.push(0);
        let mut open = 0;
        let mut place = self.trail.len();
        let mut clause = conflict;
        let mut resolved: Option<Literal> = None;
        let asserting = loop {
            let start = clause as usize + 1;
            let end = start + self.arena[clause as usize] as usize;
            if !meter.spend(end - start) {
                return None;
            }
            for index in start..end {
                let literal = self.arena[index];
                let variable = (literal >> 1) as usize;
                if resolved == Some(literal) || self.seen[variable] || self.levels[variable] == 0 {
                    continue;
                }
                self.seen[variable] = true;
                self.bump(literal >> 1);
                if self.levels[variable] == level {
                    open += 1;
                } else {
                    self.learned.push(literal);
                }
            }
            let literal = loop {
                place -= 1;
                let literal = self.trail[place];
                if self.seen[(literal >> 1) as usize] {
                    break literal;
                }
            };
            self.seen[(literal >> 1) as usize] = false;
            open -= 1;
            if open == 0 {
                break literal ^ 1;
            }
            clause = self.reasons[(literal >> 1) as usize];
            resolved = Some(literal);
        };
        self.learned[0] = asserting;
        self.shorten();
        let mut back = 0;
        if self.learned.len() > 1 {
            let level_of = |literal: Literal| self.levels[(literal >> 1) as usize];
            let deepest = (1..self.learned.len())
                .fold(1, |best, next| if level_of(self.learned[next]) > level_of(self.learned[best]) { next } else { best });
            back = level_of(self.learned[deepest]);
            self.learned.swap(1, deepest);
        }
        Some(back)
    }

    /// Leaves out of `learned` what the rest of it implies through one clause, and clears `seen`.
    fn shorten(&mut self) {
        let redundant = |solver: &Self, literal: Literal| {
            let reason = solver.reasons[(literal >> 1) as usize];
            reason != NO_CLAUSE && {
                let start = reason as usize + 1;
                let end = start + solver.arena[reason as usize] as usize;
                solver.arena[start..end].iter().all(|&other| {
                    let variable = (other >> 1) as usize;
                    other >> 1 == literal >> 1 || solver.seen[variable] || solver.levels[variable] == 0
                })
            }
        };
        let whole = std::mem::take(&mut self.learned);
        let mut kept = Vec::with_capacity(whole.len());
        kept.push(whole[0]);
        kept.extend(whole[1..].iter().copied().filter(|&literal| !redundant(self, literal)));
        for literal in whole {
            self.seen[(literal >> 1) as usize] = false;
        }
        self.learned = kept;
    }

    fn learn(&mut self) {
        let learned = std::mem::take(&mut self.learned);
        let reason = if learned.len() == 1 { NO_CLAUSE } else { self.store(&learned) };
        self.assign(learned[0], reason);
        self.learned = learned;
    }

    fn backtrack(&mut self, level: u32) {
        let Some(&start) = self.level_starts.get(level as usize) else {
            return;
        };
        for place in start..self.trail.len() {
            let literal = self.trail[place];
            self.values[literal as usize] = 0;
            self.values[(literal ^ 1) as usize] = 0;
            self.phases[(literal >> 1) as usize] = literal & 1 == 0;
            self.insert(literal >> 1);
        }
        self.trail.truncate(start);
        self.level_starts.truncate(level as usize);
        self.head = start;
    }

    fn bump(&mut self, variable: u32) {
        let activity = &mut self.activities[variable as usize];
        *activity += self.increment;
        if *activity > ACTIVITY_LIMIT {
            self.activities.iter_mut().for_each(|activity| *activity /= ACTIVITY_LIMIT);
            self.increment /= ACTIVITY_LIMIT;
        }
        if self.heap_places[variable as usize] != NO_PLACE {
            self.rise(self.heap_places[variable as usize] as usize);
        }
    }

    fn next_variable(&mut self) -> Option<u32> {
        loop {
            let top = *self.heap.first()?;
            let last = self.heap.pop().expect("it has a first element");
            self.heap_places[top as usize] = NO_PLACE;
            if top != last {
                self.heap[0] = last;
                self.heap_places[last as usize] = 0;
                self.sink(0);
            }
            if self.values[(top << 1) as usize] == 0 {
                return Some(top);
            }
        }
    }

    fn insert(&mut self, variable: u32) {
        if self.heap_places[variable as usize] == NO_PLACE {
            self.heap_places[variable as usize] = u32::try_from(self.heap.len()).expect("there are fewer than 2^32 variables");
            self.heap.push(variable);
            self.rise(self.heap.len() - 1);
        }
    }

    /// Whether the first variable is to be decided before the second: more active, or older.
    fn precedes(&self, first: u32, second: u32) -> bool {
        let (one, other) = (self.activities[first as usize], self.activities[second as usize]);
        one > other || (one == other && first < second)
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.precedes(self.heap[place], self.heap[(place - 1) / 2]) {
            self.exchange(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let mut first = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if child < self.heap.len() && self.precedes(self.heap[child], self.heap[first]) {
                    first = child;
                }
            }
            if first == place {
                return;
            }
            self.exchange(place, first);
            place = first;
        }
    }

    fn exchange(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        for place in [one, other] {
            self.heap_places[self.heap[place] as usize] = u32::try_from(place).expect("there are fewer than 2^32 variables");
        }
    }
}

/// The sequence 1 1 2 1 1 2 4 …, counted from 1.
fn luby(mut index: u64) -> u64 {
    loop {
        let length = 64 - index.leading_zeros();
        if index == (1 << length) - 1 {
            return 1 << (length - 1);
        }
        index -= (1 << (length - 1)) - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Meter = Meter { left: 100_000_000 };

    /// Numbers without a pattern, always the same.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: u32) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from((self.0 >> 33) % u64::from(limit)).expect("it is below a `u32`")
        }

        fn clause(&mut self, variables: u32) -> [Literal; 3] {
            let first = self.below(variables);
            let second = (first + 1 + self.below(variables - 1)) % variables;
            let third = loop {
                let third = self.below(variables);
                if third != first && third != second {
                    break third;
                }
            };
            [first, second, third].map(|variable| variable << 1 | self.below(2))
        }
    }

    fn solve(solver: &mut Solver, variables: u32, clauses: &[[Literal; 3]]) -> bool {
        solver.reset();
        for number in 0..variables {
            solver.variable(number % 3 == 0);
        }
        clauses.iter().for_each(|clause| solver.clause(clause));
        let satisfiable = solver.solve(&mut PLENTY.clone()).expect("the budget suffices");
        if satisfiable {
            assert!(clauses.iter().all(|clause| clause.iter().any(|&literal| solver.is_true(literal))));
        }
        satisfiable
    }

    #[test]
    fn random_clauses_are_decided_as_by_trying_every_assignment() {
        const VARIABLES: u32 = 11;
        let (mut solver, mut numbers) = (Solver::default(), Numbers(1));
        let mut satisfiable = 0;
        for _ in 0..400 {
            let clauses: Vec<[Literal; 3]> = (0..48).map(|_| numbers.clause(VARIABLES)).collect();
            let expected = (0..1_u32 << VARIABLES).any(|assignment| {
                let holds = |literal: Literal| assignment >> (literal >> 1) & 1 != literal & 1;
                clauses.iter().all(|clause| clause.iter().any(|&literal| holds(literal)))
            });
            assert_eq!(solve(&mut solver, VARIABLES, &clauses), expected);
            satisfiable += u32::from(expected);
        }
        assert!((100..300).contains(&satisfiable), "{satisfiable} of 400 test only one answer");
    }

    #[test]
    fn a_hidden_assignment_among_many_clauses_is_found() {
        const VARIABLES: u32 = 120;
        let (mut solver, mut numbers) = (Solver::default(), Numbers(2));
        for _ in 0..20 {
            let hidden: Vec<u32> = (0..VARIABLES).map(|_| numbers.below(2)).collect();
            let mut clauses = Vec::new();
            while clauses.len() < 510 {
                let clause = numbers.clause(VARIABLES);
                if clause.iter().any(|&literal| hidden[(literal >> 1) as usize] == literal & 1) {
                    clauses.push(clause);
                }
            }
            assert!(solve(&mut solver, VARIABLES, &clauses));
        }
    }

    #[test]
    fn restarts_follow_the_luby_sequence() {
        assert_eq!((1..=15).map(luby).collect::<Vec<_>>(), [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
    }
}

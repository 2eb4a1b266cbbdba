//! What values become: under which conditions a property is there, and what it then says.
//!
//! A property does not have *a* value, it has [`Case`]s, each with the [`Formula`] under which it holds. Everything here is
//! lazy, bounded, and free of resource types: what a value means to a service is in `graph` and `rules`.

mod choice;
mod condition;
mod deployable;
mod evaluate;
mod substitution;
mod symbol;
mod text;
mod verdict;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::conditions::Formulas;
pub use crate::conditions::{Answer, Formula};
use crate::syntax::{Node, NodeId};
use crate::template::{MemberId, Template, TemplateSet};

pub use choice::{Choice, Found};
pub use evaluate::{Case, Value};
use symbol::Symbols;
pub use text::{Part, Text, Unknown};
pub use verdict::Verdict;

/// Most cases of one value that are followed; past them the value is unknown.
///
/// The largest product seen in 3,802 public templates has fewer than 20 cases.
pub const MAX_CASES: usize = 64;

/// A stack among those that are analysed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackId(u32);

impl StackId {
    /// The stack of the template that is being checked.
    pub const ROOT: Self = Self(0);

    /// The stack number `index`, in the order in which they were met.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its number.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A resource of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// The stack it is in.
    pub stack: StackId,
    /// Its number among the template's resources.
    pub index: u32,
}

/// A value as written, in the stack whose parameters and conditions give it its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expression<'t> {
    /// The stack.
    pub stack: StackId,
    /// The value.
    pub node: Node<'t>,
}

/// What is known from outside a template.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Parameters whose value is given.
    pub parameters: &'a BTreeMap<String, String>,
    /// The regions deployed to; any where it is empty.
    pub regions: &'a [String],
}

/// The values of a template, of the nested stacks it creates, and of the stacks it imports from.
#[derive(Debug)]
pub struct Values<'t> {
    /// The formulas under which they hold.
    pub formulas: Formulas,
    set: &'t TemplateSet<'t>,
    stacks: RefCell<Vec<Rc<Stack<'t>>>>,
    /// The stacks that others import from, by their template.
    exporters: RefCell<FxHashMap<MemberId, StackId>>,
    /// The imports whose name is known to be exported by one of the templates given.
    assumed: RefCell<FxHashSet<(StackId, NodeId)>>,
    /// How often a value was followed into another stack.
    followed: Cell<u32>,
    /// How many of those are under way.
    following: Cell<u32>,
    symbols: RefCell<Symbols<'t>>,
    failing: OnceCell<Rc<[deployable::FailingLookup]>>,
    /// The values whose strings have variables of their own.
    substitutions: substitution::Substitutions<'t>,
    given: BTreeMap<String, String>,
    regions: Vec<String>,
}

/// A template as it is deployed.
#[derive(Debug)]
struct Stack<'t> {
    member: MemberId,
    template: &'t Template<'t>,
    role: Role<'t>,
    /// The formula of each condition, by its number.
    conditions: RefCell<Vec<Formula>>,
    /// The stacks of the nested stack resources, by the number of the resource.
    children: RefCell<FxHashMap<u32, StackId>>,
}

/// When a stack is deployed, beside the one that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// Before it.
    Before,
    /// After it.
    After,
    /// Nothing says.
    Either,
}

/// Why a stack is among those analysed.
#[derive(Debug)]
enum Role<'t> {
    /// It is the one that is checked.
    Root,
    /// The resource creates it, with these `Parameters`.
    Nested { resource: ResourceId, parameters: Vec<Choice<'t>> },
    /// It describes another part of what is deployed.
    Beside,
    /// Another one imports from it, or names its resources.
    Exporter,
    /// It changes what another one declares, and imports from the one that is checked.
    Importer,
    /// It changes what another one declares; nothing says whether it is deployed before the one that is checked.
    Companion,
}

/// Most stacks of one analysis. More nested ones are left alone, as if their template had not been given.
const MAX_STACKS: usize = 512;

/// Most stacks that are asked what they change of one resource.
const MAX_COMPANIONS: usize = 16;

/// Most stacks that one value is followed through. Values that come back to where they started end here.
const MAX_FOLLOWED: u32 = 32;

/// Most times that values are followed into other stacks in one analysis; what is past that is unknown.
const MAX_FOLLOWED_IN_ALL: u32 = 50_000;

impl<'t> Values<'t> {
    /// The values of the template `root`, deployed with `inputs`.
    #[must_use]
    pub fn new(set: &'t TemplateSet<'t>, root: MemberId, inputs: Inputs) -> Self {
        let values = Self {
            formulas: Formulas::new(),
            set,
            stacks: RefCell::default(),
            exporters: RefCell::default(),
            assumed: RefCell::default(),
            followed: Cell::default(),
            following: Cell::default(),
            symbols: RefCell::default(),
            failing: OnceCell::new(),
            substitutions: substitution::Substitutions::default(),
            given: inputs.parameters.clone(),
            regions: inputs.regions.to_vec(),
        };
        values.deploy(root, Role::Root);
        if set.is_deployed() {
            for other in (0..set.members().len()).filter(|other| *other != root) {
                values.deploy(other, Role::Beside);
            }
        }
        values
    }

    fn deploy(&self, member: MemberId, role: Role<'t>) -> StackId {
        let id = StackId(self.stacks.borrow().len() as u32);
        let template = self.set.member(member).template;
        let stack = Stack { member, template, role, conditions: RefCell::default(), children: RefCell::default() };
        self.stacks.borrow_mut().push(Rc::new(stack));
        self.evaluate_conditions(id);
        self.assume_constraints(id);
        id
    }

    /// The nested stack that `resource` creates, where its template was given; always the same one. `None` too where the template
    /// is already on the way from the root.
    pub fn nested(&self, resource: ResourceId) -> Option<StackId> {
        let parent = self.stack(resource.stack);
        let known = parent.children.borrow().get(&resource.index).copied();
        if known.is_some() {
            return known;
        }
        let &member = self.set.member(parent.member).children.get(&resource.index)?;
        let circular = std::iter::once(parent.member)
            .chain(self.around(resource.stack).into_iter().map(|around| self.stack(around.stack).member))
            .any(|above| above == member);
        if circular || self.stacks.borrow().len() >= MAX_STACKS {
            return None;
        }
        let declared = parent.template.resources.at(resource.index as usize)?;
        let properties = self.properties(resource.stack, declared.properties, Formula::TRUE);
        let parameters = properties.iter().flat_map(|properties| self.property(properties, "Parameters")).collect();
        let child = self.deploy(member, Role::Nested { resource, parameters });
        parent.children.borrow_mut().insert(resource.index, child);
        Some(child)
    }

    /// The stack of a template that others import from.
    fn exporter(&self, member: MemberId) -> StackId {
        self.beside(member, || Role::Exporter)
    }

    /// The stack of a template that is no part of the one that is checked; always the same one.
    fn beside(&self, member: MemberId, role: impl FnOnce() -> Role<'t>) -> StackId {
        // A companion may import from the stack that is checked.
        if self.stack(StackId::ROOT).member == member {
            return StackId::ROOT;
        }
        if let Some(&known) = self.exporters.borrow().get(&member) {
            return known;
        }
        // Entered before it is deployed: two templates that import from each other would go on forever.
        let id = StackId(self.stacks.borrow().len() as u32);
        self.exporters.borrow_mut().insert(member, id);
        self.deploy(member, role())
    }

    /// Adds the stack in which a resource of a type is declared under a name that is written out, where one template does that.
    pub fn find_declared(&self, resource_type: &'static str, name: &str) {
        if let Some(member) = self.set.declaring(resource_type, name) {
            self.add_beside(member, || Role::Exporter);
        }
    }

    /// Adds the stacks that change a resource which `stack` declares, or which is called `name`.
    pub fn find_companions(&self, stack: Option<StackId>, name: Option<&str>) {
        let mut found: Vec<MemberId> = name.and_then(|name| self.set.changing(name)).into_iter().collect();
        if let Some(stack) = stack {
            // The export may be one of a stack around it.
            let around = self.around(stack).into_iter().map(|around| around.stack);
            let exporters = around.chain([stack]).map(|stack| self.stack(stack).member);
            found.extend(exporters.flat_map(|exporter| self.set.changing_through(exporter)).copied());
        }
        for member in found.into_iter().take(MAX_COMPANIONS) {
            self.add_beside(member, || self.companion_role(member));
        }
    }

    fn add_beside(&self, member: MemberId, role: impl FnOnce() -> Role<'t>) {
        if self.stacks.borrow().len() < MAX_STACKS {
            self.beside(member, role);
        }
    }

    /// What a companion is to the stack that is checked: what one of them imports from the other says which is deployed first.
    fn companion_role(&self, member: MemberId) -> Role<'t> {
        let root = self.stack(StackId::ROOT).member;
        let imports = |importer: MemberId, exporter: MemberId| {
            let exporters = self.set.nested_in(exporter);
            self.set.imported_by(importer).iter().any(|import| exporters.contains(import))
        };
        if imports(root, member) {
            Role::Exporter
        } else if imports(member, root) {
            Role::Importer
        } else {
            Role::Companion
        }
    }

    /// Evaluates something in another stack; `None` where that went on for too long.
    fn follow<T>(&self, evaluate: impl FnOnce() -> T) -> Option<T> {
        if self.following.get() >= MAX_FOLLOWED || self.followed.get() >= MAX_FOLLOWED_IN_ALL {
            return None;
        }
        self.following.set(self.following.get() + 1);
        self.followed.set(self.followed.get() + 1);
        let result = evaluate();
        self.following.set(self.following.get() - 1);
        Some(result)
    }

    /// The nested stack resources around a stack, outermost first.
    #[must_use]
    pub fn around(&self, stack: StackId) -> Vec<ResourceId> {
        let mut around = Vec::new();
        let mut at = stack;
        while let Role::Nested { resource, .. } = self.stack(at).role {
            around.push(resource);
            at = resource.stack;
        }
        around.reverse();
        around
    }

    /// Whether a stack is the one that is checked, or one that it creates.
    #[must_use]
    pub fn is_own(&self, stack: StackId) -> bool {
        self.precedence(stack).is_none()
    }

    /// For a stack beside the one that is checked: whether it is deployed before it, where that is known. `None` for the stack
    /// that is checked, and those that it creates.
    #[must_use]
    pub fn precedence(&self, stack: StackId) -> Option<Precedence> {
        let outermost = self.around(stack).first().map_or(stack, |outermost| outermost.stack);
        match self.stack(outermost).role {
            Role::Root | Role::Nested { .. } | Role::Beside => None,
            Role::Exporter => Some(Precedence::Before),
            Role::Importer => Some(Precedence::After),
            Role::Companion => Some(Precedence::Either),
        }
    }

    /// Whether the resources are those that are deployed, and not those of templates.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.set.is_deployed()
    }

    /// The number of stacks so far; importing adds to them.
    #[must_use]
    pub fn stack_count(&self) -> u32 {
        self.stacks.borrow().len() as u32
    }

    /// The number of a stack's template among those that are analysed together.
    #[must_use]
    pub fn member(&self, stack: StackId) -> MemberId {
        self.stack(stack).member
    }

    /// The template of a stack.
    #[must_use]
    pub fn template(&self, stack: StackId) -> &'t Template<'t> {
        self.stacks.borrow()[stack.0 as usize].template
    }

    fn stack(&self, stack: StackId) -> Rc<Stack<'t>> {
        Rc::clone(&self.stacks.borrow()[stack.0 as usize])
    }

    /// Whether `formula` can hold at all; what is too hard to decide may.
    #[must_use]
    pub fn possible(&self, formula: Formula) -> bool {
        self.formulas.satisfiable(formula) != Answer::No
    }

    /// Whether `b` holds wherever `a` does, for certain.
    #[must_use]
    pub fn implies(&self, a: Formula, b: Formula) -> bool {
        self.formulas.implies(a, b) == Answer::Yes
    }
}

//! What functions give, as far as the template says: the values of a parameter, the values of a mapping.

use super::Kind;
use super::walk::{Site, Walker};
use crate::schema::{Keyword, Schema};
use crate::syntax::Node;
use crate::template::{Intrinsic, ParameterType};
use crate::text::Span;
use crate::values::{Expression, Formula, Part, StackId, Text, Value};

/// What says something about a value beside its type.
const CONSTRAINTS: &[Keyword] = &[
    Keyword::Enum,
    Keyword::EnumCaseInsensitive,
    Keyword::Const,
    Keyword::Pattern,
    Keyword::MinLength,
    Keyword::MaxLength,
    Keyword::Minimum,
    Keyword::Maximum,
    Keyword::ExclusiveMinimum,
    Keyword::ExclusiveMaximum,
    Keyword::Format,
];

impl<'t> Walker<'_, 't> {
    /// A function other than `Fn::If`: what it gives.
    pub(super) fn call(&mut self, site: Site<'t>, schema: Schema<'static>) {
        self.unknown(site.when);
        let schema = schema.resolved();
        if self.alternatives > 0 || !CONSTRAINTS.iter().any(|keyword| schema.get(*keyword).is_some()) {
            return;
        }
        match Intrinsic::of(site.node) {
            Some(Intrinsic::Ref(name)) => self.parameter(site, name, schema),
            Some(Intrinsic::FindInMap { .. }) => {
                let at = Span::at(site.node.span().start);
                for case in self.values.cases(Expression { stack: StackId::ROOT, node: site.node }, site.when) {
                    if let (Value::Text(text), Some(source)) = (&case.value, case.source)
                        && text.known().is_some()
                    {
                        self.given(Site { at, when: case.when, ..site }, source, schema);
                    }
                }
            }
            _ => {}
        }
    }

    /// The values that a parameter may have by its declaration, each where it is declared.
    fn parameter(&mut self, site: Site<'t>, name: &'t str, schema: Schema<'static>) {
        let template = self.values.template(StackId::ROOT);
        let Some(parameter) = template.parameters.get(name) else { return };
        let is_one = matches!(parameter.parameter_type, ParameterType::String | ParameterType::Number | ParameterType::Aws(_));
        let is_open = self
            .values
            .cases(Expression { stack: StackId::ROOT, node: site.node }, site.when)
            .iter()
            .any(|case| matches!(&case.value, Value::Text(text) if matches!(text.only(), Some(Part::Parameter(..)))));
        if !is_one || !is_open {
            return;
        }
        let text = Text::of(Part::Parameter(StackId::ROOT, name));
        let declared: Vec<(Span, Node<'t>)> = match parameter.allowed_values {
            Some(list) => list.items().map(|item| (item.span(), item)).collect(),
            None => parameter.node.entry("Default").map(|entry| (entry.key.span(), entry.value)).into_iter().collect(),
        };
        for (at, value) in declared {
            let Some(scalar) = value.scalar() else { continue };
            let is_it = self.values.text_is(&text, &scalar.canonical());
            let when = self.values.formulas.and(site.when, is_it);
            if self.values.possible(when) {
                self.given(Site { at, when, ..site }, value, schema);
            }
        }
    }

    /// Compares a value that the call at a site gives; its faults are reported at the site's place.
    fn given(&mut self, site: Site<'t>, value: Node<'t>, schema: Schema<'static>) {
        let outcome = self.apart(|walker| walker.plain(Site::new(value, site.at, site.when), schema));
        for mut fault in outcome.faults {
            // What type a text can be read as is told of what is written in place.
            if matches!(fault.kind, Kind::WrongType(_)) || fault.when == Formula::FALSE {
                continue;
            }
            fault.given_by = Some(site.node);
            self.outcome.faults.push(fault);
        }
    }
}

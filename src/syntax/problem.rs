//! What can be wrong with a text as YAML or JSON, without words.

use crate::text::Span;

/// A fault in the syntax. Whatever it spoils is left out of the tree; the rest is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The smallest text that shows it.
    pub span: Span,
    /// A second place that explains it: the first of two equal keys, the bracket that was never closed.
    pub related: Option<Span>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The file holds no value at all.
    Empty,
    /// A key stands twice in one mapping; `related` is the first.
    DuplicateKey,
    /// A key is neither a string nor something that reads as one.
    KeyNotScalar,
    /// A second document starts.
    SecondDocument,
    /// A line among the entries of a mapping has no colon.
    MissingColon,
    /// A second `: ` on the line of a plain value.
    NestedColon,
    /// The value of a key starts a block that cannot stand there, as in `key: - item`.
    MisplacedBlock,
    /// The line's indentation fits no open block.
    BadIndentation,
    /// A tab indents a line.
    TabIndentation,
    /// `[` or `{` is not closed; the span is the bracket.
    UnclosedBracket,
    /// A value in brackets has no opening bracket; the span is where it would be.
    MissingBracket,
    /// A key in JSON has no value.
    MissingValue,
    /// A closing bracket closes nothing, or another kind of bracket.
    StrayBracket,
    /// Two entries of a flow collection have no comma between them.
    MissingComma,
    /// A quote is not closed; the span is the opening quote.
    UnclosedQuote,
    /// An escape that YAML or JSON does not know.
    BadEscape,
    /// A plain value starts with a character that is reserved: `@`, a backquote, `%`, or an indicator out of place.
    ReservedCharacter,
    /// A control character, or one that YAML forbids.
    ForbiddenCharacter,
    /// Text follows a value where the line has to end.
    TrailingText,
    /// `&` or `*` without a name, or with a second one on the same value.
    BadAnchor,
    /// An alias names an anchor that is not there.
    UnknownAlias,
    /// An alias names an anchor that it is part of.
    RecursiveAlias,
    /// Two tags on one value, or a tag that cannot be read.
    BadTag,
    /// A `%` directive that is malformed.
    BadDirective,
    /// The header of a block scalar (`|` or `>`) is malformed.
    BadBlockScalar,
    /// A key is longer than the 1,024 characters that YAML allows on a line.
    KeyTooLong,
    /// `<<` has a value that is no mapping and no list of mappings.
    BadMerge,
    /// Deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// Aliases expand to more than [`super::MAX_EXPANDED_NODES`].
    TooManyExpandedNodes,
}

impl ProblemKind {
    /// Whether it breaks YAML's own grammar, so that libyaml and PyYAML refuse the text at this place too.
    ///
    /// The others are of the composed document (a key that stands twice, an alias of nothing) or are limits of this reader.
    #[must_use]
    pub const fn is_syntax(self) -> bool {
        !matches!(
            self,
            Self::Empty
                | Self::DuplicateKey
                | Self::KeyNotScalar
                | Self::SecondDocument
                | Self::UnknownAlias
                | Self::RecursiveAlias
                | Self::BadMerge
                | Self::TooDeep
                | Self::TooManyExpandedNodes
        )
    }
}

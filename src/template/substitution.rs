//! The pieces of an `Fn::Sub` string.

use crate::syntax::Node;

/// A piece of a string with `${…}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text that stays as it is. `${!x}` gives `${x}` in two pieces.
    Text(&'t str),
    /// `${name}`, the name trimmed.
    Variable {
        /// What stands between the braces, without blanks around it.
        name: &'t str,
        /// Offset of `$` in the string, in bytes.
        start: usize,
        /// Offset past `}`, in bytes.
        end: usize,
    },
}

/// Splits an `Fn::Sub` string. An unclosed `${` is text.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    Pieces { text, from: 0, at: 0, next: None }
}

/// The names of the variables in an `Fn::Sub` string.
pub fn variables(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|piece| match piece {
        Piece::Variable { name, .. } => Some(name),
        Piece::Text(_) => None,
    })
}

/// The names in the string of an `Fn::Sub` for which it has no variable of its own.
pub fn outer_variables<'t>(text: Node<'t>, own: Option<Node<'t>>) -> impl Iterator<Item = &'t str> {
    variables(text.as_str().unwrap_or_default()).filter(move |name| own.is_none_or(|own| own.get(name).is_none()))
}

struct Pieces<'t> {
    text: &'t str,
    /// Where the text begins that is not given out.
    from: usize,
    /// Where the next variable may begin.
    at: usize,
    /// What follows the piece that was given out.
    next: Option<Piece<'t>>,
}

impl<'t> Pieces<'t> {
    /// Where the next variable opens and closes.
    fn braces(&self) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let mut dollars = memchr::memchr_iter(b'$', &bytes[self.at..]).map(|found| found + self.at);
        let open = dollars.find(|dollar| bytes.get(dollar + 1) == Some(&b'{'))?;
        Some((open, memchr::memchr(b'}', &bytes[open..])? + open))
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let text = |text: &'t str| (!text.is_empty()).then_some(Piece::Text(text));
        let Some((open, close)) = self.braces() else {
            let rest = &self.text[self.from..];
            (self.from, self.at) = (self.text.len(), self.text.len());
            return text(rest);
        };
        let (from, body) = (self.from, &self.text[open + 2..close]);
        self.at = close + 1;
        if let Some(literal) = body.strip_prefix('!') {
            self.from = close;
            self.next = text(literal);
            return text(&self.text[from..open + 2]);
        }
        self.from = close + 1;
        let variable = Piece::Variable { name: body.trim(), start: open, end: close + 1 };
        match text(&self.text[from..open]) {
            Some(before) => {
                self.next = Some(variable);
                Some(before)
            }
            None => Some(variable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Text(text) => format!("[{text}]"),
                Piece::Variable { name, .. } => format!("<{name}>"),
            })
            .collect()
    }

    #[test]
    fn variables_and_escapes_are_told_apart() {
        assert_eq!(shown("a-${AWS::Region}-${ X.Arn }b"), "[a-]<AWS::Region>[-]<X.Arn>[b]");
        assert_eq!(shown("${!Literal}"), "[${][Literal][}]");
        assert_eq!(shown("open ${x"), "[open ${x]");
        assert_eq!(shown("${${${}}${A.B}"), "<${${>[}]<A.B>");
    }
}

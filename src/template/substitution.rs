//! The pieces of an `Fn::Sub` string.

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
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut from, mut at) = (0, 0);
    let bytes = text.as_bytes();
    let opening = |from: usize| {
        let mut dollars = memchr::memchr_iter(b'$', &bytes[from..]).map(|found| found + from);
        dollars.find(|dollar| bytes.get(dollar + 1) == Some(&b'{'))
    };
    while let Some(open) = opening(at) {
        let Some(close) = memchr::memchr(b'}', &bytes[open..]).map(|found| found + open) else { break };
        let body = &text[open + 2..close];
        if let Some(literal) = body.strip_prefix('!') {
            push_text(&mut found, &text[from..open + 2]);
            push_text(&mut found, literal);
            from = close;
        } else {
            push_text(&mut found, &text[from..open]);
            found.push(Piece::Variable { name: body.trim(), start: open, end: close + 1 });
            from = close + 1;
        }
        at = close + 1;
    }
    push_text(&mut found, &text[from..]);
    found
}

fn push_text<'t>(found: &mut Vec<Piece<'t>>, text: &'t str) {
    if !text.is_empty() {
        found.push(Piece::Text(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        pieces(text)
            .into_iter()
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

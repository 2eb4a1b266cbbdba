//! Dynamic references: values that CloudFormation reads from another service while it deploys.

/// `{{resolve:SERVICE:REFERENCE}}` inside a string.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DynamicReference<'t> {
    /// `ssm`, `ssm-secure` or `secretsmanager`; whatever is written there.
    pub service: &'t str,
    /// What the service is asked for: a parameter's name and version, a secret's name, key and stage.
    pub reference: &'t str,
    /// Offset of `{{` in the string, in bytes.
    pub start: usize,
    /// Offset past `}}` in the string, in bytes.
    pub end: usize,
}

/// The first dynamic reference in `text`.
#[must_use]
pub fn dynamic_reference(text: &str) -> Option<DynamicReference<'_>> {
    const OPEN: &str = "{{resolve:";
    let start = text.find(OPEN)?;
    let body = &text[start + OPEN.len()..];
    let length = body.find("}}")?;
    let (service, reference) = body[..length].split_once(':')?;
    Some(DynamicReference { service, reference, start, end: start + OPEN.len() + length + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_and_reference_are_told_apart() {
        let found = dynamic_reference("a {{resolve:ssm:/aws/ami:3}} b").unwrap();
        assert_eq!((found.service, found.reference, found.start, found.end), ("ssm", "/aws/ami:3", 2, 28));
        assert_eq!(dynamic_reference("{{resolve:ssm"), None);
    }
}

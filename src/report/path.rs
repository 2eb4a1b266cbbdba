//! File names as other programs want them.

use std::borrow::Cow;
use std::fmt::Write;

/// The base of the relative URIs of a SARIF report: where the run was started.
pub(super) const SOURCE_ROOT: &str = "%SRCROOT%";

/// `name` with `/` between folders and without `./` in front, as repositories name their files.
pub(super) fn in_repository(name: &str) -> Cow<'_, str> {
    let mut name = if cfg!(windows) { Cow::Owned(name.replace('\\', "/")) } else { Cow::Borrowed(name) };
    while let Some(rest) = name.strip_prefix("./").map(|rest| rest.trim_start_matches('/')).filter(|rest| !rest.is_empty()) {
        name = Cow::Owned(rest.to_owned());
    }
    name
}

/// The URI of a file, and whether it is relative to [`SOURCE_ROOT`].
pub(super) fn uri(name: &str) -> (String, bool) {
    let name = in_repository(name);
    if name.starts_with('/') {
        return (format!("file://{}", encoded(&name)), false);
    }
    // `C:/templates/a.yaml`
    let is_drive = |bytes: &[u8]| matches!(bytes, [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    if cfg!(windows) && is_drive(name.as_bytes()) {
        return (format!("file:///{}:{}", &name[..1], encoded(&name[2..])), false);
    }
    (encoded(&name), true)
}

/// Percent-encodes all but what never has a meaning in a path (RFC 3986, unreserved) and the `/` between folders.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_in_front_is_left_out_and_a_file_beside_is_not() {
        assert_eq!(in_repository("././/a/./b.yaml"), "a/./b.yaml");
        assert_eq!(in_repository("../a.yaml"), "../a.yaml");
        assert_eq!(in_repository("./"), "./");
    }

    #[test]
    fn what_a_uri_gives_a_meaning_is_encoded() {
        assert_eq!(uri("a b/c:d%20?#.yaml"), ("a%20b/c%3Ad%2520%3F%23.yaml".to_owned(), true));
        assert_eq!(uri("/tmp/名.yaml"), ("file:///tmp/%E5%90%8D.yaml".to_owned(), false));
    }
}

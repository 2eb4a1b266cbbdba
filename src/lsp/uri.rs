//! Between the URIs of editors and the names of files.

use gen_lsp_types::Uri;

/// The name under which the document at `uri` is analysed: the path of a file, with `/`; the URI itself for anything else.
pub(super) fn name(uri: &Uri) -> String {
    let text = uri.as_ref();
    let Some(rest) = strip_scheme(text) else { return text.to_owned() };
    let decoded = decode(rest);
    // `file:///c:/x` and `file:///c%3A/x` are `c:/x`; a drive has one name in every spelling.
    let mut chars = decoded.trim_start_matches('/').chars();
    match (chars.next(), chars.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_alphabetic() => {
            let path = decoded.trim_start_matches('/');
            format!("{}{}", drive.to_ascii_lowercase(), &path[1..])
        }
        _ => decoded,
    }
}

/// The path in a `file:` URI; a host other than the own stays in front of it, as in `//host/share`.
fn strip_scheme(text: &str) -> Option<&str> {
    let scheme = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"))?;
    let rest = &text[scheme.len()..];
    match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => Some(path),
        Some(path) if path.starts_with("localhost/") => Some(&path["localhost".len()..]),
        _ => Some(rest),
    }
}

/// The URI of the file called `name`; a name that is a URI already stays.
pub(super) fn of(name: &str) -> Uri {
    let is_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if !is_drive && is_uri(name) {
        return Uri::from(name.to_owned());
    }
    let mut uri = String::from(if is_drive {
        "file:///"
    } else if name.starts_with("//") {
        "file:"
    } else {
        "file://"
    });
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from(uri)
}

/// Whether a name is that of a file, not a document that only the editor knows.
pub(super) fn is_file(name: &str) -> bool {
    !is_uri(name)
}

fn is_uri(name: &str) -> bool {
    let scheme = name.split(':').next().unwrap_or_default();
    scheme.len() > 1
        && scheme.len() < name.len()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What `%XX` stands for; a `%` that is followed by anything else stays.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit())).map(|code| u8::from_str_radix(code, 16)) {
            Some(Ok(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(uri: &str) -> String {
        name(&Uri::from(uri.to_owned()))
    }

    #[test]
    fn paths_go_there_and_back() {
        for path in [
            "/a/b c.yaml",
            "/a/100%.yaml",
            "/船/橋.yaml",
            "c:/x/y.yaml",
            "/a/b#c?d.yaml",
            "/a/%20.yaml",
            "/ab:c/d",
            "//host/share/x",
        ] {
            assert_eq!(name(&of(path)), path, "{:?}", of(path));
        }
    }

    #[test]
    fn spellings_of_one_file_have_one_name() {
        for uri in ["file:///c:/x.yaml", "file:///C:/x.yaml", "file:///c%3A/x.yaml", "FILE:///c%3a/x.yaml"] {
            assert_eq!(named(uri), "c:/x.yaml");
        }
        assert_eq!(named("file:///a/%E8%88%B9.yaml"), "/a/船.yaml");
        assert_eq!(named("file://localhost/a"), "/a");
        assert_eq!(named("untitled:Untitled-1"), "untitled:Untitled-1");
        assert!(!is_file("untitled:Untitled-1") && is_file("/a/b:c") && is_file("c:/x"));
        assert_eq!(of("untitled:Untitled-1").as_ref(), "untitled:Untitled-1");
    }
}

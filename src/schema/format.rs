//! The formats of strings that stand for something of AWS: identifiers, ARNs, names.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;

/// The formats that are looked at, each with its expression; a bucket's name has more rules than one expression says.
const FORMATS: &[(&str, &str)] = &[
    ("AWS::ACM::Certificate.Arn", r"^arn:aws[a-zA-Z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/."),
    ("AWS::EC2::Image.Id", r"^ami-([0-9a-z]{8}|[0-9a-z]{17})$"),
    ("AWS::EC2::SecurityGroup.Id", r"^sg-([a-fA-F0-9]{8}|[a-fA-F0-9]{17})$"),
    ("AWS::EC2::SecurityGroup.Name", r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+$"),
    ("AWS::EC2::Subnet.Id", r"^subnet-([0-9A-Fa-f]{8}|[0-9A-Fa-f]{17})$"),
    ("AWS::EC2::VPC.Id", r"^vpc-([0-9A-Fa-f]{8}|[0-9A-Fa-f]{17})$"),
    ("AWS::IAM::Role.Arn", r"^arn:aws[a-zA-Z-]*:iam::[0-9]{12}:role/."),
    ("AWS::KMS::Alias.AliasName", r"^alias/[a-zA-Z0-9:/_-]+$"),
    ("AWS::KMS::Key.Arn", r"^arn:aws[a-zA-Z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/."),
    (
        "AWS::KMS::Key.Id",
        r"^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|alias/[a-zA-Z0-9/_-]+)$",
    ),
    ("AWS::Lambda::Function.Arn", r"^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:."),
    ("AWS::Logs::LogGroup.Name", r"^[._/#A-Za-z0-9-]{1,512}$"),
    ("AWS::S3::Bucket.Name", r"^[a-z0-9.-]{3,63}$"),
    ("AWS::SNS::Topic.Arn", r"^arn:aws[a-zA-Z-]*:sns:[a-z0-9-]+:[0-9]{12}:."),
];

static EXPRESSIONS: [LazyLock<Regex>; FORMATS.len()] = {
    macro_rules! expressions {
        ($($index:literal)*) => {
            [$(LazyLock::new(|| Regex::new(FORMATS[$index].1).expect("a test compiles every format")),)*]
        };
    }
    expressions!(0 1 2 3 4 5 6 7 8 9 10 11 12 13)
};

/// A date and a time with its distance from UTC, as RFC 3339 has them.
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let date = "[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}";
    let time = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?";
    Regex::new(&format!("^{date}[Tt]{time}([Zz]|[+-][0-9]{{2}}:[0-5][0-9])$")).expect("a test compiles it")
});

/// Whether a text is of a format; so is every text of a format that is not looked at.
#[must_use]
pub fn fits(format: &str, text: &str) -> bool {
    match format {
        "ipv4-network" => return is_network::<Ipv4Addr>(text, |address| u128::from(address.to_bits()), 32),
        "ipv6-network" => return is_network::<Ipv6Addr>(text, Ipv6Addr::to_bits, 128),
        "date-time" => return DATE_TIME.is_match(text),
        _ => {}
    }
    let Ok(index) = FORMATS.binary_search_by(|(name, _)| (*name).cmp(format)) else { return true };
    if !EXPRESSIONS[index].is_match(text) {
        return false;
    }
    // A dot or hyphen neither begins nor ends a bucket's name, and a dot stands beside neither.
    let is_mark = |character| character == '.' || character == '-';
    format != "AWS::S3::Bucket.Name"
        || !text.starts_with(is_mark) && !text.ends_with(is_mark) && !["..", ".-", "-."].iter().any(|pair| text.contains(pair))
}

/// Whether a text is an address and the length of a prefix, with no bit of the address set behind the prefix.
fn is_network<A: FromStr>(text: &str, bits: impl Fn(A) -> u128, width: u32) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let Ok(address) = address.parse::<A>() else { return false };
    let length = if text.contains('/') { length.parse().unwrap_or(u32::MAX) } else { width };
    length <= width && (length == width || bits(address) & ((1_u128 << (width - length).min(127)) - 1) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_compiles_and_they_are_sorted() {
        for (name, _) in FORMATS {
            let _ = fits(name, "");
        }
        assert!(FORMATS.is_sorted());
    }

    #[test]
    fn a_date_has_a_time_and_its_distance_from_utc() {
        for right in ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+05:30"] {
            assert!(fits("date-time", right), "{right}");
        }
        for wrong in ["2026-01-31", "2026-13-31T12:00:00Z", "2026-01-31T12:00:00", "soon", ""] {
            assert!(!fits("date-time", wrong), "{wrong}");
        }
    }

    #[test]
    fn networks_have_no_bits_behind_the_prefix() {
        for right in ["10.0.0.0/16", "0.0.0.0/0", "10.1.2.3/32", "10.1.2.3"] {
            assert!(fits("ipv4-network", right), "{right}");
        }
        for wrong in ["10.0.0.1/16", "10.0.0.0/33", "10.0.0/8", "10.0.0.1/0", "10.0.0.0/", "ten"] {
            assert!(!fits("ipv4-network", wrong), "{wrong}");
        }
        assert!(fits("ipv6-network", "::/0") && fits("ipv6-network", "2001:db8::/32") && !fits("ipv6-network", "2001:db8::1/32"));
    }

    #[test]
    fn bucket_names_have_marks_only_inside() {
        let name = "AWS::S3::Bucket.Name";
        assert!(fits(name, "my-bucket.example"));
        for wrong in ["-bucket", "bucket-", "my..bucket", "my.-bucket", "Bucket", "ab"] {
            assert!(!fits(name, wrong), "{wrong}");
        }
    }
}

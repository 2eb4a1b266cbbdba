//! The regions there are.

use crate::text::nearest_name;

/// The codes of the regions of all partitions.
///
/// Source: the partitions of the AWS SDKs, <https://github.com/boto/botocore/blob/1.44.5/botocore/data/partitions.json>, without the
/// `-global` entries, which are no regions.
pub const REGIONS: [&str; 48] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// What is said about a region that is not in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionFault {
    /// It is no region.
    Error(String),
    /// It has the form of one and may be newer than the list.
    Warning(String),
}

/// Checks the code of a region.
///
/// # Errors
///
/// Where it is not in the list.
pub fn region(written: &str) -> Result<(), RegionFault> {
    if REGIONS.contains(&written) {
        return Ok(());
    }
    let hint = nearest_name(written, REGIONS.into_iter()).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    // What begins as regions do, with a direction and one digit, is most likely one that was opened since.
    if looks_like_region(written) {
        return Err(RegionFault::Warning(format!("region `{written}` is not known to this version")));
    }
    Err(RegionFault::Error(format!("unknown region `{written}`{hint}")))
}

/// Where regions lie.
const DIRECTIONS: [&str; 9] = ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Whether a text has the form of a region: the beginning of one that is known, a direction and a digit.
fn looks_like_region(written: &str) -> bool {
    let parts = |code: &str| -> Option<(String, String, String)> {
        let (rest, number) = code.rsplit_once('-')?;
        let (area, direction) = rest.rsplit_once('-')?;
        Some((area.to_owned(), direction.to_owned(), number.to_owned()))
    };
    parts(written).is_some_and(|(area, direction, number)| {
        let is_known = REGIONS.iter().filter_map(|known| parts(known)).any(|known| known.0 == area);
        let is_digit = number.len() == 1 && number.bytes().all(|byte| (b'1'..=b'9').contains(&byte));
        is_known && is_digit && DIRECTIONS.contains(&direction.as_str())
    })
}

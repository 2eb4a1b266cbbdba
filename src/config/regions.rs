//! The regions there are.

use crate::text::nearest_name;

/// The codes of the regions of all partitions.
///
/// Source: AWS Regions, <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>, and for the partitions of
/// China, GovCloud, the isolated regions and the European Sovereign Cloud the endpoint data of the AWS SDKs.
pub const REGIONS: [&str; 46] = [
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
    "mx-central-1",
    "sa-east-1",
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
    // A region in a direction that is known and with the next number is most likely one that was opened since.
    let stem = |code: &str| code.rsplit_once('-').map(|(stem, _)| stem.to_owned());
    let is_numbered =
        written.rsplit_once('-').is_some_and(|(_, number)| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_numbered && REGIONS.iter().any(|known| stem(known) == stem(written)) {
        return Err(RegionFault::Warning(format!("region `{written}` is not known to this version")));
    }
    Err(RegionFault::Error(format!("unknown region `{written}`{hint}")))
}
